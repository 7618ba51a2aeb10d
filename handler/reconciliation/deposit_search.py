"""Everything that could be a match, before anything is chosen.

Each candidate is scored by the amount (exact, or within the bounds of a rate), the date (the usual
window, or later), the shape (one to one before sums) and, with a small share, the descriptors.
Sums of several are exact and looked for among a bounded number, within a window of days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from handler.core.money import known_currency
from handler.reconciliation import descriptor
from handler.reconciliation.deposit_matching import Candidate, MatchKind

if TYPE_CHECKING:
    from handler.reconciliation.bank_line import BankLine
    from handler.reconciliation.expected_deposit import ExpectedDeposit
    from handler.reconciliation.matching_policy import MatchingPolicy

EXACT: Final = 40
RATE_BOUNDS: Final = 28
USUAL: Final = 25
LATE: Final = 12
ONE_TO_ONE: Final = 10
EACH_OF_A_SUM: Final = -1  # a sum of four is asked unless the bank names the settlements


@dataclass
class Search:
    """The search for candidates among settlements and lines, both in a fixed order.

    Attributes:
        expected: sorted by deposit date.
        lines: sorted by date.
        policy: windows and bounds.
        cut: settlement ids and line ids whose sums were not looked for: too many to add up.
    """

    expected: Sequence[ExpectedDeposit]
    lines: Sequence[BankLine]
    policy: MatchingPolicy
    cut: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids = frozenset(deposit.settlement_id for deposit in self.expected)
        self._evidence = {line.id: descriptor.read(line.descriptor) for line in self.lines}
        self._incoming: dict[str, list[BankLine]] = defaultdict(list)
        self._exact: dict[tuple[str, int], list[BankLine]] = defaultdict(list)
        for line in self.lines:
            if line.amount > 0:
                self._incoming[line.currency].append(line)
            self._exact[line.currency, line.amount].append(line)

    def evidence(self, line: BankLine) -> descriptor.Evidence:
        """Return what the line's descriptor tells."""
        return self._evidence[line.id]

    def of_amount(self, currency: str, amount: int) -> Sequence[BankLine]:
        """Return the lines with exactly this amount."""
        return self._exact.get((currency, amount), ())

    def single(self) -> Iterator[Candidate]:
        """Yield one settlement with one line of exactly its amount."""
        for deposit in self.expected:
            for line in self.of_amount(deposit.currency, deposit.amount):
                when = self._when(deposit, line, self.policy.late_days)
                if when is not None:
                    points, reason = when
                    kind = MatchKind.ONE_TO_ONE if points == USUAL else MatchKind.LATE
                    firm = EXACT + points + ONE_TO_ONE
                    yield self.candidate(kind, [deposit], [line], firm, ["same amount", reason])

    def other_currency(self) -> Iterator[Candidate]:
        """Yield one settlement with one line in another currency within the bounds of a rate."""
        for deposit in self.expected:
            for currency, lines in sorted(self._incoming.items()):
                if currency == deposit.currency:
                    continue
                for line in lines:
                    found = self._converted(deposit, line)
                    if found is not None:
                        yield found

    def _converted(self, deposit: ExpectedDeposit, line: BankLine) -> Candidate | None:
        when = self._when(deposit, line, self.policy.late_days)
        rule = self.policy.rate(deposit.currency, line.currency, line.date)
        if when is None or rule is None:
            return None
        low, high = rule.bounds(deposit.amount)
        if not low <= line.amount <= high:
            return None
        bank = known_currency(line.currency)
        amount = (
            f"{bank.text(line.amount)} {bank.code} is the amount at the given rate"
            if rule.given
            else f"{bank.text(line.amount)} {bank.code} lies within the rate's bounds "
            f"({bank.text(low)} to {bank.text(high)})"
        )
        points = EXACT if rule.given else RATE_BOUNDS
        firm = points + when[0] + ONE_TO_ONE
        return self.candidate(
            MatchKind.OTHER_CURRENCY, [deposit], [line], firm, [amount, when[1]], exact=rule.given
        )

    def merged(self) -> Iterator[Candidate]:
        """Yield several settlements of one profile and currency that one line pays in a sum."""
        pools: dict[tuple[str, str], list[ExpectedDeposit]] = defaultdict(list)
        for deposit in self.expected:
            pools[deposit.profile, deposit.currency].append(deposit)
        for (_, currency), deposits in sorted(pools.items()):
            for line in self._incoming.get(currency, ()):
                near = [
                    deposit
                    for deposit in deposits
                    if deposit.amount < line.amount
                    and self._when(deposit, line, self.policy.merged_days)
                ]
                if len(near) > self.policy.pool_most:
                    self.cut.append(f"line {line.id}")
                    continue
                amounts = [deposit.amount for deposit in near]
                for places in sums(amounts, line.amount, self.policy.merged_most):
                    yield self._sum([near[place] for place in places], [line])

    def split(self) -> Iterator[Candidate]:
        """Yield one settlement that several lines pay in a sum."""
        for deposit in self.expected:
            near = [
                line
                for line in self._incoming.get(deposit.currency, ())
                if line.amount < deposit.amount
                and self._when(deposit, line, self.policy.merged_days)
            ]
            if len(near) > self.policy.pool_most:
                near = [line for line in near if self.evidence(line).amazon]
                self.cut.append(f"settlement {deposit.settlement_id}")
            if len(near) > self.policy.pool_most:
                continue
            amounts = [line.amount for line in near]
            for places in sums(amounts, deposit.amount, self.policy.split_most):
                yield self._sum([deposit], [near[place] for place in places])

    def _sum(self, deposits: list[ExpectedDeposit], lines: list[BankLine]) -> Candidate:
        days = [self._when(d, one, self.policy.merged_days) for d in deposits for one in lines]
        worst = min((when for when in days if when), key=lambda when: when[0])
        count = max(len(deposits), len(lines))
        firm = EXACT + worst[0] + EACH_OF_A_SUM * count
        if len(lines) == 1:
            kind, shape = MatchKind.MERGED, f"the line is the sum of {count} settlements"
        else:
            kind, shape = MatchKind.SPLIT, f"the settlement is the sum of {count} lines"
        return self.candidate(kind, deposits, lines, firm, [shape, worst[1]])

    def candidate(
        self,
        kind: MatchKind,
        deposits: Sequence[ExpectedDeposit],
        lines: Sequence[BankLine],
        firm: int,
        reasons: Sequence[str],
        *,
        exact: bool = True,
    ) -> Candidate:
        """Return a candidate with the descriptors' points added: of several lines, the worst's."""
        settlements = tuple(sorted(deposit.settlement_id for deposit in deposits))
        sites = {deposit.marketplace for deposit in deposits}
        points, reason = min(self.points(line, settlements, sites) for line in lines)
        return Candidate(
            kind=kind,
            settlement_ids=settlements,
            line_ids=tuple(line.id for line in sorted(lines, key=lambda one: (one.date, one.id))),
            paid_again_by="",
            score=firm + points,
            firm=firm,
            reasons=(*reasons, reason),
            exact=exact,
        )

    def points(
        self, line: BankLine, settlements: Collection[str], sites: Collection[str]
    ) -> tuple[int, str]:
        """Return what the line's descriptor adds to a match with ``settlements``."""
        return descriptor.points(self.evidence(line), settlements, sites, self._ids)

    def _when(self, deposit: ExpectedDeposit, line: BankLine, most: int) -> tuple[int, str] | None:
        """Return the points of the date and the reason; ``None`` outside the window."""
        days = (line.date - deposit.deposit).days
        if days < -self.policy.early_days or days > most:
            return None
        if days <= self.policy.usual_days:
            return USUAL, f"{days} day(s) after the deposit date, as usual"
        return LATE, f"{days} day(s) after the deposit date, later than usual"


def sums(amounts: Sequence[int], target: int, most: int) -> Iterator[tuple[int, ...]]:
    """Yield the places of two to ``most`` positive amounts that add up to exactly ``target``."""
    order = sorted(range(len(amounts)), key=lambda place: (amounts[place], place))

    def extend(start: int, left: int, taken: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        for rank in range(start, len(order)):
            amount = amounts[order[rank]]
            if amount > left:
                return  # ascending: the rest are too large as well
            if amount == left and taken:
                yield (*taken, order[rank])
            elif len(taken) + 1 < most:
                yield from extend(rank + 1, left - amount, (*taken, order[rank]))

    return extend(0, target, ())
