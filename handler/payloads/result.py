"""The result of a settlement as a document: what the command line, HTTP and the bucket hold.

Amounts are text in major units. The same file and the same mappings give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from handler.settlement.exchange_rate import converts
from handler.settlement.profile import Dimensions, PostingPolicy

if TYPE_CHECKING:
    from handler.core.money import Currency
    from handler.settlement.classify import KindUse
    from handler.settlement.journal import JournalEntry, JournalLine
    from handler.settlement.settle import Settled

Document = dict[str, object]


def document(settled: Settled, content_hash: str) -> Document:
    """Return everything there is to say of a settlement. A held one posts nothing: no entries."""
    header = settled.report.header
    money = header.currency
    held = settled.status == "held"
    entries = [] if held else list(settled.journal.entries)
    deposit = None if held else settled.journal.deposit
    numbers = {id(line): number for number, _, line in settled.journal.numbered()}
    shown: Document = {
        "schema": 1,
        "settlement_id": header.settlement_id,
        "format": settled.report.format,
        "currency": money.code,
        "declared_total": money.text(header.declared_total),
        "computed_total": money.text(settled.report.computed_total),
        "status": settled.status,
        "profile": settled.profile.name,
        "company": settled.profile.company,
        "mapping_version": settled.mapping_version,
        "content_hash": content_hash,
        "start": header.start.day_in(settled.profile.home.time_zone).isoformat(),
        "end": header.end.day_in(settled.profile.home.time_zone).isoformat(),
        "deposit_date": (
            header.deposit.day_in(settled.profile.home.time_zone).isoformat()
            if header.deposit
            else ""
        ),
        "rows": settled.report.rows,
        "amounts": settled.report.amounts,
        "blank_lines": settled.report.blank_lines,
        "journal_entries": [entry_document(found, settled, numbers) for found in entries],
        "nil_lines": []
        if held
        else [_line(line, money, numbers) for line in settled.journal.nil_lines],
        "deposit_entry": (
            {**entry_document(deposit, settled, numbers), "post": _post(header.declared_total)}
            if deposit
            else None
        ),
        "clearing": _clearing(settled),
        "vocabulary": [_kind(use, money) for use in settled.classified.kinds],
        "proof": [
            {
                "law": law.name,
                "says": law.says,
                "kept": law.kept,
                "figures": _figures(law.figures, money),
            }
            for law in settled.proof.laws
        ],
        "exceptions": [finding.as_dict() for finding in settled.findings],
    }
    if settled.exchange_rate:
        shown["exchange_rate"] = settled.exchange_rate
    if settled.profile.policies.posting is PostingPolicy.BY_ORDER:
        # Its lines need a customer: the one named, or the buyer of their order.
        shown["orders_receivable"] = settled.profile.orders_receivable
    return shown


def _kind(use: KindUse, money: Currency) -> Document:
    return {
        "transaction_type": use.kind.transaction_type,
        "amount_type": use.kind.amount_type,
        "amount_description": use.kind.amount_description,
        "accounting_class": use.accounting_class,
        "rows": use.rows,
        "amount": money.text(use.amount),
    }


# Figures of laws that are amounts; the others are counts and names.
_AMOUNTS = {"declared", "computed", "difference", "clearing", "debits"}


def _figures(figures: Mapping[str, object], money: Currency) -> Document:
    return {
        name: money.text(value) if name in _AMOUNTS and isinstance(value, int) else value
        for name, value in figures.items()
    }


def _clearing(settled: Settled) -> Document:
    money = settled.report.header.currency
    if settled.status == "held":
        before = deposit = after = 0
    else:
        before, after = settled.clearing_before, settled.clearing_after
        deposit = before - after
    return {
        "account": settled.profile.clearing,
        "before_deposit": money.text(before),
        "deposit": money.text(deposit),
        "after_deposit": money.text(after),
    }


def _post(total: int) -> str:
    """Say when the deposit entry is posted: money must be seen first, a debt is a fact at once."""
    return "when_bank_line_matches" if total > 0 else "with_journal"


def entry_document(found: JournalEntry, settled: Settled, numbers: Mapping[int, int]) -> Document:
    """Return a journal entry with its lines; ``numbers`` are the lines' own, by identity."""
    money = settled.report.header.currency
    rate: Document = {}
    if settled.exchange_rate and converts(found, settled.profile):
        rate = {"exchange_rate": settled.exchange_rate}
    return {
        "external_id": found.external_id,
        "tran_date": found.tran_date.isoformat(),
        "posting_period": str(found.period),
        "period_name": found.period.label,
        "subsidiary": found.subsidiary,
        "subsidiary_name": settled.profile.subsidiaries[found.subsidiary].name,
        "currency": found.currency,
        **rate,
        "memo": found.memo,
        "lines": [_line(line, money, numbers) for line in found.lines],
    }


def _line(line: JournalLine, money: Currency, numbers: Mapping[int, int]) -> Document:
    shown: Document = {
        "line": numbers.get(id(line)),
        "account": line.account,
        "accounting_class": line.accounting_class,
        "section": line.section,
        "debit": money.text(line.debit),
        "credit": money.text(line.credit),
        "memo": line.memo,
        "row_count": line.row_count,
    }
    shown.update(_dimensions(line.dimensions))
    if line.entity:
        shown["entity"] = line.entity
    if line.order:
        shown["order_id"] = line.order
    if line.derived:
        shown["derived"] = True
    return shown


def _dimensions(of: Dimensions) -> dict[str, str]:
    named: Sequence[tuple[str, str]] = (
        ("department", of.department),
        ("class", of.business_class),
        ("location", of.location),
        ("tax_code", of.tax_code),
    )
    return {name: value for name, value in named if value}
