"""What the decision on a quantity asks the register of listings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from handler.core.finding import Finding
    from handler.inventory.listing import Listing, ListingKey


class FbmRegistry(Protocol):
    """The registered listings of one profile."""

    @property
    def quarantine(self) -> Mapping[ListingKey, Finding]:
        """The listings whose registration contradicts itself, and how."""

    def find(self, key: ListingKey) -> Listing | None:
        """Return a listing of any pool, or ``None`` where it is not registered."""

    def listings_of_item(self, item: str) -> tuple[Listing, ...]:
        """Return the FBM listings that sell the item, in kits too, those in quarantine as well."""

    def listing_of_sku(self, marketplace: str, sku: str) -> Listing | None:
        """Return the listing of a SKU on a marketplace, or ``None``; those in quarantine too."""
