"""Stored rules in the DynamoDB table: one item for each change, never written over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from handler.adapters.dynamo import FAILED_CONDITION, Item, Table
from handler.flows.rule_ports import RuleBook
from handler.settlement.vocabulary import Rule

if TYPE_CHECKING:
    from handler.adapters.dynamo_client import DynamoClient

_PARTITION: Final = "RULES"
_BOOK: Final = "V#"


class DynamoRules:
    """A :class:`~handler.flows.rule_ports.RuleStore` in the table dynamo.py describes.

    Every method raises OutsideFailure where the table does not answer.
    """

    def __init__(self, client: DynamoClient, table: str) -> None:
        """Use a table that exists.

        Args:
            client: boto3's ``client("dynamodb")``; see :class:`Table` for its settings.
            table: the table's name.
        """
        self._table = Table(client, table)
        self._last: RuleBook | None = None

    def newest(self) -> RuleBook:
        """Return the rules as they were last written.

        Books are never written over, so one small read tells whether there is a next one: a
        running function reads a book once.
        """
        if self._last is None:
            self._last = next(iter(self.books(1)), RuleBook())
        while item := self._table.get(_PARTITION, _place(self._last.number + 1)):
            self._last = _book(item)
        return self._last

    def save(self, book: RuleBook) -> bool:
        """Write a book of the next number; see the port."""
        if book.number < 1 or book.number > self.newest().number + 1:
            return False
        put = {
            "TableName": self._table.name,
            "Item": _item(book),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if FAILED_CONDITION not in self._table.transact([{"Put": put}]):
            return True
        # Its own write, sent again after a lost answer, finds what it wrote.
        there = self._table.get(_PARTITION, _place(book.number))
        return there is not None and _book(there) == book

    def books(self, limit: int) -> Sequence[RuleBook]:
        """Return the last books, the newest first."""
        return [_book(item) for item in self._table.latest(_PARTITION, _BOOK, limit, "")[0]]


def _place(number: int) -> str:
    return f"{_BOOK}{number:06}"


def _item(book: RuleBook) -> Item:
    return {
        "pk": {"S": _PARTITION},
        "sk": {"S": _place(book.number)},
        "number": {"N": str(book.number)},
        # 500 rules of 1,100 characters would pass DynamoDB's 400 KB, at two bytes and more each:
        # the flow keeps the text below that.
        "rules": {"S": json.dumps([asdict(rule) for rule in book.rules], ensure_ascii=False)},
        "saved_at": {"S": book.saved_at},
        "saved_by": {"S": book.saved_by},
        "note": {"S": book.note},
    }


def _book(item: Item) -> RuleBook:
    return RuleBook(
        int(item["number"]["N"]),
        tuple(Rule(**rule) for rule in json.loads(item["rules"]["S"])),
        item["saved_at"]["S"],
        item["saved_by"]["S"],
        item["note"]["S"],
    )
