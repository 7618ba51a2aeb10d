"""What the first page shows, of the register's and the settlements' latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from handler.core.finding import Severity
from handler.flows.ports import RegisteredException, SettlementRecord
from handler.reconciliation.state import SettlementState

# How long something has waited, from its first sight: up to and without the second figure.
AGES: Final = (
    ("under a day", timedelta(days=1)),
    ("1 to 7 days", timedelta(days=7)),
    ("7 to 30 days", timedelta(days=30)),
    ("over 30 days", timedelta.max),
)
_UNKNOWN: Final = "other"


@dataclass(frozen=True, slots=True)
class SeverityLine:
    """How many exceptions of a severity wait, by age; in the order of :data:`AGES`."""

    severity: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


def by_severity_and_age(
    exceptions: Sequence[RegisteredException], now: datetime
) -> Sequence[SeverityLine]:
    """Return the exceptions counted, the worst severity first; none that counts nothing."""
    table = {name: [0] * len(AGES) for name in (*map(str, Severity), _UNKNOWN)}
    for found in exceptions:
        severity = str(found.finding.get("severity", ""))
        line = table.get(severity, table[_UNKNOWN])
        line[_age(found.first_seen, now)] += 1
    return [SeverityLine(name, tuple(counts)) for name, counts in table.items() if any(counts)]


def on_their_way(settlements: Sequence[SettlementRecord]) -> Sequence[SettlementRecord]:
    """Return those whose money is not yet cleared, the one that ended first at the top."""
    waiting = [one for one in settlements if one.state != SettlementState.CLEARED]
    return sorted(waiting, key=lambda one: (one.end, one.settlement_id))


def _age(first_seen: str, now: datetime) -> int:
    waited = now - datetime.fromisoformat(first_seen)
    return next(place for place, (_, end) in enumerate(AGES) if waited < end)
