"""What Amazon counts, in the terms NetSuite keeps: units of an item at a location.

A report of stock is a view of pools: every SKU on one FNSKU shows the same units, so a pool is
counted once. The ledger is a book of movements by MSKU: two MSKUs on one FNSKU have a balance each,
so its rows add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from handler.inventory.amazon_stock import AmazonStock
from handler.inventory.ledger_event import SELLABLE, UNFULFILLABLE, LedgerBalance
from handler.inventory.listing import ListingKey
from handler.inventory.policy import InventoryPolicy

# (FNSKU, SKU) -> NetSuite's item; empty where none is registered.
ItemOf = Callable[[str, str], str]


class Measure(StrEnum):
    """Which of NetSuite's two figures a count is held against."""

    ON_HAND = "on_hand"
    AVAILABLE = "available"
    PUBLISHED = "published"  # of a listing that sells the seller's own stock


class Spot(NamedTuple):
    """Where units of an item are.

    Attributes:
        item: NetSuite's item.
        location: NetSuite's location.
    """

    item: str
    location: str


class CountKey(NamedTuple):
    """What one count is of.

    Attributes:
        item: NetSuite's item.
        location: NetSuite's location.
        measure: which of NetSuite's figures it is like.
    """

    item: str
    location: str
    measure: Measure


class Unregistered(NamedTuple):
    """Units of a label no listing stands for; they are in no count.

    Attributes:
        fnsku: Amazon's label of the physical unit; may be empty.
        sku: the seller's SKU, or several with blanks between them.
        location: where they would be counted.
        measure: what they would be counted as.
        units: how many; never 0.
    """

    fnsku: str
    sku: str
    location: str
    measure: Measure
    units: int


