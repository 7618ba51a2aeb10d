"""The last report of each kind, and the comparisons of the two systems, in the DynamoDB table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from handler.adapters import dynamo_inventory_items as items
from handler.adapters.drift_differences import pack, unpack
from handler.adapters.dynamo_items import short
from handler.adapters.moments import sortable
from handler.flows.inventory_ports import DriftRun, SnapshotRecord
from handler.flows.ports import Page

if TYPE_CHECKING:
    from handler.adapters.dynamo import Item, Table

_REPORT: Final = "REPORT#"
_RUN: Final = "RUN#"


class StockReportsInTable:
    """Reports and drift in :class:`~handler.flows.inventory_ports.InventoryStore`."""

    _table: Table

    def snapshot(self, profile: str, kind: str, marketplace: str = "") -> SnapshotRecord | None:
        """Return the last report of a kind as it was last written, or ``None``."""
        item = self._table.get(_snapshots(profile), _report_key(kind, marketplace))
        return _snapshot(item) if item else None

    def snapshots(self, profile: str) -> Sequence[SnapshotRecord]:
        """Return the last report of every kind and marketplace, by these."""
        names = [field.name for field in fields(SnapshotRecord)]
        found = map(_snapshot, self._table.partition(_snapshots(profile), _REPORT, names))
        return sorted(found, key=lambda record: (record.kind, record.marketplace))

    def put_snapshot(self, record: SnapshotRecord) -> bool:
        """Write a report over an older one; see the port.

        Of the same moment, only the same content is written again. The same content told as older
        changes nothing, and is True.

        Raises:
            ValueError: ``told_at`` is no moment.
        """
        item = items.attributes(record) | {
            "pk": {"S": _snapshots(record.profile)},
            "sk": {"S": _report_key(record.kind, record.marketplace)},
            "told_order": {"S": sortable(record.told_at)},
        }
        put = {
            "TableName": self._table.name,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR told_order < :told OR "
            "(told_order = :told AND content_hash = :content)",
            "ExpressionAttributeValues": {
                ":told": item["told_order"],
                ":content": item["content_hash"],
            },
        }
        if not self._table.transact([{"Put": put}]):
            return True
        known = self.snapshot(record.profile, record.kind, record.marketplace)
        return known is not None and known.content_hash == record.content_hash

    def put_drift(self, run: DriftRun) -> None:
        """Keep a run; of too many differences the largest, and ``left_out`` says how many not.

        Raises:
            ValueError: ``as_of`` is no moment.
        """
        packed, left_out = pack(run.differences)
        item = items.attributes(run) | {
            "pk": {"S": _drift(run.profile)},
            "sk": {"S": f"{_RUN}{sortable(run.as_of)}"},
            "differences": {"B": packed},
            "left_out": {"N": str(left_out)},
            "causes": {"S": json.dumps(dict(run.causes), ensure_ascii=False)},
        }
        self._table.put(item)

    def drift_runs(self, profile: str, limit: int, cursor: str = "") -> Page[DriftRun]:
        """Return runs as they were last written, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        found, after = self._table.latest(_drift(profile), _RUN, limit, cursor)
        return Page([_drift_run(item) for item in found], after)


def _snapshots(profile: str) -> str:
    return f"SNAPSHOTS#{short(profile)}"


def _report_key(kind: str, marketplace: str) -> str:
    return f"{_REPORT}{items.name_of(kind, marketplace)}"


def _snapshot(item: Item) -> SnapshotRecord:
    return SnapshotRecord(**items.plain(item, SnapshotRecord))


def _drift(profile: str) -> str:
    return f"DRIFT#{short(profile)}"


def _drift_run(item: Item) -> DriftRun:
    values = items.plain(item, DriftRun)
    values["differences"] = unpack(values["differences"])
    values["causes"] = json.loads(values["causes"])
    return DriftRun(**values)
