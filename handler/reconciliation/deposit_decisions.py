"""A person's decisions as matches: they stand over scores, never over arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from handler.core.errors import RefusedRequest
from handler.reconciliation.deposit_matching import Candidate, Decision, MatchKind

if TYPE_CHECKING:
    from handler.reconciliation.bank_line import BankLine
    from handler.reconciliation.expected_deposit import ExpectedDeposit
    from handler.reconciliation.matching_policy import MatchingPolicy

_MOST = 100


def decided(
    decisions: Sequence[Decision],
    deposits: Mapping[str, ExpectedDeposit],
    lines: Mapping[str, BankLine],
    policy: MatchingPolicy,
) -> list[Candidate]:
    """Return the matches that were decided, the same one given twice counting once.

    Raises:
        RefusedRequest: ``UNKNOWN_DECISION``, ``DECISION_AMOUNT``, ``DECISION_CONFLICT``.
    """
    found: dict[frozenset[tuple[str, str]], Candidate] = {}
    for one in decisions:
        again = (one.paid_again_by,) if one.paid_again_by else ()
        unknown = [of for of in (*one.settlement_ids, *again) if of not in deposits]
        unknown += [of for of in one.line_ids if of not in lines]
        if unknown or not one.settlement_ids:
            raise RefusedRequest(
                "UNKNOWN_DECISION",
                f"A decision names {', '.join(map(repr, unknown)) or 'no settlement'}; expected "
                "are settlements and bank lines of this call.",
                "Send the settlements and bank lines a decision is about with it.",
                {"unknown": unknown},
            )
        if one.together:
            match = _match(one, deposits, lines, policy)
            found[match.claims] = match
    used: set[tuple[str, str]] = set()
    for match in sorted(found.values(), key=lambda match: match.order):
        twice = used & match.claims
        if twice:
            kind, name = min(twice)
            raise RefusedRequest(
                "DECISION_CONFLICT",
                f"Two decisions use {kind} {name}.",
                "Send one decision for each settlement and each bank line.",
                {"kind": kind, "id": name},
            )
        used |= match.claims
    return list(found.values())


def is_rejected(found: Candidate, decisions: Sequence[Decision]) -> bool:
    """Return whether a person said that exactly these do not belong together."""
    return any(
        not one.together
        and set(one.settlement_ids) == set(found.settlement_ids)
        and set(one.line_ids) == set(found.line_ids)
        and one.paid_again_by == found.paid_again_by
        for one in decisions
    )


def _match(
    one: Decision,
    deposits: Mapping[str, ExpectedDeposit],
    lines: Mapping[str, BankLine],
    policy: MatchingPolicy,
) -> Candidate:
    owners = [deposits[of] for of in sorted(set(one.settlement_ids))]
    paid = _in_order(lines[of] for of in set(one.line_ids))
    kind = _kind(one, owners, paid, policy)
    if kind is None:
        raise RefusedRequest(
            "DECISION_AMOUNT",
            f"Settlement {' + '.join(owner.settlement_id for owner in owners)} and bank line "
            f"{' + '.join(line.id for line in paid) or '(none)'} do not add up.",
            "Decide for settlements and lines whose sums are the same, or, in two currencies, "
            "for one of each with a rate between them.",
            {"settlements": list(one.settlement_ids), "bank_lines": list(one.line_ids)},
        )
    return Candidate(
        kind=kind,
        settlement_ids=tuple(owner.settlement_id for owner in owners),
        line_ids=tuple(line.id for line in paid),
        paid_again_by=one.paid_again_by,
        score=_MOST,
        firm=_MOST,
        reasons=("decided by a person",),
    )


def _in_order(lines: Iterable[BankLine]) -> list[BankLine]:
    """Return the lines by date; a return after the payout it returns, also on the same day."""
    by_date = sorted(lines, key=lambda line: (line.date, line.id))
    paid = [line for line in by_date if line.amount > 0]
    back = [line for line in by_date if line.amount <= 0]
    return [*paid[:1], *back, *paid[1:]]


def _kind(
    one: Decision,
    owners: Sequence[ExpectedDeposit],
    paid: Sequence[BankLine],
    policy: MatchingPolicy,
) -> MatchKind | None:
    """Return the kind of the match, or ``None`` where the amounts do not add up."""
    first = owners[0]
    amounts = [line.amount for line in paid]
    currencies = {owner.currency for owner in owners} | {line.currency for line in paid}
    if len(owners) == 1 and (one.paid_again_by or any(amount < 0 for amount in amounts)):
        return MatchKind.FAILED_TRANSFER if _came_back(one, first, paid) else None
    if len(currencies) > 1:
        whole = len(owners) == len(paid) == 1
        within = whole and paid[0].amount > 0
        rate = policy.rate(first.currency, paid[0].currency, paid[0].date) if within else None
        return MatchKind.OTHER_CURRENCY if rate else None
    if sum(amounts) != sum(owner.amount for owner in owners) or min(amounts, default=0) <= 0:
        return None
    if len(owners) > 1:
        return MatchKind.MERGED if len(paid) == 1 else None
    if len(paid) > 1:
        return MatchKind.SPLIT
    late = (paid[0].date - first.deposit).days > policy.usual_days
    return MatchKind.LATE if late else MatchKind.ONE_TO_ONE


def _came_back(one: Decision, owner: ExpectedDeposit, paid: Sequence[BankLine]) -> bool:
    """Return whether the lines are: paid, sent back, perhaps paid again; or none at all."""
    if not paid:
        return bool(one.paid_again_by)
    amount = paid[0].amount
    signs = [amount, -amount, amount][: len(paid)]
    return (
        2 <= len(paid) <= (2 if one.paid_again_by else 3)
        and amount > 0
        and [line.amount for line in paid] == signs
        and [line.date for line in paid] == sorted(line.date for line in paid)
        and (paid[0].currency != owner.currency or amount == owner.amount)
        and len({line.currency for line in paid}) == 1
    )
