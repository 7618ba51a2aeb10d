"""Writers of stock that meet, answers that get lost, and items DynamoDB had no time for."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from inventory_samples import DAY, NOON, day, key, order, run, snapshot, state, stored
from store_samples import Clock, all_at_once, fault
from test_dynamo import LOST, Wrapped, raising

from handler.adapters.dynamo import Table
from handler.adapters.dynamo_inventory import DynamoInventory
from handler.adapters.dynamo_settlements import DynamoSettlements
from handler.core.errors import OutsideFailure
from handler.flows.inventory_ports import InventoryStore
from handler.inventory.published import Published

local = pytest.mark.dynamodb_local
WRITERS = 20


@pytest.fixture
def store(local_client: Any, local_table: str, clock: Clock) -> InventoryStore:
    return DynamoInventory(local_client, local_table, clock)


def _publish(store: InventoryStore, version: int) -> bool:
    """Read, decide, write on condition, until it is written or known to be out of order."""
    while True:
        known = store.published("us", [key()]).get(key(), Published(key()))
        if known.source_version >= version:
            return False
        decided = replace(known, revision=known.revision + 1, source_version=version)
        if store.put_published("us", [decided])[0]:
            return True


@local
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_check_then_write_races_lose_nothing(store: InventoryStore, seed: int | None) -> None:
    versions = list(range(1, WRITERS + 1))
    if seed is not None:
        random.Random(seed).shuffle(versions)
    results = all_at_once([lambda v=v: _publish(store, v) for v in versions])
    assert set(results) <= {True, False}, results
    standing = store.published("us", [key()])[key()]
    assert standing.source_version == WRITERS
    assert standing.revision == results.count(True)  # none wrote over another's write


@local
def test_tellings_at_once_lose_nothing_and_double_nothing(store: InventoryStore) -> None:
    def told(writer: int) -> int:
        own = [order(f"{writer}-{number}") for number in range(5)]
        same = [order("same"), order("grows", changed_at=NOON + timedelta(seconds=writer))]
        return store.tell_orders("us", [*same, *own])

    results = all_at_once([lambda w=w: told(w) for w in range(WRITERS)])
    counts = [result for result in results if isinstance(result, int)]
    assert len(counts) == WRITERS, results
    found = {one.order_item_id: one for one in store.orders("us")}
    assert len(found) == 5 * WRITERS + 2
    assert found["grows"].changed_at == NOON + timedelta(seconds=WRITERS - 1)
    assert 5 * WRITERS + 2 <= sum(counts) <= 6 * WRITERS + 1


@local
def test_one_of_many_postings_of_a_day_wins(
    store: InventoryStore, local_client: Any, local_table: str
) -> None:
    calls = [
        lambda n=n: store.post_ledger(
            run(f"r{n}"), [day(content_hash=f"{n}")], [fault("f", "ledger:us")]
        )
        for n in range(WRITERS)
    ]
    results = all_at_once(calls)
    assert sorted(results, key=str) == [False] * (WRITERS - 1) + [True]
    winner = results.index(True)
    assert [one.content_hash for one in store.ledger_days("us", DAY, DAY)] == [str(winner)]
    assert [one.run_id for one in store.ledger_runs("us", 99).items] == [f"r{winner}"]
    (met,) = DynamoSettlements(local_client, local_table).exceptions(9).items
    assert met.count == 1


WRITES: dict[str, Callable[[InventoryStore], Any]] = {
    "listing": lambda store: store.put_listing("us", stored()),
    "published": lambda store: list(store.put_published("us", [state("A"), state("B")])),
    "orders": lambda store: store.tell_orders("us", [order("1"), order("2")]),
    "ledger": lambda store: store.post_ledger(run(), [day()], [fault("f", "ledger:us")]),
    "snapshot": lambda store: store.put_snapshot(snapshot()),
}
ANSWERS = {"listing": True, "published": [True, True], "orders": 2, "ledger": True}


@local
@pytest.mark.parametrize("forget_token", [False, True])
@pytest.mark.parametrize("what", WRITES)
def test_a_lost_answer_is_no_other_writer_of_stock(
    local_client: Any, local_table: str, what: str, forget_token: bool
) -> None:
    losing = Wrapped(local_client, 0, after=raising(LOST), forget_token=forget_token)
    store = DynamoInventory(losing, local_table, Clock())
    assert WRITES[what](store) == ANSWERS.get(what, True)
    assert losing.writes == 2


@local
def test_a_move_and_a_forgetting_outlive_a_lost_answer(
    store: InventoryStore, local_client: Any, local_table: str
) -> None:
    store.post_ledger(run(), [], [])
    store.tell_orders("us", [order()])
    losing = Wrapped(local_client, 0, after=raising(LOST), forget_token=True)
    moved = run(state="posted")
    assert DynamoInventory(losing, local_table).move_ledger_run(moved, run())
    losing = Wrapped(local_client, 0, after=raising(LOST), forget_token=True)
    DynamoInventory(losing, local_table).forget_orders("us", [order()])
    assert store.ledger_run("us", "r1") == moved
    assert list(store.orders("us")) == []


class Slow:
    """Answers for so many keys in a call, and leaves the others unprocessed."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.calls = 0

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        self.calls += 1
        keys = RequestItems["table"]["Keys"]
        assert RequestItems["table"]["ConsistentRead"]
        assert len(keys) <= 100
        left = keys[self.at_once :]
        unprocessed = {"table": {"Keys": left}} if left else {}
        return {"Responses": {"table": keys[: self.at_once]}, "UnprocessedKeys": unprocessed}


def test_what_was_left_unprocessed_is_asked_for_again() -> None:
    client: Any = Slow(30)
    keys = [(str(number), "STATE") for number in range(250)]
    found = Table(client, "table", lambda _: None).get_each(keys)
    assert [(item["pk"]["S"], item["sk"]["S"]) for item in found] == keys
    assert client.calls == 4 + 4 + 2


def test_patience_with_unprocessed_items_ends() -> None:
    client: Any = Slow(0)
    with pytest.raises(OutsideFailure) as failure:
        list(Table(client, "table", lambda _: None).get_each([("1", "STATE")]))
    assert (failure.value.code, client.calls) == ("STORE_BUSY", 8)
