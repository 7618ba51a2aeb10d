"""The life of a settlement, and the only moves it knows.

received -> proven -> delivered -> posted -> deposited -> cleared
received -> held -> received again, when other content or another mapping supersedes it
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from handler.core.errors import Conflict


class SettlementState(StrEnum):
    """Where a settlement stands."""

    RECEIVED = "received"
    PROVEN = "proven"
    HELD = "held"
    DELIVERED = "delivered"
    POSTED = "posted"
    DEPOSITED = "deposited"
    CLEARED = "cleared"


class SettlementEvent(StrEnum):
    """What happens to a settlement.

    PROVE and HOLD end the settling; SUPERSEDE: other content or another mapping came for a held
    one; DELIVER: the middleware has the entries; POST: it acknowledged NetSuite's ids; DEPOSIT: the
    bank line is matched, or the total is such that none comes; CLEAR: NetSuite's clearing balance
    is zero.
    """

    PROVE = "prove"
    HOLD = "hold"
    SUPERSEDE = "supersede"
    DELIVER = "deliver"
    POST = "post"
    DEPOSIT = "deposit"
    CLEAR = "clear"


_MOVES: Final[Mapping[SettlementEvent, tuple[SettlementState, SettlementState]]] = {
    SettlementEvent.PROVE: (SettlementState.RECEIVED, SettlementState.PROVEN),
    SettlementEvent.HOLD: (SettlementState.RECEIVED, SettlementState.HELD),
    SettlementEvent.SUPERSEDE: (SettlementState.HELD, SettlementState.RECEIVED),
    SettlementEvent.DELIVER: (SettlementState.PROVEN, SettlementState.DELIVERED),
    SettlementEvent.POST: (SettlementState.DELIVERED, SettlementState.POSTED),
    SettlementEvent.DEPOSIT: (SettlementState.POSTED, SettlementState.DEPOSITED),
    SettlementEvent.CLEAR: (SettlementState.DEPOSITED, SettlementState.CLEARED),
}


def advance(state: SettlementState, event: SettlementEvent) -> SettlementState:
    """Return the state after ``event``.

    The event that led to ``state``, told again, changes nothing: flows repeat what got no answer.

    Raises:
        Conflict: ``ILLEGAL_MOVE``: the event does not follow on this state.
    """
    before, after = _MOVES[event]
    if state is after and event is not SettlementEvent.SUPERSEDE:
        return state
    if state is not before:
        raise Conflict(
            "ILLEGAL_MOVE",
            f"A settlement that is {state} cannot go to {after}: only one that is {before} can.",
            "Nothing was changed. Do the steps in their order: received, proven or held, "
            "delivered, posted, deposited, cleared.",
            {"state": str(state), "event": str(event), "from": str(before), "to": str(after)},
        )
    return after
