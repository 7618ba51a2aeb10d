"""Reserves, the sequence of settlements, and fee jumps as documents; amounts in major units."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from handler.core.money import known_currency
from handler.reconciliation.fee_watch import Fee, FeeJump

if TYPE_CHECKING:
    from handler.payloads.result import Document
    from handler.reconciliation.reserve import ReserveRollForward, ReserveRow
    from handler.reconciliation.sequence import Break


def reserves_document(rolled: ReserveRollForward) -> dict[str, object]:
    """Return the reserve rolled forward, the first row's opening being unknown (empty)."""
    return {
        "rows": [_reserve(row) for row in rolled.rows],
        "balances": [
            {"series": series, "currency": code, "held": known_currency(code).text(held)}
            for series, code, held in rolled.balances
        ],
        "findings": [finding.as_dict() for finding in rolled.findings],
    }


def _reserve(row: ReserveRow) -> Document:
    facts = row.facts
    money = known_currency(facts.currency)
    return {
        "settlement_id": facts.settlement_id,
        "series": facts.marketplace,
        "currency": money.code,
        "start": facts.start.isoformat(),
        "end": facts.end.isoformat(),
        "opening": "" if row.opening is None else money.text(row.opening),
        "released": money.text(facts.released),
        "held": money.text(row.closing),
        "difference": "" if row.difference is None else money.text(row.difference),
        "gap": row.gap,
    }


def breaks_document(found: Iterable[Break]) -> list[Document]:
    """Return gaps and overlaps, by day."""
    return [
        {
            "kind": "overlap" if one.overlap else "gap",
            "series": one.series,
            "before": one.before,
            "after": one.after,
            "start": one.start.date().isoformat(),
            "end": one.end.date().isoformat(),
        }
        for one in found
    ]


def jump_document(jump: FeeJump, rows: list[Document], rows_in_all: int) -> Document:
    """Return a jump with the file rows it is made of.

    Args:
        jump: the jump.
        rows: the first of the rows.
        rows_in_all: how many there are.
    """
    sums = jump.sums
    money = known_currency(sums.currency)
    charged = sums.referral if jump.fee is Fee.REFERRAL else sums.fulfilment
    return {
        "sku": sums.sku,
        "marketplace": sums.marketplace,
        "currency": money.code,
        "period": str(sums.period),
        "fee": str(jump.fee),
        "sales": money.text(sums.sales),
        "units": sums.units,
        "charged": money.text(charged),
        "excess": money.text(jump.excess),
        "past": [str(period) for period in jump.past],
        "rows": rows,
        "rows_in_all": rows_in_all,
    }
