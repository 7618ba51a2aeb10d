"""What flows/state_ports.py promises of the table as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import LOCAL, MEMORY, MOTO, STORES

from handler.adapters.dynamo_state import DynamoState
from handler.adapters.memory_state import MemoryState
from handler.flows.state_ports import Item, StateStore, Written
from handler.flows.state_text import key_of, line_of


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> StateStore:
    if request.param == MEMORY:
        return MemoryState()
    client, table = "moto_client", "table"
    if request.param == LOCAL:
        client, table = "local_client", request.getfixturevalue("local_table")
    assert request.param in (MOTO, LOCAL)
    return DynamoState(request.getfixturevalue(client), table)


def item(number: int, **more: Any) -> Item:
    return {"pk": {"S": f"P#{number:03}"}, "sk": {"S": "A"}, "n": {"N": str(number)}} | more


def lines(store: StateStore) -> list[bytes]:
    return sorted(line_of(one) for one in store.items())


RICH = item(
    0,
    exact={"N": "12345678901234567890123456789012345678"},
    bytes={"B": b"\x00\xff"},
    names={"SS": ["b", "a"]},
    sizes={"NS": ["2", "1.5"]},
    parts={"BS": [b"2", b"1"]},
    deep={"L": [{"M": {"x": {"BOOL": True}, "y": {"NULL": True}}}, {"S": "ü\n"}]},
)


def test_every_type_comes_back_as_it_was(store: StateStore) -> None:
    assert list(store.items()) == []
    assert store.get(key_of(RICH)) is None
    assert store.write([RICH], over=False) == Written(1, 0)
    (found,) = store.items()
    assert line_of(found) == line_of(RICH)
    there = store.get(key_of(RICH))
    assert there is not None
    assert line_of(there) == line_of(RICH)
    assert store.write([found], over=False) == Written(0, 1)  # sets have no order


def test_written_again_is_the_same(store: StateStore) -> None:
    many = [item(number) for number in range(100)]
    assert store.write(many, over=False) == Written(100, 0)
    assert store.write(many, over=False) == Written(0, 100)
    assert lines(store) == sorted(line_of(one) for one in many)


def test_another_item_of_the_key_is_left_and_named(store: StateStore) -> None:
    assert store.write([item(1), item(2)], over=False) == Written(2, 0)
    newer = [item(1, n={"N": "-1"}), item(2), item(3)]
    assert store.write(newer, over=False) == Written(1, 1, (("P#001", "A"),))
    assert lines(store) == [line_of(item(number)) for number in (1, 2, 3)]
    assert store.write(newer, over=True).other == ()
    assert lines(store) == sorted(line_of(one) for one in newer)


def test_one_is_forgotten(store: StateStore) -> None:
    store.write([item(1), item(2)], over=False)
    store.forget(("P#001", "A"))
    store.forget(("P#001", "A"))
    assert lines(store) == [line_of(item(2))]


def test_more_than_one_page_is_read(store: StateStore) -> None:
    large = {"S": "x" * 100_000}
    for start in range(0, 30, 10):
        store.write([item(start + of, text=large) for of in range(10)], over=False)
    assert len(lines(store)) == 30
