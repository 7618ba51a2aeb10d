"""listTransactions answers for tests: valid by default, override one thing."""

from __future__ import annotations

from typing import Any

import json_texts
from json_texts import number
from settlement_twin import OTHER, PACIFIC, refusal

from handler.core.source import from_bytes
from handler.settlement.readers import finances_transactions
from handler.settlement.report import SettlementReport

SAMPLE = (OTHER / "us_finances_2024.json").read_bytes()


def money(amount: str, code: str = "USD") -> dict[str, str]:
    return {"currencyAmount": number(amount), "currencyCode": code}


def node(name: str, amount: str, *below: dict[str, Any]) -> dict[str, Any]:
    return {"breakdownType": name, "breakdownAmount": money(amount), "breakdowns": list(below)}


def transaction(amount: str = "10.00", **changes: Any) -> dict[str, Any]:
    """A released shipment of settlement 1, without breakdowns unless given."""
    made = {
        "transactionType": "Shipment",
        "transactionStatus": "RELEASED",
        "postedDate": "2025-08-05T12:00:00Z",
        "totalAmount": money(amount),
        "relatedIdentifiers": ids(SETTLEMENT_ID="1"),
        "marketplaceDetails": {"marketplaceName": "Amazon.com"},
    }
    return made | changes


def ids(**values: str) -> list[dict[str, str]]:
    return [
        {"relatedIdentifierName": name, "relatedIdentifierValue": value}
        for name, value in values.items()
    ]


def transfer(amount: str = "10.00", **changes: Any) -> dict[str, Any]:
    tree = [node("FundTransfer", amount)]
    return transaction(amount, transactionType="Transfer", breakdowns=tree, **changes)


def page(*transactions: dict[str, Any], **extra: Any) -> dict[str, Any]:
    return {"payload": {"transactions": list(transactions), **extra}}


def read(*pages: Any) -> SettlementReport:
    content = b"\n".join(json_texts.text(each) for each in pages)
    return finances_transactions.read(from_bytes(content), PACIFIC)


def found(*pages: Any) -> list[str]:
    return [finding.code for finding in read(*pages).findings]


def kinds(*pages: Any) -> dict[str, int]:
    return {str(group.key.kind): group.amount for group in read(*pages).groups}


def refused(*pages: Any) -> str:
    content = b"\n".join(json_texts.text(each) for each in pages)
    return refusal(finances_transactions, content)
