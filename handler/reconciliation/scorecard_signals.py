"""Two questions about what is watched: is stock the same everywhere, and are errors cured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from handler.reconciliation.scorecard import (
    Answer,
    Row,
    Status,
    bounded,
    direction,
    judged,
    median,
    months_until,
    of_faults,
    percent,
)
from handler.settlement.period import Period

STALE: Final = timedelta(hours=36)
# How long an error, and a warning, may be open.
ERROR_AGE: Final = timedelta(days=3)
WARNING_AGE: Final = timedelta(days=7)
_RANK: Final = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True)
class PairFact:
    """A pair of counts beyond tolerance; ``amazon`` and ``netsuite`` in units."""

    item: str
    location: str
    measure: str
    amazon: int
    netsuite: int


@dataclass(frozen=True, slots=True)
class StockFact:
    """A comparison of stock.

    Attributes:
        as_of: when NetSuite was read.
        compared: how many pairs.
        differ: how many of them differ at all.
        units: sum of the differences beyond tolerance.
    """

    as_of: datetime
    compared: int
    differ: int
    units: int


@dataclass(frozen=True, slots=True)
class LastStock:
    """What only the document of the last comparison tells.

    Attributes:
        drifting: its pairs beyond tolerance.
        drifted: how many there are.
        uncompared: units' places that one system has and the other could not be asked about.
    """

    drifting: tuple[PairFact, ...]
    drifted: int
    uncompared: int


@dataclass(frozen=True, slots=True)
class ErrorFact:
    """An exception of the register; ``resolved_at`` is ``None`` while it is open."""

    code: str
    severity: str
    subject: str
    first_seen: datetime
    resolved_at: datetime | None = None


def stock_same(
    runs: Iterable[StockFact],
    last: LastStock | None,
    as_of: datetime,
    count: int,
    missing: Sequence[str] = (),
) -> Answer:
    """Say whether the two systems agree, by the last comparison; an old one tells nothing of now.

    Args:
        runs: the comparisons.
        last: what the document of the latest tells; ``None`` where it could not be read.
        as_of: now.
        count: of months, the running one the last.
        missing: what could not be read.
    """
    months = months_until(as_of.date(), count)
    ordered = sorted(runs, key=lambda run: (run.as_of, run.compared, run.differ, run.units))
    by_month = {Period.of(run.as_of.date()): run for run in ordered}
    trend = {
        month: Fraction(by_month[month].units) if month in by_month else None for month in months
    }
    lacks, unit = list(missing), "units beyond tolerance at the last comparison"
    towards = direction(trend, more_is_better=False)
    if not ordered:
        lacks.append("No comparison of stock is recorded.")
        why = "Nothing says whether stock is the same."
        return Answer(
            "stock_same", Status.UNKNOWN, None, unit, trend, towards, why, (), 0, tuple(lacks)
        )
    latest = ordered[-1]
    stale = as_of - latest.as_of > STALE
    if stale:
        lacks.append(f"The last comparison is older than {_hours(STALE)} hours.")
    if not latest.compared:
        lacks.append("The last comparison had nothing to compare.")
    if last is None:
        lacks.append("The document of the last comparison cannot be read.")
    elif last.uncompared:
        lacks.append(f"{last.uncompared} counts could not be compared: the other side has none.")
    drifted = last.drifted if last else 0
    within = percent(latest.compared - drifted, latest.compared)
    has_drift = latest.units or drifted
    worst = of_faults(within if last else None) if has_drift else Status.GOOD
    rows, _ = bounded(_pair_rows(last))
    agree = latest.compared - latest.differ
    why = (
        f"{agree} of {latest.compared} pairs agree and {latest.units} units are beyond tolerance, "
        f"{_hours(as_of - latest.as_of)} hours ago."
    )
    return Answer(
        "stock_same", Status.UNKNOWN if stale else judged(worst, lacks), Fraction(latest.units),
        unit, trend, towards, why, rows, drifted - len(rows), tuple(lacks),
    )  # fmt: skip


def errors_cured(
    errors: Iterable[ErrorFact], as_of: datetime, count: int, missing: Sequence[str] = ()
) -> Answer:
    """Say what is open, how old it is, and how long a cure took.

    Args:
        errors: the open ones, and those resolved in the window.
        as_of: now.
        count: of months, the running one the last.
        missing: what could not be read.
    """
    months = months_until(as_of.date(), count)
    everything = list(errors)
    still = sorted(
        (one for one in everything if one.resolved_at is None),
        key=lambda one: (_rank(one), one.first_seen, one.code, one.subject),
    )
    hours: dict[Period, list[int]] = {month: [] for month in months}
    for one in everything:
        if one.resolved_at and (month := Period.of(one.resolved_at.date())) in hours:
            hours[month].append(_hours(one.resolved_at - one.first_seen))
    trend = {month: median(hours[month]) for month in months}
    cured = [each for month in months for each in hours[month]]
    lacks = list(missing)
    if not cured:
        lacks.append("No exception resolved in these months is known: no cure time can be told.")
    rows, more = bounded([_error_row(one, as_of) for one in still])
    return Answer(
        "errors_cured", judged(_errors_worst(still, as_of), lacks), median(cured),
        "median hours until an exception was resolved", trend,
        direction(trend, more_is_better=False), _errors_why(still, len(cured), as_of), rows, more,
        tuple(lacks),
    )  # fmt: skip


def _pair_rows(last: LastStock | None) -> list[Row]:
    pairs = sorted(
        last.drifting if last else (),
        key=lambda one: (-abs(one.amazon - one.netsuite), one.item, one.location, one.measure),
    )
    return [
        {
            "item": one.item,
            "location": one.location,
            "measure": one.measure,
            "amazon": one.amazon,
            "netsuite": one.netsuite,
        }
        for one in pairs
    ]


def _errors_worst(still: Sequence[ErrorFact], as_of: datetime) -> Status:
    errors = [one for one in still if one.severity == "error"]
    if any(as_of - one.first_seen > ERROR_AGE for one in errors):
        return Status.BAD
    old = any(as_of - one.first_seen > WARNING_AGE for one in still if one.severity != "notice")
    return Status.ATTENTION if errors or old else Status.GOOD


def _errors_why(still: Sequence[ErrorFact], cured: int, as_of: datetime) -> str:
    told = []
    for severity in dict.fromkeys(one.severity for one in still):
        of = [one for one in still if one.severity == severity]
        oldest = _hours(as_of - min(one.first_seen for one in of))
        told.append(f"{len(of)} of severity {severity} (the oldest for {oldest} hours)")
    return f"Open in the register of all profiles: {', '.join(told) or 'none'}; {cured} resolved."


def _rank(one: ErrorFact) -> tuple[int, str]:
    return (_RANK.index(one.severity) if one.severity in _RANK else 0, one.severity)


def _error_row(one: ErrorFact, as_of: datetime) -> Row:
    return {
        "code": one.code,
        "severity": one.severity,
        "subject": one.subject,
        "first_seen": one.first_seen.isoformat(),
        "age_hours": _hours(as_of - one.first_seen),
    }


def _hours(span: timedelta) -> int:
    return max(0, int(span // timedelta(hours=1)))
