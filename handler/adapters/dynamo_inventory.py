"""The state of both pools of stock in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from handler.adapters.dynamo import Table
from handler.adapters.dynamo_ledger import LedgerInTable
from handler.adapters.dynamo_listings import ListingsInTable
from handler.adapters.dynamo_orders import OrdersInTable
from handler.adapters.dynamo_stock_reports import StockReportsInTable
from handler.adapters.moments import utc_now

if TYPE_CHECKING:
    from handler.adapters.dynamo_client import DynamoClient


class DynamoInventory(ListingsInTable, OrdersInTable, LedgerInTable, StockReportsInTable):
    """A :class:`~handler.flows.inventory_ports.InventoryStore` in the table dynamo.py describes.

    Every method raises OutsideFailure where the table does not answer (``STORE_BUSY``,
    ``STORE_UNREACHABLE``, ``STORE_FAILED``); a write may be sent again then.
    """

    def __init__(
        self, client: DynamoClient, table: str, now: Callable[[], datetime] = utc_now
    ) -> None:
        """Use a table that exists.

        Args:
            client: boto3's ``client("dynamodb")``; see :class:`Table` for its settings.
            table: the table's name.
            now: the clock, in UTC; booked orders expire by it.
        """
        self._table = Table(client, table)
        self._now = now
