"""Events that come twice, in another order, or together with one that cannot be worked off."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

import pytest
from aws_world import AwsWorld, Message
from fast_moto import State
from final_state import differences, final_state
from plugin import HELD, POISON
from stories_settling import FOLDER, settlement
from stories_stock import COUNTS
from wire import Kind

FILES = {
    f"{FOLDER}one.txt": settlement("11700000001"),
    "raw-settlements/ca/two.txt": HELD,
    f"{FOLDER}bad.txt": POISON,
    "raw-inventory/us/myi-20260202T101500Z-ATVPDKIKX0DER.txt": COUNTS,
}
KEYS = tuple(FILES)


def told(
    world: AwsWorld, empty: State, keys: Sequence[str], together: int = 10
) -> dict[str, object]:
    """Upload all files, and have the queue tell of them so; return what is left."""
    world.begin(empty)
    for key, content in FILES.items():
        world.upload(key, content)
    world.waiting.clear()
    for key in keys:
        world.tell(key)
    world.work_off(together)
    return final_state(world)


@pytest.fixture
def expected(world: AwsWorld, empty: State) -> dict[str, object]:
    return told(world, empty, KEYS)


@pytest.mark.parametrize("together", [1, 3, 10])
def test_told_twice_it_is_done_once(
    world: AwsWorld, empty: State, expected: dict[str, object], together: int
) -> None:
    found = told(world, empty, [*KEYS, *KEYS, KEYS[0], KEYS[0]], together)
    assert differences(found, expected) == []


def test_the_order_does_not_matter(
    world: AwsWorld, empty: State, expected: dict[str, object]
) -> None:
    for keys in itertools.permutations(KEYS):
        assert differences(told(world, empty, keys), expected) == [], keys


def test_one_message_may_tell_of_many(
    world: AwsWorld, empty: State, expected: dict[str, object]
) -> None:
    told(world, empty, [])
    world.tell(*KEYS, *reversed(KEYS))
    world.work_off()
    assert differences(final_state(world), expected) == []


@pytest.mark.parametrize("place", range(4))
def test_of_a_batch_only_what_failed_comes_again(
    world: AwsWorld, empty: State, expected: dict[str, object], place: int
) -> None:
    told(world, empty, [])
    keys = list(KEYS)
    first = f"{FOLDER}one.txt"
    keys.remove(first)
    keys.insert(place, first)
    batch = []
    for key in keys:
        world.tell(key)
        batch.append(world.waiting.pop())
    # S3 has no time for that file, and for it alone, as long as the call goes on.
    world.wire.forbid(first, Kind.BUSY)
    again = world.deliver(batch)
    assert [first in message.body for message in again] == [True]
    world.wire.mend()
    assert world.deliver(again) == []
    assert differences(final_state(world), expected) == []


def test_a_message_nobody_understands_keeps_none_of_the_others(
    world: AwsWorld, empty: State, expected: dict[str, object]
) -> None:
    told(world, empty, [])
    world.waiting.append(Message("{"))
    for key in KEYS:
        world.tell(key)
    batch, world.waiting = world.waiting, []
    assert world.deliver(batch) == []
    found = final_state(world)
    items = found["items"]
    strange = [name for name in items if name.startswith("FILE#message/")]
    assert len(strange) == 1
    assert json.loads(items.pop(strange[0])["finding"])["code"] == "UPLOAD_REFUSED"
    assert differences(found, expected) == []
