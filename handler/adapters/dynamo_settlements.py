"""The settlements in the DynamoDB table, written with all that comes with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from handler.adapters import dynamo_items as items
from handler.adapters.dynamo import FAILED_CONDITION, MOST_ACTIONS, Item, Table
from handler.adapters.dynamo_exceptions import Met, Standing, resolution, standing
from handler.adapters.dynamo_idempotency import IdempotencyInTable
from handler.adapters.dynamo_moves import update_state
from handler.adapters.dynamo_parcels import NewParcels
from handler.adapters.dynamo_register import ROUNDS, ExceptionsInTable, changing
from handler.adapters.moments import utc_now
from handler.adapters.refusals import key_reused
from handler.adapters.settlement_recording import check_recording
from handler.core.errors import OutsideFailure
from handler.flows.ports import Page, RegisteredException, SettlementRecord

if TYPE_CHECKING:
    from handler.adapters.dynamo_client import DynamoClient
    from handler.flows.parcel import Parcel

# Exceptions a head can name as still to be resolved: 60 KB of its item.
_MOST_LEFT: Final = 1_000
_LEFT: Final = "to_resolve"


class DynamoSettlements(ExceptionsInTable, IdempotencyInTable):
    """A :class:`~handler.flows.ports.SettlementStore` in the table that dynamo.py describes.

    Every method raises OutsideFailure where the table does not answer (``STORE_BUSY``,
    ``STORE_UNREACHABLE``, ``STORE_FAILED``); a write is then done wholly or not at all, and may be
    sent again.
    """

    def __init__(
        self, client: DynamoClient, table: str, now: Callable[[], datetime] = utc_now
    ) -> None:
        """Use a table that exists.

        Args:
            client: boto3's ``client("dynamodb")``; see :class:`Table` for its settings.
            table: the table's name.
            now: the clock, in UTC; idempotency keys expire by it.
        """
        self._table = Table(client, table)
        self._now = now

    def get(self, settlement_id: str) -> SettlementRecord | None:
        """Return the record as it was last written, or ``None``."""
        head = self._table.get(items.settlement_partition(settlement_id), items.HEAD)
        if head is None:
            return None
        if _LEFT in head:
            self._resolve_left(head)
        return items.settlement(head)

    def record(
        self,
        record: SettlementRecord,
        exceptions: Sequence[RegisteredException],
        idempotency_key: str = "",
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Write a record with its exceptions and parcels in one transaction; see the port.

        A transaction has 100 actions. Older exceptions that find no room in it are named on the
        head, in the same transaction, and resolved right after it; where that is cut off, whoever
        reads the head next does it. Till then the list shows them, and nothing else differs.

        Args:
            record: the record.
            exceptions: what was met.
            idempotency_key: the caller's, or empty.
            parcels: what is to be delivered of it; at most 96 with the exceptions.

        Raises:
            Conflict: ``IDEMPOTENCY_KEY_REUSED``.
            OutsideFailure: see the class.
            RefusedRequest: ``PARCEL_TOO_LARGE``.
            ValueError: there are too many exceptions and parcels.
        """
        check_recording(exceptions, parcels)
        written_by = uuid4().hex
        pk = items.settlement_partition(record.settlement_id)
        met = Met(self._table, exceptions)
        first = self._settlement_actions(record, written_by)
        if idempotency_key:
            first.append(self._key_action(record, idempotency_key))
        new = NewParcels(self._table, parcels, written_by)
        room = MOST_ACTIONS - len(first) - len(met) - len(new)
        for _ in range(ROUNDS):
            older = [one for one in standing(self._table, pk) if one not in met]
            head = first[0]["Put"]["Item"] | _left(older[room:])
            actions = [
                {"Put": first[0]["Put"] | {"Item": head}},
                *first[1:],
                *met.actions(),
                *new.actions(),
                *(resolution(self._table, one, record.recorded_at) for one in older[:room]),
            ]
            reasons = self._table.transact(actions)
            if not reasons:
                if older[room:]:
                    self._resolve_left(head)
                return True
            if idempotency_key and reasons[len(first) - 1] == FAILED_CONDITION:
                raise key_reused()
            if reasons[0] == FAILED_CONDITION:
                return self._wrote(record, written_by)
            others = reasons[len(first) :]
            met.learn(others[: len(met)])
            new.learn(others[len(met) : len(met) + len(new)])
        raise changing()

    def versions(self, settlement_id: str) -> Sequence[SettlementRecord]:
        """Return every version recorded, the first one first."""
        pk = items.settlement_partition(settlement_id)
        names = [field.name for field in fields(SettlementRecord)]
        found = self._table.partition(pk, items.VERSIONS, names)
        return tuple(items.settlement(item) for item in found)

    def move(
        self, record: SettlementRecord, before: SettlementRecord, parcels: Sequence[Parcel] = ()
    ) -> bool:
        """Put ``record`` in the place of ``before``; see the port.

        What else the head holds stays: it is updated, not replaced.

        Raises:
            OutsideFailure: see the class.
            RefusedRequest: ``PARCEL_TOO_LARGE``.
        """
        new = NewParcels(self._table, parcels, uuid4().hex)
        for _ in range(ROUNDS):
            moves = [
                update_state(self._table.name, record, before, sort_key)
                for sort_key in (items.HEAD, items.LISTED)
            ]
            reasons = self._table.transact([*moves, *new.actions()])
            if not reasons:
                return True
            if FAILED_CONDITION in reasons[: len(moves)]:
                # Its own write, sent again after a lost answer, finds what it wrote.
                if self.get(record.settlement_id) != record:
                    return False
                if not len(new):
                    return True
                # Moved before, and perhaps without these: they are written over what it is now.
                before = record
            else:
                new.learn(reasons[len(moves) :])
        raise changing()

    def settlements(self, profile: str, limit: int, cursor: str = "") -> Page[SettlementRecord]:
        """Return settlements, the latest end first; of every profile where ``profile`` is empty.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
            OutsideFailure: see the class.
        """
        found, after = self._table.page(items.settlement_list(profile), limit, cursor)
        return Page([items.settlement(item) for item in found], after)

    def _settlement_actions(self, record: SettlementRecord, written_by: str) -> list[Item]:
        head, listed, version = items.settlement_items(record, written_by)
        put: dict[str, Any] = {"TableName": self._table.name, "Item": head}
        if record.version == 1:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "#version = :before AND #ids = :ids"
            put["ExpressionAttributeNames"] = {"#version": "version", "#ids": "netsuite_ids"}
            put["ExpressionAttributeValues"] = {
                ":before": {"N": str(record.version - 1)},
                ":ids": items.typed(record.netsuite_ids),
            }
        rest = [
            {"Put": {"TableName": self._table.name, "Item": item}} for item in (listed, version)
        ]
        return [{"Put": put}, *rest]

    def _wrote(self, record: SettlementRecord, written_by: str) -> bool:
        """Return whether it was this call that wrote the version, its answer being lost."""
        pk = items.settlement_partition(record.settlement_id)
        version = self._table.get(pk, items.version_key(record.version))
        return version is not None and version["written_by"]["S"] == written_by

    def _resolve_left(self, head: Item) -> None:
        """Resolve what a head names as left, then take it off the head.

        The record stands, so a failure here is nobody's answer: the head still names what is left.
        """
        pk, at = head["pk"]["S"], head["recorded_at"]["S"]
        left = [
            Standing(pk, items.EXCEPTION_PREFIX + fingerprint, int(count["N"]))
            for fingerprint, count in head[_LEFT]["M"].items()
        ]
        with suppress(OutsideFailure):
            self._resolve(left, at)
            forget: Item = {
                "TableName": self._table.name,
                "Key": {"pk": {"S": pk}, "sk": {"S": items.HEAD}},
                "UpdateExpression": f"REMOVE {_LEFT}",
                "ConditionExpression": "written_by = :this",  # a later head names its own
                "ExpressionAttributeValues": {":this": head["written_by"]},
            }
            self._table.transact([{"Update": forget}])


def _left(older: Sequence[Standing]) -> Item:
    if not older:
        return {}
    named = {
        one.sk.removeprefix(items.EXCEPTION_PREFIX): {"N": str(one.count)}
        for one in older[:_MOST_LEFT]
    }
    return {_LEFT: {"M": named}}
