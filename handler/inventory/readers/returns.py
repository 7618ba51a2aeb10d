"""Returns by customers (GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.amazon_stock import CustomerReturn
from handler.inventory.readers.cells import code, name, needed_code, text, whole
from handler.inventory.readers.columns import Column

if TYPE_CHECKING:
    from handler.inventory.readers.table import Table

MARKS: Final = frozenset({"returndate", "detaileddisposition"})
_UNUSED = frozenset({"productname", "customercomments"})


def read(table: Table) -> AmazonReport:
    """Return the units customers sent back.

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    columns = {
        "day": Column("returndate", table.days("returndate").read),
        "order_id": Column("orderid", text),
        "sku": Column("sku", name),
        "fnsku": Column("fnsku", text),
        "asin": Column("asin", text, optional=True),
        "quantity": Column("quantity", whole),
        "centre": Column("fulfillmentcenterid", text),
        "disposition": Column("detaileddisposition", needed_code),
        "reason": Column("reason", code),
        "status": Column("status", text, optional=True),
        "license_plate": Column("licenseplatenumber", text, optional=True),
    }

    def row(line: int, values: list[Any]) -> CustomerReturn:
        return CustomerReturn(**dict(zip(columns, values, strict=True)), line=line)

    rows, returns, findings = table.read(tuple(columns.values()), row)
    return AmazonReport(
        ReportKind.RETURNS,
        rows,
        returns=returns,
        unknown_columns=table.unknown(columns.values(), _UNUSED),
        findings=findings,
    )
