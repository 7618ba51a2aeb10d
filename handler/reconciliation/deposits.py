"""Bank lines to settlements: what is certain is matched, what is not is asked.

No sum is ever made to fit: same-currency matches are exact to the minor unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from handler.core.errors import RefusedRequest
from handler.core.finding import Finding
from handler.core.money import currency, known_currency
from handler.reconciliation.deposit_choice import choose
from handler.reconciliation.deposit_decisions import decided, is_rejected
from handler.reconciliation.deposit_matching import (
    Candidate,
    Decision,
    DepositMatch,
    DepositMatching,
    MatchKind,
    Question,
)
from handler.reconciliation.deposit_movements import movements
from handler.reconciliation.deposit_search import Search
from handler.reconciliation.descriptor import read
from handler.reconciliation.failed_transfers import Failures

if TYPE_CHECKING:
    from handler.reconciliation.bank_line import BankLine
    from handler.reconciliation.expected_deposit import ExpectedDeposit
    from handler.reconciliation.matching_policy import MatchingPolicy

_T = TypeVar("_T")


def match(
    expected: Iterable[ExpectedDeposit],
    bank_lines: Iterable[BankLine],
    policy: MatchingPolicy,
    *,
    as_of: date,
    decisions: Sequence[Decision] = (),
) -> DepositMatching:
    """Match settlements to bank lines.

    The same settlements and lines give the same outcome in any order. Lines that were matched
    before should come again, with their matches as decisions: a return is only known beside the
    payout it returns.

    Args:
        expected: settlements with a positive total.
        bank_lines: of every account the payouts may reach, Amazon's or not.
        policy: windows, bounds, thresholds, rates.
        as_of: the last day the bank lines cover.
        decisions: answers of a person, and matches confirmed before.

    Raises:
        RefusedRequest: ``NOT_A_DEPOSIT`` (a total that is not positive), ``DUPLICATE_SETTLEMENT``,
            ``DUPLICATE_BANK_LINE``, ``UNKNOWN_CURRENCY``, ``UNKNOWN_DECISION`` (it names what was
            not given), ``DECISION_AMOUNT`` (its sums differ), ``DECISION_CONFLICT`` (two use the
            same).
    """
    deposits = _named(
        sorted(expected, key=lambda one: (one.deposit, one.settlement_id)),
        lambda one: one.settlement_id,
        "SETTLEMENT",
    )
    lines = _named(
        sorted(bank_lines, key=lambda one: (one.date, one.id)), lambda one: one.id, "BANK_LINE"
    )
    _check(deposits, lines)
    given = decided(decisions, deposits, lines, policy)
    taken = {claim for one in given for claim in one.claims}
    search = Search(tuple(deposits.values()), tuple(lines.values()), policy)
    single = [*search.single(), *search.other_currency()]
    found = [
        *single,
        *search.merged(),
        *search.split(),
        *Failures(search, deposits, lines).candidates(single),
    ]
    accepted, questions = choose(
        (one for one in found if taken.isdisjoint(one.claims) and not is_rejected(one, decisions)),
        policy,
    )
    matches = [
        *(DepositMatch(one, movements(one, deposits, lines, policy), True) for one in given),
        *(DepositMatch(one, movements(one, deposits, lines, policy)) for one in accepted),
    ]
    matches.sort(key=lambda one: (one.movements[0].day, one.candidate.order))
    return _outcome(matches, questions, deposits, lines, (policy, as_of, search.cut))


def _outcome(
    matches: Sequence[DepositMatch],
    questions: Sequence[Question],
    deposits: Mapping[str, ExpectedDeposit],
    lines: Mapping[str, BankLine],
    how: tuple[MatchingPolicy, date, Sequence[str]],
) -> DepositMatching:
    policy, as_of, cut = how
    places: list[Candidate | Question] = [*(one.candidate for one in matches), *questions]
    settled = {of for place in places for of in place.settlement_ids}
    used = {of for place in places for of in place.line_ids}
    left = tuple(one for key, one in deposits.items() if key not in settled)
    over = tuple(one for key, one in lines.items() if key not in used)
    before = as_of - timedelta(days=policy.missing_days)
    return DepositMatching(
        matches=tuple(matches),
        questions=tuple(questions),
        unmatched_deposits=left,
        unmatched_lines=over,
        findings=(
            *(_missing(one, as_of) for one in left if one.deposit < before),
            *(_unexpected(one) for one in over if one.date < before and _is_amazons(one)),
            *(_ambiguous(one) for one in questions),
            *(found for one in matches if (found := _returned(one)) is not None),
            *(_cut(one, policy) for one in sorted(set(cut)) if _concerns(one, left, over)),
        ),
    )


def _is_amazons(line: BankLine) -> bool:
    told = read(line.descriptor)
    return told.amazon and (line.amount > 0 or told.returned)


def _concerns(cut: str, left: Sequence[ExpectedDeposit], over: Sequence[BankLine]) -> bool:
    """Return whether what was not searched is still without a match."""
    kind, _, name = cut.partition(" ")
    if kind == "settlement":
        return any(one.settlement_id == name for one in left)
    return any(one.id == name and _is_amazons(one) for one in over)


def _missing(deposit: ExpectedDeposit, as_of: date) -> Finding:
    money = known_currency(deposit.currency)
    days = (as_of - deposit.deposit).days
    return Finding(
        "DEPOSIT_MISSING",
        f"settlement {deposit.settlement_id}",
        f"{money.text(deposit.amount)} {money.code} of settlement {deposit.settlement_id}, to be "
        f"deposited from {deposit.deposit.isoformat()}, is not in the bank after {days} days.",
        {
            "amount": money.text(deposit.amount),
            "currency": money.code,
            "deposit_date": deposit.deposit.isoformat(),
            "days": days,
        },
    )


def _unexpected(line: BankLine) -> Finding:
    money = known_currency(line.currency)
    return Finding(
        "DEPOSIT_UNEXPECTED",
        f"bank line {line.id}",
        f"Bank line {line.id} of {line.date.isoformat()}, {money.text(line.amount)} {money.code}, "
        f"reads like Amazon's ({line.descriptor!r}), and no settlement explains it.",
        {
            "amount": money.text(line.amount),
            "currency": money.code,
            "date": line.date.isoformat(),
            "descriptor": line.descriptor,
        },
    )


def _ambiguous(question: Question) -> Finding:
    about = [*(f"settlement {of}" for of in question.settlement_ids)]
    about += [f"bank line {of}" for of in question.line_ids]
    return Finding(
        "DEPOSIT_AMBIGUOUS",
        ", ".join(about),
        question.why,
        {
            "settlements": list(question.settlement_ids),
            "bank_lines": list(question.line_ids),
            "candidates": [_shown(one) for one in question.candidates],
            "left_out": question.left_out,
        },
    )


def _shown(one: Candidate) -> str:
    return (
        f"{one.kind}: {' + '.join(one.settlement_ids)} = {' + '.join(one.line_ids) or 'no line'} "
        f"({one.score} points: {'; '.join(one.reasons)})"
    )


def _returned(found: DepositMatch) -> Finding | None:
    """Return a payout that came back and was not paid again, as a finding."""
    one = found.candidate
    last = found.movements[-1]
    if one.kind is not MatchKind.FAILED_TRANSFER or one.paid_again_by or last.bank > 0:
        return None
    money = known_currency(last.currency)
    return Finding(
        "DEPOSIT_RETURNED",
        f"settlement {last.settlement_id}",
        f"{money.text(-last.bank)} {money.code} of settlement {last.settlement_id} was sent back "
        f"by the bank on {last.day.isoformat()} (line {last.line_id}) and not paid again.",
        {"amount": money.text(-last.bank), "currency": money.code, "date": last.day.isoformat()},
    )


def _cut(what: str, policy: MatchingPolicy) -> Finding:
    return Finding(
        "DEPOSIT_SEARCH_CUT",
        what,
        f"More than {policy.pool_most} amounts could be part of a sum with {what}: not all sums "
        "were looked for.",
        {"most": policy.pool_most},
    )


def _named(values: Sequence[_T], name: Callable[[_T], str], kind: str) -> dict[str, _T]:
    found: dict[str, _T] = {}
    for value in values:
        if name(value) in found:
            words = kind.lower().replace("_", " ")
            raise RefusedRequest(
                f"DUPLICATE_{kind}",
                f"The {words} {name(value)!r} was given twice.",
                f"Send each {words} once, under an id of its own.",
                {"id": name(value)},
            )
        found[name(value)] = value
    return found


def _check(deposits: Mapping[str, ExpectedDeposit], lines: Mapping[str, BankLine]) -> None:
    for what, code in (
        *((f"settlement {one.settlement_id}", one.currency) for one in deposits.values()),
        *((f"bank line {one.id}", one.currency) for one in lines.values()),
    ):
        if currency(code) is None:
            raise RefusedRequest(
                "UNKNOWN_CURRENCY",
                f"{code!r} of {what} is no ISO 4217 code.",
                "Send the currency as three capital letters.",
                {"currency": code},
            )
    for one in deposits.values():
        if one.amount <= 0:
            raise RefusedRequest(
                "NOT_A_DEPOSIT",
                f"Settlement {one.settlement_id} pays nothing out: its total is "
                f"{known_currency(one.currency).text(one.amount)} {one.currency}.",
                "Leave it out: what Amazon charges shows in the next settlement.",
                {"settlement_id": one.settlement_id},
            )
