"""Amazon's orders that NetSuite may not know of yet, in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handler.adapters import dynamo_inventory_items as items
from handler.adapters.dynamo_each import write_each
from handler.adapters.kept_orders import by_item, expiry, is_kept
from handler.core.errors import OutsideFailure
from handler.inventory.mfn_order import MfnOrder, newer

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item, Table

# One of the writers of an order gets through in each round; twenty never meet in practice.
_ROUNDS: Final = 24


class OrdersInTable:
    """The part of :class:`~handler.flows.inventory_ports.InventoryStore` about orders."""

    _table: Table
    _now: Callable[[], datetime]

    def orders(self, profile: str) -> Sequence[MfnOrder]:
        """Return the orders that may still count, by item id; booked ones for seven days."""
        names = [field.name for field in fields(MfnOrder)]
        pk = items.orders_partition(profile)
        found = map(items.order, self._table.partition(pk, items.ORDER_PREFIX, names))
        # DynamoDB deletes expired items days late; until then they stay readable.
        now = self._now()
        return sorted(
            (order for order in found if is_kept(order, now)), key=lambda one: one.order_item_id
        )

    def tell_orders(self, profile: str, orders: Sequence[MfnOrder]) -> int:
        """Merge orders into what is known of them, as often as others write in between.

        Returns:
            How many order items changed.

        Raises:
            OutsideFailure: the table did not answer, or others kept writing; some may be merged,
                and telling them again merges the rest.
        """
        left = by_item(orders)
        written_by = items.new_writer()
        changed = 0
        for attempt in range(1, _ROUNDS + 1):
            actions: dict[str, Item] = {}
            known = self._known(profile, left)
            for item_id, told in left.items():
                item = known.get(item_id)
                if item and item["written_by"]["S"] == written_by:
                    changed += 1  # its answer was lost
                elif action := self._merge(profile, told, item, written_by):
                    actions[item_id] = action
            written = write_each(self._table, list(actions.values()))
            changed += sum(written)
            left = {
                item_id: left[item_id]
                for item_id, done in zip(actions, written, strict=True)
                if not done
            }
            if not left:
                return changed
            self._table.patience.pause(attempt)
        raise OutsideFailure(
            "STORE_BUSY",
            "Orders kept changing under other writers.",
            "Tell them again in a few seconds.",
        )

    def forget_orders(self, profile: str, orders: Sequence[MfnOrder]) -> None:
        """Forget orders, each only while it is still as given."""
        pk = items.orders_partition(profile)
        # A transaction takes no item twice; of several, the last one given.
        given = {order.order_item_id: order for order in orders}
        actions = [
            {
                "Delete": {
                    "TableName": self._table.name,
                    "Key": {"pk": {"S": pk}, "sk": {"S": items.order_key(item_id)}},
                    **items.as_it_was(order),
                }
            }
            for item_id, order in given.items()
        ]
        write_each(self._table, actions)

    def _known(self, profile: str, told: Mapping[str, MfnOrder]) -> dict[str, Item]:
        pk = items.orders_partition(profile)
        places = [(pk, items.order_key(item_id)) for item_id in told]
        return {item["order_item_id"]["S"]: item for item in self._table.get_each(places)}

    def _merge(
        self, profile: str, told: MfnOrder, item: Item | None, written_by: str
    ) -> Item | None:
        """Return the action that merges a telling into an item, if that changes anything."""
        known = items.order(item) if item else None
        if known and not is_kept(known, self._now()):
            known = None  # as it will be once DynamoDB has deleted it
        merged = newer(known, told)
        if merged == known:
            return None
        made = items.attributes(merged) | {
            "pk": {"S": items.orders_partition(profile)},
            "sk": {"S": items.order_key(told.order_item_id)},
            "written_by": {"S": written_by},
        }
        if end := expiry(merged):
            made["expires_at"] = {"N": str(int(end.timestamp()) + 1)}  # whole seconds, none early
        put: Item = {"TableName": self._table.name, "Item": made}
        if item is None:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "written_by = :known"
            put["ExpressionAttributeValues"] = {":known": item["written_by"]}
        return {"Put": put}
