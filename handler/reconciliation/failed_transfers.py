"""Payouts that came back: the bank returned the money, or Amazon says so by paying it again.

A return is an outgoing line of exactly the payout's amount that reads like a return; moving the
deposit on to another account on the next day is none. Amazon pays again as a bank line of the same
amount, or with a later settlement, whose rows of class "failed_transfers" say how much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from handler.reconciliation.deposit_matching import Candidate, MatchKind
from handler.reconciliation.deposit_search import EXACT, LATE, ONE_TO_ONE, USUAL, Search

if TYPE_CHECKING:
    from handler.reconciliation.bank_line import BankLine
    from handler.reconciliation.expected_deposit import ExpectedDeposit


@dataclass(frozen=True)
class Failures:
    """The search for payouts that came back."""

    search: Search
    deposits: Mapping[str, ExpectedDeposit]
    lines: Mapping[str, BankLine]

    def candidates(self, single: Iterable[Candidate]) -> Iterator[Candidate]:
        """Yield every payout of ``single`` (one settlement, one line) that may have come back."""
        for found in single:
            deposit = self.deposits[found.settlement_ids[0]]
            yield from self._returned(found, deposit, self.lines[found.line_ids[0]])
        for deposit in self.deposits.values():
            for later in self._pay_again(deposit):
                firm = EXACT + USUAL + ONE_TO_ONE
                yield Candidate(
                    kind=MatchKind.FAILED_TRANSFER,
                    settlement_ids=(deposit.settlement_id,),
                    line_ids=(),
                    paid_again_by=later.settlement_id,
                    score=firm,
                    firm=firm,
                    reasons=(
                        f"settlement {later.settlement_id} pays exactly this amount again",
                        "it never reached the bank",
                    ),
                )

    def _returned(
        self, found: Candidate, deposit: ExpectedDeposit, paid: BankLine
    ) -> Iterator[Candidate]:
        later = self._pay_again(deposit)
        for back in self.search.of_amount(paid.currency, -paid.amount):
            days = (back.date - paid.date).days
            if not 0 <= days <= self.search.policy.return_days:
                continue
            told = self.search.evidence(back)
            if not (told.returned or told.amazon or later):
                continue
            reason = f"the bank sent it back {days} day(s) later"
            returned = replace(
                found,
                kind=MatchKind.FAILED_TRANSFER,
                line_ids=(paid.id, back.id),
                reasons=(*found.reasons, reason),
            )
            if told.returned or told.amazon:
                yield returned
                for again in self._paid_again(paid, back):
                    gap = (again.date - back.date).days
                    ids, sites = returned.settlement_ids, (deposit.marketplace,)
                    firm = EXACT + LATE + ONE_TO_ONE
                    yield replace(
                        returned,
                        # No surer than its weaker part: the payout, or the line that repeats it.
                        firm=min(returned.firm, firm),
                        score=min(returned.score, firm + self.search.points(again, ids, sites)[0]),
                        line_ids=(paid.id, back.id, again.id),
                        reasons=(*returned.reasons, f"and Amazon paid again {gap} day(s) after"),
                    )
            for one in later:
                yield replace(
                    returned,
                    paid_again_by=one.settlement_id,
                    reasons=(
                        *returned.reasons,
                        f"and settlement {one.settlement_id} pays exactly this amount again",
                    ),
                )

    def _paid_again(self, paid: BankLine, back: BankLine) -> Iterator[BankLine]:
        most = timedelta(days=self.search.policy.again_days)
        for again in self.search.of_amount(paid.currency, paid.amount):
            in_time = timedelta(0) <= again.date - back.date <= most
            if again.id != paid.id and in_time:
                yield again

    def _pay_again(self, deposit: ExpectedDeposit) -> Sequence[ExpectedDeposit]:
        """Return the later settlements of the same account whose rows pay ``deposit`` again."""
        last = deposit.deposit + timedelta(days=self.search.policy.again_days)
        return [
            later
            for later in self.search.expected
            if later.failed_before == deposit.amount
            and (later.profile, later.currency, later.marketplace)
            == (deposit.profile, deposit.currency, deposit.marketplace)
            and deposit.end < later.end <= last
        ]
