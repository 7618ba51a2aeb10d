"""Units Amazon has sold from the seller's own stock that NetSuite's count still shows.

Orders are put to items once for a whole batch; what counts against a count depends on its time, so
sums are kept by item and time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from handler.inventory.listing import Component, Listing, ListingKey, Pool
from handler.inventory.mfn_order import MfnOrder, newer

if TYPE_CHECKING:
    from handler.inventory.fbm_registry import FbmRegistry

# Enough to find the orders by; the total is exact.
_MOST_NAMED: Final = 20


class Pending(NamedTuple):
    """What is sold of an item and not yet out of NetSuite's count.

    Attributes:
        units: of the item.
        orders: Amazon's order ids, in alphabetical order; the first twenty.
    """

    units: int
    orders: tuple[str, ...]


NO_PENDING: Final = Pending(0, ())


def needed(listing: Listing) -> tuple[Component, ...]:
    """Return what one sold unit takes of each item, an item that stands twice summed."""
    needs = listing.needs
    if len(needs) == 1:
        return needs
    units: dict[str, int] = {}
    for item, quantity in needs:
        units[item] = units.get(item, 0) + quantity
    return tuple(Component(item, quantity) for item, quantity in units.items())


class PendingUnits:
    """The pending orders of one batch, by item and by listing.

    Attributes:
        unattributed: orders of SKUs that are not registered in the FBM pool: they lower nothing.
    """

    def __init__(self, orders: Iterable[MfnOrder], registry: FbmRegistry) -> None:
        """Put ``orders`` to the items their listings need; each order item once."""
        known: dict[str, MfnOrder] = {}
        for order in orders:
            told_before = known.setdefault(order.order_item_id, order)
            if told_before is not order:
                known[order.order_item_id] = newer(told_before, order)
        self._of_item: dict[str, list[tuple[MfnOrder, int]]] = {}
        self._of_listing: dict[ListingKey, list[MfnOrder]] = {}
        self._items: dict[tuple[str, datetime], Pending] = {}
        self._listings: dict[tuple[ListingKey, datetime], int] = {}
        self.unattributed: list[MfnOrder] = []
        for order in known.values():
            listing = registry.listing_of_sku(order.marketplace, order.sku)
            if listing is None or listing.pool is not Pool.FBM:
                self.unattributed.append(order)
                continue
            self._of_listing.setdefault(listing.key, []).append(order)
            for item, need in needed(listing):
                self._of_item.setdefault(item, []).append((order, order.quantity * need))

    def of_item(self, item: str, source_time: datetime) -> Pending:
        """Return what a count of ``source_time`` still shows of sold units, over all listings."""
        orders = self._of_item.get(item)
        if orders is None:
            return NO_PENDING
        found = self._items.get((item, source_time))
        if found is None:
            open_ = [one for one in orders if one[0].counts_against(source_time)]
            ids = sorted({order.order_id for order, _ in open_})
            found = Pending(sum(units for _, units in open_), tuple(ids[:_MOST_NAMED]))
            self._items[item, source_time] = found
        return found

    def of_listing(self, key: ListingKey, source_time: datetime) -> int:
        """Return how many of a listing itself are sold and still in a count of ``source_time``."""
        orders = self._of_listing.get(key)
        if orders is None:
            return 0
        found = self._listings.get((key, source_time))
        if found is None:
            found = sum(one.quantity for one in orders if one.counts_against(source_time))
            self._listings[key, source_time] = found
        return found


def unattributed(orders: Iterable[MfnOrder], registry: FbmRegistry) -> list[MfnOrder]:
    """Return the orders that lower nothing: their SKU is not registered in the FBM pool."""
    return PendingUnits(orders, registry).unattributed
