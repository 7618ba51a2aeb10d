"""Stores that count what is written to them, in the metrics of the call at hand.

Exceptions and parcels are written by many flows; here each is counted once, whoever writes it, and
only where it was written. A store is asked no more than it would be, but for one look at what is
open of a scope: without it nobody knows what is new, or what was resolved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from handler import metrics
from handler.core.errors import PluginError
from handler.flows.exception_ports import CLOSED_STATES, ExceptionState, RegisteredException
from handler.flows.parcel import Parcel, ParcelState

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.delivery_ports import OutboxStore
    from handler.flows.inventory_ports import InventoryStore
    from handler.flows.ports import SettlementRecord, SettlementStore


def counted(app: App) -> App:
    """Return the plugin over the same ports, counting."""
    settlements = cast("SettlementStore", _Settlements(app.settlements))
    return replace(
        app,
        settlements=settlements,
        inventory=cast("InventoryStore", _Inventory(app.inventory, settlements)),
        outbox=cast("OutboxStore", _Outbox(app.outbox)),
        settled=_settled,
    )


def _settled(record: SettlementRecord, rows: int) -> None:
    proven = record.status == "proven"
    profile = record.profile
    metrics.count("SettlementsProven" if proven else "SettlementsHeld", profile=profile)
    metrics.count("RowsSettled", rows, profile=profile)
    metrics.count("SettleMilliseconds", metrics.lap(), profile=profile)


class _Over:
    """Stands before a store; what it does not count goes through."""

    def __init__(self, store: Any) -> None:  # noqa: ANN401 - any of the ports
        self._store = store

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the store has
        return getattr(self._store, name)


class _Settlements(_Over):
    """Counts exceptions as they open and close, and retries that are given up."""

    def record(
        self,
        record: SettlementRecord,
        exceptions: Sequence[RegisteredException],
        idempotency_key: str = "",
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Write a record; those of its exceptions that are no longer met are resolved by it."""
        before = _open(self._store, [f"settlement:{record.settlement_id}"])
        written: bool = self._store.record(record, exceptions, idempotency_key, parcels)
        if written:
            _count_met(exceptions, before)
            met = {(one.scope, one.fingerprint) for one in exceptions}
            metrics.count("ExceptionsResolved", len(before - met))
        return written

    def register(self, exceptions: Sequence[RegisteredException]) -> None:
        """Add exceptions."""
        met = [one for one in exceptions if one.state not in CLOSED_STATES]
        before = _open(self._store, sorted({one.scope for one in met}))
        self._store.register(exceptions)
        _count_met(met, before)
        resolved = [one for one in exceptions if one.state is ExceptionState.RESOLVED]
        metrics.count("ExceptionsResolved", len(resolved))

    def change(self, after: RegisteredException, before: RegisteredException) -> bool:
        """Put ``after`` in the place of ``before``."""
        written: bool = self._store.change(after, before)
        if written and before.state is not after.state:
            if after.state is ExceptionState.RESOLVED:
                metrics.count("ExceptionsResolved")
            elif after.state is ExceptionState.PARKED and before.state is ExceptionState.RETRYING:
                metrics.count("RetriesParked")
        return written

    def resolve(self, scope: str, at: str) -> None:
        """Resolve every exception of ``scope``."""
        before = _open(self._store, [scope])
        self._store.resolve(scope, at)
        metrics.count("ExceptionsResolved", len(before))


class _Inventory(_Over):
    """Counts the exceptions that are written with a run of the ledger."""

    def __init__(self, store: InventoryStore, register: SettlementStore) -> None:
        super().__init__(store)
        self._register = register

    def post_ledger(
        self,
        run: Any,  # noqa: ANN401 - handed through
        days: Any,  # noqa: ANN401
        exceptions: Sequence[RegisteredException],
        parcels: Sequence[Parcel] = (),
    ) -> bool:
        """Write a run."""
        before = _open(self._register, sorted({one.scope for one in exceptions}))
        written: bool = self._store.post_ledger(run, days, exceptions, parcels)
        if written:
            _count_met(exceptions, before)
        return written


class _Outbox(_Over):
    """Counts parcels that NetSuite has acknowledged, and those that were given up."""

    def put(self, parcel: Parcel) -> bool:
        """Write a parcel."""
        written: bool = self._store.put(parcel)
        if written and parcel.state is ParcelState.DONE:
            metrics.count("ParcelsDelivered", profile=parcel.profile)
        elif written and parcel.state is ParcelState.PARKED:
            metrics.count("ParcelsParked", profile=parcel.profile)
        return written


def _open(register: Any, scopes: Sequence[str]) -> set[tuple[str, str]]:  # noqa: ANN401
    """Return what is open of these scopes; nothing where nobody counts."""
    if not metrics.is_counting():
        return set()
    try:
        return {
            (one.scope, one.fingerprint)
            for scope in scopes
            for one in register.exceptions_of(scope)
        }
    except PluginError:
        return set()  # a figure may be wrong; the work goes on


def _count_met(exceptions: Sequence[RegisteredException], before: set[tuple[str, str]]) -> None:
    new = {(one.scope, one.fingerprint): one.code for one in exceptions}
    codes = Counter(code for name, code in new.items() if name not in before)
    for code, number in sorted(codes.items()):
        metrics.count("ExceptionsOpened", number, code=code)
