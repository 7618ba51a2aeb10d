"""A profile's registry as it stands: the accountants' table, and over it what flows registered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handler.inventory.amazon_report import ReportKind
from handler.inventory.listing import Listing, ListingKey
from handler.inventory.registry import Registry, build_registry
from handler.payloads import packed

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.inventory_ports import StoredListing
    from handler.inventory.policy import InventoryPolicy

# The reports that tell of each SKU which offers it has.
BOTH_CHANNELS_FROM: Final = (ReportKind.MYI, ReportKind.LISTINGS)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is registered of a profile now.

    Attributes:
        policy: what the profile decided.
        registry: every listing, judged.
        version: changes with the files, and with each registration.
        stored: what flows registered, by key.
        listings: every listing that counts, in no order.
        both_channels: listings that Amazon shows in both pools.
    """

    policy: InventoryPolicy
    registry: Registry
    version: str
    stored: dict[ListingKey, StoredListing]
    listings: tuple[Listing, ...]
    both_channels: frozenset[ListingKey]


def standing(app: App, profile: str) -> Standing:
    """Return what is registered of a profile.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    mappings = app.stock_mappings.load(profile)
    stored = {one.listing.key: one for one in app.inventory.listings(profile)}
    seen = _seen_in_both(app, profile, mappings.policy.seller)
    listings = overlaid(mappings.listings, stored.values())
    return Standing(
        mappings.policy,
        build_registry(listings, mappings.policy, seen),
        _version(mappings.version, stored.values(), seen),
        stored,
        listings,
        seen,
    )


def overlaid(table: Sequence[Listing], stored: Iterable[StoredListing]) -> tuple[Listing, ...]:
    """Return the listings that count: a registration stands before every row of its key."""
    over = {one.listing.key: one for one in stored}
    kept = [listing for listing in table if listing.key not in over]
    return (*kept, *(one.listing for one in over.values() if not one.removed))


def _seen_in_both(app: App, profile: str, seller: str) -> frozenset[ListingKey]:
    """Return the listings the last reports show with an offer from each pool."""
    seen: set[ListingKey] = set()
    for record in app.inventory.snapshots(profile):
        if record.kind in BOTH_CHANNELS_FROM and record.marketplace:
            skus = packed.unpack(app.files.read(record.result_key))["both_channels"]
            seen.update(ListingKey(seller, record.marketplace, sku) for sku in skus)
    return frozenset(seen)


def _version(mappings: str, stored: Collection[StoredListing], seen: Collection[ListingKey]) -> str:
    digest = hashlib.sha256(mappings.encode())
    for one in sorted(stored, key=lambda one: one.listing.key):
        digest.update(json.dumps([*one.listing.key, one.revision]).encode())
    for key in sorted(seen):
        digest.update(json.dumps(["both", *key]).encode())
    return digest.hexdigest()[:16]
