"""A report of Amazon's about stock, read whole: its kind, its rows, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.core.finding import Finding
    from handler.inventory.amazon_stock import AmazonStock, CustomerReturn, Reimbursement, Removal
    from handler.inventory.ledger_event import LedgerBalance, LedgerEvent


class ReportKind(StrEnum):
    """Which report a file is; told from its content, never from its name."""

    LEDGER_DETAIL = "ledger_detail"
    LEDGER_SUMMARY = "ledger_summary"
    MYI = "myi"
    RESERVED = "reserved"
    AFN = "afn"
    AFN_BY_COUNTRY = "afn_by_country"
    SUMMARIES = "inventory_summaries"
    RETURNS = "returns"
    REMOVAL_ORDERS = "removal_orders"
    REMOVAL_SHIPMENTS = "removal_shipments"
    REIMBURSEMENTS = "reimbursements"
    LISTINGS = "merchant_listings"


@dataclass(frozen=True, slots=True)
class AmazonReport:
    """A report in values.

    Attributes:
        kind: which report.
        rows: how many lines with values the file has, the unreadable ones included.
        events: of the ledger's detail view.
        balances: of the ledger's summary view.
        stock: of the reports of stock.
        returns, removals, reimbursements: of these reports.
        unknown_columns: columns the report is not known to have, as the file names them.
        findings: rows that could not be read (``BAD_INVENTORY_ROW``: line, column, found and
            expected in the evidence). Where one is an error, nothing of the file is posted.
    """

    kind: ReportKind
    rows: int
    events: tuple[LedgerEvent, ...] = ()
    balances: tuple[LedgerBalance, ...] = ()
    stock: tuple[AmazonStock, ...] = ()
    returns: tuple[CustomerReturn, ...] = ()
    removals: tuple[Removal, ...] = ()
    reimbursements: tuple[Reimbursement, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day its movements or balances tell of."""
        days = [*(row.day for row in self.events), *(row.day for row in self.balances)]
        return (min(days), max(days)) if days else None
