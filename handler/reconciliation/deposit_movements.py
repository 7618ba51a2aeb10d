"""A match in movements: what each settlement got from each bank line, to the minor unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handler.reconciliation.deposit_matching import Candidate, MatchKind, Movement, Purpose

if TYPE_CHECKING:
    from handler.reconciliation.bank_line import BankLine
    from handler.reconciliation.expected_deposit import ExpectedDeposit
    from handler.reconciliation.matching_policy import MatchingPolicy


def movements(
    found: Candidate,
    deposits: Mapping[str, ExpectedDeposit],
    lines: Mapping[str, BankLine],
    policy: MatchingPolicy,
) -> tuple[Movement, ...]:
    """Return the movements of a match, in order of dates."""
    owners = [deposits[one] for one in found.settlement_ids]
    if not found.line_ids:
        return (_never_arrived(owners[0], deposits[found.paid_again_by]),)
    paid = [lines[one] for one in found.line_ids]
    first = paid[0]
    if found.kind is MatchKind.MERGED:
        return tuple(_deposit(owner, first, owner.amount) for owner in owners)
    if found.kind is MatchKind.SPLIT:
        return tuple(_deposit(owners[0], line, line.amount) for line in paid)
    deposit = _received(owners[0], first, policy)
    purposes = (Purpose.RETURNED, Purpose.PAID_AGAIN)
    return (
        deposit,
        *(
            Movement(
                owners[0].settlement_id,
                purpose,
                line.id,
                line.date,
                line.currency,
                bank=line.amount,
                clearing=0,
            )
            for purpose, line in zip(purposes, paid[1:], strict=False)
        ),
    )


def _received(owner: ExpectedDeposit, line: BankLine, policy: MatchingPolicy) -> Movement:
    if line.currency == owner.currency:
        return _deposit(owner, line, owner.amount)
    rule = policy.rate(owner.currency, line.currency, line.date)
    booked = rule.booked_value(owner.amount) if rule else None
    return _deposit(owner, line, line.amount, booked)


def _deposit(
    owner: ExpectedDeposit, line: BankLine, share: int, booked: int | None = None
) -> Movement:
    clearing = share if booked is None else booked
    return Movement(
        settlement_id=owner.settlement_id,
        purpose=Purpose.DEPOSIT,
        line_id=line.id,
        day=line.date,
        currency=line.currency,
        bank=share,
        clearing=clearing,
        fx=share - clearing,
    )


def _never_arrived(owner: ExpectedDeposit, later: ExpectedDeposit) -> Movement:
    return Movement(
        settlement_id=owner.settlement_id,
        purpose=Purpose.NEVER_ARRIVED,
        line_id="",
        day=later.end,
        currency=owner.currency,
        bank=0,
        clearing=owner.amount,
    )
