"""What Amazon's last reports tell of the units under each label, for whoever looks at a listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.flows.keep_stock_report import kept_report
from handler.inventory.amazon_counts import PhysicalPool, pools
from handler.inventory.amazon_report import ReportKind
from handler.inventory.ledger_event import SELLABLE, LedgerBalance

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.inventory_ports import SnapshotRecord
    from handler.inventory.amazon_stock import AmazonStock
    from handler.inventory.listing import Listing

# Of several reports that tell what is fulfillable, the one that tells most.
_STOCK: Final = (ReportKind.MYI, ReportKind.SUMMARIES, ReportKind.AFN, ReportKind.AFN_BY_COUNTRY)
# A report is read whole, and somebody waits for the page: some 20 ms for a thousand rows.
MOST_ROWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class ReportsOfStock:
    """The last reports that tell of stock: of each kind one, or one for each marketplace.

    Attributes:
        stock: what is fulfillable; of one kind only, as two kinds tell of the same units.
        reserved: what is kept back.
        balances: the ledger's summary.
    """

    stock: tuple[SnapshotRecord, ...]
    reserved: tuple[SnapshotRecord, ...]
    balances: tuple[SnapshotRecord, ...]


@dataclass(frozen=True, slots=True)
class AtAmazon:
    """The units of one label at Amazon; ``None`` where no report tells.

    Attributes:
        fulfillable: can be bought now.
        reserved: for orders, transfers and processing.
        in_transit: shipped to Amazon or being received.
        unsellable: cannot be bought.
        researching: missing, being looked for.
        on_hand: the ledger's last balance of sellable units.
        on_hand_unsellable: its last balance of all others.
        names: every SKU that shows the same units.
    """

    fulfillable: int | None = None
    reserved: int | None = None
    in_transit: int | None = None
    unsellable: int | None = None
    researching: int | None = None
    on_hand: int | None = None
    on_hand_unsellable: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AmazonTold:
    """What the last reports tell.

    Attributes:
        stock_at: when the oldest report of stock was made, ISO 8601; empty where there is none.
        balance_day: the ledger's last day; ``None`` where there is no summary.
        lacks: what is not known, in sentences.
    """

    stock_at: str
    balance_day: date | None
    lacks: tuple[str, ...]
    _pools: dict[str, list[PhysicalPool]] = field(default_factory=dict)
    _balances: dict[str, list[LedgerBalance]] = field(default_factory=dict)

    def of(self, listing: Listing) -> AtAmazon:
        """Return the units of a listing's label, else (commingled) those under its SKU."""
        label, sku = _label(listing.fnsku), listing.key.sku
        found = self._pools.get(label) or self._pools.get(sku, [])
        rows = self._balances.get(label) or self._balances.get(sku, [])
        every = [pool.stock for pool in found]
        return AtAmazon(
            _sum(one.fulfillable for one in every),
            _sum(_reserved(one) for one in every),
            _sum(part for one in every for part in (one.inbound_shipped, one.inbound_receiving)),
            _sum(one.unsellable for one in every),
            _sum(one.researching for one in every),
            _sum(row.end for row in rows if row.disposition == SELLABLE),
            _sum(row.end for row in rows if row.disposition != SELLABLE),
            tuple(sorted({name for pool in found for name in pool.skus})),
        )


def reports_of_stock(app: App, profile: str) -> ReportsOfStock:
    """Return which reports tell of a profile's stock at Amazon.

    Raises:
        OutsideFailure: the store did not answer.
    """
    kept: defaultdict[str, list[SnapshotRecord]] = defaultdict(list)
    for snapshot in app.inventory.snapshots(profile):
        kept[snapshot.kind].append(snapshot)
    kind = next((kind for kind in _STOCK if kept[kind]), None)
    return ReportsOfStock(
        tuple(kept[kind]) if kind else (),
        tuple(kept[ReportKind.RESERVED]),
        tuple(kept[ReportKind.LEDGER_SUMMARY]),
    )


def amazon_told(app: App, profile: str) -> AmazonTold:
    """Return what Amazon's last reports tell; a report too long for a page is left out, and named.

    Raises:
        OutsideFailure: a store did not answer.
    """
    reports = reports_of_stock(app, profile)
    lacks: list[str] = []
    stock, balances = _Rows(app, lacks), _Rows(app, lacks)
    stock.read(reports.stock, "report of Amazon's stock")
    if stock.is_there and reports.reserved:
        stock.read(reports.reserved, "report of reserved units")
    balances.read(reports.balances, "summary of Amazon's ledger")
    last = max((row.day for row in balances.balances), default=None)
    return AmazonTold(
        min((one.told_at for one in reports.stock), default="") if stock.is_there else "",
        last,
        tuple(lacks),
        _pools_by_name(stock.stock),
        _balances_by_name(row for row in balances.balances if row.day == last),
    )


class _Rows:
    """Rows of reports, gathered; what could not be read is told."""

    def __init__(self, app: App, lacks: list[str]) -> None:
        self._app = app
        self._lacks = lacks
        self.is_there = False
        self.stock: list[AmazonStock] = []
        self.balances: list[LedgerBalance] = []

    def read(self, records: Sequence[SnapshotRecord], what: str) -> None:
        rows = sum(record.rows for record in records)
        if not records:
            self._lacks.append(f"No {what} yet.")
        elif rows > MOST_ROWS:
            self._lacks.append(
                f"The {what} has {rows} rows, too many to read for a page (at most {MOST_ROWS}); "
                "comparisons read all of it."
            )
        else:
            try:
                reports = [kept_report(self._app, record) for record in records]
            except RefusedRequest as refused:
                self._lacks.append(f"The {what} cannot be read: {refused.message}")
                return
            self.is_there = True
            self.stock += [row for report in reports for row in report.stock]
            self.balances += [row for report in reports for row in report.balances]


def _pools_by_name(rows: Iterable[AmazonStock]) -> dict[str, list[PhysicalPool]]:
    named: defaultdict[str, list[PhysicalPool]] = defaultdict(list)
    for pool in pools(rows):
        for name in {_label(pool.stock.fnsku), *pool.skus} - {""}:
            named[name].append(pool)
    return dict(named)


def _balances_by_name(rows: Iterable[LedgerBalance]) -> dict[str, list[LedgerBalance]]:
    named: defaultdict[str, list[LedgerBalance]] = defaultdict(list)
    for row in rows:
        for name in {_label(row.fnsku), row.sku} - {""}:
            named[name].append(row)
    return dict(named)


def _label(fnsku: str) -> str:
    """Return a name no SKU has: labels and SKUs stand in one index."""
    return f"\0{fnsku}" if fnsku else ""


def _reserved(stock: AmazonStock) -> int | None:
    parts = (stock.reserved_orders, stock.reserved_transfers, stock.reserved_processing)
    return stock.reserved if stock.reserved is not None else _sum(parts)


def _sum(units: Iterable[int | None]) -> int | None:
    """Return the sum of what is told; ``None`` where nothing is: that is no zero."""
    told = [one for one in units if one is not None]
    return sum(told) if told else None
