"""The ledger's detail view (GET_LEDGER_DETAIL_VIEW_DATA): one row per movement.

Rows repeat rightly and have no id, so every row is kept, identical ones and those of 0 units too.
Days are as the column ``Date`` has them. Amazon writes ``MM/DD/YYYY``; a file all of whose dates
fit both orders is therefore read month first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.ledger_event import LedgerEvent
from handler.inventory.readers.cells import code, name, needed_code, text, whole, whole_or_none
from handler.inventory.readers.columns import Column
from handler.inventory.readers.days import Order

if TYPE_CHECKING:
    from handler.inventory.readers.table import Table

MARKS: Final = frozenset({"eventtype", "fnsku"})
_EVENT: Callable[..., LedgerEvent] = LedgerEvent
# "Date and Time" tells an instant, and the books are kept by Amazon's day.
_UNUSED = frozenset({"title", "reconciledquantity", "dateandtime", "store"})


def read(table: Table) -> AmazonReport:
    """Return the movements of the report.

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    columns = (
        Column("date", table.days("date", Order.MONTH_FIRST).read),
        Column("fnsku", name),
        Column("asin", text, optional=True),
        Column("msku", text),
        Column("eventtype", name),
        Column("referenceid", text),
        Column("quantity", whole),
        Column("fulfillmentcenter", name),
        Column("disposition", needed_code),
        Column("reason", code),
        Column("country", code),
        Column("unreconciledquantity", whole_or_none, optional=True),
    )
    # A million rows: their values stand in the order of the event's own fields.
    rows, events, findings = table.read(
        columns, lambda line, values: _EVENT(*values[:-1], line, values[-1])
    )
    return AmazonReport(
        ReportKind.LEDGER_DETAIL,
        rows,
        events=events,
        unknown_columns=table.unknown(columns, _UNUSED),
        findings=findings,
    )
