"""The scorecard's answers as values: a status, a figure, a trend by month, and what is missing.

What is missing turns "good" into "unknown", never the other way round: a fault that is known stays
one, however little is known beside it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from handler.settlement.period import Period

MOST_ROWS: Final = 200
# Percent without a fault, below which it is more than a single case.
NEARLY_ALL: Final = 95

Row = Mapping[str, str | int]
Trend = Mapping[Period, Fraction | None]


class Status(StrEnum):
    """What an answer comes to."""

    GOOD = "good"
    ATTENTION = "attention"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One question answered.

    Attributes:
        question: its name.
        status: what it comes to.
        figure: of the whole window; ``None`` where none can be told.
        unit: of the figure and of the trend.
        trend: of each month, the first one first; ``None`` where none can be told.
        direction: the last month that has a figure against those before it.
        why: the status in a sentence.
        rows: what stands behind it, the worst or oldest first.
        more: how many rows there are beside those.
        missing: what would be needed to say more.
    """

    question: str
    status: Status
    figure: Fraction | None
    unit: str
    trend: Trend
    direction: str
    why: str
    rows: tuple[Row, ...] = ()
    more: int = 0
    missing: tuple[str, ...] = ()


def months_until(last: date, count: int) -> tuple[Period, ...]:
    """Return ``count`` months, the first one first; the month of ``last`` is the last."""
    month = Period.of(last)
    return tuple(month.before(back) for back in range(count - 1, -1, -1))


def judged(worst: Status, missing: Sequence[str]) -> Status:
    """Return the status; nothing is good while something needed is missing."""
    return Status.UNKNOWN if worst is Status.GOOD and missing else worst


def of_faults(share: Fraction | None) -> Status:
    """Return what faults come to, by the share in percent that has none; ``None``: unknown."""
    return Status.ATTENTION if share is not None and share >= NEARLY_ALL else Status.BAD


def bounded(rows: Sequence[Row]) -> tuple[tuple[Row, ...], int]:
    """Return the rows to show, and how many there are beside those."""
    return tuple(rows[:MOST_ROWS]), max(0, len(rows) - MOST_ROWS)


def percent(part: int, whole: int) -> Fraction | None:
    """Return a share in percent; ``None`` of nothing."""
    return Fraction(100 * part, whole) if whole else None


def median(values: Iterable[int]) -> Fraction | None:
    """Return the middle value; ``None`` where there is none."""
    exact = [Fraction(value) for value in values]
    return statistics.median(exact) if exact else None


def direction(trend: Trend, *, more_is_better: bool) -> str:
    """Compare the last month that has a figure with the mean of those before it.

    Returns:
        "better", "worse", "same"; "unknown" where there are not two figures.
    """
    known = [trend[month] for month in sorted(trend)]
    values = [value for value in known if value is not None]
    if len(values) < 2:
        return "unknown"
    change = values[-1] - sum(values[:-1]) / (len(values) - 1)
    if not change:
        return "same"
    return "better" if (change > 0) == more_is_better else "worse"
