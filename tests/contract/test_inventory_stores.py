"""What flows/inventory_ports.py promises of the stores, kept by each of them alike."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from inventory_samples import (
    DAY,
    NOON,
    ODD_SKUS,
    day,
    drift,
    key,
    order,
    run,
    snapshot,
    state,
    stored,
)
from store_samples import Clock, fault

from handler.adapters.drift_differences import MOST_BYTES, pack, unpack
from handler.core.errors import RefusedRequest
from handler.flows.inventory_ports import InventoryStore
from handler.flows.ports import ExceptionState, SettlementStore


def _paged(ask: Callable[..., Any], limit: int) -> tuple[list[Any], int]:
    found, cursor, pages = [], "", 0
    while cursor or not pages:
        page = ask("us", limit, cursor)
        found += page.items
        cursor, pages = page.cursor, pages + 1
    return found, pages


def test_listings_are_given_back_whole(inventory: InventoryStore) -> None:
    made = [stored(sku) for sku in ODD_SKUS]
    assert [inventory.put_listing("us", one) for one in made] == [True] * len(made)
    assert inventory.put_listing("ca", stored("A", changed_by="another"))
    assert {one.listing.key: one for one in inventory.listings("us")} == {
        one.listing.key: one for one in made
    }
    assert list(inventory.listings("ca")) == [stored("A", changed_by="another")]
    assert list(inventory.listings("de")) == []


def test_a_listing_is_written_over_the_revision_before_only(inventory: InventoryStore) -> None:
    assert not inventory.put_listing("us", stored(revision=2))
    assert inventory.put_listing("us", stored())
    assert not inventory.put_listing("us", stored(changed_by="another"))
    assert inventory.put_listing("us", stored(revision=2, removed=True))
    assert not inventory.put_listing("us", stored(revision=2))
    assert list(inventory.listings("us")) == [stored(revision=2, removed=True)]


def test_states_are_given_back_whole(inventory: InventoryStore) -> None:
    whole = state(
        "whole", quantity=0, sent_at=NOON, accepted=7, rejections=2, seen=9, seen_at=NOON,
        source_version=1_736_942_400_000, source_time=NOON, source_print="p" * 64, is_stale=True,
        trace={"rule": "é", "items": [{"counted": {"Main": -1}, "cap": None}]},
    )  # fmt: skip
    made = [whole, *(state(sku) for sku in ODD_SKUS)]
    assert list(inventory.put_published("us", made)) == [True] * len(made)
    keys = [one.key for one in made]
    assert inventory.published("us", [*keys, *keys, key("missing")]) == {
        one.key: one for one in made
    }
    assert inventory.published("ca", keys) == {}
    assert inventory.published("us", []) == {}


def test_the_border_of_seller_marketplace_and_sku_is_kept(inventory: InventoryStore) -> None:
    one, other = key("b#c", "s", "m#a"), key("c", "s", "m#a#b")
    assert list(inventory.put_published("us", [replace(state(), key=one)])) == [True]
    assert inventory.published("us", [other]) == {}


def test_each_state_stands_for_itself(inventory: InventoryStore) -> None:
    skus = [f"{number}" for number in range(250)]
    ahead = [state(sku) for sku in skus[::3]]
    assert all(inventory.put_published("us", ahead))
    written = inventory.put_published("us", [state(sku, quantity=1) for sku in skus])
    assert list(written) == [number % 3 != 0 for number in range(250)]
    found = inventory.published("us", [key(sku) for sku in skus])
    assert [found[key(sku)].quantity for sku in skus] == [
        None if number % 3 == 0 else 1 for number in range(250)
    ]
    again = [replace(one, revision=one.revision + 1) for one in found.values()]
    assert all(inventory.put_published("us", again))
    assert not any(inventory.put_published("us", [state("0", 0), state("new", 0)]))
    assert not any(inventory.put_published("us", [state("1", 2), state("new", 2)]))


def test_large_states_find_room(inventory: InventoryStore) -> None:
    made = [state(str(number), trace={"rule": "é" * 60_000}) for number in range(40)]
    assert all(inventory.put_published("us", made))
    assert len(inventory.published("us", [one.key for one in made])) == 40


def test_one_listing_has_one_state_in_a_call(inventory: InventoryStore) -> None:
    with pytest.raises(ValueError, match="two states"):
        inventory.put_published("us", [state("A"), state("A", 2)])
    assert inventory.published("us", [key("A")]) == {}


def test_orders_are_merged(inventory: InventoryStore) -> None:
    assert list(inventory.orders("us")) == []
    assert inventory.tell_orders("us", []) == 0
    assert inventory.tell_orders("us", [order("1"), order("2#é" * 900), order("1")]) == 2
    assert inventory.tell_orders("us", [order("1")]) == 0
    later = order("1", 0, changed_at=NOON + timedelta(seconds=1))
    assert inventory.tell_orders("us", [order("1", 5), later]) == 1
    assert inventory.tell_orders("us", [order("1", 9)]) == 0
    assert list(inventory.orders("us")) == [later, order("2#é" * 900)]
    booked = order("1", 4, booked_at=NOON)
    assert inventory.tell_orders("us", [booked]) == 1
    assert inventory.orders("us")[0] == replace(later, booked_at=NOON)
    assert list(inventory.orders("ca")) == []


def test_many_orders_at_once(inventory: InventoryStore) -> None:
    told = [order(str(number)) for number in range(250)]
    assert inventory.tell_orders("us", told[:100]) == 100
    assert inventory.tell_orders("us", told) == 150
    assert sorted(inventory.orders("us"), key=lambda one: int(one.order_item_id)) == told


def test_a_booked_order_is_known_for_seven_days(inventory: InventoryStore, clock: Clock) -> None:
    inventory.tell_orders("us", [order("1", booked_at=NOON), order("2")])
    clock.time = NOON + timedelta(days=7) - timedelta(microseconds=1)
    assert len(inventory.orders("us")) == 2
    clock.time = NOON + timedelta(days=7)
    assert list(inventory.orders("us")) == [order("2")]
    assert inventory.tell_orders("us", [order("1", 3)]) == 1
    assert list(inventory.orders("us")) == [order("1", 3), order("2")]


def test_an_order_is_forgotten_only_as_it_was_read(inventory: InventoryStore) -> None:
    told = [order("1"), order("2", booked_at=NOON), order("3")]
    inventory.tell_orders("us", told)
    inventory.tell_orders("us", [order("3", 2)])
    inventory.forget_orders("us", [*told, order("4"), replace(told[0], booked_at=None)])
    assert list(inventory.orders("us")) == [order("3", 2)]
    inventory.forget_orders("us", [order("3", 2, booked_at=NOON)])
    assert list(inventory.orders("us")) == [order("3", 2)]


def test_a_report_of_the_ledger_is_posted_whole_or_not(
    inventory_and_register: tuple[InventoryStore, SettlementStore],
) -> None:
    inventory, register = inventory_and_register
    scope = "ledger:us"
    assert inventory.ledger_run("us", "r1") is None
    assert inventory.post_ledger(run(), [day(15), day(14)], [fault("f1", scope)])
    assert inventory.ledger_run("us", "r1") == run()
    assert inventory.ledger_run("ca", "r1") is None
    assert tuple(inventory.ledger_days("us", date(2025, 1, 14), DAY)) == (day(14), day(15))
    assert tuple(inventory.ledger_days("us", DAY, DAY)) == (day(15),)
    assert tuple(inventory.ledger_days("us", DAY, date(2025, 1, 14))) == ()
    assert tuple(inventory.ledger_days("ca", DAY, DAY)) == ()
    # The same run; a day another writer changed; a day that is not there yet.
    assert not inventory.post_ledger(run(), [day(13)], [fault("f2", scope)])
    assert not inventory.post_ledger(run("r2"), [day(13), day(15)], [fault("f2", scope)])
    assert not inventory.post_ledger(run("r2"), [day(13, 2)], [fault("f2", scope)])
    assert inventory.ledger_run("us", "r2") is None
    assert tuple(inventory.ledger_days("us", date(2025, 1, 1), DAY)) == (day(14), day(15))
    assert [known.fingerprint for known in register.exceptions(9).items] == ["f1"]
    # What is open stays open; what is met again counts up; what is ignored stays so.
    register.register([fault("f3", scope, state=ExceptionState.IGNORED)])
    met = [fault("f2", scope), fault("f3", scope)]
    assert inventory.post_ledger(run("r2"), [day(15, 2)], [*met, fault("f1", scope)])
    assert tuple(inventory.ledger_days("us", DAY, DAY)) == (day(15, 2),)
    assert {one.fingerprint: one.count for one in register.exceptions(9).items} == {
        "f1": 2,
        "f2": 1,
    }


def test_a_posting_has_a_greatest_size(inventory: InventoryStore) -> None:
    days = [day(15, day=DAY + timedelta(days=number)) for number in range(60)]
    faults = [fault(f"f{number}", "ledger:us") for number in range(38)]
    with pytest.raises(ValueError, match="98 days, exceptions and parcels"):
        inventory.post_ledger(run(), days, faults)
    assert inventory.post_ledger(run(), days, faults[1:])
    with pytest.raises(ValueError, match="twice"):
        inventory.post_ledger(run("r2"), [day(1), day(1)], [])


def test_a_run_moves_from_what_it_was_only(inventory: InventoryStore) -> None:
    posted = run(state="posted", netsuite_ids=("AMZ-1=7", "AMZ-2=8"))
    assert not inventory.move_ledger_run(posted, run())
    inventory.post_ledger(run(), [], [])
    assert not inventory.move_ledger_run(run(version="v2", state="posted"), run(version="v2"))
    part = run(netsuite_ids=("AMZ-1=7",))
    assert inventory.move_ledger_run(part, run())
    assert inventory.move_ledger_run(part, run())  # told again
    assert inventory.move_ledger_run(posted, part)
    assert not inventory.move_ledger_run(part, run())
    assert inventory.ledger_run("us", "r1") == posted
    assert list(inventory.ledger_runs("us", 9).items) == [posted]
    with pytest.raises(ValueError, match="nothing else"):
        inventory.move_ledger_run(replace(posted, version="v2"), posted)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 9])
def test_runs_and_drift_are_listed_latest_first(inventory: InventoryStore, limit: int) -> None:
    times = [f"2025-01-{10 + number}T00:00:00+00:00" for number in (3, 1, 4, 0, 2)]
    for number, at in enumerate(times):
        inventory.post_ledger(run(f"r{number}" + "é" * 900, recorded_at=at), [], [])
        inventory.put_drift(drift(at))
    inventory.post_ledger(run(profile="ca"), [], [])
    inventory.put_drift(drift(profile="ca"))
    runs, pages = _paged(inventory.ledger_runs, limit)
    assert [one.recorded_at for one in runs] == sorted(times, reverse=True)
    assert pages == -(-5 // limit)
    assert _paged(inventory.drift_runs, limit) == (
        [drift(at) for at in sorted(times, reverse=True)],
        pages,
    )


def test_a_cursor_opens_no_other_list(inventory: InventoryStore) -> None:
    for number in range(3):
        inventory.post_ledger(run(f"r{number}"), [], [])
        inventory.put_drift(drift(f"2025-01-0{number + 1}"))
    for ask in (inventory.ledger_runs, inventory.drift_runs):
        cursor = ask("us", 1).cursor
        other = inventory.drift_runs if ask == inventory.ledger_runs else inventory.ledger_runs
        for refused in (lambda: ask("ca", 1, cursor), lambda: other("us", 1, cursor)):  # noqa: B023
            with pytest.raises(RefusedRequest) as refusal:
                refused()
            assert refusal.value.code == "BAD_CURSOR"


def test_only_a_newer_report_takes_the_place(inventory: InventoryStore) -> None:
    first = snapshot("2025-01-16T10:00:00Z")
    assert inventory.snapshot("us", "myi") is None
    assert inventory.put_snapshot(first)
    assert inventory.put_snapshot(first)
    assert not inventory.put_snapshot(snapshot("2025-01-16T09:59:59.5+00:00", content_hash="d"))
    assert not inventory.put_snapshot(snapshot("2025-01-16T10:00:00+00:00", content_hash="d"))
    assert inventory.put_snapshot(snapshot("2025-01-16T09:00:00Z"))  # the same content
    assert inventory.snapshot("us", "myi") == first
    newer = snapshot("2025-01-16T10:00:00.000001+00:00", content_hash="d")
    assert inventory.put_snapshot(newer)
    assert not inventory.put_snapshot(first)
    assert inventory.snapshot("us", "myi") == newer
    others = [snapshot(marketplace="M"), snapshot(kind="afn"), snapshot(profile="ca")]
    assert all(inventory.put_snapshot(one) for one in others)
    assert list(inventory.snapshots("us")) == [others[1], newer, others[0]]
    assert inventory.snapshot("us", "myi", "M") == others[0]


def test_the_same_moment_again_replaces_a_comparison(inventory: InventoryStore) -> None:
    inventory.put_drift(drift("2025-01-16T00:00:00+00:00"))
    other = drift("2025-01-16T00:00:00Z", differences={}, causes={}, units=0)
    inventory.put_drift(other)
    assert list(inventory.drift_runs("us", 9).items) == [other]


def test_twenty_thousand_differences_are_kept(inventory: InventoryStore) -> None:
    many = {(f"SKU-{n * 7919 % 99991:05}", "FBA", "on_hand"): (n, 1) for n in range(20_000)}
    inventory.put_drift(drift(differences=many))
    inventory.put_drift(drift("2025-01-17T00:00:00+00:00"))
    found = inventory.drift_runs("us", 2).items
    assert found[1].differences == many


def test_of_too_many_differences_the_largest_are_kept() -> None:
    from hashlib import sha256

    many = {(sha256(b"%d" % n).hexdigest(), "FBA", "on_hand"): (-n, 0) for n in range(1, 20_001)}
    packed, left_out = pack(many)
    assert len(packed) <= MOST_BYTES
    assert 0 < left_out < 15_000
    kept = unpack(packed)
    assert sorted(-amazon for amazon, _ in kept.values()) == list(range(left_out + 1, 20_001))
