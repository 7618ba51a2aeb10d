"""Clocks that go back, and differ from process to process by minutes."""

from __future__ import annotations

import pytest
from aws_world import AwsWorld
from fast_moto import State
from story import Stage
from test_each_call import STORIES, Record
from wire import Kind

# Not of rotation: a key of a clock that is behind is refused by one that is ahead, as it must be.
NAMES = (
    "correction", "deposit matched", "exception retried", "ledger posted", "outbox fetched",
    "listing decided and acknowledged", "job of a file",
)  # fmt: skip


@pytest.mark.parametrize("skews", [(0, -420), (300, -300, 0)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_processes_with_other_clocks_end_the_same(
    world: AwsWorld, empty: State, name: str, skews: tuple[int, ...], record_property: Record
) -> None:
    (story,) = (one for one in STORIES if one.name == name)
    stage = Stage(world, empty, story)
    world.skews, world.is_restless = skews, True
    writings = sorted({at for at, _ in stage.each_fault() if stage.is_writing(at)})
    assert stage.strike({}) == 0
    struck = sum(stage.strike({at: Kind.DIES_AFTER}) for at in writings[-3:])
    record_property("faults", struck)
    assert struck >= 1
