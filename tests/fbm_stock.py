"""The seller's own stock for tests: listings, counts, orders and a policy, valid by default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from handler.inventory.decide import decide_all
from handler.inventory.decision import Decision, Mode
from handler.inventory.ledger_reason import ReasonTable
from handler.inventory.listing import Component, Listing, ListingKey, Pool, Rules
from handler.inventory.mfn_order import MfnOrder
from handler.inventory.policy import FbaLocations, FbmPolicy, InventoryPolicy
from handler.inventory.published import Published
from handler.inventory.registry import build_registry
from handler.inventory.source_stock import ListingSource, OnShelf, SourceStock

SELLER, MARKET = "A3TH9S8BH6GOGM", "ATVPDKIKX0DER"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
READ = NOW - timedelta(minutes=10)
FBA = FbaLocations("FBA US", "FBA damaged", "FBA in transit", "FBA removals")


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def a_key(sku: str = "SKU-1") -> ListingKey:
    return ListingKey(SELLER, MARKET, sku)


def a_listing(sku: str = "SKU-1", item: str = "A", **values) -> Listing:
    rules = {name: values.pop(name) for name in list(values) if name in Rules.__dataclass_fields__}
    return Listing(a_key(sku), values.pop("pool", Pool.FBM), item, rules=Rules(**rules), **values)


def a_kit(sku: str = "KIT", /, *, rules: Rules | None = None, **needs: int) -> Listing:
    parts = tuple(Component(item, quantity) for item, quantity in needs.items())
    return Listing(a_key(sku), Pool.FBM, "", components=parts, rules=rules or Rules())


def a_policy(**fbm) -> InventoryPolicy:
    fbm.setdefault("locations", frozenset({"Main", "Shop"}))
    return InventoryPolicy("us", SELLER, "US Inc", FbmPolicy(**fbm), FBA, {}, ReasonTable(()))


def a_source(
    shelves: Mapping[tuple[str, str], int] | Iterable[tuple[str, str, int]],
    version: int = 1,
    time: datetime = READ,
) -> SourceStock:
    rows = (
        [(*place, units) for place, units in shelves.items()]
        if isinstance(shelves, Mapping)
        else shelves
    )
    return SourceStock(version, time, tuple(OnShelf(*row) for row in rows))


def an_order(quantity: int = 1, sku: str = "SKU-1", item_id: str = "1", **values) -> MfnOrder:
    values.setdefault("order_id", f"111-{item_id}")
    values.setdefault("changed_at", READ)
    return MfnOrder(item_id, marketplace=MARKET, sku=sku, quantity=quantity, **values)


def decided(
    listing: Listing,
    source: SourceStock,
    *,
    state: Published | None = None,
    orders: Iterable[MfnOrder] = (),
    policy: InventoryPolicy | None = None,
    now: datetime = NOW,
    mode: Mode = Mode.CHANGES,
    others: Iterable[Listing] = (),
) -> Decision:
    """What is decided of one listing."""
    policy = policy or a_policy()
    (found,) = decide_all(
        [ListingSource(listing.key, source)],
        build_registry([listing, *others], policy),
        policy,
        {} if state is None else {listing.key: state},
        orders,
        now,
        mode,
    )
    return found
