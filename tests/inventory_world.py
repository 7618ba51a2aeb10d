"""What truly happened to the stock, counted simply: the model the plugin is held against.

Nothing here asks the plugin's own rules. Where the plugin has a formula, this has an enumeration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from handler.adapters.mapping_source import MappingFiles
from handler.adapters.memory import MemoryFiles, MemorySettlements
from handler.adapters.memory_inventory import MemoryInventory
from handler.flows.app import App
from handler.flows.inventory_ports import InventoryMappings, InventoryStore
from handler.flows.ports import Files, SettlementStore
from handler.inventory.ledger_reason import Effect, ReasonRule, ReasonTable
from handler.inventory.listing import Component, Listing, ListingKey, Pool, Rules, Split
from handler.inventory.mfn_order import MfnOrder
from handler.inventory.policy import FbaLocations, FbmPolicy, InventoryPolicy
from handler.inventory.source_stock import SourceStock
from handler.wiring import in_memory

PROFILE, SELLER, MARKET = "test", "A1SELLER", "ATVPDKIKX0DER"
MAIN, SHOP, ATTIC = "Main", "Shop", "Attic"  # the attic is the seller's, and nothing sells from it
OWN = (MAIN, SHOP)
FBA = FbaLocations("FBA", "FBA damaged", "FBA in transit", "FBA removals")
LOST, DISPOSED = "1320", "5120"
STALE, FRESH, REASSERT, HOLD, MOST_REJECTIONS = 120, 60, 60, 2, 3
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 2, 20)
DAYS = tuple(FIRST_DAY + timedelta(days=number) for number in range(4))


def key(sku: str) -> ListingKey:
    """Name a listing of the seller."""
    return ListingKey(SELLER, MARKET, sku)


def _own(sku: str, item: str, *components: Component, **rules: object) -> Listing:
    return Listing(key(sku), Pool.FBM, item, components=components, rules=Rules(**rules))  # type: ignore[arg-type]


def _fba(sku: str, item: str, fnsku: str) -> Listing:
    return Listing(key(sku), Pool.FBA, item, fnsku)


KIT = _own("KIT", "", Component("A", 1), Component("B", 2), safety=1, weight=2)
SINGLES = (
    _own("A-1", "A", share=80, weight=2),
    _own("A-2", "A", cap=6, locations=frozenset({MAIN})),
    _own("B-1", "B", safety=1),
    _own("C-1", "C"),
)
SELLABLE = {one.key.sku: one for one in (*SINGLES, KIT)}
# Never to be published: Amazon's stock, also where somebody tries to sell it as the seller's own.
FORBIDDEN = (
    _fba("A-FBA", "A", "X-A"),
    _fba("A-FBA-AGAIN", "A", "X-A"),
    _fba("B-FBA", "B", "X-B"),
    _own("A-AT-FBA", "A", locations=frozenset({FBA.sellable})),
    _own("KIT-OF-FBA", "", Component("FBA:A", 1)),
)
SKUS = (*SELLABLE, *(one.key.sku for one in FORBIDDEN), "NOT-REGISTERED")
ITEM_OF_FNSKU = {"X-A": "A", "X-B": "B"}  # "X-?" is registered nowhere
REASONS = ReasonTable(
    (
        ReasonRule("shipments", "*", Effect.SHIPMENT),
        ReasonRule("vendorreturns", "*", Effect.REMOVAL),
        ReasonRule("adjustments", "M", Effect.ADJUST, "lost"),
        ReasonRule("adjustments", "F", Effect.ADJUST, "lost"),
        ReasonRule("adjustments", "D", Effect.ADJUST, "disposal"),
        ReasonRule("adjustments", "E", Effect.PAIR_OUT),
        ReasonRule("adjustments", "P", Effect.PAIR_IN),
    )
)


class BuiltMappings:
    """A profile built in code, so that no demo file decides a test."""

    def __init__(self, split: Split) -> None:
        """Make the profile.

        A location of Amazon's stands among those to sell from: it must not count all the same.
        """
        fbm = FbmPolicy(
            frozenset({*OWN, FBA.sellable}), split, STALE, FRESH, HOLD, REASSERT, MOST_REJECTIONS
        )
        accounts = {"lost": LOST, "disposal": DISPOSED}
        policy = InventoryPolicy(
            PROFILE, SELLER, "Test Inc", fbm, FBA, accounts, REASONS, lines_per_posting=2
        )
        self._made = InventoryMappings(policy, (*SELLABLE.values(), *FORBIDDEN), "1")

    def load(self, profile: str) -> InventoryMappings:
        """Return the one profile there is."""
        assert profile == PROFILE
        return self._made

    def profiles(self) -> Sequence[str]:
        """Name it."""
        return (PROFILE,)


@dataclass
class Clock:
    """The time it is told."""

    time: datetime = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time

    def ago(self, minutes: int) -> datetime:
        """Return a moment of the past."""
        return self.time - timedelta(minutes=minutes)

    def goes_on(self, minutes: int) -> None:
        """Let time pass."""
        self.time += timedelta(minutes=minutes)


def an_app(
    clock: Clock,
    mappings: BuiltMappings,
    *,
    inventory: InventoryStore | None = None,
    settlements: SettlementStore | None = None,
    files: Files | None = None,
) -> App:
    """Return the plugin over the profile built here; in memory where nothing else is given."""
    register = MemorySettlements(clock)
    return replace(
        in_memory(now=clock),
        settlements=settlements or register,
        inventory=inventory or MemoryInventory(clock, register),
        outbox=register.outbox,
        files=files or MemoryFiles("bucket"),
        mappings=MappingFiles(Path("nowhere")),
        stock_mappings=mappings,
    )


@dataclass
class FbmWorld:
    """What the seller may sell, by what was told so far.

    Attributes:
        newest: SKU -> the newest count it was decided on.
        orders: what is known of each order item.
        stale: SKUs that were put to zero as their count was too old.
    """

    split: Split
    newest: dict[str, SourceStock] = field(default_factory=dict)
    orders: dict[str, MfnOrder] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)

    def tell(self, order: MfnOrder) -> None:
        """Hear of an order item: what changed last counts, and a booking is never forgotten."""
        had = self.orders.setdefault(order.order_item_id, order)
        last = order
        if (had.changed_at, had.quantity) > (order.changed_at, order.quantity):
            last = had
        booked = [moment for moment in (had.booked_at, order.booked_at) if moment]
        self.orders[order.order_item_id] = MfnOrder(
            last.order_item_id, last.order_id, last.marketplace, last.sku, last.quantity,
            last.changed_at, max(booked) if booked else None,
        )  # fmt: skip

    def sold(self, sku: str, source: SourceStock) -> int:
        """Return the units of a SKU that are sold, and that the count still shows."""
        return sum(
            one.quantity
            for one in self.orders.values()
            if one.sku == sku and not (one.booked_at and one.booked_at <= source.time)
        )

    def most(self, sku: str, source: SourceStock, now: datetime) -> int:
        """Return the most that may be published of a SKU on a count.

        Units of a count too old are none: nobody can vouch for them. Remembers that, as only a
        clearly younger count ends it.
        """
        limit = FRESH if sku in self.stale else STALE
        if now - source.time > timedelta(minutes=limit):
            self.stale.add(sku)
            return 0
        self.stale.discard(sku)
        listing = SELLABLE[sku]
        base = self._kits(source) if listing is KIT else self._units(listing, listing.item, source)
        rules = listing.rules
        most = base * rules.share // 100 - rules.safety
        return max(0, most if rules.cap is None else min(most, rules.cap))

    def pool(self, item: str, source: SourceStock, places: Iterable[str] = OWN) -> int:
        """Return the unsold units of an item at some of the seller's own places."""
        allowed = set(places) & set(OWN)
        there = sum(
            one.available for one in source.shelves if one.item == item and one.location in allowed
        )
        return there - sum(
            self.sold(sku, source) * need.quantity
            for sku, listing in SELLABLE.items()
            for need in listing.needs
            if need.item == item
        )

    def _units(self, listing: Listing, item: str, source: SourceStock) -> int:
        units = self.pool(item, source, listing.rules.locations or OWN)
        if self.split is Split.WEIGHTED:
            units = min(units, self._part(listing, item, self.pool(item, source)))
        return units

    def _part(self, listing: Listing, item: str, pool: int) -> int:
        """Deal out a pool: whole parts first, then one each where most is missing.

        A listing in quarantine keeps its part: what it last published may still be sold.
        """
        own = [one for one in (*SELLABLE.values(), *FORBIDDEN) if one.pool is Pool.FBM]
        takers = [one for one in own if any(need.item == item for need in one.needs)]
        total = sum(one.rules.weight for one in takers)
        exact = {one.key: Fraction(max(0, pool) * one.rules.weight, total) for one in takers}
        parts = {name: int(part) for name, part in exact.items()}
        missing = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
        for name in missing[: max(0, pool) - sum(parts.values())]:
            parts[name] += 1
        return parts[listing.key]

    def _kits(self, source: SourceStock) -> int:
        """Return the kits left wherever the orders of single items ship from, at worst."""
        shelf = {(one.item, one.location): max(0, one.available) for one in source.shelves}
        alone = dict.fromkeys("AB", 0)
        for listing in SINGLES:
            if listing.item in alone:
                alone[listing.item] += self.sold(listing.key.sku, source)
        left = [
            sum(min(shelf[a] - from_a[a[1]], (shelf[b] - from_b[b[1]]) // 2) for a, b in _PLACES)
            for from_a in _shipped(shelf, "A", alone["A"])
            for from_b in _shipped(shelf, "B", alone["B"])
        ]
        whole = min(left, default=0) - self.sold(KIT.key.sku, source)
        return min(whole, *(self._units(KIT, n.item, source) // n.quantity for n in KIT.needs))


_PLACES = tuple((("A", place), ("B", place)) for place in OWN)


def _shipped(shelf: dict[tuple[str, str], int], item: str, units: int) -> Iterator[dict[str, int]]:
    """Yield every way in which units may leave the two places."""
    for main in range(units + 1):
        if main <= shelf[item, MAIN] and units - main <= shelf[item, SHOP]:
            yield {MAIN: main, SHOP: units - main}


class Row(NamedTuple):
    """One row of Amazon's ledger."""

    day: date
    fnsku: str
    event: str
    reason: str
    quantity: int
    disposition: str
    centre: str
    reference: str


class Report(NamedTuple):
    """A detail report as Amazon made it; it may arrive late, twice or never.

    Attributes:
        made_at: when, in UTC.
        days: it covers.
        rows: of those days at that moment.
    """

    made_at: datetime
    days: tuple[date, ...]
    rows: tuple[Row, ...]

    @property
    def content(self) -> bytes:
        """The file, with tabs as Amazon writes it."""
        lines = [_HEADER, *(_line(row) for row in self.rows)]
        return "".join(f"{line}\r\n" for line in lines).encode()


_HEADER = (
    "Date\tFNSKU\tASIN\tMSKU\tTitle\tEventType\tReferenceID\tQuantity\tFulfillmentCenter\t"
    "Disposition\tReason\tCountry\tReconciledQuantity\tUnreconciledQuantity"
)
_MSKU = {"X-A": "A-FBA", "X-B": "B-FBA"}


def _line(row: Row) -> str:
    cells = (
        f"{row.day:%m/%d/%Y}", row.fnsku, "B0ASIN", _MSKU.get(row.fnsku, "NOT-REGISTERED"), "Mug",
        row.event, row.reference, str(row.quantity), row.centre, row.disposition, row.reason, "US",
        "0", "0",
    )  # fmt: skip
    return "\t".join(cells)


@dataclass
class LedgerWorld:
    """Amazon's true ledger, and what was last told of each day.

    Attributes:
        events: what is true now; the rows of one event come and go together.
        told: day -> when the report it rests on was made, and its rows.
    """

    events: list[tuple[Row, ...]] = field(default_factory=list)
    told: dict[date, tuple[datetime, tuple[Row, ...]]] = field(default_factory=dict)

    def report(self, made_at: datetime, first: date, last: date) -> Report:
        """Return the report of some days as Amazon makes it now."""
        days = tuple(day for day in DAYS if first <= day <= last)
        rows = sorted(row for event in self.events for row in event if row.day in days)
        return Report(made_at, days, tuple(rows))

    def tell(self, report: Report) -> None:
        """Hear a report: each of its days rests on the one made last, whole."""
        for day in report.days:
            rows = tuple(row for row in report.rows if row.day == day)
            if day not in self.told or self.told[day][0] <= report.made_at:
                self.told[day] = (report.made_at, rows)

    def books(self) -> Counter[tuple[str, str]]:
        """Return what the books should say: (item, location) -> units, without zeros."""
        units: Counter[tuple[str, str]] = Counter()
        for _, rows in self.told.values():
            for row in rows:
                item = ITEM_OF_FNSKU.get(row.fnsku)
                if item is None or row.event == "Shipments":
                    continue  # nobody knows what it is; or the order's fulfilment moved it
                here = FBA.sellable if row.disposition == "SELLABLE" else FBA.unfulfillable
                units[item, here] += row.quantity
                if row.event == "VendorReturns":
                    units[item, FBA.removal_in_transit] -= row.quantity
        return Counter({place: count for place, count in units.items() if count})


def posted(postings: Iterable[dict[str, object]]) -> Counter[tuple[str, str]]:
    """Return what records for NetSuite do to its stock: (item, location) -> units, no zeros."""
    units: Counter[tuple[str, str]] = Counter()
    for one in postings:
        for line in one["lines"]:  # type: ignore[attr-defined]
            units[line["item"], one["target"]] += line["quantity"]
            if one["kind"] == "transfer":
                units[line["item"], one["source"]] -= line["quantity"]
            else:
                assert one["kind"] == "adjustment"
    return Counter({place: count for place, count in units.items() if count})
