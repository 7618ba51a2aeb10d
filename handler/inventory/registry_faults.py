"""How the registration of a listing contradicts itself, or that of another listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from handler.inventory.listing import Listing, ListingKey, Pool

if TYPE_CHECKING:
    from handler.inventory.policy import InventoryPolicy

# So many origins and items are named; of a table pasted twice, all would be no help.
_MOST_NAMED: Final = 5


def own_faults(listing: Listing, policy: InventoryPolicy) -> Iterator[str]:
    """Yield what is wrong in one registration by itself: what was found, and what was expected."""
    if listing.key.seller != policy.seller:
        yield f"the seller {listing.key.seller}; expected {policy.seller}, the profile's"
    if listing.pool is Pool.FBM:
        yield from _fbm_faults(listing)
        yield from _location_faults(listing, policy)
    else:
        yield from _fba_faults(listing)
    yield from _range_faults(listing)


def _fbm_faults(listing: Listing) -> Iterator[str]:
    if listing.fnsku:
        yield (
            f"the FNSKU {listing.fnsku} on an FBM listing; expected none: an FNSKU is a unit at "
            "Amazon"
        )
    if not listing.item and not listing.components:
        yield "neither an item nor components; expected NetSuite's item, or what the kit takes"
    seen: set[str] = set()
    for item, quantity in listing.components:
        if item.startswith(f"{Pool.FBA}:"):
            yield f"the component {item} in the wrong pool; expected an item of the FBM pool"
        if not item:
            yield "a component without an item; expected NetSuite's item"
        elif item == listing.item:
            yield (
                f"a kit of {item} that takes {item} itself; expected another item, or none where "
                "NetSuite does not stock the kit"
            )
        if quantity < 1:
            yield f"{quantity} units of the component {item}; expected at least 1"
        if item in seen:
            yield f"the component {item} twice; expected one, with the sum"
        seen.add(item)


def _location_faults(listing: Listing, policy: InventoryPolicy) -> Iterator[str]:
    if not listing.rules.locations:
        return
    at_amazon = policy.fba_locations
    for location in sorted(
        listing.rules.locations - policy.fbm.locations | (listing.rules.locations & at_amazon)
    ):
        if location in at_amazon:
            yield f"the location {location} of the FBA pool; expected one of the seller's own"
        else:
            yield f"the location {location}; expected one of the policy's FBM locations"


def _fba_faults(listing: Listing) -> Iterator[str]:
    if listing.components:
        yield (
            "a kit in the FBA pool, so components in the wrong pool; expected the item that Amazon "
            "stocks as one unit"
        )
    if not listing.item:
        yield "no item; expected NetSuite's item"
    if listing.rules.locations:
        yield "locations on an FBA listing; expected none: they are of the seller's own stock"


def _range_faults(listing: Listing) -> Iterator[str]:
    rules = listing.rules
    if not 0 <= rules.share <= 100:
        yield f"share {rules.share}; expected 0 to 100"
    for name, value, least in (
        ("safety", rules.safety, 0),
        ("cap", rules.cap, 0),
        ("weight", rules.weight, 1),
        ("tolerance", rules.tolerance, 0),
    ):
        if value is not None and value < least:
            yield f"{name} {value}; expected at least {least}"


def repeated(rows: Mapping[ListingKey, Sequence[Listing]]) -> Iterator[tuple[ListingKey, str]]:
    """Yield each key that is registered more than once."""
    for key, listings in rows.items():
        if len(listings) > 1:
            pools = sorted({listing.pool for listing in listings})
            both = " (both channels on one SKU)" if len(pools) > 1 else ""
            where = f" as {' and '.join(pools)}{both}"
            yield key, f"registered {len(listings)} times{where}; expected once"


def kits_in_kits(
    listings: Iterable[Listing], faulty: Mapping[ListingKey, object]
) -> Iterator[tuple[ListingKey, str]]:
    """Yield each kit that takes the item of another kit.

    Args:
        listings: all of them.
        faulty: wrong by themselves: what such a kit says of its item makes no other kit wrong.
    """
    kits = [one for one in listings if one.components and one.pool is Pool.FBM]
    kit_items = {kit.item for kit in kits if kit.item and kit.key not in faulty}
    for kit in kits:
        for item, _ in kit.components:
            if item in kit_items and item != kit.item:
                yield kit.key, _kit_in_kit(item)


def two_items_on_one_fnsku(
    fnskus: Mapping[str, Sequence[Listing]],
) -> Iterator[tuple[ListingKey, str]]:
    """Yield each FBA listing whose FNSKU stands for several items: one unit cannot be two."""
    for fnsku, listings in fnskus.items():
        first: dict[str, Listing] = {}
        for listing in listings:
            if listing.item:
                first.setdefault(listing.item, listing)
        if len(first) > 1:
            items = named(f"{item} ({one.key.sku})" for item, one in sorted(first.items()))
            for listing in listings:
                yield listing.key, f"the FNSKU {fnsku} stands for {items}; expected one item"


def named(texts: Iterable[str]) -> str:
    """Return texts in one line, the first few where there are many."""
    found = list(texts)
    more = [f"{len(found) - _MOST_NAMED} more"] if len(found) > _MOST_NAMED else []
    return " and ".join(found[:_MOST_NAMED] + more)


def collected(found: Iterable[tuple[ListingKey, str]]) -> dict[ListingKey, dict[str, None]]:
    """Return the faults of each listing, each once, in the order they were found."""
    faults: defaultdict[ListingKey, dict[str, None]] = defaultdict(dict)
    for key, fault in found:
        faults[key][fault] = None
    return dict(faults)


def _kit_in_kit(item: str) -> str:
    return (
        f"a kit in a kit: the component {item} is the item of another kit; expected an item that "
        "is no kit"
    )
