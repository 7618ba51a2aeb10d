"""A settlement's move from one state to the next, as an action on its items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handler.adapters import dynamo_items as items

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item
    from handler.flows.ports import SettlementRecord


def update_state(
    table: str, record: SettlementRecord, before: SettlementRecord, sort_key: str
) -> Item:
    """Return the action that gives an item the state of ``record`` where it has ``before``'s."""
    values: dict[str, Any] = {
        ":state": items.typed(record.state),
        ":ids": items.typed(record.netsuite_ids),
        ":moments": items.typed(record.moments),
        ":version": items.typed(before.version),
        ":was": items.typed(before.state),
        ":had": items.typed(before.netsuite_ids),
    }
    return {
        "Update": {
            "TableName": table,
            "Key": {
                "pk": {"S": items.settlement_partition(record.settlement_id)},
                "sk": {"S": sort_key},
            },
            "UpdateExpression": "SET #state = :state, netsuite_ids = :ids, moments = :moments",
            "ConditionExpression": "#version = :version AND #state = :was AND netsuite_ids = :had",
            "ExpressionAttributeNames": {"#state": "state", "#version": "version"},
            "ExpressionAttributeValues": values,
        }
    }
