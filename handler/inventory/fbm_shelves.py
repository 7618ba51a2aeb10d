"""NetSuite's count, put in order: units by item and location, and a print to tell counts apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from handler.inventory.source_stock import OnShelf


class Shelves(NamedTuple):
    """The shelves of one source.

    Attributes:
        items: item -> location -> units available; each location of an item once.
        conflict: two different counts of one item at one location, in words; empty where none.
        print: SHA-256 of the shelves, whatever order they came in.
    """

    items: Mapping[str, Mapping[str, int]]
    conflict: str
    print: str


class Counted(NamedTuple):
    """One item's shelves, told apart by where a listing may sell from.

    Attributes:
        counted: location -> units, where it may.
        left_out: location -> units, where it may not.
        available: units of ``counted`` together; below zero where more is promised than there is.
    """

    counted: Mapping[str, int]
    left_out: Mapping[str, int]
    available: int


_NONE: Mapping[str, int] = {}


def in_order(shelves: Iterable[OnShelf]) -> Shelves:
    """Return the shelves by item and location. A shelf told twice alike counts once."""
    items: dict[str, dict[str, int]] = {}
    conflict = ""
    for item, location, available in shelves:
        places = items.get(item)
        if places is None:
            items[item] = {location: available}
            continue
        known = places.setdefault(location, available)
        if known != available and not conflict:
            conflict = f"{known} and {available} units of item {item} at location {location}"
    # Where two counts conflict the print is of the first; nothing is decided on it.
    text = repr([(item, sorted(places.items())) for item, places in sorted(items.items())])
    return Shelves(items, conflict, hashlib.sha256(text.encode()).hexdigest())


def count(places: Mapping[str, int], allowed: AbstractSet[str]) -> Counted:
    """Return what lies at ``allowed`` locations, and beside it what does not."""
    if places.keys() <= allowed:
        return Counted(places, _NONE, sum(places.values()))
    counted: dict[str, int] = {}
    left_out: dict[str, int] = {}
    for location, units in places.items():
        (counted if location in allowed else left_out)[location] = units
    return Counted(counted, left_out, sum(counted.values()))
