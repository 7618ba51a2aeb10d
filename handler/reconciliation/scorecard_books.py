"""Two questions about settlements: do payouts equal NetSuite, and how long does the close take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
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
from handler.reconciliation.state import SettlementState
from handler.settlement.period import Period

# Amazon's transfer takes days, and the bank's some more: until then nothing is late.
PAYOUT_DAYS: Final = 14
LATE_DAYS: Final = 10
VERY_LATE_DAYS: Final = 30
_PAID: Final = (SettlementState.DEPOSITED, SettlementState.CLEARED)
IN_THE_BOOKS: Final = (SettlementState.POSTED, *_PAID)


@dataclass(frozen=True, slots=True)
class SettledFact:
    """What the scorecard needs of a settlement.

    Attributes:
        settlement_id: Amazon's number.
        end: its last day.
        state: where it stands; see state.py.
        varies: its rows do not add up to its total, or an error about it is open.
        adjusted: an entry of it was corrected after it had been proven.
        posted: the day NetSuite had acknowledged all its entries; ``None`` where it has not, or
            where that was before such days were kept.
    """

    settlement_id: str
    end: date
    state: SettlementState
    varies: bool
    adjusted: bool
    posted: date | None = None

    @property
    def month(self) -> Period:
        """The month it ends in."""
        return Period.of(self.end)


def payouts_equal(
    facts: Iterable[SettledFact], as_of: date, count: int, missing: Sequence[str] = ()
) -> Answer:
    """Say what share of settlements was paid as NetSuite has it, with nothing adjusted.

    Those that are on their way, and not late, count neither way.

    Args:
        facts: the settlements; of months outside the window none counts.
        as_of: today.
        count: of months, the running one the last.
        missing: what could not be read.
    """
    months = months_until(as_of, count)
    window = _within(facts, months)
    reasons = {fact: _fault(fact, as_of) for fact in window}
    equal = [fact for fact in window if not reasons[fact] and fact.state in _PAID]
    faults = [fact for fact in window if reasons[fact]]
    decided = len(equal) + len(faults)
    share = percent(len(equal), decided)
    trend = {
        month: percent(
            sum(fact.month == month for fact in equal),
            sum(fact.month == month for fact in (*equal, *faults)),
        )
        for month in months
    }
    lacks = [*missing, *_empty(window, months)]
    if window and not decided:
        lacks.append("No settlement of these months is deposited yet, and none is late.")
    worst = of_faults(share) if faults else Status.GOOD
    rows, more = bounded([_row(fact, as_of, reasons[fact]) for fact in faults])
    why = (
        f"{len(equal)} of {decided} payouts equal NetSuite without adjustment; "
        f"{len(window) - decided} more are on their way."
    )
    return Answer(
        "payouts_equal", judged(worst, lacks), share, "percent of settlements", trend,
        direction(trend, more_is_better=True), why, rows, more, tuple(lacks),
    )  # fmt: skip


def close_days(
    facts: Iterable[SettledFact], as_of: date, count: int, missing: Sequence[str] = ()
) -> Answer:
    """Say how many days pass from a settlement's end until NetSuite has all of it.

    One that is not in the books yet, and not late, counts neither way; one that is late is told.
    Of one that came into the books before such days were kept, nothing is guessed.
    """
    months = months_until(as_of, count)
    window = _within(facts, months)
    late = [
        fact for fact in window if fact.state not in IN_THE_BOOKS and _age(fact, as_of) > LATE_DAYS
    ]
    posted = [(fact, fact.posted) for fact in window if fact.posted is not None]
    trend = {
        month: median(_days(fact, day) for fact, day in posted if fact.month == month)
        for month in months
    }
    slow = [(fact, _days(fact, day)) for fact, day in posted if _days(fact, day) > LATE_DAYS]
    longest = max([*(_age(fact, as_of) for fact in late), *(days for _, days in slow)], default=0)
    worst = Status.GOOD
    if longest:
        worst = Status.BAD if longest > VERY_LATE_DAYS else Status.ATTENTION
    lacks = [*missing, *_unposted(window, months)]
    unknown = sum(fact.posted is None and fact.state in IN_THE_BOOKS for fact in window)
    if unknown:
        lacks.append(f"Of {unknown} settlements in the books it is not recorded since when.")
    why = (
        f"{len(posted)} settlements are known to be in the books, {len(slow)} of them more than "
        f"{LATE_DAYS} days after their end; {len(late)} are that late and not there yet."
    )
    rows, more = bounded(
        [
            *(_row(fact, as_of, "not in the books") for fact in late),
            *(_row(fact, as_of, f"in the books after {days} days") for fact, days in slow),
        ]
    )
    return Answer(
        "close_days", judged(worst, lacks), median(_days(fact, day) for fact, day in posted),
        "median days from a settlement's end until NetSuite has all of it", trend,
        direction(trend, more_is_better=False), why, rows, more, tuple(lacks),
    )  # fmt: skip


def _within(facts: Iterable[SettledFact], months: Sequence[Period]) -> list[SettledFact]:
    there = {fact for fact in facts if months[0] <= fact.month <= months[-1]}
    # By all of it, so that the order they came in never shows.
    return sorted(there, key=lambda fact: (fact.end, fact.settlement_id, repr(fact)))


def _fault(fact: SettledFact, as_of: date) -> str:
    """Return why a payout does not equal NetSuite; empty where it does, or is on its way."""
    if fact.state is SettlementState.HELD:
        return "held"
    if fact.varies:
        return "variance or open error"
    if fact.adjusted:
        return "adjusted"
    if fact.state not in _PAID and _age(fact, as_of) > PAYOUT_DAYS:
        return "not deposited"
    return ""


def _empty(window: Sequence[SettledFact], months: Sequence[Period]) -> list[str]:
    if not window:
        return ["No settlement of these months is recorded."]
    there = {fact.month for fact in window}
    # The running month may have none yet.
    return [f"No settlement ends in {month}." for month in months[:-1] if month not in there]


def _unposted(window: Sequence[SettledFact], months: Sequence[Period]) -> list[str]:
    """Return the months whose close is not known; the running one may have none yet."""
    if not any(fact.posted for fact in window):
        return ["No settlement of these months is known to be in the books."]
    there = {fact.month for fact in window if fact.posted}
    return [
        f"No settlement of {month} is known to be in the books."
        for month in months[:-1]
        if month not in there
    ]


def _age(fact: SettledFact, as_of: date) -> int:
    return (as_of - fact.end).days


def _days(fact: SettledFact, posted: date) -> int:
    return max(0, (posted - fact.end).days)


def _row(fact: SettledFact, as_of: date, reason: str) -> Row:
    return {
        "settlement_id": fact.settlement_id,
        "end": fact.end.isoformat(),
        "state": str(fact.state),
        "reason": reason,
        "age_days": _age(fact, as_of),
    }