@dataclass(frozen=True, slots=True)
class PhysicalPool:
    """The units of one label in one country, whatever SKUs show them.

    Attributes:
        stock: the figures; of several told, the largest.
        skus: every SKU that shows the pool, in order.
        notes: figures the rows do not agree on, in words.
    """

    stock: AmazonStock
    skus: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Units that are Amazon's to account for and not where a count looks for them.

    Attributes:
        inbound: shipped to Amazon or being received.
        transfers: between its centres.
        reserved_orders: for customers' orders.
        reserved: in all: orders, transfers, processing.
    """

    inbound: int = 0
    transfers: int = 0
    reserved_orders: int = 0
    reserved: int = 0

    def __add__(self, other: Elsewhere) -> Elsewhere:
        return Elsewhere(
            self.inbound + other.inbound,
            self.transfers + other.transfers,
            self.reserved_orders + other.reserved_orders,
            self.reserved + other.reserved,
        )


@dataclass(frozen=True, slots=True)
class AmazonCounts:
    """Amazon's counts.

    Attributes:
        units: the counts; what is not named and covered is 0.
        covers: the (location, measure) pairs the reports tell of.
        unregistered: what no item is known for.
        elsewhere: units kept from sale or on the way, by the spot they are sold from.
        notes: what a reader must know of a count.
        balance_day: the last day of the ledger's summary; ``None`` where there was none.
    """

    units: Mapping[CountKey, int] = field(default_factory=dict)
    covers: frozenset[tuple[str, Measure]] = frozenset()
    unregistered: tuple[Unregistered, ...] = ()
    elsewhere: Mapping[Spot, Elsewhere] = field(default_factory=dict)
    notes: Mapping[CountKey, tuple[str, ...]] = field(default_factory=dict)
    balance_day: date | None = None


def count_amazon(
    stock: Iterable[AmazonStock],
    balances: Iterable[LedgerBalance],
    policy: InventoryPolicy,
    item_of: ItemOf,
) -> AmazonCounts:
    """Return Amazon's counts as NetSuite keeps them.

    The last day's ending balance is on hand: the ledger is of the whole account, so it covers every
    country of the policy. Fulfillable is available where customers buy. Units shipped or being
    received are on hand in transit; those only planned ("working") have not left the seller.

    Args:
        stock: one report that tells what is fulfillable, of one moment; with it, where there is
            one, the report of reserved units. Rows by country and rows of all countries together
            would count units twice.
        balances: the ledger's summary.
        policy: the locations.
        item_of: NetSuite's item of an FNSKU and SKU.
    """
    found = _Found(policy, item_of)
    for pool in pools(stock):
        found.take_pool(pool)
    rows = list(balances)
    last = max((row.day for row in rows), default=None)
    found.take_balances([row for row in rows if row.day == last])
    return AmazonCounts(
        dict(found.units),
        frozenset(found.covers),
        tuple(
            Unregistered(*key, units) for key, units in sorted(found.unregistered.items()) if units
        ),
        dict(found.elsewhere),
        {key: tuple(notes) for key, notes in found.notes.items()},
        last,
    )


_FIGURES: Final = (
    "fulfillable", "unsellable", "reserved", "reserved_orders", "reserved_transfers",
    "reserved_processing", "inbound_working", "inbound_shipped", "inbound_receiving",
    "researching", "on_hand",
)  # fmt: skip


def pools(rows: Iterable[AmazonStock]) -> tuple[PhysicalPool, ...]:
    """Return each physical pool once: one FNSKU (or SKU, where no FNSKU is told) in one country.

    Two SKUs on one FNSKU are two names of the same units, and two reports may tell different
    figures of them. So figures are never added: where rows differ, the largest stands, with a note.
    """
    groups: dict[tuple[str, str, str], list[AmazonStock]] = defaultdict(list)
    for row in rows:
        groups[row.fnsku, "" if row.fnsku else row.sku, row.country].append(row)
    return tuple(_pool(groups[key]) for key in sorted(groups))


def both_channels(
    stock: Iterable[AmazonStock], seller: str, marketplace: str
) -> frozenset[ListingKey]:
    """Return the listings that Amazon shows with an offer in each pool, which none may have."""
    return frozenset(
        ListingKey(seller, marketplace, row.sku)
        for row in stock
        if row.fbm_listing and row.fba_listing
    )


def _pool(rows: Sequence[AmazonStock]) -> PhysicalPool:
    skus = tuple(sorted({row.sku for row in rows}))
    largest: dict[str, int] = {}
    notes = []
    for name in _FIGURES:
        told = {value for row in rows if (value := getattr(row, name)) is not None}
        if told:
            largest[name] = max(told)
        if len(told) > 1:
            figures = ", ".join(str(value) for value in sorted(told))
            notes.append(
                f"rows of {rows[0].fnsku or skus[0]} ({', '.join(skus)}) tell {name} as {figures}; "
                "the largest is counted"
            )
    first = min(rows, key=lambda row: (row.sku, row.line))
    return PhysicalPool(replace(first, **largest), skus, tuple(notes))  # type: ignore[arg-type]


class _Found:
    """Counts being gathered; rows without an item are set aside."""

    def __init__(self, policy: InventoryPolicy, item_of: ItemOf) -> None:
        self._policy = policy
        self._item_of = item_of
        self.units: dict[CountKey, int] = defaultdict(int)
        self.covers: set[tuple[str, Measure]] = set()
        self.unregistered: dict[tuple[str, str, str, Measure], int] = defaultdict(int)
        self.elsewhere: dict[Spot, Elsewhere] = defaultdict(Elsewhere)
        self.notes: dict[CountKey, list[str]] = defaultdict(list)

    def take_pool(self, pool: PhysicalPool) -> None:
        stock, at = pool.stock, self._policy.at_amazon(pool.stock.country)
        item = next((found for sku in pool.skus if (found := self._item_of(stock.fnsku, sku))), "")
        inbound = _sum(stock.inbound_shipped, stock.inbound_receiving)
        for location, measure, units in (
            (at.sellable, Measure.AVAILABLE, stock.fulfillable),
            (at.in_transit, Measure.ON_HAND, inbound),
        ):
            if units is not None:
                self._add(item, stock.fnsku, " ".join(pool.skus), location, measure, units)
                if item:
                    self.notes[CountKey(item, location, measure)] += pool.notes
        if item:
            self.elsewhere[Spot(item, at.sellable)] += Elsewhere(
                inbound or 0,
                stock.reserved_transfers or 0,
                stock.reserved_orders or 0,
                _reserved(stock),
            )

    def take_balances(self, rows: Sequence[LedgerBalance]) -> None:
        if rows:
            everywhere = (self._policy.fba, *self._policy.fba_by_country.values())
            self.covers |= {
                (location, Measure.ON_HAND)
                for at in everywhere
                for location in (at.sellable, at.unfulfillable)
            }
        for row in rows:
            at = self._policy.at_amazon(_country(row.location))
            location = at.sellable if row.disposition == SELLABLE else at.unfulfillable
            item = self._item_of(row.fnsku, row.sku)
            self._add(item, row.fnsku, row.sku, location, Measure.ON_HAND, row.end)
            if item and row.disposition != SELLABLE and row.disposition not in UNFULFILLABLE:
                self.notes[CountKey(item, location, Measure.ON_HAND)].append(
                    f"line {row.line}: the plugin does not know the condition {row.disposition}; "
                    f"its {row.end} units are counted as unfulfillable"
                )

    def _add(
        self, item: str, fnsku: str, sku: str, location: str, measure: Measure, units: int
    ) -> None:
        self.covers.add((location, measure))
        if item:
            self.units[CountKey(item, location, measure)] += units
        else:
            self.unregistered[fnsku, sku, location, measure] += units


def _reserved(stock: AmazonStock) -> int:
    parts = (stock.reserved_orders, stock.reserved_transfers, stock.reserved_processing)
    return stock.reserved if stock.reserved is not None else _sum(*parts) or 0


def _country(location: str) -> str:
    """Return the country a summary's location names; empty for a centre ("PHX7")."""
    is_country = len(location) == 2 and location.isascii() and location.isalpha()
    return location if is_country and location.isupper() else ""


def _sum(*parts: int | None) -> int | None:
    """Return the sum of what is told; ``None`` where nothing is."""
    told = [part for part in parts if part is not None]
    return sum(told) if told else None
