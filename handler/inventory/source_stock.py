"""What NetSuite says it has: units of items at locations, by a count with a version and a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from handler.inventory.listing import ListingKey


class OnShelf(NamedTuple):
    """Units of one item at one location.

    Attributes:
        item: NetSuite's item.
        location: NetSuite's location.
        available: on hand less committed; may be negative.
    """

    item: str
    location: str
    available: int


class SourceStock(NamedTuple):
    """What one listing is decided on.

    Attributes:
        version: grows with each count; an older one never wins.
        time: when NetSuite was read, in UTC.
        shelves: items at locations, as NetSuite gave them.
    """

    version: int
    time: datetime
    shelves: tuple[OnShelf, ...]


class ListingSource(NamedTuple):
    """One listing, and the count it is to be decided on.

    Attributes:
        key: the listing.
        source: NetSuite's count; ``None`` where what was told could not be read.
        fault: what could not be read, in words; empty where all could.
    """

    key: ListingKey
    source: SourceStock | None
    fault: str = ""
