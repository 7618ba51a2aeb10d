"""New parcels, as actions of the transaction that writes what they are made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from handler.adapters import dynamo_outbox_items as items
from handler.adapters.dynamo import FAILED_CONDITION, Item, Table
from handler.adapters.dynamo_inventory_items import put_revision

if TYPE_CHECKING:
    from handler.flows.parcel import Parcel


class NewParcels:
    """Parcels to be written where they are not there yet.

    A condition that fails stops the whole transaction, and "write it or leave it" is nothing
    DynamoDB can be told. So each action is conditional, and those that are found there already are
    left out of the next attempt.
    """

    def __init__(self, table: Table, parcels: Sequence[Parcel], written_by: str) -> None:
        """Take ``parcels``; of two of one place the first counts.

        Raises:
            RefusedRequest: ``PARCEL_TOO_LARGE``.
        """
        self._table = table
        self._items: dict[tuple[str, str], Item] = {}
        for parcel in parcels:
            place = (parcel.group, parcel.place)
            self._items.setdefault(place, items.parcel_item(parcel, written_by))

    def __len__(self) -> int:
        return len(self._items)

    def actions(self) -> list[Item]:
        """Return one action for each that is not known to be there."""
        return [put_revision(self._table.name, item, 1) for item in self._items.values()]

    def learn(self, reasons: Sequence[str]) -> None:
        """Take note of which of :meth:`actions` met a parcel that is there already."""
        for place, reason in zip(list(self._items), reasons, strict=True):
            if reason == FAILED_CONDITION:
                del self._items[place]
