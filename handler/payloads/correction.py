"""The document of a correction: the delta to post, and the whole journal it completes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from handler.payloads.result import Document, entry_document

if TYPE_CHECKING:
    from handler.core.money import Currency
    from handler.settlement.correction import Change
    from handler.settlement.journal import JournalEntry
    from handler.settlement.settle import Settled


def correction_document(
    whole: Document,
    settled: Settled,
    found: Sequence[Change],
    delta: Sequence[JournalEntry],
    corrects: Sequence[str],
) -> Document:
    """Return the document of a correction.

    Its ``journal_entries`` are what is to be posted now; ``whole_journal`` has the entries as they
    would be if nothing had been posted before, and its line numbers are those of the trace.

    Args:
        whole: the document of the settlement as settled now.
        corrects: external ids of everything posted before.
    """
    money = settled.report.header.currency
    deposit = whole["deposit_entry"]
    # What is owed to Amazon is part of the delta; a bank deposit still waits for its line.
    waits = isinstance(deposit, dict) and deposit["post"] == "when_bank_line_matches"
    return {
        **whole,
        "journal_entries": [entry_document(entry, settled, {}) for entry in delta],
        "nil_lines": [],
        "deposit_entry": deposit if waits else None,
        "corrects": list(corrects),
        "changes": changes_document(found, money),
        "whole_journal": whole["journal_entries"],
    }


def changes_document(found: Sequence[Change], money: Currency) -> list[Document]:
    """Return differences as rows: what was posted, what is wanted, what is between them."""
    return [
        {
            "subsidiary": change.balance.subsidiary,
            "posting_period": str(change.balance.period),
            "account": change.balance.account,
            "accounting_class": change.balance.accounting_class,
            "order_id": change.balance.order,
            "posted": money.text(change.posted),
            "wanted": money.text(change.wanted),
            "delta": money.text(change.delta),
        }
        for change in found
    ]
