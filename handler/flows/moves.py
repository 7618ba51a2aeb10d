"""Move a settlement along its way to the books: by the table of moves, never over another writer.

A lost race is read again, a bounded number of times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from handler.core.errors import OutsideFailure, RefusedRequest
from handler.flows.kept_result import missing
from handler.flows.moment import moment
from handler.reconciliation.state import SettlementEvent, SettlementState, advance

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.parcel import Parcel
    from handler.flows.ports import SettlementRecord

ROUNDS: Final = 4
# Those whose deposit is done with.
DONE: Final = (SettlementState.DEPOSITED, SettlementState.CLEARED)


def known(app: App, settlement_id: str) -> SettlementRecord:
    """Return a settlement's record.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``.
        OutsideFailure: the store did not answer.
    """
    record = app.settlements.get(settlement_id)
    if record is None:
        raise missing(settlement_id)
    return record


def postable_record(app: App, settlement_id: str) -> SettlementRecord:
    """Return a settlement's record where it posts something.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``; ``SETTLEMENT_HELD``: it has no entries.
        OutsideFailure: the store did not answer.
    """
    record = known(app, settlement_id)
    if record.status == "held":
        raise RefusedRequest(
            "SETTLEMENT_HELD",
            f"Settlement {settlement_id} is held: it has no entries to post.",
            "Repair what its exceptions name, and settle the file again.",
            {"settlement_id": settlement_id},
        )
    return record


def move(
    app: App,
    settlement_id: str,
    event: SettlementEvent,
    version: int = 0,
    parcels: Sequence[Parcel] = (),
) -> SettlementRecord:
    """Tell a settlement what happened, and return its record as it is then.

    Args:
        app: the ports.
        settlement_id: Amazon's number.
        event: what happened.
        version: the one it happened to; 0 for whichever is recorded.
        parcels: to be delivered of it; written with the move, also where it was made before.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``, ``SETTLEMENT_HELD``.
        Conflict: ``ILLEGAL_MOVE``: the event does not follow on where the settlement stands.
        OutsideFailure: ``CHANGED_MEANWHILE``, ``BUSY``; the store did not answer.
    """
    for _ in range(ROUNDS):
        record = postable_record(app, settlement_id)
        if version and record.version != version:
            raise _changed(settlement_id)
        state = advance(SettlementState(record.state), event)
        after = record.came_to(str(state), moment(app.now()))
        is_there = after == record and not parcels
        if is_there or app.settlements.move(after, record, parcels):
            return after
    raise busy(settlement_id)


def add_parcels(app: App, settlement_id: str, version: int, parcels: Sequence[Parcel]) -> None:
    """Write what is to be delivered of a settlement that moves no more; told again, the same.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``.
        OutsideFailure: ``CHANGED_MEANWHILE``, ``BUSY``; the store did not answer.
    """
    for _ in range(ROUNDS):
        record = known(app, settlement_id)
        if record.version != version:
            raise _changed(settlement_id)
        if app.settlements.move(record, record, parcels):
            return
    raise busy(settlement_id)


def _changed(settlement_id: str) -> OutsideFailure:
    return OutsideFailure(
        "CHANGED_MEANWHILE",
        f"Settlement {settlement_id} was recorded anew by another call.",
        "Try again.",
    )


def busy(settlement_id: str) -> OutsideFailure:
    """Return the failure of a settlement that others kept moving."""
    return OutsideFailure(
        "BUSY",
        f"Settlement {settlement_id} is being moved by several calls at once.",
        "Try again in a few seconds.",
    )
