"""Listings registered over HTTP, kept beside the results as well: what was posted rests on them.

Without its listing a unit of the ledger belongs to no item, and the next report would take back
what was posted for it. Each call's file holds its listings as they stood after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import RefusedRequest
from handler.flows.inventory_ports import StoredListing
from handler.inventory.listing import Component, Listing, ListingKey, Pool, Rules
from handler.payloads import packed

if TYPE_CHECKING:
    from handler.flows.app import App

LISTINGS: Final = "results/listings/"


def keep_listings(app: App, profile: str, stored: Sequence[StoredListing]) -> None:
    """Keep listings as they stand; told again, the same.

    Raises:
        OutsideFailure: the bucket did not answer.
    """
    if not stored:
        return
    content = packed.pack(
        {"schema": 1, "profile": profile, "listings": [_document(one) for one in stored]}
    )
    key = f"{LISTINGS}{profile}/{hashlib.sha256(content).hexdigest()}.json.gz"
    if not _is_there(app, key):
        app.files.keep(key, content, "application/gzip")


def kept_listings(content: bytes) -> tuple[str, Iterator[StoredListing]]:
    """Return profile and listings of a file that :func:`keep_listings` kept."""
    told = packed.unpack(content)
    return told["profile"], map(_stored, told["listings"])


def last_of_each(
    files: Iterable[tuple[str, Iterable[StoredListing]]],
) -> dict[tuple[str, ListingKey], StoredListing]:
    """Return the last revision of each listing, by profile and key."""
    last: dict[tuple[str, ListingKey], StoredListing] = {}
    for profile, listings in files:
        for one in listings:
            place = (profile, one.listing.key)
            if place not in last or last[place].revision < one.revision:
                last[place] = one
    return last


def _document(one: StoredListing) -> dict[str, Any]:
    shown = asdict(one)
    shown["listing"]["rules"]["locations"] = sorted(one.listing.rules.locations)
    return shown


def _stored(told: dict[str, Any]) -> StoredListing:
    listing = told["listing"]
    rules = listing["rules"]
    return StoredListing(
        **told
        | {
            "listing": Listing(
                **listing
                | {
                    "key": ListingKey(*listing["key"]),
                    "pool": Pool(listing["pool"]),
                    "components": tuple(Component(*each) for each in listing["components"]),
                    "rules": Rules(**rules | {"locations": frozenset(rules["locations"])}),
                }
            )
        }
    )


def _is_there(app: App, key: str) -> bool:
    try:
        app.files.source(key)
    except RefusedRequest:
        return False
    return True
