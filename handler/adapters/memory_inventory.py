"""The state of both pools of stock in memory, for dry runs and tests: the same rules."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from handler.adapters.drift_differences import pack, unpack
from handler.adapters.kept_orders import by_item, is_kept
from handler.adapters.ledger_posting import check_posting
from handler.adapters.memory import MemorySettlements
from handler.adapters.memory_page import page
from handler.adapters.moments import sortable, utc_now
from handler.inventory.mfn_order import MfnOrder, newer

if TYPE_CHECKING:
    from handler.flows.inventory_ports import (
        DriftRun,
        LedgerDayRecord,
        LedgerRun,
        SnapshotRecord,
        StoredListing,
    )
    from handler.flows.parcel import Parcel
    from handler.flows.ports import Page, RegisteredException
    from handler.inventory.listing import ListingKey
    from handler.inventory.published import Published

_NOTHING: Final = 0  # the revision of what is not there


class MemoryInventory:
    """A :class:`~handler.flows.inventory_ports.InventoryStore` of this process, thread-safe."""

    def __init__(
        self,
        now: Callable[[], datetime] = utc_now,
        register: MemorySettlements | None = None,
    ) -> None:
        """Start empty.

        Args:
            now: the clock, in UTC; booked orders expire by it.
            register: keeps the exceptions; its own where none is given.
        """
        self._now = now
        self._register = register or MemorySettlements(now)
        self._lock = threading.RLock()
        self._listings: dict[tuple[str, ListingKey], StoredListing] = {}
        self._published: dict[tuple[str, ListingKey], Published] = {}
        self._orders: dict[tuple[str, str], MfnOrder] = {}
        self._days: dict[tuple[str, date], LedgerDayRecord] = {}
        self._runs: dict[tuple[str, str], LedgerRun] = {}
        self._snapshots: dict[tuple[str, str, str], SnapshotRecord] = {}
        self._drift: dict[tuple[str, str], DriftRun] = {}

    def listings(self, profile: str) -> Sequence[StoredListing]:
        """Return every listing registered over HTTP, removed ones too, by key."""
        with self._lock:
            return [
                self._listings[place] for place in sorted(self._listings) if place[0] == profile
            ]

    def put_listing(self, profile: str, stored: StoredListing) -> bool:
        """Write a listing over its revision less one; see the port."""
        with self._lock:
            place = (profile, stored.listing.key)
            known = self._listings.get(place)
            if (known.revision if known else _NOTHING) != stored.revision - 1:
                return False
            self._listings[place] = stored
            return True

    def published(
        self, profile: str, keys: Collection[ListingKey]
    ) -> Mapping[ListingKey, Published]:
        """Return the state of listings; those never decided are missing."""
        with self._lock:
            found = {key: self._published.get((profile, key)) for key in keys}
        return {key: state for key, state in found.items() if state}

    def put_published(self, profile: str, states: Sequence[Published]) -> Sequence[bool]:
        """Write states, each for itself; see the port.

        Raises:
            ValueError: two states of one listing.
        """
        if len({state.key for state in states}) < len(states):
            raise ValueError("one listing has two states to write")
        with self._lock:
            return [self._put_state(profile, state) for state in states]

    def _put_state(self, profile: str, state: Published) -> bool:
        known = self._published.get((profile, state.key))
        if (known.revision if known else _NOTHING) != state.revision - 1:
            return False
        self._published[profile, state.key] = state
        return True

    def orders(self, profile: str) -> Sequence[MfnOrder]:
        """Return the orders that may still count, by item id; booked ones for seven days."""
        now = self._now()
        with self._lock:
            return [
                order
                for place, order in sorted(self._orders.items(), key=lambda pair: pair[0])
                if place[0] == profile and is_kept(order, now)
            ]

    def tell_orders(self, profile: str, orders: Sequence[MfnOrder]) -> int:
        """Merge orders into what is known of them; see the port."""
        changed = 0
        with self._lock:
            for item_id, told in by_item(orders).items():
                known = self._orders.get((profile, item_id))
                if known and not is_kept(known, self._now()):
                    known = None
                merged = newer(known, told)
                changed += merged != known
                self._orders[profile, item_id] = merged
        return changed

    def forget_orders(self, profile: str, orders: Sequence[MfnOrder]) -> None:
        """Forget orders, each only while it is still as given."""
        with self._lock:
            for order in {one.order_item_id: one for one in orders}.values():
                if self._orders.get((profile, order.order_item_id)) == order:
                    del self._orders[profile, order.order_item_id]

    def ledger_days(self, profile: str, first: date, last: date) -> Sequence[LedgerDayRecord]:
        """Return the days known from ``first`` to ``last``, in order."""
        with self._lock:
            return tuple(
                self._days[place]
                for place in sorted(self._days)
                if place[0] == profile and first <= place[1] <= last
            )

    def post_ledger(
        self,
        run: LedgerRun,
        days: Sequence[LedgerDayRecord],
        exceptions: Sequence[RegisteredException],
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Write a run with its days, exceptions and parcels, all or nothing; see the port.

        Raises:
            ValueError: more than 97 of them together, or a day twice.
        """
        check_posting(days, exceptions, parcels)
        with self._lock:
            if (run.profile, run.run_id) in self._runs:
                return False
            for day in days:
                known = self._days.get((run.profile, day.day))
                if (known.revision if known else _NOTHING) != day.revision - 1:
                    return False
            self._runs[run.profile, run.run_id] = run
            self._days |= {(run.profile, day.day): day for day in days}
            self._register.register(exceptions)
            self._register.outbox.add(parcels)
            return True

    def ledger_run(self, profile: str, run_id: str) -> LedgerRun | None:
        """Return a run, or ``None``."""
        with self._lock:
            return self._runs.get((profile, run_id))

    def move_ledger_run(self, run: LedgerRun, before: LedgerRun) -> bool:
        """Put ``run`` in the place of ``before``: its state and NetSuite ids; see the port.

        Raises:
            ValueError: something else differs.
        """
        if replace(before, state=run.state, netsuite_ids=run.netsuite_ids) != run:
            raise ValueError("a run moves to another state or other NetSuite ids, nothing else")
        with self._lock:
            standing = self._runs.get((run.profile, run.run_id))
            if standing == before:
                self._runs[run.profile, run.run_id] = run
            return standing in (before, run)

    def ledger_runs(self, profile: str, limit: int, cursor: str = "") -> Page[LedgerRun]:
        """Return runs, the latest recorded first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        with self._lock:
            found = {
                (sortable(run.recorded_at), _position(run.run_id)): run
                for run in self._runs.values()
                if run.profile == profile
            }
        return page(found, f"ledger#{profile}", limit, cursor)

    def snapshot(self, profile: str, kind: str, marketplace: str = "") -> SnapshotRecord | None:
        """Return the last report of a kind, or ``None``."""
        with self._lock:
            return self._snapshots.get((profile, kind, marketplace))

    def snapshots(self, profile: str) -> Sequence[SnapshotRecord]:
        """Return the last report of every kind and marketplace, by these."""
        with self._lock:
            places = sorted(place for place in self._snapshots if place[0] == profile)
            return [self._snapshots[place] for place in places]

    def put_snapshot(self, record: SnapshotRecord) -> bool:
        """Write a report over an older one; see the port.

        Raises:
            ValueError: ``told_at`` is no moment.
        """
        place = (record.profile, record.kind, record.marketplace)
        told = sortable(record.told_at)
        with self._lock:
            known = self._snapshots.get(place)
            there = sortable(known.told_at) if known else ""
            same = known is not None and known.content_hash == record.content_hash
            if there < told or (there == told and same):
                self._snapshots[place] = record
                return True
            return same

    def put_drift(self, run: DriftRun) -> None:
        """Keep a run; of too many differences the largest.

        Raises:
            ValueError: ``as_of`` is no moment.
        """
        # A copy, of what any other store would give back.
        kept = replace(run, differences=unpack(pack(run.differences)[0]), causes=dict(run.causes))
        with self._lock:
            self._drift[run.profile, sortable(run.as_of)] = kept

    def drift_runs(self, profile: str, limit: int, cursor: str = "") -> Page[DriftRun]:
        """Return runs, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        with self._lock:
            found = {
                (moment, "run"): run for (of, moment), run in self._drift.items() if of == profile
            }
        return page(found, f"drift#{profile}", limit, cursor)


def _position(run_id: str) -> str:
    # A cursor holds no more of a name than DynamoDB's index does.
    return f"{run_id[:200]}#{hashlib.sha256(run_id.encode()).hexdigest()}"
