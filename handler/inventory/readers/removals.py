"""Removals: by order (..._REMOVAL_ORDER_DETAIL_DATA) and by shipment (..._SHIPMENT_DETAIL_DATA)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.amazon_stock import Removal
from handler.inventory.readers.cells import name, needed_code, text, whole, whole_or_none
from handler.inventory.readers.columns import Column

if TYPE_CHECKING:
    from handler.inventory.readers.table import Table

ORDER_MARKS: Final = frozenset({"requestdate", "requestedquantity"})
SHIPMENT_MARKS: Final = frozenset({"shipmentdate", "removalordertype"})

_BOTH = {
    "order_id": Column("orderid", name),
    "sku": Column("sku", text),
    "fnsku": Column("fnsku", text),
    "disposition": Column("disposition", needed_code),
}
_NOT_TOLD: Mapping[str, Any] = {
    "status": "",
    "requested": None,
    "cancelled": None,
    "disposed": None,
    "in_process": None,
    "tracking": "",
}


def read_orders(table: Table) -> AmazonReport:
    """Return the removal orders, dated to their request.

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    columns = {
        **_BOTH,
        "day": Column("requestdate", table.days("requestdate").read),
        "kind": Column("ordertype", text),
        "status": Column("orderstatus", text),
        "requested": Column("requestedquantity", whole),
        "cancelled": Column("cancelledquantity", whole_or_none),
        "disposed": Column("disposedquantity", whole_or_none),
        "shipped": Column("shippedquantity", whole_or_none),
        "in_process": Column("inprocessquantity", whole_or_none),
    }
    unused = frozenset({"servicespeed", "lastupdateddate", "removalfee", "currency"})
    return _read(table, ReportKind.REMOVAL_ORDERS, columns, unused)


def read_shipments(table: Table) -> AmazonReport:
    """Return what was shipped of removal orders, dated to the shipment.

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    columns = {
        **_BOTH,
        "day": Column("shipmentdate", table.days("shipmentdate").read),
        "kind": Column("removalordertype", text),
        "shipped": Column("shippedquantity", whole),
        "tracking": Column("trackingnumber", text),
    }
    unused = frozenset({"requestdate", "carrier"})
    return _read(table, ReportKind.REMOVAL_SHIPMENTS, columns, unused)


def _read(
    table: Table, kind: ReportKind, columns: Mapping[str, Column], unused: frozenset[str]
) -> AmazonReport:
    def row(line: int, values: list[Any]) -> Removal:
        return Removal(**{**_NOT_TOLD, **dict(zip(columns, values, strict=True))}, line=line)

    rows, removals, findings = table.read(tuple(columns.values()), row)
    unknown = table.unknown(columns.values(), unused)
    return AmazonReport(kind, rows, removals=removals, unknown_columns=unknown, findings=findings)
