"""The outcome of matching deposits as a document: matches with their entries, questions, the rest.

Amounts are text in major units, each in the currency named beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from handler.core.money import known_currency
from handler.payloads.dialects import render
from handler.payloads.netsuite_names import DEPOSIT
from handler.payloads.references import NO_REFERENCES, References
from handler.payloads.result import Document
from handler.settlement.profile import DepositRecord, Profile

if TYPE_CHECKING:
    from handler.reconciliation.bank_line import BankLine
    from handler.reconciliation.deposit_matching import (
        Candidate,
        DepositMatch,
        DepositMatching,
        Movement,
        Question,
    )
    from handler.reconciliation.expected_deposit import ExpectedDeposit
    from handler.settlement.journal import JournalEntry, JournalLine

# settlement id -> its deposit entries as documents
EntryDocuments = Mapping[str, Sequence[Document]]


def matching_document(
    outcome: DepositMatching,
    entries: Sequence[EntryDocuments],
    references: References = NO_REFERENCES,
) -> dict[str, object]:
    """Return the outcome of matching.

    Args:
        outcome: as :func:`~handler.reconciliation.deposits.match` gave it.
        entries: the deposit entries of each match, in the order of the matches.
        references: internal ids of names.

    Raises:
        UnusableMapping: ``NO_INTERNAL_ID``.
    """
    return {
        "matches": [
            match_document(match, made, references)
            for match, made in zip(outcome.matches, entries, strict=True)
        ],
        "questions": [_question(question) for question in outcome.questions],
        "unmatched_deposits": [_deposit(one) for one in outcome.unmatched_deposits],
        "unmatched_lines": [line_document(one) for one in outcome.unmatched_lines],
        "findings": [finding.as_dict() for finding in outcome.findings],
    }


def match_document(
    match: DepositMatch, entries: EntryDocuments, references: References = NO_REFERENCES
) -> Document:
    """Return a match with its entries: as documents, and in both of NetSuite's dialects."""
    documents = [_postable(owner, made) for owner, made in entries.items()]
    return {
        **_candidate(match.candidate),
        "decided": match.decided,
        "movements": [_movement(movement) for movement in match.movements],
        "deposit_entries": [entry for made in entries.values() for entry in made],
        **{
            dialect: [
                payload
                for one in documents
                for payload in render(one, dialect, references).payloads
            ]
            for dialect in ("netsuite", "celigo")
        },
    }


def entry_documents(
    match: DepositMatch, entries: Sequence[JournalEntry], profile: Profile
) -> EntryDocuments:
    """Return the deposit entries of a match by settlement; there is one for each movement."""
    found: dict[str, list[Document]] = defaultdict(list)
    for movement, entry in zip(match.movements, entries, strict=True):
        document = entry_document(entry, profile)
        if _may_be_deposit(entry, profile):
            document["record"] = DEPOSIT
        found[movement.settlement_id].append(document)
    return found


def _may_be_deposit(entry: JournalEntry, profile: Profile) -> bool:
    """Return whether an entry goes out as NetSuite's deposit.

    That can only say that money came to the bank, and from which other accounts. A payout sent
    back, one that never arrived, a charge, or a loss of exchange stays a journal entry.
    """
    if profile.policies.deposit_record is not DepositRecord.DEPOSIT:
        return False
    debits = [line for line in entry.lines if line.debit]
    others = [line for line in entry.lines if line.credit]
    at_bank = [line for line in entry.lines if line.account == profile.bank]
    return bool(others) and len(debits) == 1 and at_bank == debits


def line_document(line: BankLine) -> Document:
    """Return a bank line as it was given."""
    return {
        "id": line.id,
        "date": line.date.isoformat(),
        "amount": known_currency(line.currency).text(line.amount),
        "currency": line.currency,
        "descriptor": line.descriptor,
    }


def _postable(settlement_id: str, entries: Sequence[Document]) -> Document:
    return {
        "settlement_id": settlement_id,
        "status": "proven",
        "journal_entries": list(entries),
        "deposit_entry": None,
    }


def _candidate(one: Candidate) -> Document:
    return {
        "kind": str(one.kind),
        "settlement_ids": list(one.settlement_ids),
        "line_ids": list(one.line_ids),
        "paid_again_by": one.paid_again_by,
        "score": one.score,
        "reasons": list(one.reasons),
    }


def _question(question: Question) -> Document:
    return {
        "settlement_ids": list(question.settlement_ids),
        "line_ids": list(question.line_ids),
        "why": question.why,
        "left_out": question.left_out,
        "candidates": [
            {
                **_candidate(one),
                # To be sent back among the decisions by whoever chooses this one.
                "decision": {
                    "settlement_ids": list(one.settlement_ids),
                    "line_ids": list(one.line_ids),
                    "paid_again_by": one.paid_again_by,
                    "together": True,
                },
            }
            for one in question.candidates
        ],
    }


def _movement(movement: Movement) -> Document:
    money = known_currency(movement.currency)
    return {
        "settlement_id": movement.settlement_id,
        "purpose": str(movement.purpose),
        "line_id": movement.line_id,
        "date": movement.day.isoformat(),
        "currency": money.code,
        "bank": money.text(movement.bank),
        "clearing": money.text(movement.clearing),
        "fx": money.text(movement.fx),
    }


def _deposit(one: ExpectedDeposit) -> Document:
    return {
        "settlement_id": one.settlement_id,
        "amount": known_currency(one.currency).text(one.amount),
        "currency": one.currency,
        "deposit_date": one.deposit.isoformat(),
    }


def entry_document(entry: JournalEntry, profile: Profile) -> Document:
    """Return an entry that stands for no rows of a file."""
    return {
        "external_id": entry.external_id,
        "tran_date": entry.tran_date.isoformat(),
        "posting_period": str(entry.period),
        "period_name": entry.period.label,
        "subsidiary": entry.subsidiary,
        "subsidiary_name": profile.subsidiaries[entry.subsidiary].name,
        "currency": entry.currency,
        "memo": entry.memo,
        "lines": [_line(line, entry.currency) for line in entry.lines],
    }


def _line(line: JournalLine, currency: str) -> Document:
    money, of = known_currency(currency), line.dimensions
    named = {
        "department": of.department,
        "class": of.business_class,
        "location": of.location,
        "tax_code": of.tax_code,
    }
    return {
        "line": None,  # no row of the file stands behind it
        "account": line.account,
        "accounting_class": line.accounting_class,
        "section": line.section,
        "debit": money.text(line.debit),
        "credit": money.text(line.credit),
        "memo": line.memo,
        "row_count": line.row_count,
        **{name: value for name, value in named.items() if value},
    }
