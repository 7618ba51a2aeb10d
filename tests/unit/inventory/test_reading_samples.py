"""Amazon's own sample reports, read to their exact values."""

from __future__ import annotations

from datetime import date

import pytest
from stock_report_texts import FOLDER, read, sample

from handler.inventory.amazon_report import ReportKind
from handler.inventory.amazon_stock import AmazonStock, CustomerReturn, Reimbursement
from handler.inventory.ledger_event import LedgerBalance, LedgerEvent


@pytest.mark.parametrize(
    "name",
    sorted(
        one.name
        for pattern in ("sandbox_*.tsv", "fba-inventory.txt", "re[ti]*.txt")
        for one in FOLDER.glob(pattern)
    ),
)
def test_every_sample_is_read_without_a_finding(name: str) -> None:
    report = read(sample(name))
    lines = [line for line in sample(name).decode().split("\n") if line.strip()]
    assert report.rows == len(lines) - 1 > 0
    assert report.findings == ()
    assert report.unknown_columns == ()


def test_the_ledger_detail() -> None:
    report = read(sample("sandbox_ledger_detail.tsv"))
    assert report.kind is ReportKind.LEDGER_DETAIL
    assert report.days == (date(2024, 12, 2), date(2024, 12, 12))
    assert report.events[7] == LedgerEvent(
        day=date(2024, 12, 11), fnsku="X0003IJ3KL", asin="B0B8K4L7ST", sku="SKU-BOTTLE-150",
        event="Adjustments", reference="ADJ-20241211-001", quantity=-1, centre="ONT8",
        disposition="UNSELLABLE", reason="DAMAGED", country="US", line=9, unreconciled=1,
    )  # fmt: skip
    assert [row.quantity for row in report.events] == [25, -1, 100, -3, 1, 200, -2, -1, -5, 5]


def test_the_ledger_summary() -> None:
    report = read(sample("sandbox_ledger_summary.tsv"))
    assert report.balances[1] == LedgerBalance(
        day=date(2024, 12, 1), fnsku="X0002EF2GH", asin="B0A7M3N5QR", sku="SKU-COFFEE-401",
        disposition="SELLABLE", location="US", start=500, end=535,
        movements={
            "in transit between warehouses": 10, "receipts": 100, "customer shipments": 85,
            "customer returns": 8, "vendor returns": 0, "warehouse transfer in/out": 5,
            "found": 0, "lost": 2, "damaged": 1, "disposed": 0, "other events": 0,
            "unknown events": 0,
        },
        line=3,
    )  # fmt: skip


def test_a_movement_without_a_column_has_no_key() -> None:
    lines = sample("sandbox_ledger_summary.tsv").decode().replace("UnknownEvents", "Riddles")
    report = read(lines.encode())
    assert "unknown events" not in report.balances[0].movements
    assert report.unknown_columns == ("Riddles",)


def test_stock_of_both_channels() -> None:
    report = read(sample("sandbox_GET_FBA_MYI_ALL_INVENTORY_DATA.tsv"))
    assert report.stock[2] == AmazonStock(
        sku="SKU-BOTTLE-150", fnsku="X0003IJ3KL", asin="B0B8K4L7ST", condition="New",
        fulfillable=1263, unsellable=4, reserved=45, inbound_working=100, inbound_shipped=40,
        inbound_receiving=15, researching=0, on_hand=1308, fbm_listing=True, fbm_quantity=50,
        fba_listing=True, line=4,
    )  # fmt: skip
    assert report.stock[3].fba_listing is False


def test_on_hand_does_not_depend_on_what_the_warehouse_column_counts() -> None:
    first = read(sample("fba-inventory.txt")).stock[0]
    assert (first.fulfillable, first.reserved, first.on_hand) == (420, 12, 432)


def test_reserved_units() -> None:
    report = read(sample("sandbox_GET_RESERVED_INVENTORY_DATA.tsv"))
    assert report.stock[0] == AmazonStock(
        sku="SKU-CONSOLE-2025", fnsku="X0001AB1CD", asin="B0F4X2K9LM", reserved=12,
        reserved_orders=8, reserved_transfers=3, reserved_processing=1, line=2,
    )  # fmt: skip


def test_returns_and_reimbursements() -> None:
    assert read(sample("returns.txt")).returns[0] == CustomerReturn(
        day=date(2026, 8, 18), order_id="171-4100000-2000000", sku="ARS-ROD-01", fnsku="X000",
        asin="B0TEST0", quantity=1, centre="FRA7", disposition="CUSTOMER_DAMAGED",
        reason="NO_LONGER_NEEDED", status="Unit returned to inventory", license_plate="LPN0",
        line=2,
    )  # fmt: skip
    assert read(sample("reimbursements.txt")).reimbursements[1] == Reimbursement(
        day=date(2026, 8, 11), reimbursement_id="R500001", case_id="C900001",
        order_id="171-4000001-3000001", reason="Damaged_Warehouse", sku="ARS-BAN-02",
        fnsku="X001", asin="B0TEST1", currency="EUR", amount=3598, cash_units=2, stock_units=0,
        original_id="", line=3,
    )  # fmt: skip
