"""Entries read back from a stored document, as the values they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from handler.core.money import Currency, known_currency
from handler.payloads.dialects import postable
from handler.settlement.journal import JournalEntry, JournalLine
from handler.settlement.period import Period
from handler.settlement.profile import Dimensions


def posted_entries(document: Mapping[str, Any]) -> tuple[JournalEntry, ...]:
    """Return the entries a document has posted: all but a deposit that waits for its bank line."""
    money = known_currency(document["currency"])
    return tuple(_entry(entry, money) for entry in postable(document))


def _entry(entry: Mapping[str, Any], money: Currency) -> JournalEntry:
    period = Period.parsed(entry["posting_period"])
    return JournalEntry(
        external_id=entry["external_id"],
        subsidiary=entry["subsidiary"],
        currency=entry["currency"],
        tran_date=date.fromisoformat(entry["tran_date"]),
        period=period,
        memo=entry["memo"],
        lines=tuple(_line(line, period, money) for line in entry["lines"]),
    )


def _line(line: Mapping[str, Any], period: Period, money: Currency) -> JournalLine:
    return JournalLine(
        account=line["account"],
        accounting_class=line["accounting_class"],
        debit=money.minor(line["debit"]),
        credit=money.minor(line["credit"]),
        memo=line["memo"],
        row_count=line["row_count"],
        groups=(),
        section=line["section"],
        period=period,
        dimensions=Dimensions(
            line.get("department", ""),
            line.get("class", ""),
            line.get("location", ""),
            line.get("tax_code", ""),
        ),
        entity=line.get("entity", ""),
        order=line.get("order_id", ""),
        derived=bool(line.get("derived", False)),
    )
