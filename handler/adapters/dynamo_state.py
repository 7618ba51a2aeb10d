"""The DynamoDB table as a whole, for the command line. No function has the right to scan it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from handler.adapters.dynamo import FAILED_CONDITION, Table
from handler.adapters.dynamo_client import DynamoClient
from handler.flows.state_ports import Item, Key, Written
from handler.flows.state_text import key_of, line_of


class ScanningClient(DynamoClient, Protocol):
    """The calls used of boto3's ``client("dynamodb")``."""

    def scan(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Read a page of all items."""


class DynamoState:
    """A :class:`~handler.flows.state_ports.StateStore` of the table dynamo.py describes."""

    def __init__(
        self, client: ScanningClient, table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Use a table that exists.

        Args:
            client: boto3's; see :class:`Table` for its settings.
            table: the table's name.
            sleep: waits so many seconds.
        """
        self._client = client
        self._table = Table(client, table, sleep)

    @property
    def name(self) -> str:
        """The table's name."""
        return self._table.name

    def items(self) -> Iterator[Item]:
        """Yield every item, a page of at most 1 MB at a time, each as it was last written."""
        request: dict[str, Any] = {"TableName": self.name, "ConsistentRead": True}
        while True:
            answer = self._table.patience.ask(lambda: self._client.scan(**request))
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def get(self, key: Key) -> Item | None:
        """Return one item as it was last written."""
        return self._table.get(*key)

    def write(self, items: Sequence[Item], *, over: bool) -> Written:
        """Write items in one transaction, without those that stand there already; see the port."""
        left = {key_of(item): item for item in items}
        same, other = 0, []
        while left:
            reasons = self._table.transact([self._put(item, over=over) for item in left.values()])
            if not reasons:
                break
            met = [
                key for key, reason in zip(left, reasons, strict=True) if reason == FAILED_CONDITION
            ]
            there = {key_of(item): line_of(item) for item in self._table.get_each(met)}
            for key in met:
                if there.get(key) == line_of(left.pop(key)):
                    same += 1
                else:
                    other.append(key)
        return Written(len(left), same, tuple(other))

    def forget(self, key: Key) -> None:
        """Take one item away, if it is there."""
        pk, sk = key
        place = {"pk": {"S": pk}, "sk": {"S": sk}}
        self._table.transact([{"Delete": {"TableName": self.name, "Key": place}}])

    def _put(self, item: Item, *, over: bool) -> Item:
        put: Item = {"TableName": self.name, "Item": item}
        if not over:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        return {"Put": put}
