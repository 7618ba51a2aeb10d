"""Amazon's inventory ledger, its days and its reports, in the DynamoDB table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from handler.adapters import dynamo_inventory_items as items
from handler.adapters.dynamo import FAILED_CONDITION, Item, Table
from handler.adapters.dynamo_exceptions import Met
from handler.adapters.dynamo_items import short
from handler.adapters.dynamo_parcels import NewParcels
from handler.adapters.ledger_posting import check_posting
from handler.adapters.moments import sortable
from handler.core.errors import OutsideFailure
from handler.flows.inventory_ports import LedgerDayRecord, LedgerRun
from handler.flows.ports import Page, RegisteredException

if TYPE_CHECKING:
    from handler.flows.parcel import Parcel

# How often a write is built anew because an exception changed in between.
_ROUNDS: Final = 8


class LedgerInTable:
    """The part of :class:`~handler.flows.inventory_ports.InventoryStore` about the ledger."""

    _table: Table

    def ledger_days(self, profile: str, first: date, last: date) -> Sequence[LedgerDayRecord]:
        """Return the days known from ``first`` to ``last``, in order."""
        if first > last:
            return ()
        found = self._table.span(_partition(profile), _day_key(first), _day_key(last))
        return tuple(_day(item) for item in found)

    def post_ledger(
        self,
        run: LedgerRun,
        days: Sequence[LedgerDayRecord],
        exceptions: Sequence[RegisteredException],
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Write a run with its days, exceptions and parcels in one transaction; see the port.

        Raises:
            RefusedRequest: ``PARCEL_TOO_LARGE``.
            ValueError: more than 97 of them together, or a day twice.
            OutsideFailure: the table did not answer, or exceptions kept changing.
        """
        check_posting(days, exceptions, parcels)
        written_by = items.new_writer()
        first = [
            self._put_run(run, written_by),
            *(self._put_day(run.profile, day, written_by) for day in days),
        ]
        met = Met(self._table, exceptions)
        new = NewParcels(self._table, parcels, written_by)
        for _ in range(_ROUNDS):
            reasons = self._table.transact([*first, *met.actions(), *new.actions()])
            if not reasons:
                return True
            if FAILED_CONDITION in reasons[: len(first)]:
                # Its own write, sent again after a lost answer, finds what it wrote.
                there = self._table.get(_partition(run.profile), _run_key(run.run_id))
                return there is not None and there["written_by"]["S"] == written_by
            met.learn(reasons[len(first) : len(first) + len(met)])
            new.learn(reasons[len(first) + len(met) :])
        raise OutsideFailure(
            "STORE_BUSY",
            "The exceptions of the ledger kept changing under other writers.",
            "Try again in a few seconds.",
        )

    def ledger_run(self, profile: str, run_id: str) -> LedgerRun | None:
        """Return a run as it was last written, or ``None``."""
        item = self._table.get(_partition(profile), _run_key(run_id))
        return _run(item) if item else None

    def move_ledger_run(self, run: LedgerRun, before: LedgerRun) -> bool:
        """Put ``run`` in the place of ``before``: its state and NetSuite ids; see the port.

        Raises:
            ValueError: something else differs.
        """
        moved = replace(before, state=run.state, netsuite_ids=run.netsuite_ids)
        if moved != run:
            raise ValueError("a run moves to another state or other NetSuite ids, nothing else")
        update: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": _place(run),
            "UpdateExpression": "SET #state = :state, #netsuite_ids = :netsuite_ids",
        }
        update |= items.as_it_was(before)
        now = items.attributes(run)
        update["ExpressionAttributeValues"] |= {
            f":{name}": now[name] for name in ("state", "netsuite_ids")
        }
        if not self._table.transact([{"Update": update}]):
            return True
        return self.ledger_run(run.profile, run.run_id) == run

    def ledger_runs(self, profile: str, limit: int, cursor: str = "") -> Page[LedgerRun]:
        """Return runs, the latest recorded first; one written just now may be missing for a moment.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        found, after = self._table.page(_list(profile), limit, cursor)
        return Page([_run(item) for item in found], after)

    def _put_run(self, run: LedgerRun, written_by: str) -> Item:
        # The index allows 1,024 bytes, and the keys of the table tell equals apart.
        order = f"{sortable(run.recorded_at)}#{run.run_id[:200]}"
        item = items.attributes(run) | _place(run)
        item |= {"gsi1pk": {"S": _list(run.profile)}, "gsi1sk": {"S": order}}
        item["written_by"] = {"S": written_by}
        return items.put_revision(self._table.name, item, 1)

    def _put_day(self, profile: str, day: LedgerDayRecord, written_by: str) -> Item:
        place = {"pk": {"S": _partition(profile)}, "sk": {"S": _day_key(day.day)}}
        item = items.attributes(day) | place | {"written_by": {"S": written_by}}
        return items.put_revision(self._table.name, item, day.revision)


def _partition(profile: str) -> str:
    return f"LEDGER#{short(profile)}"


def _list(profile: str) -> str:
    return f"LEDGERRUNS#{short(profile)}"


def _day_key(day: date) -> str:
    return f"DAY#{day.isoformat()}"


def _run_key(run_id: str) -> str:
    return f"RUN#{short(run_id)}"


def _place(run: LedgerRun) -> Item:
    return {"pk": {"S": _partition(run.profile)}, "sk": {"S": _run_key(run.run_id)}}


def _run(item: Item) -> LedgerRun:
    return LedgerRun(**items.plain(item, LedgerRun))


def _day(item: Item) -> LedgerDayRecord:
    values = items.plain(item, LedgerDayRecord)
    values["day"] = date.fromisoformat(values["day"])
    return LedgerDayRecord(**values)
