"""Amazon's balances follow from their figures, under one reading of signs for each file."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest
from builders import ROOT
from ledger_builders import DAY, row

from handler.inventory.ledger_equation import (
    INTERPRETATIONS,
    Interpretation,
    continuity,
    detail_against_summary,
    prove_balances,
)
from handler.inventory.ledger_event import LedgerBalance
from handler.inventory.totals import totals_by_day

SANDBOX = ROOT / "tests/data/inventory/sandbox_ledger_summary.tsv"
COLUMNS: Final = {
    "InTransitBetweenWarehouses": "in transit between warehouses",
    "Receipts": "receipts",
    "CustomerShipments": "customer shipments",
    "CustomerReturns": "customer returns",
    "VendorReturns": "vendor returns",
    "WarehouseTransferIn/Out": "warehouse transfer in/out",
    "Found": "found",
    "Lost": "lost",
    "Damaged": "damaged",
    "Disposed": "disposed",
    "OtherEvents": "other events",
    "UnknownEvents": "unknown events",
}
UNSIGNED = Interpretation(outflow=-1, transit=1, transfers=1, unknown=1)


def sandbox() -> list[LedgerBalance]:
    with SANDBOX.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        LedgerBalance(
            day=date.fromisoformat(cells["Date"]),
            fnsku=cells["FNSKU"],
            asin=cells["ASIN"],
            sku=cells["MSKU"],
            disposition=cells["Disposition"],
            location=cells["Location"],
            start=int(cells["StartingWarehouseBalance"]),
            end=int(cells["EndingWarehouseBalance"]),
            movements={name: int(cells[column]) for column, name in COLUMNS.items()},
            line=line,
        )
        for line, cells in enumerate(rows, start=2)
    ]


def a_balance(start: int, end: int, day: date = DAY, **movements: int) -> LedgerBalance:
    named = {name.replace("_", " "): units for name, units in movements.items()}
    return LedgerBalance(day, "X001", "B001", "MUG", "SELLABLE", "US", start, end, named, 2)


def test_the_sample_of_amazon_balances_with_unsigned_outflows_and_transit_in() -> None:
    proof = prove_balances(sandbox())
    assert proof.is_proven
    assert (proof.rows, proof.balanced, proof.findings) == (4, 4, ())
    assert proof.interpretation.as_dict() == {
        "outflows": "unsigned",
        "in_transit": "added",
        "transfers": "added",
        "unknown_events": "added",
    }


@pytest.mark.parametrize("signs", INTERPRETATIONS)
def test_a_file_is_proven_under_whatever_reading_it_is_written_in(signs: Interpretation) -> None:
    rows = []
    for number, one in enumerate(sandbox()):
        movements = dict(one.movements) | {"unknown events": number + 1}
        end = one.start + sum(signs.sign_of(name) * units for name, units in movements.items())
        rows.append(replace(one, movements=movements, end=end))
    proof = prove_balances(rows)
    assert proof.is_proven
    assert proof.interpretation == signs


def test_a_row_that_drifts_is_named_with_its_figures() -> None:
    rows = sandbox()
    rows[1] = replace(rows[1], end=rows[1].end - 4)
    proof = prove_balances(rows)
    assert (proof.is_proven, proof.balanced) == (False, 3)
    (finding,) = proof.findings
    assert finding.code == "LEDGER_DRIFT"
    assert finding.subject == ("FNSKU X0002EF2GH SELLABLE in US (SKU-COFFEE-401) on 2024-12-01")
    evidence = finding.evidence
    assert (evidence["line"], evidence["start"], evidence["customer shipments"]) == (3, 500, 85)
    assert (evidence["end"], evidence["computed"], evidence["difference"]) == (531, 535, 4)


def test_no_row_may_choose_its_own_reading() -> None:
    signed = a_balance(10, 8, customer_shipments=-2)
    unsigned = a_balance(10, 8, customer_shipments=2)
    proof = prove_balances([signed, signed, unsigned])
    assert (proof.balanced, len(proof.findings)) == (2, 1)
    assert proof.interpretation.outflow == 1


def test_a_file_without_rows_is_proven() -> None:
    assert prove_balances([]).is_proven


def test_a_day_starts_with_what_the_last_one_ended_with() -> None:
    days = [a_balance(1, 5), a_balance(5, 7, DAY + timedelta(days=1))]
    assert continuity(days) == ()
    (finding,) = continuity([*days, a_balance(9, 9, DAY + timedelta(days=2))])
    assert finding.subject == "start of FNSKU X001 SELLABLE in US (MUG) on 2026-01-12"
    assert finding.evidence["difference"] == 2
    # A day nobody told of lies between: nothing can be compared.
    assert continuity([days[0], a_balance(9, 9, DAY + timedelta(days=2))]) == ()


def test_detail_and_summary_of_a_day_agree_by_event() -> None:
    told = [
        row("Receipts", 5, reference="A"),
        row("Receipts", 1, reference="B", centre="SDF8"),
        row("Shipments", -2),
        row("Adjustments", -3, "M"),
        row("Adjustments", 1, "F"),
    ]
    balance = a_balance(0, 2, receipts=6, customer_shipments=2, lost=3, found=1)
    assert detail_against_summary(totals_by_day(told), [balance], UNSIGNED) == ()
    other_day = replace(balance, day=DAY + timedelta(days=1))
    assert detail_against_summary(totals_by_day(told), [balance, other_day], UNSIGNED) == ()


def test_what_one_view_lacks_is_told() -> None:
    (finding,) = detail_against_summary(
        totals_by_day([row("Shipments", -2)]),
        [a_balance(9, 4, customer_shipments=3, lost=2)],
        UNSIGNED,
    )
    assert finding.code == "LEDGER_DISAGREES"
    assert finding.evidence == {
        "detail": {"shipments": -2, "adjustments": 0},
        "summary": {"shipments": -3, "adjustments": -2},
    }
