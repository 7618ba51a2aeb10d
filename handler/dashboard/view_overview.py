"""What the first page shows, of the register's and the settlements' latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.reconciliation.state import SettlementState

if TYPE_CHECKING:
    from handler.flows.ports import SettlementRecord

# How long something has waited, from its first sight: up to and without the second figure.
AGES: Final = (
    ("under a day", timedelta(days=1)),
    ("1 to 7 days", timedelta(days=7)),
    ("7 to 30 days", timedelta(days=30)),
    ("over 30 days", timedelta.max),
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are: exactly, or at least so many where not all were counted."""

    number: int
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class SeverityLine:
    """How many exceptions of a severity wait: all of them, and by age in the order of AGES."""

    severity: str
    total: Count
    by_age: tuple[Count, ...]


def counted_by_age(
    severity: str, first_seen: Sequence[str], most: int, now: datetime
) -> SeverityLine:
    """Return exceptions counted by age.

    Args:
        severity: of all of them.
        first_seen: when each was, the latest first; one more than ``most`` where there are more.
        most: how many are counted. Those that are not are as old as the first of them, or older:
            what is younger is exact all the same.
        now: the clock.
    """
    counts = [0] * len(AGES)
    for at in first_seen[:most]:
        counts[_age(at, now)] += 1
    is_whole = len(first_seen) <= most
    exact_below = len(AGES) if is_whole else _age(first_seen[most], now)
    return SeverityLine(
        severity,
        Count(sum(counts), is_whole),
        tuple(Count(number, age < exact_below) for age, number in enumerate(counts)),
    )


def on_their_way(settlements: Sequence[SettlementRecord]) -> Sequence[SettlementRecord]:
    """Return those whose money is not yet cleared, the one that ended first at the top."""
    waiting = [one for one in settlements if one.state != SettlementState.CLEARED]
    return sorted(waiting, key=lambda one: (one.end, one.settlement_id))


def _age(first_seen: str, now: datetime) -> int:
    waited = now - datetime.fromisoformat(first_seen)
    return next(place for place, (_, end) in enumerate(AGES) if waited < end)
