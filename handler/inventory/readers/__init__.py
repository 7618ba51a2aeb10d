"""Readers of Amazon's reports about stock. What a file is, its content tells, never its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from handler.core.errors import UnusableFile
from handler.core.source import Source, read_chunk, unpacked
from handler.inventory.readers import (
    amazon_stock,
    ledger_detail,
    ledger_summary,
    reimbursements,
    removals,
    returns,
    summaries_json,
)
from handler.inventory.readers.table import Table

if TYPE_CHECKING:
    from handler.inventory.amazon_report import AmazonReport

# Columns no other report has together -> the report's name, and its reader.
_REPORTS: Final[tuple[tuple[frozenset[str], str, Callable[[Table], AmazonReport]], ...]] = (
    (ledger_detail.MARKS, "inventory ledger (detail)", ledger_detail.read),
    (ledger_summary.MARKS, "inventory ledger (summary)", ledger_summary.read),
    (amazon_stock.MYI_MARKS, "FBA inventory (MYI)", amazon_stock.read_myi),
    (amazon_stock.RESERVED_MARKS, "reserved inventory", amazon_stock.read_reserved),
    (amazon_stock.AFN_MARKS, "AFN inventory", amazon_stock.read_afn),
    (
        amazon_stock.BY_COUNTRY_MARKS,
        "AFN inventory by country",
        amazon_stock.read_afn_by_country,
    ),
    (returns.MARKS, "FBA customer returns", returns.read),
    (removals.ORDER_MARKS, "removal orders", removals.read_orders),
    (removals.SHIPMENT_MARKS, "removal shipments", removals.read_shipments),
    (reimbursements.MARKS, "reimbursements", reimbursements.read),
    (amazon_stock.LISTINGS_MARKS, "all listings", amazon_stock.read_listings),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_FIRST_BYTES = 1 << 12


def read_report(source: Source) -> AmazonReport:
    """Read a report about stock, packed with gzip or not.

    Raises:
        UnusableFile: the content is no report known here, or cannot be read as what it seems.
    """
    plain = unpacked(source)
    with plain() as stream:
        first = read_chunk(stream, _FIRST_BYTES)
    if first.startswith(_UTF16):
        raise _refusal("The file is UTF-16, which Amazon does not write: a spreadsheet saved it.")
    start = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return summaries_json.read(plain)
    if start.startswith(b"<"):
        raise _refusal(f"The file is XML or a web page, not a report: {start[:80]!r}.")
    table = Table(plain)
    for marks, _, read in _REPORTS:
        if all(mark in table.header for mark in marks):
            return read(table)
    raise _refusal(f"The header is of no report known here; its columns are {table.header.text}.")


def _refusal(what: str) -> UnusableFile:
    known = ", ".join(name for _, name, _ in _REPORTS)
    return UnusableFile(
        "UNUSABLE_FILE",
        f"{what} Known are: {known}, and getInventorySummaries (JSON).",
        "Send one of these reports as Amazon delivers it, unopened and with English column names.",
    )
