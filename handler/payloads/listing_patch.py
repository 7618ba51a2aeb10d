"""A quantity for Amazon: one Listings Items call, or a message of the JSON listings feed.

Always ``merge``, never ``replace``: replacing the attribute erases what else stands in it, such as
the handling time.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from handler.core.errors import Conflict
from handler.inventory.listing import Listing, Pool

# The seller's own stock, in every marketplace.
_CHANNEL: Final = "DEFAULT"
_PLACES: Final = 64


@lru_cache(_PLACES)
def _quoted(name: str) -> str:
    """Return a seller or marketplace for an address; there are few of them."""
    return quote(name, safe="")


def listing_patch(listing: Listing, quantity: int) -> dict[str, object]:
    """Return the call that sets the seller's own quantity of a listing.

    Raises:
        Conflict: ``WRONG_POOL``: the listing sells from Amazon's stock.
        ValueError: the quantity is below zero.
    """
    seller, marketplace, sku = listing.key
    return {
        "method": "PATCH",
        "path": f"/listings/2021-08-01/items/{_quoted(seller)}/{quote(sku, safe='')}"
        f"?marketplaceIds={_quoted(marketplace)}",
        "body": {"productType": listing.product_type, "patches": _patches(listing, quantity)},
    }


def feed_message(listing: Listing, quantity: int, message_id: int) -> dict[str, object]:
    """Return the same as a message of a JSON_LISTINGS_FEED.

    Args:
        listing: of the FBM pool.
        quantity: units, at least 0.
        message_id: unique in the feed, from 1; the processing report names it.

    Raises:
        Conflict: ``WRONG_POOL``: the listing sells from Amazon's stock.
        ValueError: the quantity is below zero.
    """
    return {
        "messageId": message_id,
        "sku": listing.key.sku,
        "operationType": "PATCH",
        "productType": listing.product_type,
        "patches": _patches(listing, quantity),
    }


def feed(seller: str, messages: Iterable[dict[str, object]]) -> dict[str, object]:
    """Return a JSON_LISTINGS_FEED of ``messages``, for one marketplace of ``seller``."""
    return {
        "header": {"sellerId": seller, "version": "2.0", "issueLocale": "en_US"},
        "messages": list(messages),
    }


def _patches(listing: Listing, quantity: int) -> list[dict[str, object]]:
    if listing.pool is not Pool.FBM:
        raise Conflict(
            "WRONG_POOL",
            f"SKU {listing.key.sku} sells from Amazon's warehouses; a quantity sent for it would "
            "open a second offer from the seller's own stock.",
            "Register the SKU in the pool it sells from.",
        )
    if quantity < 0:
        raise ValueError(f"{quantity} units of {listing.key.sku}: below zero")
    return [
        {
            "op": "merge",
            "path": "/attributes/fulfillment_availability",
            "value": [{"fulfillment_channel_code": _CHANNEL, "quantity": quantity}],
        }
    ]
