"""One settlement in the words of V2, the twin of the files in tests/data/settlements_other."""

from __future__ import annotations

from collections import Counter
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import DATA, AFile, a_file, a_profile, a_row, vocabulary

from handler.core.errors import UnusableFile
from handler.core.source import from_bytes
from handler.settlement.classify import classify
from handler.settlement.group import GroupKey
from handler.settlement.grouping import Grouping
from handler.settlement.readers import flat
from handler.settlement.report import SettlementReport

PACIFIC = Grouping(ZoneInfo("America/Los_Angeles"))
OTHER = DATA / "settlements_other"

_ORDER = {"order-id": "111-1111111-1111111", "posted-date-time": "2025-08-05 12:00:00 UTC"}
_MFN = {
    "order-id": "222-2222222-2222222",
    "posted-date-time": "2025-08-06 09:30:00 UTC",
    "fulfillment-id": "MFN",
    "sku": "SKU-2",
}
_REFUND = {"transaction-type": "Refund", "posted-date-time": "2025-08-12 18:15:00 UTC"}
_OTHER = {
    "transaction-type": "other-transaction",
    "amount-type": "other-transaction",
    "order-id": "",
    "sku": "",
    "fulfillment-id": "",
    "posted-date-time": "2025-08-09 07:00:00 UTC",
}
_ROWS = (
    (_ORDER, "ItemPrice", "Principal", "50.00"),
    (_ORDER, "ItemPrice", "Tax", "4.13"),
    (_ORDER, "ItemPrice", "Shipping", "5.99"),
    (_ORDER, "ItemPrice", "ShippingTax", "0.49"),
    (_ORDER, "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", "-4.13"),
    (_ORDER, "ItemWithheldTax", "MarketplaceFacilitatorTax-Shipping", "-0.49"),
    (_ORDER, "ItemFees", "Commission", "-7.50"),
    (_ORDER, "ItemFees", "FBAPerUnitFulfillmentFee", "-5.42"),
    (_ORDER, "Promotion", "Shipping", "-5.99"),
    (_MFN, "ItemPrice", "Principal", "20.00"),
    (_MFN, "ItemFees", "Commission", "-3.00"),
    (_REFUND, "ItemPrice", "Principal", "-50.00"),
    (_REFUND, "ItemPrice", "Tax", "-4.13"),
    (_REFUND, "ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", "4.13"),
    (_REFUND, "ItemFees", "Commission", "7.50"),
    (_REFUND, "ItemFees", "RefundCommission", "-1.50"),
    (_OTHER, "other-transaction", "Subscription Fee", "-39.99"),
    (_OTHER, "FBA Inventory Reimbursement", "WAREHOUSE_DAMAGE", "18.20"),
    (_OTHER, "other-transaction", "Previous Reserve Amount Balance", "100.00"),
    (_OTHER, "other-transaction", "Current Reserve Amount", "-60.00"),
    (
        _OTHER | {"transaction-type": "CouponRedemptionFee"},
        "CouponRedemptionFee",
        "Save 10% on kettles",
        "-0.60",
    ),
    (
        _OTHER | {"transaction-type": "ServiceFee"},
        "Cost of Advertising",
        "TransactionTotalAmount",
        "-12.34",
    ),
)


def twin() -> AFile:
    """The settlement as a V2 flat file."""
    rows = [
        a_row() | common | {"amount-type": kind, "amount-description": what, "amount": amount}
        for common, kind, what, amount in _ROWS
    ]
    return a_file(rows, total="15.35")


def class_totals(report: SettlementReport) -> dict[str, int]:
    """The report's sums by accounting class under the shipped vocabulary, zeros left out."""
    totals: Counter[str] = Counter()
    for use in classify(report, vocabulary(), a_profile()).kinds:
        totals[use.accounting_class] += use.amount
    return {name: total for name, total in totals.items() if total}


def flat_report(file: AFile) -> SettlementReport:
    """A flat file, read."""
    return flat.read(from_bytes(file.content()), PACIFIC)


def traced(reader: ModuleType, content: bytes) -> dict[GroupKey, tuple[int, int, int]]:
    """The traced rows added up like groups: rows, amount, first line."""
    found: dict[GroupKey, tuple[int, int, int]] = {}
    for row in reader.rows(from_bytes(content), PACIFIC):
        rows, amount, first = found.get(row.key, (0, 0, row.line))
        found[row.key] = (rows + 1, amount + row.amount, min(first, row.line))
    return found


def grouped(report: SettlementReport) -> dict[GroupKey, tuple[int, int, int]]:
    """The groups of a report in the shape of :func:`traced`."""
    return {g.key: (g.rows, g.amount, g.first_line) for g in report.groups}


def refusal(reader: ModuleType, content: bytes) -> str:
    """Code and message that a content is refused with."""
    with pytest.raises(UnusableFile) as refused:
        reader.read(from_bytes(content), PACIFIC)
    return f"{refused.value.code}: {refused.value.message}"


def faults(report: SettlementReport) -> list[tuple[Any, ...]]:
    """Where each BAD_ROW stands, what was found, and what was expected."""
    return [
        (
            f.evidence.get("line", f.evidence.get("record")),
            f.evidence["path"],
            f.evidence["found"],
            f.evidence["expected"],
        )
        for f in report.findings
        if f.code == "BAD_ROW"
    ]
