"""Bank lines to the settlements of a profile that are not deposited yet.

What was recorded before is not matched again: its bank lines are set aside when they come again.
Unless something is new about it: a decision names it, its exact amount went out again, or a
correction changed its total.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from handler.core.money import known_currency
from handler.flows.kept_deposits import kept_deposit
from handler.flows.kept_result import read_result
from handler.flows.moves import DONE
from handler.flows.recorded_span import latest, proven_between
from handler.payloads.deposit_documents import (
    EntryDocuments,
    entry_documents,
    line_document,
    matching_document,
)
from handler.payloads.facts import expected_deposit
from handler.reconciliation.deposit_entries import deposit_entries
from handler.reconciliation.deposits import match
from handler.reconciliation.matching_policy import MatchingPolicy

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord
    from handler.payloads.kept_deposit import KeptDeposit
    from handler.payloads.result import Document
    from handler.reconciliation.bank_line import BankLine
    from handler.reconciliation.deposit_matching import Decision, DepositMatching
    from handler.settlement.profile import Profile

# Each undeposited one is read from the bucket, and a caller waits 29 s at most.
_MOST: Final = 200
# A report's transfer starts some days after its settlement ends.
_TRANSFER_DAYS: Final = 14
# No bank line bounds these, and listing them reads no file.
_PAY_NOTHING_SINCE: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call to match deposits.

    Attributes:
        profile: whose settlements.
        as_of: the last day the bank lines cover.
        lines: of the bank.
        decisions: a person's answers.
        policy: windows and rates.
        fx_account: GL account for differences of exchange, or empty.
    """

    profile: str
    as_of: date
    lines: tuple[BankLine, ...]
    decisions: tuple[Decision, ...] = ()
    policy: MatchingPolicy = field(default_factory=MatchingPolicy)
    fx_account: str = ""


@dataclass(frozen=True, slots=True)
class Matched:
    """What a call found.

    Attributes:
        outcome: the matching.
        entries: of each match, in order.
        records: of every settlement looked at, by id.
        lines: the bank lines looked at, by id.
        without_line: settlements that need no bank line, with the reason.
        document: all of it for the caller.
    """

    outcome: DepositMatching
    entries: tuple[EntryDocuments, ...]
    records: Mapping[str, SettlementRecord]
    lines: Mapping[str, BankLine]
    without_line: tuple[tuple[SettlementRecord, str], ...]
    document: Document


def match_deposits(app: App, asked: Asked) -> Matched:
    """Match bank lines; nothing is recorded.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``TOO_MANY_SETTLEMENTS``, ``FX_ACCOUNT_MISSING``, and
            as :func:`handler.reconciliation.deposits.match`.
        UnusableMapping: the mappings are wrong; ``NO_INTERNAL_ID``.
        OutsideFailure: a store did not answer.
    """
    profile = app.mappings.load(asked.profile).profile
    paying, without_line, kept = _sorted(app, asked)
    set_aside = {line.id: one for one in kept for line in one.lines}
    lines = [line for line in asked.lines if line.id not in set_aside]
    expected = [expected_deposit(read_result(app, record).document, profile) for record in paying]
    outcome = match(expected, lines, asked.policy, as_of=asked.as_of, decisions=asked.decisions)
    entries = entries_of(outcome, profile, asked.fx_account)
    given = {line.id: line for line in lines}
    document = {
        "profile": asked.profile,
        "as_of": asked.as_of.isoformat(),
        **matching_document(outcome, entries, app.references.load(asked.profile)),
        "recorded_before": [
            {**line_document(line), "settlement_ids": list(set_aside[line.id].settlement_ids)}
            for line in asked.lines
            if line.id in set_aside
        ],
        "without_bank_line": [_without_line(record, why) for record, why in without_line],
    }
    records = {record.settlement_id: record for record in paying}
    return Matched(outcome, entries, records, given, tuple(without_line), document)


def entries_of(
    outcome: DepositMatching, profile: Profile, fx_account: str
) -> tuple[EntryDocuments, ...]:
    """Return the deposit entries of each match.

    Raises:
        RefusedRequest: ``FX_ACCOUNT_MISSING``.
    """
    return tuple(
        entry_documents(one, deposit_entries(one, profile, fx_account), profile)
        for one in outcome.matches
    )


def _sorted(
    app: App, asked: Asked
) -> tuple[list[SettlementRecord], list[tuple[SettlementRecord, str]], list[KeptDeposit]]:
    """Return who waits for a bank line, who needs none, and what was matched before."""
    since, until = _window(asked)
    paying: list[SettlementRecord] = []
    without_line = [
        (record, _why(record))
        for record in latest(app, asked.profile, since - _PAY_NOTHING_SINCE)
        if record.status == "proven"
        and record.declared_total <= 0
        and record.state not in DONE
        and record.end <= until.isoformat()
    ]
    kept: list[KeptDeposit] = []
    is_new = _news(asked)
    for record in proven_between(app, asked.profile, since, until, _MOST):
        if record.declared_total <= 0:
            continue
        before = kept_deposit(app, record)
        if before is None or before.total != record.declared_total or is_new(before):
            paying.append(record)
            continue
        kept.append(before)
        if record.state not in DONE:
            why = "Its deposit was recorded before it was corrected, and the total is the same."
            without_line.append((record, why))
    return paying, without_line, kept


def _window(asked: Asked) -> tuple[date, date]:
    """Return the first and the last day on which a settlement may end to be looked at."""
    days = [asked.as_of, *(line.date for line in asked.lines)]
    since = min(days) - timedelta(days=asked.policy.late_days + _TRANSFER_DAYS)
    return since, max(days) + timedelta(days=asked.policy.early_days)


def _news(asked: Asked) -> Callable[[KeptDeposit], bool]:
    """Return what tells whether something is new about a match that was recorded."""
    named = {of for one in asked.decisions for of in (*one.settlement_ids, one.paid_again_by)}
    out = {(line.amount, line.currency) for line in asked.lines if line.amount < 0}

    def is_new(kept: KeptDeposit) -> bool:
        known = {line.id for line in kept.lines}
        back = {(line.amount, line.currency) for line in kept.lines if line.amount < 0}
        returned = any((-line.amount, line.currency) in out - back for line in kept.lines)
        here = known <= {line.id for line in asked.lines}
        return not named.isdisjoint(kept.settlement_ids) or (here and returned)

    return is_new


def _why(record: SettlementRecord) -> str:
    if record.declared_total == 0:
        return "Its total is zero: nothing is paid, and its entries leave clearing at zero."
    return (
        "Its total is negative: what is owed to Amazon was posted with its journal, and Amazon "
        "charges it in the next settlement."
    )


def _without_line(record: SettlementRecord, why: str) -> Document:
    return {
        "settlement_id": record.settlement_id,
        "total": known_currency(record.currency).text(record.declared_total),
        "currency": record.currency,
        "state": record.state,
        "why": why,
    }


def subjects(found: Matched) -> Sequence[str]:
    """Return the subjects that a call judged, as findings name them."""
    return [
        *(f"settlement {of}" for of in found.records),
        *(f"bank line {of}" for of in found.lines),
    ]
