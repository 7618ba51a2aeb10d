"""A comparison of stock as a document, and the history of comparisons for a chart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from handler.inventory.drift import DriftOutcome
    from handler.inventory.drift_pair import Pair
    from handler.payloads.result import Document

Differences = Mapping[tuple[str, str, str], tuple[int, int]]


class ComparedStock(Protocol):
    """A comparison as it is kept: what the chart is drawn from."""

    @property
    def as_of(self) -> str:
        """When NetSuite was read, ISO 8601 in UTC."""

    @property
    def compared(self) -> int:
        """How many pairs of counts."""

    @property
    def units(self) -> int:
        """Sum of the absolute differences beyond tolerance."""

    @property
    def differences(self) -> Differences:
        """(item, location, measure) -> (Amazon's, NetSuite's) wherever the two differ."""

    @property
    def causes(self) -> Mapping[str, int]:
        """How many differences beyond tolerance were put down to each cause."""


def drift_document(outcome: DriftOutcome, most: int | None = None) -> dict[str, object]:
    """Return a comparison: its counts, totals by pool and cause, and every pair that differs.

    Args:
        outcome: the comparison.
        most: of each list, how many to show; the counts are of all. ``None`` for no limit.
    """
    times = outcome.times
    differ = [pair for pair in outcome.pairs if pair.difference]
    beyond = [pair for pair in differ if pair.drifts]
    # What is beyond tolerance comes first: a capped list must not lose it.
    shown = sorted(differ, key=lambda pair: not pair.drifts)
    return {
        "as_of": times.read_at.isoformat(),
        "balance_day": times.balance_day.isoformat() if times.balance_day else "",
        "stock_at": times.stock_at.isoformat() if times.stock_at else "",
        "counts": {
            "compared": len(outcome.pairs),
            "agreed": len(outcome.pairs) - len(differ),
            "tolerated": len(differ) - len(beyond),
            "drifted": len(beyond),
            "units": drifted_units(outcome),
            "unregistered": len(outcome.unregistered),
            "uncounted": len(outcome.uncounted),
            "findings": len(outcome.findings),
        },
        "totals": _totals(beyond),
        "pairs": [_pair(pair) for pair in shown[:most]],
        "unregistered": [
            {**one._asdict(), "measure": str(one.measure)} for one in outcome.unregistered[:most]
        ],
        "uncounted": [one._asdict() for one in outcome.uncounted[:most]],
        "findings": [finding.as_dict() for finding in outcome.findings[:most]],
    }


def drifted_units(outcome: DriftOutcome) -> int:
    """Return the sum of the absolute differences beyond tolerance, in units."""
    return sum(abs(pair.difference) for pair in outcome.pairs if pair.drifts)


def differences(outcome: DriftOutcome) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return (item, location, measure) -> (Amazon's, NetSuite's) of what differs at all."""
    return {
        (pair.item, pair.location, str(pair.measure)): (pair.amazon, pair.netsuite)
        for pair in outcome.pairs
        if pair.difference
    }


def cause_counts(outcome: DriftOutcome) -> dict[str, int]:
    """Return how many differences beyond tolerance were put down to each cause."""
    found = Counter(str(pair.cause.kind) for pair in outcome.pairs if pair.drifts and pair.cause)
    return dict(sorted(found.items()))


def chart(runs: Iterable[ComparedStock]) -> list[Document]:
    """Return one point for each comparison, the earliest first."""
    return [
        {
            "as_of": run.as_of,
            "compared": run.compared,
            "differ": len(run.differences),
            "units": run.units,
            "causes": dict(run.causes),
        }
        for run in sorted(runs, key=lambda run: run.as_of)
    ]


def item_chart(runs: Iterable[ComparedStock], item: str) -> list[Document]:
    """Return the history of one item: a series for each location and measure that ever differed.

    Where the two agreed, or the pair was not compared, nothing is kept of their figures: they are
    ``None`` and the difference is 0.
    """
    ordered = sorted(runs, key=lambda run: run.as_of)
    series = sorted({key for run in ordered for key in run.differences if key[0] == item})
    return [
        {
            "item": item,
            "location": key[1],
            "measure": key[2],
            "points": [_point(run.as_of, run.differences.get(key)) for run in ordered],
        }
        for key in series
    ]


def _point(as_of: str, figures: tuple[int, int] | None) -> Document:
    amazon, netsuite = figures or (None, None)
    return {
        "as_of": as_of,
        "amazon": amazon,
        "netsuite": netsuite,
        "difference": figures[0] - figures[1] if figures else 0,
    }


def _totals(pairs: Iterable[Pair]) -> list[Document]:
    found: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[str(pair.pool), str(pair.cause.kind) if pair.cause else ""].append(pair)
    return [
        {
            "pool": pool,
            "cause": cause,
            "pairs": len(of),
            "units": sum(abs(pair.difference) for pair in of),
        }
        for (pool, cause), of in sorted(found.items())
    ]


def _pair(pair: Pair) -> Document:
    cause = pair.cause
    return {
        "pool": str(pair.pool),
        "item": pair.item,
        "location": pair.location,
        "measure": str(pair.measure),
        "amazon": pair.amazon,
        "netsuite": pair.netsuite,
        "difference": pair.difference,
        "tolerance": pair.tolerance,
        "drifts": pair.drifts,
        "missing": pair.missing,
        "cause": str(cause.kind) if cause else "",
        "explains": cause.units if cause else 0,
        "whole": cause.whole if cause else False,
        "text": cause.text if cause else "",
        "evidence": dict(pair.evidence),
    }
