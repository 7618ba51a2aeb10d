"""Who changed what, in the DynamoDB table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from handler.adapters import dynamo_inventory_items as items
from handler.adapters.dynamo_items import short
from handler.adapters.moments import sortable
from handler.flows.key_ports import AuditEntry
from handler.flows.ports import Page

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item, Table

_PARTITION: Final = "AUDIT"
_ENTRY: Final = "ENTRY#"


def put(table: str, entry: AuditEntry) -> Item:
    """Return the action that keeps an entry.

    Raises:
        ValueError: ``at`` is no moment.
    """
    item = items.attributes(entry) | {
        "pk": {"S": _PARTITION},
        # A sort key may have 1,024 bytes, of which the moment takes some.
        "sk": {"S": f"{_ENTRY}{sortable(entry.at)}#{short(entry.entry_id)[:200]}"},
        "change": {"S": json.dumps(dict(entry.change), ensure_ascii=False, default=str)},
    }
    return {"Put": {"TableName": table, "Item": item}}


def page(table: Table, limit: int, cursor: str) -> Page[AuditEntry]:
    """Return entries as they were last written, the latest first.

    Raises:
        RefusedRequest: ``BAD_CURSOR``.
        OutsideFailure: the table did not answer.
    """
    found, after = table.latest(_PARTITION, _ENTRY, limit, cursor)
    return Page([_entry(item) for item in found], after)


def _entry(item: Item) -> AuditEntry:
    values = items.plain(item, AuditEntry)
    values["change"] = json.loads(values["change"])
    return AuditEntry(**values)
