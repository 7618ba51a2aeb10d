"""What a settlement's document tells reconciliation: its deposit, its entries, its reserve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from handler.core.money import known_currency
from handler.payloads.recorded import posted_entries
from handler.reconciliation.clearing_causes import OurEntry
from handler.reconciliation.expected_deposit import ExpectedDeposit
from handler.reconciliation.reserve import ReserveFacts

if TYPE_CHECKING:
    from handler.settlement.journal import JournalEntry
    from handler.settlement.profile import Profile

Document = Mapping[str, Any]


def series(document: Document) -> str:
    """Return what a settlement's reserve and time run on in: its profile and its currency."""
    return f"{document['profile']} {document['currency']}"


def expected_deposit(document: Document, profile: Profile) -> ExpectedDeposit:
    """Return the payout that a settlement announces.

    Its marketplace is named only where the profile has one alone in the currency.
    """
    money = known_currency(document["currency"])
    fronts = {one.names[0] for one in profile.marketplaces if one.currency == money.code}
    return ExpectedDeposit(
        settlement_id=document["settlement_id"],
        amount=money.minor(document["declared_total"]),
        currency=money.code,
        deposit=date.fromisoformat(document["deposit_date"] or document["end"]),
        end=date.fromisoformat(document["end"]),
        marketplace=fronts.pop() if len(fronts) == 1 else "",
        profile=profile.name,
        failed_before=max(_of_class(document, "failed_transfers"), 0),
    )


def our_entries(document: Document) -> tuple[OurEntry, ...]:
    """Return what a document's posted entries do to the clearing account.

    A debt to Amazon is posted with the journal and is the settlement's deposit entry.
    """
    deposit = document["deposit_entry"] or {}
    return tuple(
        _ours(document, entry, deposit=entry.external_id == deposit.get("external_id"))
        for entry in posted_entries(document)
    )


def our_deposit(document: Document, entries: Iterable[JournalEntry] = ()) -> tuple[OurEntry, ...]:
    """Return what a settlement's bank deposit does to the clearing account.

    Args:
        document: of the settlement.
        entries: of its match; where none are known, the document's own deposit entry.
    """
    found = tuple(entries)
    if not found and document["deposit_entry"]:
        alone = {**document, "journal_entries": [document["deposit_entry"]], "deposit_entry": None}
        found = posted_entries(alone)
    return tuple(_ours(document, entry, deposit=True) for entry in found)


def reserve_facts(document: Document) -> ReserveFacts:
    """Return the sums of a settlement's reserve rows, from the kinds its document lists."""
    return ReserveFacts(
        settlement_id=document["settlement_id"],
        marketplace=series(document),
        currency=document["currency"],
        start=date.fromisoformat(document["start"]),
        end=date.fromisoformat(document["end"]),
        released=_of_class(document, "reserve_released"),
        held=_of_class(document, "reserve_held"),
    )


def _of_class(document: Document, accounting_class: str) -> int:
    money = known_currency(document["currency"])
    return sum(
        money.minor(kind["amount"])
        for kind in document["vocabulary"]
        if kind["accounting_class"] == accounting_class
    )


def _ours(document: Document, entry: JournalEntry, *, deposit: bool) -> OurEntry:
    account = document["clearing"]["account"]
    return OurEntry.of(entry, document["settlement_id"], account, deposit=deposit)
