"""Which call an idempotency key stands for, in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handler.adapters import dynamo_items as items
from handler.adapters.refusals import IDEMPOTENCY_DAYS, key_reused

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item, Table
    from handler.flows.ports import SettlementRecord


class IdempotencyInTable:
    """The part of :class:`~handler.flows.ports.SettlementStore` about idempotency keys."""

    _table: Table
    _now: Callable[[], datetime]

    def remember(self, idempotency_key: str, record: SettlementRecord) -> None:
        """Keep that a key was used for a settlement that had been recorded before.

        Raises:
            Conflict: ``IDEMPOTENCY_KEY_REUSED``.
        """
        if self._table.transact([self._key_action(record, idempotency_key)]):
            raise key_reused()

    def idempotent(self, idempotency_key: str) -> tuple[str, ...] | None:
        """Return (settlement id, profile, content hash) the key was used for, or ``None``."""
        item = self._table.get(items.idempotency_partition(idempotency_key), items.KEY)
        # DynamoDB deletes expired items days late; until then they stay readable.
        if item is None or int(item["expires_at"]["N"]) <= self._now().timestamp():
            return None
        return tuple(item[name]["S"] for name in ("settlement_id", "profile", "content_hash"))

    def _key_action(self, record: SettlementRecord, idempotency_key: str) -> Item:
        now = self._now()
        expires_at = int((now + timedelta(days=IDEMPOTENCY_DAYS)).timestamp())
        item = items.idempotency_item(idempotency_key, record, expires_at)
        same = ("settlement_id", "profile", "content_hash")
        return {
            "Put": {
                "TableName": self._table.name,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now OR "
                f"({' AND '.join(f'#{name} = :{name}' for name in same)})",
                "ExpressionAttributeNames": {f"#{name}": name for name in same},
                "ExpressionAttributeValues": {f":{name}": item[name] for name in same}
                | {":now": {"N": str(int(now.timestamp()))}},
            }
        }
