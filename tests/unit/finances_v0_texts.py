"""listFinancialEvents answers for tests: valid by default, override one thing."""

from __future__ import annotations

from typing import Any

import json_texts
from json_texts import number
from settlement_twin import OTHER, PACIFIC, faults, refusal

from handler.core.source import from_bytes
from handler.settlement.readers import finances_v0
from handler.settlement.report import SettlementReport

SAMPLE = (OTHER / "us_finances_v0.json").read_bytes()
POSTED = {"PostedDate": "2025-08-05T12:00:00Z", "MarketplaceName": "Amazon.com"}


def money(amount: str, code: str = "USD") -> dict[str, str]:
    return {"CurrencyCode": code, "CurrencyAmount": number(amount)}


def charge(name: str, amount: str) -> dict[str, Any]:
    return {"ChargeType": name, "ChargeAmount": money(amount)}


def fee(name: str, amount: str) -> dict[str, Any]:
    return {"FeeType": name, "FeeAmount": money(amount)}


def group(total: str = "0.0", **changes: Any) -> dict[str, Any]:
    """A closed event group."""
    made = {
        "FinancialEventGroupId": "grp-1",
        "ProcessingStatus": "Closed",
        "OriginalTotal": money(total),
        "BeginningBalance": money("0.0"),
        "FinancialEventGroupStart": "2025-08-01T00:00:00Z",
        "FinancialEventGroupEnd": "2025-08-15T00:00:00Z",
        "FundTransferDate": "2025-08-17T00:00:00Z",
    }
    return made | changes


def groups(*each: dict[str, Any]) -> dict[str, Any]:
    return {"payload": {"FinancialEventGroupList": list(each)}}


def events(name: str, *each: Any, **extra: Any) -> dict[str, Any]:
    return {"payload": {"FinancialEvents": {name: list(each)}, **extra}}


def read(*pages: Any) -> SettlementReport:
    content = b"\n".join(json_texts.text(each) for each in pages)
    return finances_v0.read(from_bytes(content), PACIFIC)


def found(*pages: Any) -> list[str]:
    return [finding.code for finding in read(*pages).findings]


def kinds(name: str, event: dict[str, Any]) -> dict[str, int]:
    report = read(groups(group()), events(name, POSTED | event))
    assert not faults(report)
    return {str(each.key.kind): each.amount for each in report.groups}


def refused(*pages: Any) -> str:
    return refusal(finances_v0, b"\n".join(json_texts.text(each) for each in pages))
