"""Gaps and overlaps in a series of settlements: the end of one is the start of the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from handler.core.finding import Finding

RETENTION: Final = timedelta(days=90)  # how long Amazon keeps settlement reports, about
# Ends and starts that belong together were seen a second apart.
TOLERANCE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The time a settlement covers.

    Attributes:
        settlement_id: Amazon's number.
        series: what runs on without a gap: a marketplace of one seller account, such as
            "Amazon.ca"; with the kind of account where Amazon settles it apart.
        start: in UTC.
        end: in UTC.
    """

    settlement_id: str
    series: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a series does not run on.

    Attributes:
        series: which.
        before: the settlement that ends before.
        after: the settlement that starts after.
        overlap: whether they cover the same time, rather than leave some out.
        start: of the time left out, or covered twice.
        end: of it.
    """

    series: str
    before: str
    after: str
    overlap: bool
    start: datetime
    end: datetime


def breaks(spans: Iterable[Span], tolerance: timedelta = TOLERANCE) -> tuple[Break, ...]:
    """Return every gap and overlap, by series and time.

    Args:
        spans: settlements, in any order; one given twice counts once.
        tolerance: a smaller difference is none; a day where reports give days only.
    """
    by_series: dict[str, list[Span]] = defaultdict(list)
    for span in set(spans):
        by_series[span.series].append(span)
    return tuple(
        found for _, series in sorted(by_series.items()) for found in _of_series(series, tolerance)
    )


def _of_series(spans: Sequence[Span], tolerance: timedelta) -> Iterable[Break]:
    ordered = sorted(spans, key=lambda span: (span.start, span.end, span.settlement_id))
    last = ordered[0]  # the one that reaches furthest so far
    for span in ordered[1:]:
        if span.start - last.end > tolerance:
            yield Break(
                span.series, last.settlement_id, span.settlement_id, False, last.end, span.start
            )
        elif last.end - span.start > tolerance:
            end = min(last.end, span.end)
            yield Break(span.series, last.settlement_id, span.settlement_id, True, span.start, end)
        if span.end > last.end:
            last = span


def sequence_findings(found: Iterable[Break], as_of: datetime) -> tuple[Finding, ...]:
    """Return breaks as notices.

    Args:
        found: what :func:`breaks` gave.
        as_of: the time that Amazon's retention is reckoned to, in UTC.
    """
    return tuple(_overlap(one) if one.overlap else _gap(one, as_of) for one in found)


def _gap(one: Break, as_of: datetime) -> Finding:
    until = one.end + RETENTION
    start, end, last = (when.date().isoformat() for when in (one.start, one.end, until))
    if until < as_of:
        repair = (
            f"Amazon keeps reports about 90 days, so the last of the span went about {last}: ask "
            "Seller Support, or enter the span by hand from the date range report."
        )
    else:
        repair = (
            f"Request the missing report(s) of {start} to {end} now: Amazon keeps them about 90 "
            f"days, the last until about {last}."
        )
    return Finding(
        "SETTLEMENT_GAP",
        f"{one.series} {start}..{end}",
        f"No settlement of {one.series} covers {start} to {end}, between {one.before} and "
        f"{one.after}.",
        {
            "series": one.series,
            "start": one.start.isoformat(),
            "end": one.end.isoformat(),
            "before": one.before,
            "after": one.after,
            "kept_until_about": last,
        },
        repair,
    )


def _overlap(one: Break) -> Finding:
    start, end = one.start.date().isoformat(), one.end.date().isoformat()
    return Finding(
        "SETTLEMENT_OVERLAP",
        f"settlements {one.before} and {one.after}",
        f"Settlements {one.before} and {one.after} of {one.series} both cover {start} to {end}.",
        {
            "series": one.series,
            "start": one.start.isoformat(),
            "end": one.end.isoformat(),
            "before": one.before,
            "after": one.after,
        },
    )
