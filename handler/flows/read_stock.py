"""What is known of stock, for whoever asks: listings, published quantities, past drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handler.core.errors import RefusedRequest
from handler.flows import cursors
from handler.flows.ports import Page
from handler.flows.stock_registry import standing
from handler.inventory.listing import Listing, ListingKey
from handler.payloads.drift_documents import chart, item_chart

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]


def listings(app: App, profile: str, limit: int, cursor: str) -> Page[Document]:
    """Return what is registered, by marketplace and SKU.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``BAD_CURSOR``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    now, listing = standing(app, profile), f"listings:{profile}"
    every = sorted(now.registry, key=lambda one: one.key)
    after = cursors.decode(cursor, listing, 3) if cursor else None
    left = [one for one in every if after is None or tuple(one.key) > after]
    shown = left[:limit]
    more = len(left) > limit
    return Page(
        [
            {
                **_shown(one),
                "revision": now.stored[one.key].revision if one.key in now.stored else 0,
                "quarantine": found.as_dict()
                if (found := now.registry.quarantine.get(one.key))
                else None,
            }
            for one in shown
        ],
        cursors.encode(listing, *shown[-1].key) if more else "",
    )


def published(app: App, profile: str, marketplace: str, sku: str) -> Document:
    """Return what a listing has on Amazon, with the trace of its last decision.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``NEVER_PUBLISHED``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    seller = app.stock_mappings.load(profile).policy.seller
    key = ListingKey(seller, marketplace, sku)
    state = app.inventory.published(profile, [key]).get(key)
    if state is None:
        raise RefusedRequest(
            "NEVER_PUBLISHED",
            f"No quantity of {sku} on {marketplace} was ever decided.",
            "Decide it first: POST /v1/inventory/fbm/decide.",
        )
    return {
        "marketplace": marketplace,
        "sku": sku,
        "decision": state.decision,
        "quantity": state.quantity,
        "sent_at": state.sent_at.isoformat() if state.sent_at else None,
        "accepted": state.accepted,
        "acknowledged": state.is_acknowledged,
        "rejections": state.rejections,
        "seen": state.seen,
        "seen_at": state.seen_at.isoformat() if state.seen_at else None,
        "source_version": state.source_version,
        "source_time": state.source_time.isoformat() if state.source_time else None,
        "stale": state.is_stale,
        "trace": state.trace,
    }


def drift(app: App, profile: str, item: str, limit: int, cursor: str) -> Page[Document]:
    """Return the history of drift for a chart; of one item where it is named.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``BAD_CURSOR``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    app.stock_mappings.load(profile)
    page = app.inventory.drift_runs(profile, limit, cursor)
    points = item_chart(page.items, item) if item else chart(page.items)
    return Page(points, page.cursor)


def _shown(listing: Listing) -> Document:
    rules = listing.rules
    return {
        "seller": listing.key.seller,
        "marketplace": listing.key.marketplace,
        "sku": listing.key.sku,
        "pool": str(listing.pool),
        "item": listing.item,
        "fnsku": listing.fnsku,
        "components": [part._asdict() for part in listing.components],
        "share": rules.share,
        "safety": rules.safety,
        "cap": rules.cap,
        "weight": rules.weight,
        "locations": sorted(rules.locations),
        "tolerance": rules.tolerance,
        "product_type": listing.product_type,
        "origin": listing.origin,
    }
