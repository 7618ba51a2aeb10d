"""Laws of the ledger: the books end at what was told last, and nothing is lost on the way."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_builders import (
    BY_COUNTRY,
    CA,
    DAY,
    US,
    Books,
    a_policy,
    balance,
    content_hash,
    item_of,
    posted,
    row,
)

from handler.inventory.ledger_event import LedgerEvent
from handler.inventory.ledger_moves import moves_of_day
from handler.inventory.policy import InventoryPolicy, ReceiptPolicy, ShipmentPolicy
from handler.inventory.posting import PostingKind
from handler.inventory.totals import totals_by_day
from handler.payloads.ledger_documents import posting_document
from handler.payloads.stock_dialects import render_postings

DAYS = [DAY + timedelta(days=number) for number in range(5)]
SHELVES = {US.sellable, US.unfulfillable, CA.sellable, CA.unfulfillable}
PAIRS = ("E", "Q", "H", "P")
EVENTS = [
    ("Receipts", ""),
    ("Shipments", ""),
    ("Customer Returns", ""),
    ("VendorReturns", ""),
    ("WhseTransfers", ""),
    *(("Adjustments", reason) for reason in ("M", "F", *PAIRS, *PAIRS, "3", "4", "X", "?")),
    ("Unknown Events", ""),
]
POLICIES = [
    a_policy(),
    a_policy(fba_by_country=BY_COUNTRY, receipts=ReceiptPolicy.TRANSFER),
    a_policy(fba_by_country=BY_COUNTRY),
    a_policy(
        receipts=ReceiptPolicy.RECONCILE,
        shipments=ShipmentPolicy.RECONCILE,
        accounts={"lost": "5150"},
    ),
]


@st.composite
def a_row(draw: st.DrawFn, days: list[date], events=tuple(EVENTS)) -> LedgerEvent:
    event, reason = draw(st.sampled_from(events))
    centre, country = draw(st.sampled_from([("PHX7", "US"), ("YYZ1", "CA")]))
    return row(
        event,
        draw(st.integers(-3, 3)),
        reason,
        day=draw(st.sampled_from(days)),
        fnsku=draw(st.sampled_from(["X001", "X002", "X999"])),
        sku=draw(st.sampled_from(["MUG", "MUG-2"])),
        reference=draw(st.sampled_from(["", "FBA1", "FBA2"])),
        centre=centre,
        country=country,
        disposition=draw(
            st.sampled_from(["SELLABLE", "SELLABLE", "DEFECTIVE", "WAREHOUSE_DAMAGED", "ODD"])
        ),
    )


@st.composite
def a_report(draw: st.DrawFn):
    first = draw(st.integers(0, len(DAYS) - 1))
    last = draw(st.integers(first, len(DAYS) - 1))
    events = draw(st.lists(a_row(DAYS[first : last + 1]), max_size=10))
    return events, draw(st.integers(0, 9)), (DAYS[first], DAYS[last])


def told_last(reports, policy: InventoryPolicy) -> dict[date, dict[tuple[str, str], int]]:
    """Return what the books should hold of each day, by the last report made about it."""
    totals: dict[date, dict] = {}
    for day in DAYS:
        about = [one for one in reports if one[2][0] <= day <= one[2][1]]
        if about:
            last = max(about, key=lambda one: (one[1], content_hash(one[0], one[2])))
            totals[day] = totals_by_day(last[0]).get(day, {})
    return {
        day: balance(
            moves_of_day(told, totals.get(day - timedelta(days=1), {}), policy, item_of).moves
        )
        for day, told in totals.items()
    }


@pytest.mark.parametrize("policy", POLICIES, ids=["items", "transfers", "countries", "compare"])
@settings(max_examples=60)
@given(reports=st.lists(a_report(), min_size=1, max_size=6), data=st.data())
def test_any_history_of_reports_ends_at_what_was_told_last(
    policy: InventoryPolicy, reports, data: st.DataObject
) -> None:
    books = Books(policy)
    again = data.draw(st.lists(st.sampled_from(reports), max_size=3))
    for events, hour, span in [*reports, *again]:
        books.tell(events, hour, span)
    wanted = told_last(reports, policy)
    assert books.days.keys() == wanted.keys()
    for day, state in books.days.items():
        assert balance(state.posted) == wanted[day]
        assert posted(one for one in books.postings if one.ledger_day == day) == wanted[day]
        assert all(state.posted.values())
    for events, hour, span in reports:
        outcome = books.tell(events, hour, span)
        assert (outcome.postings, outcome.days) == ((), ())
    ids = [one.external_id for one in books.postings]
    assert len(ids) == len(set(ids))
    for one in books.postings:
        for dialect in ("netsuite", "celigo"):
            assert render_postings([posting_document(one)], dialect).payloads


@settings(max_examples=80)
@given(
    events=st.lists(a_row(DAYS), min_size=1, max_size=25),
    order=st.permutations(DAYS),
    policy=st.sampled_from(POLICIES),
)
def test_days_told_one_by_one_in_any_order_come_to_the_same(events, order, policy) -> None:
    whole, parts = Books(policy), Books(policy)
    whole.tell(events, span=(DAYS[0], DAYS[-1]))
    for hour, day in enumerate(order):
        parts.tell([one for one in events if one.day == day], hour, (day, day))
    assert posted(parts.postings) == posted(whole.postings)
    for day in DAYS:
        assert balance(parts.days[day].posted) == balance(whole.days[day].posted)


@settings(max_examples=80)
@given(events=st.lists(a_row(DAYS), max_size=30), chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_is_moot(events, chance) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)
    span = (DAYS[0], DAYS[-1])
    assert Books().tell(shuffled, span=span) == Books().tell(events, span=span)


@pytest.mark.parametrize("policy", POLICIES, ids=["items", "transfers", "countries", "compare"])
@settings(max_examples=60)
@given(events=st.lists(a_row(DAYS[:3]), max_size=30))
def test_every_unit_is_moved_or_compared_or_waits(policy: InventoryPolicy, events) -> None:
    days = totals_by_day(events)
    before: dict = {}
    lent: dict = {}
    for day in DAYS[:4]:
        totals = days.get(day, {})
        after = days.get(day + timedelta(days=1), {})
        found = moves_of_day(totals, before, policy, item_of, after)
        on_shelves = sum(
            units for (_, place), units in balance(found.moves).items() if place in SHELVES
        )
        assert dict(found.from_before) == lent
        assert on_shelves - sum(lent.values()) + sum(found.reconciled.values()) + sum(
            one.units for one in found.held
        ) + sum(found.with_next.values()) == sum(one.quantity for one in totals.values())
        before, lent = totals, dict(found.with_next)


@settings(max_examples=100)
@given(
    events=st.lists(
        a_row(DAYS[:1], tuple(("Adjustments", reason) for reason in PAIRS)), max_size=20
    )
)
def test_changes_of_disposition_make_and_destroy_nothing(events) -> None:
    totals = totals_by_day(events).get(DAY, {})
    found = moves_of_day(totals, {}, a_policy(), item_of)
    assert {move.kind for move in found.moves} <= {PostingKind.TRANSFER}
    assert all(units > 0 for units in found.moves.values())
    by_item: Counter[str] = Counter()
    for (item, _), units in balance(found.moves).items():
        by_item[item] += units
    assert not any(by_item.values())
    # In no centre do more units change than leave there, or than arrive there.
    leaving = sum(-one.quantity for one in totals.values() if one.quantity < 0)
    arriving = sum(one.quantity for one in totals.values() if one.quantity > 0)
    assert sum(found.moves.values()) <= min(leaving, arriving)
