"""Whatever call of a job is struck, and however: the job ends as if nothing had been.

    python -m pytest tests/faults                  # all of it; the last line says how many faults
    FAULTS_SEED=11 python -m pytest tests/faults   # other faults together

Each story is told once without a fault, and then once for each fault of each of its calls, from the
same beginning. Those who call repeat what got no good answer, as SQS, flows and the schedule do.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import stories_delivery
import stories_settling
import stories_stock
from aws_world import AwsWorld
from fast_moto import State
from story import SEED, Stage, Story

STORIES = (*stories_settling.STORIES, *stories_stock.STORIES, *stories_delivery.STORIES)
# How many runs with several faults at once: most of the stories that are short.
TOGETHER = {
    "settlement sent with a call": 40,
    "correction": 40,
    "deposit matched": 25,
    "ledger posted": 30,
    "listing decided and acknowledged": 40,
    "upload, proven": 40,
    "rule saved": 120,
    "order told": 120,
    "exception ignored": 80,
    "key rotated": 120,
}
WANTED = 2_000

Record = Callable[[str, object], None]


def named(story: Story) -> str:
    return story.name


def at_least(name: str) -> int:
    """Return how many faults strike together: some runs end before the last one."""
    return TOGETHER[name] * 3 // 2


@pytest.mark.parametrize("story", STORIES, ids=named)
def test_struck_at_any_call_it_ends_the_same(
    world: AwsWorld, empty: State, story: Story, record_property: Record
) -> None:
    stage = Stage(world, empty, story)
    struck = sum(stage.strike({at: kind}) for at, kind in stage.each_fault())
    record_property("faults", struck)
    assert struck >= story.at_least


@pytest.mark.parametrize("name", TOGETHER)
def test_struck_several_times_it_ends_the_same(
    world: AwsWorld, empty: State, name: str, record_property: Record
) -> None:
    (story,) = (one for one in STORIES if one.name == name)
    stage = Stage(world, empty, story)
    struck = 0
    for number in range(TOGETHER[name]):
        rng = random.Random(f"{SEED} {name} {number}")
        try:
            struck += stage.strike(stage.drawn(rng))
        except BaseException as error:
            error.add_note(f"FAULTS_SEED={SEED}, run {number} of {name!r}")
            raise
    record_property("faults", struck)
    assert struck >= at_least(name)


def test_there_are_two_thousand() -> None:
    assert sum(story.at_least for story in STORIES) + sum(map(at_least, TOGETHER)) >= WANTED
    assert len({story.name for story in STORIES}) == len(STORIES)
