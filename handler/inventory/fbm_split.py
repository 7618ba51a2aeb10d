"""How several listings of one item share its pool by weight: whole units, none twice, none lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.inventory.fbm_registry import FbmRegistry
    from handler.inventory.listing import Listing, ListingKey


def by_weight(pool: int, listings: Iterable[Listing]) -> dict[ListingKey, int]:
    """Return each listing's part of ``pool`` units, by largest remainder; ties go by key.

    The parts add up to the pool, or to zero where the pool is below zero.
    """
    weights = sorted([(one.key, one.rules.weight) for one in listings])
    total = sum([weight for _, weight in weights])
    if pool <= 0 or total <= 0:
        return dict.fromkeys([key for key, _ in weights], 0)
    parts = {key: pool * weight // total for key, weight in weights}
    left = pool - sum(parts.values())
    if left == 0:
        return parts
    # Sorting keeps the order of keys among equal remainders.
    for key, _ in sorted(weights, key=lambda one: -(pool * one[1] % total))[:left]:
        parts[key] += 1
    return parts


class Entitlements:
    """The parts of one batch. They rest on all registered listings, not on those asked about."""

    def __init__(self, registry: FbmRegistry) -> None:
        """Read weights from ``registry``."""
        self._registry = registry
        self._parts: dict[tuple[str, int], Mapping[ListingKey, int]] = {}

    def of(self, key: ListingKey, item: str, pool: int) -> int:
        """Return how many of ``pool`` units of an item a listing may sell."""
        listings = self._registry.listings_of_item(item)
        if len(listings) == 1 and listings[0].key == key:
            return max(pool, 0)
        parts = self._parts.get((item, pool))
        if parts is None:
            parts = self._parts[item, pool] = by_weight(pool, listings)
        return parts.get(key, 0)
