"""What a date-range report is read as, in the short forms the tests compare."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from builders import vocabulary
from date_range_texts import FOLDER

from handler.core.errors import UnusableFile
from handler.core.source import Source, from_bytes
from handler.settlement.grouping import Grouping
from handler.settlement.readers import date_range
from handler.settlement.report import SettlementReport

PACIFIC = Grouping(ZoneInfo("America/Los_Angeles"))
VOCABULARY = vocabulary()
# Classes of the settlement that every locale's file holds, in minor units.
TOTALS = {
    "product_sales": 123456,
    "sales_tax_collected": 140,
    "shipping_income": 500,
    "promotions": -500,
    "marketplace_facilitator_tax": -140,
    "referral_fees": -525,
    "fba_fulfilment_fees": -354,
    "product_refunds": -1999,
    "referral_fee_refunds": 240,
    "advertising": -1000,
    "fba_storage_fees": -123,
    "deal_and_coupon_fees": -70,
    "fba_reimbursements": 333,
}


def source(file: str | bytes) -> Source:
    return from_bytes(file if isinstance(file, bytes) else file.encode())


def read(file: str | bytes, settlement_id: str = "") -> SettlementReport:
    return date_range.read(source(file), PACIFIC, settlement_id)


def real(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def refusal(file: str | bytes, settlement_id: str = "") -> UnusableFile:
    with pytest.raises(UnusableFile) as refused:
        read(file, settlement_id)
    return refused.value


def codes(report: SettlementReport) -> list[str]:
    return [finding.code for finding in report.findings]


def kinds(report: SettlementReport) -> dict[str, int]:
    found: dict[str, int] = {}
    for group in report.groups:
        name = f"{group.key.kind.transaction_type} / {group.key.kind.amount_description}"
        found[name] = found.get(name, 0) + group.amount
    return found


def class_totals(report: SettlementReport) -> dict[str, int]:
    found: dict[str, int] = {}
    for group in report.groups:
        rule = VOCABULARY.rule(group.key.kind)
        name = rule.accounting_class if rule else f"unmapped {group.key.kind}"
        found[name] = found.get(name, 0) + group.amount
    return found


def bad(file: str | bytes) -> list[tuple[object, ...]]:
    return [
        tuple(finding.evidence[name] for name in ("line", "column", "found", "expected"))
        for finding in read(file).findings
        if finding.code == "BAD_ROW"
    ]
