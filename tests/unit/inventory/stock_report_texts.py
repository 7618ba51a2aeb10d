"""Amazon's stock reports for tests: every header variant, and a good row for each."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

from builders import DATA

from handler.core.source import from_bytes
from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.readers import read_report
from handler.inventory.readers.columns import normal

FOLDER = DATA / "inventory"
KINDS = {
    "GET_LEDGER_SUMMARY_VIEW_DATA": ReportKind.LEDGER_SUMMARY,
    "GET_LEDGER_DETAIL_VIEW_DATA": ReportKind.LEDGER_DETAIL,
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA": ReportKind.MYI,
    "GET_FBA_MYI_ALL_INVENTORY_DATA": ReportKind.MYI,
    "GET_AFN_INVENTORY_DATA": ReportKind.AFN,
    "GET_AFN_INVENTORY_DATA_BY_COUNTRY": ReportKind.AFN_BY_COUNTRY,
    "GET_RESERVED_INVENTORY_DATA": ReportKind.RESERVED,
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": ReportKind.RETURNS,
    "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA": ReportKind.REMOVAL_ORDERS,
    "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA": ReportKind.REMOVAL_SHIPMENTS,
    "GET_FBA_REIMBURSEMENTS_DATA": ReportKind.REIMBURSEMENTS,
    "GET_MERCHANT_LISTINGS_ALL_DATA": ReportKind.LISTINGS,
}
# Column in its normal form -> a good cell. Every other column's cell is "7".
CELLS = {
    "date": "08/31/2026", "returndate": "2026-08-31", "requestdate": "2026-08-30T10:00:00+00:00",
    "shipmentdate": "2026-08-31T10:00:00+00:00", "approvaldate": "2026-08-31 PDT",
    "fnsku": "X1", "fulfillmentchannelsku": "X1", "asin": "B1", "asin1": "B1",
    "msku": "S-1", "sku": "S-1", "sellersku": "S-1", "eventtype": "Receipts",
    "referenceid": "FBA1", "fulfillmentcenter": "PHX7", "fulfillmentcenterid": "PHX7",
    "disposition": "Sellable", "detaileddisposition": "SELLABLE", "reason": "m", "country": "US",
    "location": "US", "warehouseconditioncode": "SELLABLE", "mfnlistingexists": "No",
    "afnlistingexists": "Yes", "currencyunit": "EUR", "amounttotal": "24.99",
    "fulfillmentchannel": "DEFAULT", "orderid": "O-1", "reimbursementid": "R-1",
    "ordertype": "Return", "removalordertype": "Return", "orderstatus": "Completed",
    "trackingnumber": "T-1", "title": "A, b", "productname": "A, b",
}  # fmt: skip


class Variant(NamedTuple):
    """A row of report_columns.tsv."""

    report: str
    name: str
    columns: tuple[str, ...]


def _variants() -> Iterator[Variant]:
    with (FOLDER / "report_columns.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            columns = tuple(row["columns_pipe_separated"].split("|"))
            yield Variant(row["report"], row["variant"], columns)


VARIANTS = tuple(_variants())
READ = tuple(one for one in VARIANTS if one.report in KINDS)


def good_cell(column: str) -> str:
    return CELLS.get(normal(column), "7")


def tabbed(*lines: object, end: str = "\n") -> bytes:
    """Lines, each a text or a sequence of cells."""
    texts = (line if isinstance(line, str) else "\t".join(line) for line in lines)
    return "".join(text + end for text in texts).encode()


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def read(content: bytes) -> AmazonReport:
    return read_report(from_bytes(content))


def values(report: AmazonReport) -> tuple[object, ...]:
    return (
        report.events
        + report.balances
        + report.stock
        + report.returns
        + report.removals
        + report.reimbursements
    )
