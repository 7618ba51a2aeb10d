"""Other reports explain the ledger's units, and move none."""

from __future__ import annotations

from datetime import date, timedelta

from ledger_builders import DAY, row

from handler.inventory.amazon_stock import CustomerReturn, Reimbursement, Removal
from handler.inventory.enrichment import LedgerEvidence, enrich
from handler.inventory.totals import totals_by_day


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def paid(number: int, name: str, cash: int, stock: int = 0, **changes: object) -> Reimbursement:
    values: dict = {
        "day": day(number),
        "reimbursement_id": name,
        "case_id": "",
        "order_id": "",
        "reason": "Lost_Warehouse",
        "sku": "MUG",
        "fnsku": "X001",
        "asin": "B001",
        "currency": "USD",
        "amount": 725 * cash,
        "cash_units": cash,
        "stock_units": stock,
        "original_id": "",
        "line": 2,
        **changes,
    }
    return Reimbursement(**values)


def evidence(events, reimbursements=(), returns=(), removals=(), as_of=90) -> LedgerEvidence:
    return enrich(totals_by_day(events), returns, removals, reimbursements, day(as_of))


def lost(number: int, units: int):
    return row("Adjustments", -units, "M", day=day(number))


def figures(found: LedgerEvidence) -> list[tuple[int, int, int, int]]:
    return [(one.lost, one.found, one.reimbursed, one.open) for one in found.lost]


def test_the_oldest_lost_units_are_found_and_paid_first() -> None:
    events = [lost(0, 3), lost(2, 4), row("Adjustments", 1, "F", day=day(3))]
    found = evidence(events, [paid(4, "R1", 2, 1)])
    assert figures(found) == [(3, 1, 2, 0), (4, 0, 1, 3)]
    assert [[row.reimbursement_id for row in one.reimbursements] for one in found.lost] == [
        ["R1"],
        ["R1"],
    ]


def test_nothing_is_closed_by_what_came_before_or_for_other_reasons() -> None:
    events = [row("Adjustments", 1, "F"), lost(2, 2)]
    payments = [
        paid(1, "R1", 1),
        paid(3, "R2", 1, reason="CustomerReturn"),
        paid(3, "R3", 1, fnsku="X002"),
    ]
    assert figures(evidence(events, payments)) == [(2, 0, 0, 2)]


def test_money_taken_back_opens_the_units_again() -> None:
    payments = [
        paid(2, "R1", 2),
        paid(5, "R2", -1, reason="Reimbursement_Reversal", original_id="R1"),
    ]
    assert figures(evidence([lost(0, 2)], payments)) == [(2, 0, 1, 1)]


def test_units_open_for_longer_than_45_days_can_be_claimed() -> None:
    events = [lost(0, 2), lost(1, 1)]
    assert [one.day for one in evidence(events, as_of=46).claims] == [day(0)]
    assert evidence(events, as_of=45).claims == ()
    assert [one.day for one in evidence(events, [paid(3, "R1", 2)]).claims] == [day(1)]


def test_returns_and_removals_name_orders_of_the_ledgers_rows_only() -> None:
    def returned(order: str, centre: str) -> CustomerReturn:
        return CustomerReturn(
            DAY, order, "MUG", "X001", "B001", 1, centre, "SELLABLE", "UNWANTED", "", "LPN", 2
        )

    def removed(order: str) -> Removal:
        return Removal(
            DAY, order, "Return", "Completed", "MUG", "X001", "SELLABLE", 2, 0, 0, 2, 0, "", 2
        )

    found = evidence(
        [row("CustomerReturns", 1), row("VendorReturns", -2, reference="RO1")],
        returns=[returned("111-1", "PHX7"), returned("111-2", "SDF8")],
        removals=[removed("RO1"), removed("RO2")],
    )
    assert {place: [one.order_id for one in rows] for place, rows in found.returns.items()} == {
        (DAY, "X001", "PHX7", "SELLABLE"): ["111-1"]
    }
    assert list(found.removals) == ["RO1"]
