"""Tables for NetSuite's CSV import: one row for each line, names as they are.

The import is told once, field by field, that it reads names, so no internal ids stand here. It
takes one type of record at a time: a table that holds several has the type in its first column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from handler.payloads.netsuite_names import (
    DEPOSIT,
    STOCK_RECORD,
    bank_and_items,
    record_of,
    side,
    transfer_order,
)

_SEGMENTS: Final = ("department", "class", "location")
_JOURNAL: Final = (
    "External ID",
    "Date",
    "Posting Period",
    "Subsidiary",
    "Currency",
    "Exchange Rate",
    "Memo",
    "Account",
    "Debit",
    "Credit",
    "Line Memo",
    "Name",
    "Department",
    "Class",
    "Location",
    "Tax Code",
)
# A deposit's own columns beside those of a journal entry.
_WITH_DEPOSITS: Final = ("Record Type", *_JOURNAL, "Deposit To", "Amount")
_STOCK: Final = (
    "Record Type",
    "External ID",
    "Date",
    "Subsidiary",
    "Account",
    "Location",
    "To Location",
    "Transfer Order",
    "Memo",
    "Item",
    "Quantity",
    "Line Memo",
)

_Part = Mapping[str, Any]


# Also as Japanese keyboards write them, which spreadsheets there take likewise.
_FORMULA_STARTS: Final = frozenset("=+-@＝＋－＠")
# Where a spreadsheet of another country, or one that knows no quotes, begins a cell of its own.
_BEGINS_WITHIN: Final = re.compile("([;\t\n] *)(?=[=+@＝＋－＠-])")


def inert(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula.

    Some pass over what cannot be seen at a cell's beginning, so that counts as such a sign too. A
    lone CR becomes LF: the csv module would not put quotes around it, and a row would end there.
    """
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    cell = _BEGINS_WITHIN.sub(r"\1'", cell)
    starts = cell[:1] in _FORMULA_STARTS or not cell[:1].isprintable()
    return "'" + cell if starts and cell else cell


def entry_table(entries: Sequence[_Part]) -> str:
    """Return entries as a table; the type of record stands in it only where one is a deposit."""
    deposits = [entry for entry in entries if record_of(entry) == DEPOSIT]
    journals = [entry for entry in entries if record_of(entry) != DEPOSIT]
    if not deposits:
        return _table(_JOURNAL, (row for entry in journals for row in _journal_rows(entry)))
    rows = [
        *(["deposit", *row] for entry in deposits for row in _deposit_rows(entry)),
        *(["journalEntry", *row, "", ""] for entry in journals for row in _journal_rows(entry)),
    ]
    return _table(_WITH_DEPOSITS, rows)


def _journal_rows(entry: _Part) -> Iterator[list[str]]:
    for line in entry["lines"]:
        amount = side(line)
        yield _row(
            entry,
            line,
            entry["subsidiary_name"],
            str(amount.get("debit", "")),
            str(amount.get("credit", "")),
        )


def _deposit_rows(entry: _Part) -> Iterator[list[str]]:
    bank, items = bank_and_items(entry)
    for line in items:
        # The subsidiary is that of the account deposited to.
        yield [*_row(entry, line, "", "", ""), inert(bank["account"]), line["credit"]]


def _row(entry: _Part, line: _Part, subsidiary: str, debit: str, credit: str) -> list[str]:
    cells = [
        entry["external_id"],
        entry["tran_date"],
        entry["period_name"],
        subsidiary,
        entry["currency"],
        entry.get("exchange_rate", ""),
        entry["memo"],
        line["account"],
        debit,
        credit,
        line["memo"],
        line.get("entity", ""),
        *(line.get(name, "") for name in (*_SEGMENTS, "tax_code")),
    ]
    return [inert(cell) for cell in cells]


def stock_table(postings: Iterable[_Part]) -> str:
    """Return postings of stock as a table, in the order of their types."""
    return _table(
        _STOCK,
        (
            row
            for posting in sorted(postings, key=lambda one: str(one["kind"]))
            for row in _stock_rows(posting)
        ),
    )


def _stock_rows(posting: _Part) -> Iterator[list[str]]:
    head = (
        STOCK_RECORD[posting["kind"]],
        posting["external_id"],
        posting["tran_date"],
        posting["subsidiary"],
        posting["account"],
        posting["source"] or posting["target"],
        posting["target"] if posting["source"] else "",
        transfer_order(posting),
        posting["memo"],
    )
    for line in posting["lines"]:
        # The quantity is a number of ours: its minus starts no formula.
        yield [*map(inert, (*head, line["item"])), str(line["quantity"]), inert(line["memo"])]


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
