"""What stands between a count and a quantity, and what is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fbm_stock import (
    NOW,
    READ,
    a_listing,
    a_policy,
    a_source,
    an_order,
    decided,
    minutes,
)

from handler.inventory.acknowledge import accepted, doubted, rejected
from handler.inventory.decide import decide_all, emission_order
from handler.inventory.decision import Action, Decision, Mode
from handler.inventory.listing import Pool
from handler.inventory.published import Published
from handler.inventory.registry import build_registry
from handler.inventory.source_stock import ListingSource, SourceStock
from handler.payloads.decision_documents import decision_document

LISTING = a_listing()


def stock(units: int, version: int = 1, age: int = 10) -> SourceStock:
    return a_source({("A", "Main"): units}, version, NOW - minutes(age))


def state_of(found: Decision) -> Published:
    assert found.state is not None
    return found.state


def standing(units: int = 10) -> Published:
    """Amazon has taken ``units``, decided on version 1."""
    sent = state_of(decided(LISTING, stock(units)))
    taken = accepted(sent, 1, units)
    assert taken is not None
    return taken


def test_a_quarantined_listing_gets_no_quantity() -> None:
    register = build_registry([LISTING], a_policy(), both_channels=[LISTING.key])
    (found,) = decide_all([ListingSource(LISTING.key, stock(9))], register, a_policy(), {}, [], NOW)
    assert (found.action, found.reason, found.state) == (Action.QUARANTINED, "QUARANTINED", None)
    assert found.message == register.quarantine[LISTING.key].what


def test_the_orders_of_a_quarantined_listing_still_take_units() -> None:
    other = a_listing("SKU-2")
    register = build_registry([LISTING, other], a_policy(), both_channels=[other.key])
    orders = [an_order(4, "SKU-2")]
    (found,) = decide_all(
        [ListingSource(LISTING.key, stock(9))], register, a_policy(), {}, orders, NOW
    )
    assert found.quantity == 5


def test_an_unregistered_sku_is_refused() -> None:
    (found,) = decide_all(
        [ListingSource(LISTING.key, stock(9))],
        build_registry([], a_policy()),
        a_policy(),
        {},
        [],
        NOW,
    )
    assert (found.action, found.reason, found.quantity) == (Action.REFUSED, "NOT_REGISTERED", None)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("sku", ["SKU-1", "SKU-1-FBM", "SKU-1.MFN"])
def test_no_quantity_is_ever_pushed_to_an_fba_sku(mode: Mode, sku: str) -> None:
    found = decided(a_listing(sku, pool=Pool.FBA), stock(9), mode=mode)
    assert (found.action, found.reason, found.state) == (Action.QUARANTINED, "WRONG_POOL", None)
    assert found.quantity is None
    assert emission_order([found]) == []
    assert decision_document(found)["patch"] is None


@pytest.mark.parametrize(
    "request_",
    [
        ListingSource(LISTING.key, None),
        ListingSource(LISTING.key, stock(9), "stock[0].available: 'x' is no whole number"),
        ListingSource(LISTING.key, SourceStock(1, READ.replace(tzinfo=None), ())),
        ListingSource(LISTING.key, SourceStock(-1, READ, ())),
    ],
)
def test_an_unusable_count_is_refused(request_: ListingSource) -> None:
    (found,) = decide_all(
        [request_], build_registry([LISTING], a_policy()), a_policy(), {}, [], NOW
    )
    assert (found.action, found.reason, found.state) == (Action.REFUSED, "SOURCE_INVALID", None)


def test_a_count_from_the_future_is_refused() -> None:
    assert decided(LISTING, stock(9, age=-5)).reason == "CHANGED"
    assert decided(LISTING, stock(9, age=-6)).reason == "SOURCE_FROM_FUTURE"


def test_an_older_version_never_wins() -> None:
    known = state_of(decided(LISTING, stock(9, version=5)))
    found = decided(LISTING, stock(20, version=4, age=1), state=known)
    assert (found.action, found.reason, found.state) == (Action.REFUSED, "OUT_OF_ORDER", None)


def test_a_newer_version_wins_though_read_earlier() -> None:
    known = state_of(decided(LISTING, stock(9, version=5)))
    assert decided(LISTING, stock(20, version=6, age=30), state=known).quantity == 20


def test_a_version_between_two_unchanged_ones_does_not_win_late() -> None:
    known = standing()
    kept = state_of(decided(LISTING, stock(10, version=7), state=known))
    assert (kept.decision, kept.revision, kept.source_version) == (1, known.revision + 1, 7)
    assert decided(LISTING, stock(12, version=6), state=kept).reason == "OUT_OF_ORDER"


def test_one_version_with_two_counts_is_a_conflict() -> None:
    assert decided(LISTING, stock(9), state=standing()).reason == "SOURCE_CONFLICT"


def test_the_order_of_shelves_makes_no_other_count() -> None:
    rows = [("A", "Main", 4), ("A", "Shop", 2)]
    known = state_of(decided(LISTING, a_source(rows)))
    again = decided(LISTING, a_source([*rows[::-1], rows[0]]), state=known)
    assert (again.action, again.state) == (Action.UNCHANGED, None)


def test_a_shelf_told_twice_differently_is_a_conflict() -> None:
    found = decided(LISTING, a_source([("A", "Main", 4), ("A", "Main", 5)]))
    assert (found.reason, found.state) == ("SOURCE_CONFLICT", None)
    assert "4 and 5 units of item A at location Main" in found.message


def test_the_same_version_is_decided_anew_on_new_orders() -> None:
    found = decided(LISTING, stock(10), state=standing(), orders=[an_order(3)])
    assert (found.action, found.quantity, found.previous) == (Action.PUBLISH, 7, 10)


def test_a_listing_refused_too_often_is_parked_until_asserted() -> None:
    known = replace(standing(), rejections=5, quantity=None)
    found = decided(LISTING, stock(10), state=known)
    assert (found.action, found.reason, found.state) == (Action.PARKED, "PARKED", None)
    assert decided(LISTING, stock(10), state=known, mode=Mode.ASSERT).action is Action.PUBLISH
    once_less = replace(known, rejections=4)
    assert decided(LISTING, stock(10), state=once_less).action is Action.PUBLISH


def test_a_stale_count_publishes_zero_until_a_fresh_one_comes() -> None:
    edge = decided(LISTING, stock(10, version=2, age=120), state=standing())
    assert edge.action is Action.UNCHANGED
    stale = decided(LISTING, stock(10, version=2, age=121), state=standing())
    assert (stale.action, stale.reason, stale.quantity) == (Action.PUBLISH, "SOURCE_STALE", 0)
    known = state_of(stale)
    assert known.is_stale
    between = decided(LISTING, stock(10, version=3, age=61), state=known)
    assert (between.action, between.reason) == (Action.UNCHANGED, "SOURCE_STALE")
    fresh = decided(LISTING, stock(10, version=4, age=60), state=known)
    assert (fresh.action, fresh.quantity, state_of(fresh).is_stale) == (Action.PUBLISH, 10, False)


def test_a_small_increase_waits_and_a_decrease_never() -> None:
    policy = a_policy(hold_increase_below=3)
    known = standing()
    held = decided(LISTING, stock(12, 2), state=known, policy=policy)
    assert (held.action, held.quantity, state_of(held).quantity) == (Action.HELD_BACK, 12, 10)
    assert decided(LISTING, stock(13, 2), state=known, policy=policy).action is Action.PUBLISH
    assert decided(LISTING, stock(9, 2), state=known, policy=policy).action is Action.PUBLISH
    asserted = decided(LISTING, stock(12, 2), state=known, policy=policy, mode=Mode.ASSERT)
    assert asserted.action is Action.PUBLISH


def test_the_first_units_never_wait() -> None:
    policy = a_policy(hold_increase_below=3)
    known = standing(0)
    assert decided(LISTING, stock(1, 2), state=known, policy=policy).action is Action.PUBLISH


def test_what_is_not_acknowledged_is_sent_again_after_a_while() -> None:
    sent = state_of(decided(LISTING, stock(10)))
    soon = decided(LISTING, stock(10), state=sent, now=NOW + minutes(60))
    assert (soon.action, soon.state) == (Action.UNCHANGED, None)
    late = decided(LISTING, stock(10), state=sent, now=NOW + minutes(61))
    assert (late.action, late.reason, late.number) == (Action.PUBLISH, "NOT_ACKNOWLEDGED", 2)


def test_a_full_assertion_sends_what_amazon_has() -> None:
    found = decided(LISTING, stock(10), state=standing(), mode=Mode.ASSERT)
    assert (found.action, found.reason, found.number) == (Action.PUBLISH, "REASSERTED", 2)
    assert state_of(found).is_acknowledged


def test_a_refused_quantity_is_sent_again() -> None:
    refused = rejected(standing(), 1)
    found = decided(LISTING, stock(10), state=refused)
    assert (found.action, found.reason, found.previous) == (
        Action.PUBLISH,
        "NOT_ACKNOWLEDGED",
        None,
    )
    assert found.is_decrease


@pytest.mark.parametrize("between", ["another sent", "doubted"])
def test_an_old_acceptance_says_nothing_of_a_later_sending(between: str) -> None:
    known = standing()
    if between == "another sent":
        known = state_of(decided(LISTING, stock(20, 2), state=known))
    else:
        known = doubted(known)
    again = state_of(decided(LISTING, stock(10, 3), state=known))
    assert again.quantity == 10
    assert not again.is_acknowledged


def test_the_state_counts_decisions_and_writes() -> None:
    first = state_of(decided(LISTING, stock(10)))
    assert (first.decision, first.revision, first.sent_at) == (1, 1, NOW)
    second = state_of(decided(LISTING, stock(8, 2), state=first))
    assert (second.decision, second.revision, second.source_version) == (2, 2, 2)
    assert second.trace["result"] == 8


def test_decreases_are_sent_first() -> None:
    known = {sku: replace(standing(), key=a_listing(sku).key) for sku in ("S1", "S2", "S3")}
    units = {"S1": 12, "S2": 3, "S3": 11}
    found = decide_all(
        [ListingSource(known[sku].key, stock(count, 2)) for sku, count in units.items()],
        build_registry([a_listing(sku) for sku in units], a_policy()),
        a_policy(),
        {state.key: state for state in known.values()},
        [],
        NOW,
    )
    assert [one.key.sku for one in found] == ["S1", "S2", "S3"]
    assert [one.key.sku for one in emission_order(found)] == ["S2", "S1", "S3"]


def test_a_listing_decided_twice_is_sent_once_and_as_decided_last() -> None:
    other = a_listing("SKU-2")
    known = replace(standing(), key=other.key)
    found = decide_all(
        [
            ListingSource(LISTING.key, stock(3, 2)),
            ListingSource(other.key, stock(12, 2)),
            ListingSource(LISTING.key, stock(5, 3)),
        ],
        build_registry([LISTING, other], a_policy()),
        a_policy(),
        {LISTING.key: standing(), other.key: known},
        [],
        NOW,
    )
    assert [one.number for one in found] == [2, 2, 3]
    assert [state_of(one).revision for one in found] == [3, 3, 4]
    assert [one.is_decrease for one in found] == [True, False, False]
    # Amazon may still have 10: five goes before the other's increase, though more than the three
    # never sent.
    sent = emission_order(found)
    assert [(one.key.sku, one.number) for one in sent] == [("SKU-1", 3), ("SKU-2", 2)]
