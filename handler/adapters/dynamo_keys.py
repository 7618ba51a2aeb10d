"""The bearer keys, their calls and the audit, in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from handler.adapters import dynamo_audit
from handler.adapters import dynamo_items as items
from handler.adapters.audited import check_keys
from handler.adapters.dynamo import Item, Table

if TYPE_CHECKING:
    from handler.adapters.dynamo_client import DynamoClient
    from handler.flows.key_ports import ApiKey, AuditEntry
    from handler.flows.ports import Page


class DynamoKeys:
    """A :class:`~handler.flows.key_ports.KeyStore` in the table that dynamo.py describes.

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

    def put(self, keys: Sequence[ApiKey], audit: AuditEntry) -> bool:
        """Add keys, or change them, with the audit of it; see the port.

        Raises:
            ValueError: more than 90 keys, or one of them twice.
        """
        check_keys(keys)
        puts = [self._put(key) for key in keys]
        return not self._table.transact([*puts, dynamo_audit.put(self._table.name, audit)])

    def _put(self, key: ApiKey) -> Item:
        item = items.api_key_item(key)
        put: Item = {"TableName": self._table.name, "Item": item}
        if not key.revoked:  # whoever revokes has the last word
            # Only the end of a key ever changes: two imports of a token within a second are two.
            put["ConditionExpression"] = (
                "attribute_not_exists(pk) OR (revoked = :no AND created_at = :created"
                " AND #name = :name AND scopes = :scopes)"
            )
            put["ExpressionAttributeNames"] = {"#name": "name"}
            put["ExpressionAttributeValues"] = {
                ":no": {"BOOL": False},
                ":created": item["created_at"],
                ":name": item["name"],
                ":scopes": item["scopes"],
            }
        return {"Put": put}

    def keys(self) -> Sequence[ApiKey]:
        """Return every key, by name; one written just now may be missing for a moment."""
        return [items.api_key(item) for item in self._table.listing(items.API_KEYS)]

    def count_call(self, key_hash: str, minute: int) -> int:
        """Count a call of a key within a minute; return how many there were.

        A call whose count's answer was lost counts twice, never not at all.
        """
        pk, sk = items.calls_place(key_hash, minute)
        return self._table.count(pk, sk, expires_at=(minute + items.MINUTES_KEPT) * 60)

    def calls(self, key_hash: str, minute: int) -> int:
        """Return how many calls of a key were counted within a minute; this counts none."""
        item = self._table.get(*items.calls_place(key_hash, minute))
        return int(item["count"]["N"]) if item else 0

    def audit(self, limit: int, cursor: str = "") -> Page[AuditEntry]:
        """Return who changed what, the latest first, as it was last written.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        return dynamo_audit.page(self._table, limit, cursor)
