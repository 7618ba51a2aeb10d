"""Listings registered by a flow. What contradicts the registry is refused, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handler.core.errors import Conflict, OutsideFailure, PluginError, RefusedRequest
from handler.flows.inventory_ports import StoredListing
from handler.flows.kept_listings import keep_listings
from handler.flows.stock_registry import Standing, overlaid, standing
from handler.inventory.registry import build_registry

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.inventory.listing import Listing, ListingKey

_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Registration:
    """What a flow asks of one listing.

    Attributes:
        listing: as it should stand, whole.
        remove: register it no more.
        change_pool: it is known that the listing sells from the other pool until now.
    """

    listing: Listing
    remove: bool = False
    change_pool: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of one.

    Attributes:
        key: the listing.
        revision: of what stands now; 0 where only the table names it, or nothing does.
        changed: whether this call wrote it.
        refused: why it was not taken; ``None`` where it was.
    """

    key: ListingKey
    revision: int
    changed: bool
    refused: PluginError | None = None


def register(
    app: App, profile: str, asked: Sequence[Registration], caller: str
) -> list[Registered]:
    """Register listings, each for itself, answered in order.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    now = standing(app, profile)
    refused = _refusals(app, profile, now, asked)
    stand: list[StoredListing] = []
    done = [
        Registered(one.listing.key, _revision(now, one.listing.key), changed=False, refused=why)
        if (why := refused.get(place))
        else _write(app, profile, one, caller, stand)
        for place, one in enumerate(asked)
    ]
    # Those that stood so before as well: the call that wrote them may have been cut off here.
    keep_listings(app, profile, stand)
    return done


def _refusals(
    app: App, profile: str, now: Standing, asked: Sequence[Registration]
) -> dict[int, PluginError]:
    """Return why some may not be registered, by place."""
    refused: dict[int, PluginError] = {}
    first: dict[ListingKey, int] = {}
    for place, one in enumerate(asked):
        if one.listing.key in first:
            refused[place] = _twice(one.listing.key)
        first.setdefault(one.listing.key, place)
    published = app.inventory.published(profile, list(first))
    for key, place in first.items():
        known = now.registry.find(key)
        leaves = asked[place].remove or (known and known.pool != asked[place].listing.pool)
        sent = published.get(key)
        if known and not asked[place].remove and leaves and not asked[place].change_pool:
            refused[place] = _other_pool(known, asked[place].listing)
        elif leaves and sent is not None and (sent.quantity, sent.accepted) not in _NOTHING_THERE:
            refused[place] = _still_published(key, sent.quantity)
    taken = [one for place, one in enumerate(asked) if place not in refused]
    quarantine = build_registry(
        overlaid(now.listings, [_stored(one, 1, "", "") for one in taken]),
        now.policy,
        # What Amazon shows in both pools may be registered: that is how it is mended.
    ).quarantine
    for place, one in enumerate(asked):
        finding = quarantine.get(one.listing.key)
        if place not in refused and finding is not None and not one.remove:
            refused[place] = RefusedRequest(
                finding.code,
                finding.what,
                finding.repair or finding.entry.repair,
                dict(finding.evidence),
            )
    return refused


_NOTHING_THERE: Final = ((None, None), (0, 0))  # never sent; or zero sent, and taken


def _write(
    app: App, profile: str, asked: Registration, caller: str, stand: list[StoredListing]
) -> Registered:
    """Write one listing; ``stand`` takes it as it stands then."""
    key = asked.listing.key
    for _ in range(_ROUNDS):
        known = {one.listing.key: one for one in app.inventory.listings(profile)}.get(key)
        wanted = _stored(asked, 1, app.now().isoformat(timespec="seconds"), caller)
        if known and (known.listing, known.removed) == (wanted.listing, wanted.removed):
            stand.append(known)
            return Registered(key, known.revision, changed=False)
        revision = known.revision + 1 if known else 1
        wanted = _stored(asked, revision, wanted.changed_at, caller)
        if app.inventory.put_listing(profile, wanted):
            stand.append(wanted)
            return Registered(key, revision, changed=True)
    raise OutsideFailure(
        "STORE_BUSY",
        f"The registration of {key.sku} kept changing under other writers.",
        "Try again in a few seconds.",
    )


def _stored(asked: Registration, revision: int, at: str, caller: str) -> StoredListing:
    return StoredListing(asked.listing, revision, asked.remove, at, caller)


def _revision(now: Standing, key: ListingKey) -> int:
    return now.stored[key].revision if key in now.stored else 0


def _twice(key: ListingKey) -> PluginError:
    return RefusedRequest(
        "LISTING_TWICE",
        f"{key.sku} on {key.marketplace} stands twice in this call.",
        "Send each listing once; the first was taken.",
    )


def _other_pool(known: Listing, asked: Listing) -> PluginError:
    return Conflict(
        "POOL_CONFLICT",
        f"{known.key.sku} on {known.key.marketplace} is registered in the {known.pool} pool "
        f"({known.origin}), and this call would put it into {asked.pool}.",
        'Send "change_pool": true where it really sells from the other pool from now on.',
        {"registered": str(known.pool), "found": str(asked.pool)},
    )


def _still_published(key: ListingKey, quantity: int | None) -> PluginError:
    shown = "an unknown quantity" if quantity is None else str(quantity)
    return Conflict(
        "STILL_PUBLISHED",
        f"{key.sku} on {key.marketplace} has {shown} published from the seller's own stock.",
        "Set its cap to 0, decide it, let Amazon take the zero and acknowledge it; then move it.",
        {"published": quantity},
    )
