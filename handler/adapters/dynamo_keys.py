"""The bearer keys in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Sequence

from handler.adapters import dynamo_items as items
from handler.adapters.dynamo import DynamoClient, Table
from handler.flows.key_ports import ApiKey


class DynamoKeys:
    """A :class:`~handler.flows.ports.KeyStore` in the table that dynamo.py describes.

    Every method raises OutsideFailure where the table does not answer.
    """

    def __init__(self, client: DynamoClient, table: str) -> None:
        """Use a table that exists.

        Args:
            client: boto3's ``client("dynamodb")``.
            table: the table's name.
        """
        self._table = Table(client, table)

    def find(self, key_hash: str) -> ApiKey | None:
        """Return the key with this hash, as it was last written: a revoked key is out at once."""
        item = self._table.get(items.api_key_partition(key_hash), items.KEY)
        return items.api_key(item) if item else None

    def put(self, key: ApiKey) -> None:
        """Add a key, or change it."""
        self._table.put(items.api_key_item(key))

    def keys(self) -> Sequence[ApiKey]:
        """Return every key, by name; one written just now may be missing for a moment."""
        return [items.api_key(item) for item in self._table.listing(items.API_KEYS)]
