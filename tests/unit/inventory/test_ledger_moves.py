"""What one day of the ledger does to the books."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ledger_builders import (
    ACCOUNTS,
    BY_COUNTRY,
    CA,
    DAY,
    US,
    Books,
    a_policy,
    balance,
    item_of,
    row,
)

from handler.inventory.ledger_moves import DayMoves, Identified, moves_of_day
from handler.inventory.ledger_reason import Effect, ReasonRule, ReasonTable
from handler.inventory.policy import ReceiptPolicy, ShipmentPolicy
from handler.inventory.posting import Move, PostingKind
from handler.inventory.totals import totals_by_day

TRANSFER, ADJUSTMENT = PostingKind.TRANSFER, PostingKind.ADJUSTMENT


def moves(*events, before=(), after=None, items=item_of, **policy) -> DayMoves:
    days = totals_by_day([*events, *before, *(after or ())])
    return moves_of_day(
        days.get(DAY, {}),
        days.get(DAY - timedelta(days=1), {}),
        a_policy(**policy),
        items,
        None if after is None else days.get(DAY + timedelta(days=1), {}),
    )


def codes(found: DayMoves) -> list[str]:
    return [one.code for one in found.held]


def test_identical_rows_count_as_often_as_they_stand() -> None:
    lost = row("Adjustments", -1, "M")
    (total,) = totals_by_day([lost, lost, lost])[DAY].values()
    assert (total.quantity, total.rows) == (-3, 3)
    assert list(moves(lost, lost, lost).moves.values()) == [-3]


def test_only_papers_cut_a_total_by_reference() -> None:
    events = [
        row(event, 1, reference=reference)
        for event in ("Receipts", "VendorReturns", "Shipments")
        for reference in ("A", "B")
    ]
    keys = [(key.event, key.reference) for key in totals_by_day(events)[DAY]]
    assert sorted(keys) == [
        ("receipts", "A"),
        ("receipts", "B"),
        ("shipments", ""),
        ("vendorreturns", "A"),
        ("vendorreturns", "B"),
    ]


def test_two_skus_on_one_fnsku_are_one_pool() -> None:
    found = moves(row("Adjustments", -1, "M"), row("Adjustments", -2, "M", sku="MUG-OLD"))
    assert found.moves == {
        Move(ADJUSTMENT, "2201", "", US.sellable, "5150", "Adjustments M", ""): -3
    }


@pytest.mark.parametrize(
    ("event", "changes", "policy", "expected"),
    [
        (
            ("Receipts", 5),
            {"reference": "FBA1"},
            {},
            (PostingKind.RECEIPT, "", US.sellable, "", "Receipts", "FBA1", 5),
        ),
        (
            ("Receipts", 5),
            {},
            {},
            (TRANSFER, US.in_transit, US.sellable, "", "Receipts", "", 5),
        ),
        (
            ("Receipts", 5),
            {"reference": "FBA1", "country": "CA"},
            {"receipts": ReceiptPolicy.TRANSFER, "fba_by_country": BY_COUNTRY},
            (TRANSFER, CA.in_transit, CA.sellable, "", "Receipts", "FBA1", 5),
        ),
        (("Shipments", -2), {}, {}, (ADJUSTMENT, "", US.sellable, "5180", "Shipments", "", -2)),
        (
            ("CustomerReturns", 1),
            {"disposition": "CUSTOMER_DAMAGED"},
            {},
            (ADJUSTMENT, "", US.unfulfillable, "5190", "CustomerReturns", "", 1),
        ),
        (
            ("VendorReturns", -4),
            {"reference": "R1", "disposition": "DEFECTIVE"},
            {},
            (TRANSFER, US.unfulfillable, US.removal_in_transit, "", "VendorReturns", "R1", 4),
        ),
        (
            ("WhseTransfers", -3),
            {},
            {"fba_by_country": BY_COUNTRY},
            (TRANSFER, US.in_transit, US.sellable, "", "WhseTransfers", "", -3),
        ),
        (
            ("Adjustments", 1, "F"),
            {},
            {},
            (ADJUSTMENT, "", US.sellable, "5160", "Adjustments F", "", 1),
        ),
    ],
)
def test_each_event_moves_as_its_rule_says(event, changes, policy, expected) -> None:
    kind, source, target, account, cause, reference, units = expected
    move = Move(kind, "2201", source, target, account, cause, reference)
    found = moves(row(*event, **changes), **policy)
    assert found.moves == {move: units}
    assert found.held == ()


@pytest.mark.parametrize(
    ("event", "policy"),
    [
        ("Receipts", {"receipts": ReceiptPolicy.RECONCILE}),
        ("Shipments", {"shipments": ShipmentPolicy.RECONCILE}),
        ("CustomerReturns", {"shipments": ShipmentPolicy.RECONCILE}),
        ("WhseTransfers", {}),
    ],
)
def test_what_is_posted_elsewhere_is_only_compared(event: str, policy) -> None:
    found = moves(row(event, -2, disposition="ODD"), **policy)
    assert (found.moves, found.held) == ({}, ())
    assert list(found.reconciled.values()) == [-2]


def test_a_compared_row_still_tells_an_unregistered_sku() -> None:
    found = moves(row("Shipments", -2, fnsku="X999"), shipments=ShipmentPolicy.RECONCILE)
    assert [(one.code, one.units) for one in found.held] == [("UNREGISTERED_SKU", 0)]


def test_a_damaged_unit_is_one_transfer_and_no_loss() -> None:
    found = moves(
        row("Adjustments", -2, "E"), row("Adjustments", 2, "P", disposition="WAREHOUSE_DAMAGED")
    )
    assert found.moves == {
        Move(TRANSFER, "2201", US.sellable, US.unfulfillable, "", "Adjustments E", ""): 2
    }


def test_a_change_inside_one_location_moves_nothing() -> None:
    found = moves(
        row("Adjustments", -2, "H", disposition="CUSTOMER_DAMAGED"),
        row("Adjustments", 2, "P", disposition="WAREHOUSE_DAMAGED"),
    )
    assert (found.moves, found.held) == ({}, ())


def test_equal_quantities_pair_before_parts_do() -> None:
    found = moves(
        row("Adjustments", -3, "6", disposition="CARRIER_DAMAGED"),
        row("Adjustments", -1, "E"),
        row("Adjustments", 1, "P", disposition="DEFECTIVE"),
        row("Adjustments", 3, "P"),
    )
    assert {(move.source, move.cause): units for move, units in found.moves.items()} == {
        (US.unfulfillable, "Adjustments 6"): 3,
        (US.sellable, "Adjustments E"): 1,
    }
    assert found.held == ()


@pytest.mark.parametrize("quantity", [-2, 2])
def test_an_unpaired_leg_is_never_a_lone_write_off(quantity: int) -> None:
    found = moves(row("Adjustments", quantity, "E" if quantity < 0 else "P"))
    assert found.moves == {}
    assert [(one.code, one.units) for one in found.held] == [("UNPAIRED_DISPOSITION", quantity)]


def test_legs_of_two_centres_are_no_pair() -> None:
    found = moves(row("Adjustments", -1, "E"), row("Adjustments", 1, "P", centre="SDF8"))
    assert codes(found) == ["UNPAIRED_DISPOSITION"] * 2


def test_a_pair_may_straddle_midnight_and_is_posted_once() -> None:
    left = row("Adjustments", -5, "E", day=DAY - timedelta(days=1))
    came = row("Adjustments", 3, "P", disposition="WAREHOUSE_DAMAGED")
    found = moves(came, before=[left])
    assert list(found.moves.values()) == [3]
    assert (list(found.from_before.values()), found.held) == ([-3], ())
    books = Books()
    outcome = books.tell([left, came])
    assert [one.ledger_day for one in outcome.postings] == [DAY]
    (finding,) = outcome.findings
    assert finding.code == "UNPAIRED_DISPOSITION"
    assert finding.subject == "FNSKU X001 in PHX7 on 2026-01-09"
    assert finding.evidence["units"] == -2


def test_what_pairs_with_the_next_day_waits_no_longer() -> None:
    left = row("Adjustments", -2, "E")
    came = row("Adjustments", 2, "P", disposition="WAREHOUSE_DAMAGED", day=DAY + timedelta(days=1))
    assert codes(moves(left, after=[came])) == []
    assert codes(moves(left, after=[])) == ["UNPAIRED_DISPOSITION"]


def test_a_redefined_product_leaves_as_one_item_and_comes_as_another() -> None:
    found = moves(row("Adjustments", -2, "4"), row("Adjustments", 2, "3", fnsku="X002"))
    assert balance(found.moves) == {
        ("2201", US.sellable): -2,
        ("2201", "account 5200"): 2,
        ("2202", US.sellable): 2,
        ("2202", "account 5200"): -2,
    }


@pytest.mark.parametrize(
    ("arriving", "policy", "expected"),
    [
        ((1, "X002"), {}, ["UNPAIRED_DISPOSITION"] * 2),
        ((2, "X001"), {}, ["UNPAIRED_DISPOSITION"] * 2),
        ((2, "X999"), {}, ["UNREGISTERED_SKU", "UNPAIRED_DISPOSITION"]),
        (
            (2, "X002"),
            {"accounts": {"lost": "5150"}},
            ["UNKNOWN_LEDGER_REASON"] * 2,
        ),
    ],
    ids=["other quantity", "same product", "unknown product", "no account"],
)
def test_half_a_redefinition_waits(arriving, policy, expected) -> None:
    units, fnsku = arriving
    found = moves(
        row("Adjustments", -2, "4"), row("Adjustments", units, "3", fnsku=fnsku), **policy
    )
    assert (found.moves, codes(found)) == ({}, expected)


def test_unknown_events_are_never_posted() -> None:
    anything = ReasonTable([ReasonRule("*", "*", Effect.ADJUST, "lost")])
    found = moves(row("Unknown Events", -2), reasons=anything)
    assert (found.moves, codes(found)) == ({}, ["UNKNOWN_LEDGER_REASON"])


@pytest.mark.parametrize(
    ("reason", "accounts"),
    [("?", ACCOUNTS), ("X", ACCOUNTS), ("M", {})],
    ids=["no rule", "rule holds", "no account"],
)
def test_a_reason_nobody_vouches_for_waits(reason: str, accounts) -> None:
    found = moves(row("Adjustments", -2, reason), accounts=accounts)
    assert (found.moves, codes(found)) == ({}, ["UNKNOWN_LEDGER_REASON"])


def test_an_unknown_disposition_waits() -> None:
    assert codes(moves(row("Adjustments", -2, "M", disposition="ODD"))) == ["UNKNOWN_DISPOSITION"]


@pytest.mark.parametrize("code", ["POOL_CONFLICT", "FOUND_UNMAPPED", "LISTING_QUARANTINED"])
def test_the_registry_says_why_units_wait(code: str) -> None:
    found = moves(
        row("Adjustments", 1, "F"), items=lambda fnsku, sku: Identified("", code, "see line 12")
    )
    assert [(one.code, one.detail) for one in found.held] == [(code, "see line 12")]
