"""The rule of the seller's own stock: how many units of a listing may stand on Amazon, and why.

    floor((available at allowed locations - orders not yet in NetSuite) * share) - safety,
    never below 0, never above the cap

A kit's stock is what can be shipped whole; where listings split an item by weight, each has at most
its part of the item's pool.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from handler.inventory.fbm_kit import broken_by, kits_on
from handler.inventory.fbm_pending import PendingUnits, needed
from handler.inventory.fbm_shelves import Counted, Shelves, count
from handler.inventory.fbm_split import Entitlements
from handler.inventory.listing import Listing, ListingKey, Split

if TYPE_CHECKING:
    from handler.inventory.fbm_registry import FbmRegistry
    from handler.inventory.policy import InventoryPolicy

RULE: Final = "floor(base * share / 100) - safety, at least 0, at most cap"


class Quantity(NamedTuple):
    """How much may be published.

    Attributes:
        units: of the listing.
        trace: inputs and steps; plain values.
    """

    units: int
    trace: dict[str, object]


class _ItemPool(NamedTuple):
    """One needed item as a listing sees it.

    Attributes:
        shelves: by whether the listing may sell from them.
        pending: units sold over all listings, not yet out of the count.
        units: what is left for the listing; of a split item at most its part.
        trace: of all that.
    """

    shelves: Counted
    pending: int
    units: int
    trace: dict[str, object]


class FbmQuantities:
    """The rule under one policy, with the orders of one batch."""

    def __init__(
        self, registry: FbmRegistry, policy: InventoryPolicy, pending: PendingUnits
    ) -> None:
        """Settle which locations may be sold from: never one of Amazon's, whatever is listed."""
        self._allowed = policy.fbm.locations - policy.fba_locations
        self._pending = pending
        self._parts = Entitlements(registry) if policy.fbm.split is Split.WEIGHTED else None

    def of(self, listing: Listing, shelves: Shelves, source_time: datetime) -> Quantity:
        """Return what may be published of ``listing``.

        Args:
            listing: of the FBM pool.
            shelves: of the source; they name every item the listing needs.
            source_time: when NetSuite was read.

        Raises:
            KeyError: a needed item is not on the shelves (:func:`missing_items`).
        """
        rules = listing.rules
        allowed = self._allowed & rules.locations if rules.locations else self._allowed
        kits: dict[str, object] | None = None
        if listing.components:
            base, items, kits = self._kit(listing, shelves, source_time, allowed)
        else:
            pool = self._pool(listing.key, listing.item, 1, shelves, source_time, allowed)
            base, items = pool.units, [pool.trace]
        units = base * rules.share // 100 - rules.safety
        if rules.cap is not None and units > rules.cap:
            units = rules.cap
        units = max(units, 0)
        trace: dict[str, object] = {
            "items": items,
            "base": base,
            "share": rules.share,
            "safety": rules.safety,
            "cap": rules.cap,
            "rule": RULE,
            "result": units,
        }
        if kits is not None:
            trace["kits"] = kits
        return Quantity(units, trace)

    def _pool(
        self,
        key: ListingKey,
        item: str,
        need: int,
        shelves: Shelves,
        source_time: datetime,
        allowed: AbstractSet[str],
    ) -> _ItemPool:
        places = shelves.items[item]
        found = count(places, allowed)
        pending = self._pending.of_item(item, source_time)
        units = found.available - pending.units
        trace: dict[str, object] = {
            "item": item,
            "need": need,
            "counted": found.counted,
            "available": found.available,
            "pending": pending.units,
            "pool": units,
        }
        if found.left_out:
            trace["left_out"] = found.left_out
        if pending.orders:
            trace["orders"] = list(pending.orders)
        if self._parts is not None:
            whole = found if allowed is self._allowed else count(places, self._allowed)
            part = self._parts.of(key, item, whole.available - pending.units)
            trace["entitlement"] = part
            units = min(units, part)
        return _ItemPool(found, pending.units, units, trace)

    def _kit(
        self, listing: Listing, shelves: Shelves, source_time: datetime, allowed: AbstractSet[str]
    ) -> tuple[int, list[dict[str, object]], dict[str, object]]:
        """Return the kits left for a listing, and the traces of its items and of the kits."""
        needs = needed(listing)
        pools = [
            self._pool(listing.key, item, need, shelves, source_time, allowed)
            for item, need in needs
        ]
        kits = kits_on(
            {one.item: pool.shelves.counted for one, pool in zip(needs, pools, strict=True)}, needs
        )
        own = self._pending.of_listing(listing.key, source_time)
        broken = broken_by(
            kits,
            {
                one.item: pool.pending - own * one.quantity
                for one, pool in zip(needs, pools, strict=True)
            },
        )
        shippable = kits.feasible - own - sum(broken.values())
        supply = min(pool.units // one.quantity for one, pool in zip(needs, pools, strict=True))
        shown = {
            "feasible": kits.feasible,
            "sold": own,
            "broken": broken,
            "shippable": shippable,
            "supply": supply,
        }
        return min(shippable, supply), [pool.trace for pool in pools], shown


def missing_items(listing: Listing, shelves: Shelves) -> list[str]:
    """Return the needed items the source does not name anywhere: not told is not zero."""
    if not listing.components:
        return [] if listing.item in shelves.items else [listing.item]
    return sorted({one.item for one in listing.components} - shelves.items.keys())
