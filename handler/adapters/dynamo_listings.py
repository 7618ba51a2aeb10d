"""Registered listings and what is published of them, in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from handler.adapters import dynamo_inventory_items as items
from handler.adapters.dynamo_each import write_each
from handler.flows.inventory_ports import StoredListing
from handler.inventory.listing import Listing, ListingKey, Rules

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item, Table
    from handler.inventory.published import Published

_NAMES = sorted(
    {field.name for kind in (StoredListing, Listing, Rules) for field in fields(kind)}
    | set(ListingKey._fields)
)


class ListingsInTable:
    """The part of :class:`~handler.flows.inventory_ports.InventoryStore` about listings."""

    _table: Table

    def listings(self, profile: str) -> Sequence[StoredListing]:
        """Return every listing registered over HTTP, removed ones too, by key."""
        pk = items.listings_partition(profile)
        found = self._table.partition(pk, items.LISTING_PREFIX, _NAMES)
        return sorted(map(items.stored_listing, found), key=lambda stored: stored.listing.key)

    def put_listing(self, profile: str, stored: StoredListing) -> bool:
        """Write a listing over its revision less one; see the port."""
        item = items.listing_item(profile, stored, items.new_writer())
        return self._put_revisions([item])[0]

    def published(
        self, profile: str, keys: Collection[ListingKey]
    ) -> Mapping[ListingKey, Published]:
        """Return the state of listings; those never decided are missing."""
        places = [
            (items.published_partition(profile, key), items.STATE) for key in dict.fromkeys(keys)
        ]
        states = map(items.published, self._table.get_each(places))
        return {state.key: state for state in states}

    def put_published(self, profile: str, states: Sequence[Published]) -> Sequence[bool]:
        """Write states, each for itself, a hundred in one transaction; see the port.

        Raises:
            ValueError: two states of one listing.
        """
        if len({state.key for state in states}) < len(states):
            raise ValueError("one listing has two states to write")
        written_by = items.new_writer()
        return self._put_revisions(
            [items.published_item(profile, state, written_by) for state in states]
        )

    def _put_revisions(self, made: Sequence[Item]) -> list[bool]:
        table = self._table
        written = write_each(
            table,
            [items.put_revision(table.name, item, int(item["revision"]["N"])) for item in made],
        )
        # Its own write, sent again after a lost answer, finds what it wrote.
        lost = [_place(item) for item, done in zip(made, written, strict=True) if not done]
        there = {_place(item): item["written_by"] for item in table.get_each(lost)}
        return [
            done or there.get(_place(item)) == item["written_by"]
            for item, done in zip(made, written, strict=True)
        ]


def _place(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
