"""How the command line prints a document, and the rows behind one of its lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from handler.core.errors import RefusedRequest
from handler.core.money import Currency, known_currency
from handler.payloads.dialects import render
from handler.payloads.rows import shown_row
from handler.payloads.table import table

if TYPE_CHECKING:
    from handler.core.source import Source
    from handler.flows.ports import ReferenceSource
    from handler.settlement.row import Row
    from handler.settlement.trace import Trace

Document = Mapping[str, Any]


def print_document(document: Document, style: str, references: ReferenceSource) -> None:
    """Print a settlement's document in one of the formats."""
    if style == "table":
        print(table(document))
    elif style == "json":
        print(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        print(render(document, style, references.load(document["profile"])).text.rstrip("\n"))


def print_more(shown: int) -> None:
    """Say, beside the list, that there is more of it than the limit let through."""
    print(f"There are more than these {shown}: raise --limit.", file=sys.stderr)


def print_rows(document: Document, trace: Trace, source: Source, number: int, style: str) -> None:
    """Print the file's rows behind a journal line.

    Raises:
        RefusedRequest: ``NO_SUCH_LINE``.
    """
    if number not in trace.lines:
        raise RefusedRequest(
            "NO_SUCH_LINE",
            f"The journal has no line {number}.",
            f"Its lines are 1 to {max(trace.lines, default=0)}.",
        )
    money = known_currency(document["currency"])
    rows = list(trace.rows(source, number))
    if style == "json":
        print(json.dumps([shown_row(row, money) for row in rows], indent=1, ensure_ascii=False))
        return
    print(f"Line {number} of settlement {document['settlement_id']}: {_about(document, number)}")
    for line in _row_table(rows, money):
        print(line)


def _about(document: Document, number: int) -> str:
    lines = [line for entry in document["journal_entries"] for line in entry["lines"]]
    for line in (*lines, *document["nil_lines"]):
        if line["line"] == number:
            side = "debit" if line["debit"].strip("0.") else "credit"
            return f"{line['account']}, {line['memo']}, {side} {line[side]} {document['currency']}"
    return "held, not posted"


def _row_table(rows: Iterable[Row], money: Currency) -> Iterable[str]:
    yield f"{'Line':>9}  {'Day':<10}  {'Amount':>12}  {'Order':<20}  {'SKU':<16}  Kind"
    total = count = 0
    for row in rows:
        total, count = total + row.amount, count + 1
        yield (
            f"{row.line:>9}  {row.key.day.isoformat():<10}  {money.grouped(row.amount):>12}  "
            f"{row.cells.get('order-id', ''):<20}  {row.cells.get('sku', ''):<16}  {row.key.kind}"
        )
    yield f"{count:>9}  {'amounts':<10}  {money.grouped(total):>12}"
