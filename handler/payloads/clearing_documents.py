"""The outcome of reconciling the clearing account as a document; amounts in major units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handler.core.money import known_currency
from handler.reconciliation.clearing_causes import BookedEntry, BookedTotal

if TYPE_CHECKING:
    from handler.payloads.result import Document
    from handler.reconciliation.clearing import ClearingReconciliation, ClearingRow


def clearing_document(
    outcome: ClearingReconciliation, states: Mapping[str, str]
) -> dict[str, object]:
    """Return the outcome of reconciling the clearing account.

    Args:
        outcome: the reconciliation.
        states: of each settlement, where they are known.
    """
    return {
        "rows": [{**_row(row), "state": states.get(row.settlement_id, "")} for row in outcome.rows],
        "unattributed": [_booked(one) for one in outcome.unattributed],
        "findings": [finding.as_dict() for finding in outcome.findings],
    }


def _row(row: ClearingRow) -> Document:
    money = known_currency(row.currency)
    return {
        "settlement_id": row.settlement_id,
        "currency": money.code,
        "ours": money.text(row.ours),
        "netsuite": money.text(row.netsuite),
        "difference": money.text(row.difference),
        "deposited": row.deposited,
        "causes": [
            {
                "kind": str(cause.kind),
                "entry": cause.entry,
                "amount": money.text(cause.amount),
                "text": cause.text(money),
            }
            for cause in row.causes
        ],
        "moved": [
            {"external_id": ours.external_id, "ours": str(ours.period), "netsuite": str(one.period)}
            for ours, one in row.moved
        ],
    }


def _booked(one: BookedEntry | BookedTotal) -> Document:
    money = known_currency(one.currency)
    if isinstance(one, BookedTotal):
        return {
            "settlement_id": one.settlement_id,
            "amount": money.text(one.amount),
            "currency": money.code,
        }
    return {
        "record": one.record,
        "external_id": one.external_id,
        "memo": one.memo,
        "amount": money.text(one.clearing),
        "currency": money.code,
        "period": str(one.period),
    }
