"""What matching comes to: matches, questions, and what stays over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.core.finding import Finding
    from handler.reconciliation.bank_line import BankLine
    from handler.reconciliation.expected_deposit import ExpectedDeposit


class MatchKind(StrEnum):
    """How settlements and bank lines belong together."""

    ONE_TO_ONE = "one_to_one"
    LATE = "late"
    MERGED = "merged"
    SPLIT = "split"
    OTHER_CURRENCY = "other_currency"
    FAILED_TRANSFER = "failed_transfer"


class Purpose(StrEnum):
    """What a movement of a match is."""

    DEPOSIT = "deposit"
    RETURNED = "returned"
    PAID_AGAIN = "paid_again"
    NEVER_ARRIVED = "never_arrived"


@dataclass(frozen=True, slots=True)
class Movement:
    """One settlement's share of one bank line: what a deposit entry is made of.

    Attributes:
        settlement_id: whose clearing balance it is about.
        purpose: DEPOSIT relieves clearing; RETURNED and PAID_AGAIN move between the bank and
            failed transfers; NEVER_ARRIVED moves clearing to failed transfers without the bank.
        line_id: of the bank line; empty for NEVER_ARRIVED.
        day: of the bank line; for NEVER_ARRIVED the end of the settlement that pays again.
        currency: ISO 4217 code of the three amounts.
        bank: minor units on the bank account, money in positive.
        clearing: minor units taken off the clearing account.
        fx: minor units gained (positive) or lost by a rate other than the booked one.
    """

    settlement_id: str
    purpose: Purpose
    line_id: str
    day: date
    currency: str
    bank: int
    clearing: int
    fx: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way in which settlements and bank lines may belong together.

    Attributes:
        kind: of the match it would be.
        settlement_ids: in order.
        line_ids: in order of their dates.
        paid_again_by: the later settlement whose rows pay a failed transfer again, or empty.
        score: points of all evidence.
        firm: points without the descriptors.
        reasons: the evidence, in words.
        exact: whether the amounts agree to the minor unit, rather than within bounds.
    """

    kind: MatchKind
    settlement_ids: tuple[str, ...]
    line_ids: tuple[str, ...]
    paid_again_by: str
    score: int
    firm: int
    reasons: tuple[str, ...]
    exact: bool = True

    @property
    def claims(self) -> frozenset[tuple[str, str]]:
        """What no other match may use as well."""
        again = {("again", self.paid_again_by)} if self.paid_again_by else set()
        return frozenset(
            again
            | {("settlement", of) for of in self.settlement_ids}
            | {("line", of) for of in self.line_ids}
        )

    @property
    def order(self) -> tuple[object, ...]:
        """A fixed order among candidates, best first."""
        return (-self.score, -self.firm, self.settlement_ids, self.line_ids, self.paid_again_by)


@dataclass(frozen=True, slots=True)
class DepositMatch:
    """Settlements and bank lines that belong together.

    Attributes:
        candidate: what was matched, with score and reasons.
        movements: in order of dates; what the deposit entries are made of.
        decided: whether a person said so.
    """

    candidate: Candidate
    movements: tuple[Movement, ...]
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What only a person can decide.

    Attributes:
        settlement_ids: it is about.
        line_ids: it is about.
        candidates: the possible answers, best first; an answer is a :class:`Decision`.
        left_out: how many more candidates there are.
        why: why it was not decided.
    """

    settlement_ids: tuple[str, ...]
    line_ids: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    left_out: int
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's answer, or a match confirmed before; it stands over any score.

    Attributes:
        settlement_ids: belong (or do not belong) to the lines.
        line_ids: of the bank.
        paid_again_by: for a failed transfer that a later settlement pays again.
        together: ``False``: exactly these do not belong together.
    """

    settlement_ids: tuple[str, ...]
    line_ids: tuple[str, ...]
    paid_again_by: str = ""
    together: bool = True


@dataclass(frozen=True, slots=True)
class DepositMatching:
    """The outcome. Every settlement and every line is in exactly one of the places.

    A settlement is in one match, in one question, or unmatched; so is a line.
    """

    matches: tuple[DepositMatch, ...]
    questions: tuple[Question, ...]
    unmatched_deposits: tuple[ExpectedDeposit, ...]
    unmatched_lines: tuple[BankLine, ...]
    findings: tuple[Finding, ...]
