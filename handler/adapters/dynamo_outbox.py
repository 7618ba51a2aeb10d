"""The parcels on their way to NetSuite, in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from handler.adapters import dynamo_outbox_items as items
from handler.adapters.dynamo import Table
from handler.adapters.dynamo_revisions import put_revision_once
from handler.flows.ports import Page

if TYPE_CHECKING:
    from handler.adapters.dynamo_client import DynamoClient
    from handler.flows.parcel import Parcel


class DynamoOutbox:
    """An :class:`~handler.flows.delivery_ports.OutboxStore` in the table dynamo.py describes.

    Every method raises OutsideFailure where the table does not answer (``STORE_BUSY``,
    ``STORE_UNREACHABLE``, ``STORE_FAILED``); a write may be sent again then.
    """

    def __init__(self, client: DynamoClient, table: str) -> None:
        """Use a table that exists.

        Args:
            client: boto3's ``client("dynamodb")``; see :class:`Table` for its settings.
            table: the table's name.
        """
        self._table = Table(client, table)

    def coming(self, limit: int, cursor: str = "") -> Page[Parcel]:
        """Return parcels that time makes ready, the earliest ``ready_at`` first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        found, after = self._table.page(items.COMING_LIST, limit, cursor, ascending=True)
        return Page([items.parcel(item) for item in found], after)

    def parked(self, limit: int, cursor: str = "") -> Page[Parcel]:
        """Return parked parcels, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        found, after = self._table.page(items.PARKED_LIST, limit, cursor)
        return Page([items.parcel(item) for item in found], after)

    def group(self, group: str) -> Sequence[Parcel]:
        """Return every parcel of a group in the order of places, as they were last written."""
        pk = items.group_partition(group)
        found = self._table.partition(pk, items.PARCEL_PREFIX, items.NAMES)
        return [items.parcel(item) for item in found]

    def put(self, parcel: Parcel) -> bool:
        """Write a parcel over its revision less one; see the port.

        Raises:
            RefusedRequest: ``PARCEL_TOO_LARGE``.
        """
        return put_revision_once(
            self._table, lambda writer: items.parcel_item(parcel, writer), parcel.revision
        )
