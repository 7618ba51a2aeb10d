"""The scorecard as a document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.payloads.result import Document
    from handler.reconciliation.scorecard import Answer


def scorecard_document(
    profile: str, as_of: datetime, months: int, answers: Iterable[Answer]
) -> Document:
    """Return the answers; a figure that cannot be told is ``None``."""
    return {
        "profile": profile,
        "as_of": as_of.isoformat(timespec="seconds"),
        "months": months,
        "answers": [_answer(one) for one in answers],
    }


def _answer(one: Answer) -> Document:
    return {
        "question": one.question,
        "status": str(one.status),
        "figure": _figure(one.figure),
        "unit": one.unit,
        "trend": [
            {"month": str(month), "value": _figure(one.trend[month])} for month in sorted(one.trend)
        ],
        "direction": one.direction,
        "why": one.why,
        "rows": [dict(row) for row in one.rows],
        "more": one.more,
        "missing": list(one.missing),
    }


def _figure(value: Fraction | None) -> str | None:
    """Return a figure as text, cut off after one decimal: 99.99 percent is not shown as 100."""
    if value is None:
        return None
    tenths = int(value * 10)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
