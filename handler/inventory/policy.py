"""What one company decided about its stock: locations, accounts, thresholds, what is posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from handler.inventory.listing import Split

if TYPE_CHECKING:
    from handler.inventory.ledger_reason import ReasonTable


@dataclass(frozen=True, slots=True)
class FbaLocations:
    """NetSuite's locations for the stock at Amazon.

    Attributes:
        sellable: what customers can buy.
        unfulfillable: damaged, defective, expired.
        in_transit: on the way to Amazon, and between its centres where these differ.
        removal_in_transit: on the way back to the seller.
    """

    sellable: str
    unfulfillable: str
    in_transit: str
    removal_in_transit: str

    @property
    def all(self) -> frozenset[str]:
        """Every location of the pool."""
        return frozenset(
            (self.sellable, self.unfulfillable, self.in_transit, self.removal_in_transit)
        )


class ReceiptPolicy(StrEnum):
    """How units received by Amazon enter the books."""

    ITEM_RECEIPT = "item_receipt"  # against the transfer order named like the shipment
    TRANSFER = "transfer"  # from in transit to where the units are
    RECONCILE = "reconcile"  # something else posts them


class ShipmentPolicy(StrEnum):
    """Whether the ledger's shipments and returns move stock in the books."""

    RECONCILE = "reconcile"  # the orders' fulfilments did, so they are only compared
    POST = "post"


@dataclass(frozen=True, slots=True)
class FbmPolicy:
    """How the seller's own stock is published.

    Attributes:
        locations: NetSuite's locations that may be sold from; no other counts.
        split: how several listings of one item share it.
        stale_minutes: a source older than this publishes zero.
        fresh_minutes: after that, only a source at most so old publishes again (hysteresis).
        hold_increase_below: an increase of fewer units waits, unless nothing is published.
        reassert_minutes: what Amazon has not acknowledged by then is published again.
        most_rejections: after so many in a row a listing is parked.
    """

    locations: frozenset[str] = frozenset()
    split: Split = Split.SHARED
    stale_minutes: int = 120
    fresh_minutes: int = 60
    hold_increase_below: int = 0
    reassert_minutes: int = 60
    most_rejections: int = 5


@dataclass(frozen=True, slots=True)
class InventoryPolicy:
    """What one profile decided about its stock.

    Attributes:
        profile: whose books; the file's name.
        seller: Amazon's seller id.
        subsidiary: NetSuite's subsidiary.
        fbm: the rules of the seller's own pool.
        fba: locations of the stock at Amazon.
        fba_by_country: other locations for centres of a country ("CA"), where they differ.
        accounts: role of a ledger reason ("lost", "disposal") -> GL account.
        reasons: what each event and reason of Amazon's ledger does.
        receipts: how received units enter the books.
        shipments: whether shipments and customer returns are posted.
        closed_through: last day of the last closed period; nothing is dated up to it.
        lines_per_posting: more are split; NetSuite takes fewer than 1,000.
    """

    profile: str
    seller: str
    subsidiary: str
    fbm: FbmPolicy
    fba: FbaLocations
    accounts: Mapping[str, str]
    reasons: ReasonTable
    fba_by_country: Mapping[str, FbaLocations] = field(default_factory=dict)
    receipts: ReceiptPolicy = ReceiptPolicy.ITEM_RECEIPT
    shipments: ShipmentPolicy = ShipmentPolicy.RECONCILE
    closed_through: date | None = None
    lines_per_posting: int = 900

    def at_amazon(self, country: str) -> FbaLocations:
        """Return the FBA locations of a country's centres."""
        return self.fba_by_country.get(country, self.fba)

    @property
    def fba_locations(self) -> frozenset[str]:
        """Every location of the FBA pool, of all countries."""
        return self.fba.all.union(*(one.all for one in self.fba_by_country.values()))
