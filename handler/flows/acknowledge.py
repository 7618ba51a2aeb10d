"""The flow says what became of a settlement's entries: handed over, and posted in NetSuite.

The acknowledged internal ids are kept. When every entry of every version is acknowledged, the
settlement is posted. What waits of them in the outbox is done then. Told again, the same changes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handler.core.errors import OutsideFailure, RefusedRequest
from handler.flows.correct import emitted
from handler.flows.kept_deposits import kept_deposit
from handler.flows.kept_result import read_result
from handler.flows.moment import moment
from handler.flows.moves import ROUNDS, busy, move, postable_record
from handler.flows.netsuite_ids import acknowledged, as_kept, merged, shared
from handler.flows.outbox_settled import settle_parcels
from handler.flows.parcels_made import settlement_group
from handler.reconciliation.state import SettlementEvent, SettlementState, advance

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord
    from handler.payloads.result import Document

_BEFORE_POSTED = (SettlementState.PROVEN, SettlementState.DELIVERED)
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class _Entries:
    """External ids: of the entries that must be acknowledged, and of those that may be."""

    needed: tuple[str, ...]
    allowed: frozenset[str]


def delivered(app: App, settlement_id: str) -> Document:
    """Note that the middleware has taken over the entries.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``, ``SETTLEMENT_HELD``.
        Conflict: ``ILLEGAL_MOVE``: it is posted already.
        OutsideFailure: a store did not answer.
    """
    record = move(app, settlement_id, SettlementEvent.DELIVER)
    return _shown(record, _entries(app, record))


def acknowledge(app: App, settlement_id: str, given: Iterable[tuple[str, str]]) -> Document:
    """Keep NetSuite's internal ids of a settlement's entries.

    Args:
        app: the ports.
        settlement_id: Amazon's number.
        given: (external id, internal id); also of deposit entries. Whatever else the outbox ever
            handed out of the settlement may be acknowledged too.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``, ``SETTLEMENT_HELD``; ``UNKNOWN_ENTRY``: an
            external id is none of this settlement's.
        Conflict: ``ACKNOWLEDGED_OTHERWISE``: an entry has another internal id already, or two have
            the same one.
        OutsideFailure: a store did not answer, or others kept writing.
    """
    pairs = tuple(given)
    for _ in range(ROUNDS):
        record = postable_record(app, settlement_id)
        try:
            entries = _entries(app, record, pairs)
        except OutsideFailure as failure:
            if failure.code != "CHANGED_MEANWHILE":
                raise
            continue
        ids = _merged(record, entries, pairs)
        state, moved = SettlementState(record.state), record
        if state in _BEFORE_POSTED and set(entries.needed) <= set(ids):
            # Whoever acknowledges has the entries, whether it said so or not.
            for event in (SettlementEvent.DELIVER, SettlementEvent.POST):
                state = advance(state, event)
                moved = moved.came_to(str(state), moment(app.now()))
        after = replace(moved, netsuite_ids=as_kept(ids))
        if after == record or app.settlements.move(after, record):
            told, known = {external for external, _ in pairs}, acknowledged(record.netsuite_ids)
            # Also where nothing is new: a call cut off here is told again.
            settle_parcels(app, settlement_group(settlement_id), ids, told, told - known.keys())
            return _shown(after, entries)
    raise busy(settlement_id)


def _entries(
    app: App, record: SettlementRecord, pairs: tuple[tuple[str, str], ...] = ()
) -> _Entries:
    needed = tuple(entry.external_id for entry in emitted(app, record))
    deposit = read_result(app, record).document["deposit_entry"]
    more = {str(deposit["external_id"])} if isinstance(deposit, Mapping) else set()
    kept = kept_deposit(app, record)
    if kept is not None:
        more |= {str(entry["external_id"]) for entry in kept.entries}
    if any(external not in more and external not in needed for external, _ in pairs):
        # Of a deposit matched otherwise since, or whose call was cut off before it was kept.
        parcels = app.outbox.group(settlement_group(record.settlement_id))
        more |= {name for parcel in parcels for name in parcel.external_ids}
    return _Entries(needed, frozenset({*needed, *more}))


def _merged(
    record: SettlementRecord, entries: _Entries, pairs: tuple[tuple[str, str], ...]
) -> dict[str, str]:
    unknown = sorted({external for external, _ in pairs} - entries.allowed)
    if unknown:
        raise RefusedRequest(
            "UNKNOWN_ENTRY",
            f"Settlement {record.settlement_id} has no entry "
            f"{', '.join(unknown[:_MOST_NAMED])}; it has {', '.join(entries.needed)}.",
            "Acknowledge the entries of the settlement's journal, by their external ids.",
            {"unknown": unknown, "entries": list(entries.needed)},
        )
    ids = merged(record.netsuite_ids, pairs, "Entry")
    owners: dict[str, str] = {}
    for external, internal in ids.items():
        other = owners.setdefault(internal, external)
        if other != external:
            raise shared(other, external, internal)
    return ids


def _shown(record: SettlementRecord, entries: _Entries) -> Document:
    ids = acknowledged(record.netsuite_ids)
    return {
        "settlement_id": record.settlement_id,
        "state": record.state,
        "version": record.version,
        "acknowledged": [
            {"external_id": external, "internal_id": internal} for external, internal in ids.items()
        ],
        "missing": [external for external in entries.needed if external not in ids],
    }
