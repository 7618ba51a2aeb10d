"""Which NetSuite item units at Amazon are, or why that cannot be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handler.inventory.ledger_moves import Identified, ItemOf
from handler.inventory.listing import Pool

if TYPE_CHECKING:
    from handler.inventory.registry import Registry

# Amazon files units it found without knowing whose SKU they are under names of its own.
_FOUND: Final = "amazon.found"


def identified_by(registry: Registry) -> ItemOf:
    """Return what tells the item of an FNSKU and Amazon's MSKU, by the registry as it is now."""
    wrong: dict[str, str] = {}
    for key, finding in registry.quarantine.items():
        wrong.setdefault(key.sku, finding.what)
        listing = registry.find(key)
        if listing is not None and listing.fnsku:
            wrong.setdefault(listing.fnsku, finding.what)

    def item_of(fnsku: str, sku: str) -> Identified:
        item = registry.item_of(fnsku, sku)
        if item:
            return Identified(item)
        if fnsku in wrong or sku in wrong:
            return Identified("", "LISTING_QUARANTINED", wrong.get(fnsku) or wrong[sku])
        if registry.pool_of_sku(sku) is Pool.FBM:
            return Identified("", "POOL_CONFLICT", "the SKU is registered in the FBM pool")
        if sku.lower().startswith(_FOUND):
            return Identified("", "FOUND_UNMAPPED")
        return Identified("", "UNREGISTERED_SKU")

    return item_of
