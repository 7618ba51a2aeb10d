"""The ledger's summary view (GET_LEDGER_SUMMARY_VIEW_DATA): a day's or month's balance in a row.

A movement the report has no column for has no key in a balance. Amazon writes ``MM/DD/YYYY``; a
file all of whose dates fit both orders is therefore read month first. A month is dated to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.ledger_event import LedgerBalance
from handler.inventory.readers.cells import code, name, needed_code, text, whole
from handler.inventory.readers.columns import Column, normal
from handler.inventory.readers.days import Order

if TYPE_CHECKING:
    from handler.inventory.readers.table import Table

MARKS: Final = frozenset({"startingwarehousebalance", "endingwarehousebalance"})
MOVEMENTS: Final = (
    "in transit between warehouses",
    "receipts",
    "customer shipments",
    "customer returns",
    "vendor returns",
    "warehouse transfer in/out",
    "found",
    "lost",
    "damaged",
    "disposed",
    "other events",
    "unknown events",
)
_BEFORE_MOVEMENTS = 8
_BALANCE: Callable[..., LedgerBalance] = LedgerBalance
_UNUSED = frozenset({"title", "store"})


def read(table: Table) -> AmazonReport:
    """Return the balances of the report.

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    told = tuple(movement for movement in MOVEMENTS if normal(movement) in table.header)
    columns = (
        Column("date", table.days("date", Order.MONTH_FIRST).read_span),
        Column("fnsku", name),
        Column("asin", text, optional=True),
        Column("msku", text),
        Column("disposition", needed_code),
        Column("location", code),
        Column("startingwarehousebalance", whole),
        Column("endingwarehousebalance", whole),
        *(Column(normal(movement), whole) for movement in told),
    )

    def balance(line: int, values: list[Any]) -> LedgerBalance:
        moved = dict(zip(told, values[_BEFORE_MOVEMENTS:], strict=True))
        return _BALANCE(*values[:_BEFORE_MOVEMENTS], moved, line)

    rows, balances, findings = table.read(columns, balance)
    return AmazonReport(
        ReportKind.LEDGER_SUMMARY,
        rows,
        balances=balances,
        unknown_columns=table.unknown(columns, _UNUSED),
        findings=findings,
    )
