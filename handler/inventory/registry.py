"""The registered listings of one profile, and those whose registration contradicts itself.

A listing in quarantine is neither published nor posted. It makes no other listing wrong, but for
those it contradicts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from handler.core.finding import Finding
from handler.inventory.components import components_from, components_of
from handler.inventory.listing import Listing, ListingKey, Pool
from handler.inventory.registry_faults import (
    collected,
    kits_in_kits,
    named,
    own_faults,
    repeated,
    two_items_on_one_fnsku,
)

if TYPE_CHECKING:
    from handler.inventory.policy import InventoryPolicy

__all__ = ["Registry", "build_registry", "components_from", "components_of"]

_Rows = Mapping[ListingKey, Sequence[Listing]]


class Registry:
    """Answers what a SKU, an FNSKU or an item is registered as.

    Attributes:
        quarantine: the listings whose registration contradicts itself, each with its finding.
    """

    def __init__(self, seller: str, rows: _Rows, quarantine: Mapping[ListingKey, Finding]) -> None:
        """Index ``rows``: all that is registered, by key. See :func:`build_registry`."""
        self.quarantine = quarantine
        self._seller = seller
        self._listings = {key: listings[0] for key, listings in rows.items()}
        self._by_fnsku: defaultdict[str, list[Listing]] = defaultdict(list)
        self._by_sku: defaultdict[str, list[Listing]] = defaultdict(list)
        by_item: defaultdict[str, list[Listing]] = defaultdict(list)
        for key, listings in rows.items():
            for listing in listings:
                self._by_sku[key.sku].append(listing)
                if listing.pool is Pool.FBA and listing.fnsku:
                    self._by_fnsku[listing.fnsku].append(listing)
            fbm = next((one for one in listings if one.pool is Pool.FBM), None)
            if fbm is not None:
                for item, _ in fbm.needs:
                    by_item[item].append(fbm)
        self._by_item = {item: tuple(listings) for item, listings in by_item.items()}

    def __iter__(self) -> Iterator[Listing]:
        """Give every listing once, also those in quarantine, in the order they were registered."""
        return iter(self._listings.values())

    def __len__(self) -> int:
        return len(self._listings)

    def find(self, key: ListingKey) -> Listing | None:
        """Return a listing, also one in quarantine (of a repeated one, its first row)."""
        return self._listings.get(key)

    def listing_of_sku(self, marketplace: str, sku: str) -> Listing | None:
        """Return the seller's listing, also one in quarantine: its orders still take units."""
        return self.find(ListingKey(self._seller, marketplace, sku))

    def listings_of_item(self, item: str) -> tuple[Listing, ...]:
        """Return the FBM listings that take the item, by itself or in a kit.

        Those in quarantine too: what they last published may still be sold, so their part of a
        split stays theirs.
        """
        return self._by_item.get(item, ())

    def find_by_fnsku(self, fnsku: str) -> tuple[Listing, ...]:
        """Return the FBA listings of one physical pool of units; none in quarantine."""
        return self._usable(self._by_fnsku.get(fnsku, ()))

    def item_of(self, fnsku: str, sku: str, marketplace: str = "") -> str:
        """Return NetSuite's item of units at Amazon; empty where nothing sound is registered.

        The FNSKU decides: several SKUs may stand on one physical pool. Where it is not registered
        (of commingled units it is the ASIN), the SKU's FBA listings do, if they agree.

        Args:
            fnsku: Amazon's label of the unit.
            sku: the seller's.
            marketplace: id, to ask only the SKU's listing there; empty for all of them.
        """
        registered: Iterable[Listing] = self._by_fnsku.get(fnsku, ())
        if not registered:
            registered = (
                listing
                for listing in self._by_sku.get(sku, ())
                if listing.pool is Pool.FBA and marketplace in ("", listing.key.marketplace)
            )
        items = {listing.item for listing in self._usable(registered)}
        return items.pop() if len(items) == 1 else ""

    def pool_of_sku(self, sku: str) -> Pool | None:
        """Return the pool a SKU is registered in; ``None`` for none, or for both."""
        pools = {listing.pool for listing in self._by_sku.get(sku, ())}
        return pools.pop() if len(pools) == 1 else None

    def _usable(self, listings: Iterable[Listing]) -> tuple[Listing, ...]:
        return tuple(one for one in listings if one.key not in self.quarantine)


def build_registry(
    listings: Iterable[Listing],
    policy: InventoryPolicy,
    both_channels: Collection[ListingKey] = (),
) -> Registry:
    """Return the registry; every contradiction is in its quarantine.

    Args:
        listings: all that is registered; components of a kit summed by item.
        policy: whose locations and seller they must fit.
        both_channels: listings that Amazon was seen to sell from both pools.
    """
    rows: defaultdict[ListingKey, list[Listing]] = defaultdict(list)
    fnskus: defaultdict[str, list[Listing]] = defaultdict(list)
    for listing in listings:
        rows[listing.key].append(listing)
        if listing.fnsku and listing.pool is Pool.FBA:
            fnskus[listing.fnsku].append(listing)
    every = [listing for found in rows.values() for listing in found]
    own = collected((one.key, fault) for one in every for fault in own_faults(one, policy))
    among = collected([*repeated(rows), *kits_in_kits(every, own), *two_items_on_one_fnsku(fnskus)])
    seen = {key for key in both_channels if key in rows}
    quarantine = {
        key: _finding(key, found, [*own.get(key, ()), *among.get(key, ())], key in seen)
        for key, found in rows.items()
        if key in own or key in among or key in seen
    }
    return Registry(policy.seller, rows, quarantine)


def _finding(
    key: ListingKey, rows: Sequence[Listing], faults: Sequence[str], on_both: bool
) -> Finding:
    origins = list(dict.fromkeys(listing.origin for listing in rows if listing.origin))
    pools = sorted({listing.pool for listing in rows})
    observed = f"{' and '.join(pools)} here, and an offer from each pool at Amazon; expected one"
    found = [*faults, *([observed] if on_both else [])]
    where = f"{named(origins)}: " if origins else ""
    return Finding(
        "LISTING_QUARANTINED" if faults else "POOL_CONFLICT",
        f"listing {key.marketplace}/{key.sku}",
        f"{where}found {'; found '.join(found)}.",
        {
            "marketplace": key.marketplace,
            "sku": key.sku,
            "pools": [str(pool) for pool in pools],
            "origins": origins,
            "faults": found,
        },
    )
