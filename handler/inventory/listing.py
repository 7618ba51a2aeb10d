"""A listing: one SKU on one marketplace, the pool it sells from, and its rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Pool(StrEnum):
    """Whose stock a listing sells. It is registered, never guessed from how a SKU is called."""

    FBM = "FBM"
    FBA = "FBA"


class ListingKey(NamedTuple):
    """What names a listing.

    Attributes:
        seller: Amazon's seller id ("A3TH9S8BH6GOGM").
        marketplace: Amazon's marketplace id ("ATVPDKIKX0DER").
        sku: the seller's SKU, exactly as Amazon has it.
    """

    seller: str
    marketplace: str
    sku: str


class Component(NamedTuple):
    """What a kit takes of one item.

    Attributes:
        item: NetSuite's item.
        quantity: units in one kit, at least 1.
    """

    item: str
    quantity: int


class Split(StrEnum):
    """How several listings of one item live on its stock."""

    SHARED = "shared"  # each may sell all of it; Amazon's orders bring the others down
    WEIGHTED = "weighted"  # each has its part; together never more than there is


@dataclass(frozen=True, slots=True)
class Rules:
    """How much of the pool a listing may sell.

    Attributes:
        share: percent of the pool, 0 to 100, whole.
        safety: units held back, after the share.
        cap: most units to publish; ``None`` for no limit.
        weight: the listing's part where its item is split, at least 1.
        locations: the locations it may sell from, out of the policy's; empty for all of these.
        tolerance: units by which two counts may differ before that is drift.
    """

    share: int = 100
    safety: int = 0
    cap: int | None = None
    weight: int = 1
    locations: frozenset[str] = frozenset()
    tolerance: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A registered listing.

    Attributes:
        key: what names it.
        pool: whose stock it sells.
        item: NetSuite's item; empty for a kit whose item NetSuite does not stock.
        fnsku: Amazon's label of the physical unit; only in the FBA pool.
        components: of a kit; empty for a single item. Each item once: repeated rows are summed.
        rules: how much it may sell.
        product_type: what Amazon calls the kind of product in Listings Items ("PRODUCT").
        origin: where it was registered ("mappings/inventory/us.csv:12", "upsert").
    """

    key: ListingKey
    pool: Pool
    item: str
    fnsku: str = ""
    components: tuple[Component, ...] = ()
    rules: Rules = Rules()
    product_type: str = "PRODUCT"
    origin: str = ""

    @property
    def needs(self) -> tuple[Component, ...]:
        """What one sold unit takes out of the pool."""
        return self.components or (Component(self.item, 1),)
