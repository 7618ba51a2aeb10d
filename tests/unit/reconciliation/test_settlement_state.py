"""The life of a settlement: every move there is, and every other refused."""

from __future__ import annotations

from itertools import product

import pytest

from handler.core.errors import Conflict
from handler.reconciliation.state import SettlementEvent as Event
from handler.reconciliation.state import SettlementState as State
from handler.reconciliation.state import advance

MOVES = {
    (State.RECEIVED, Event.PROVE): State.PROVEN,
    (State.RECEIVED, Event.HOLD): State.HELD,
    (State.HELD, Event.SUPERSEDE): State.RECEIVED,
    (State.PROVEN, Event.DELIVER): State.DELIVERED,
    (State.DELIVERED, Event.POST): State.POSTED,
    (State.POSTED, Event.DEPOSIT): State.DEPOSITED,
    (State.DEPOSITED, Event.CLEAR): State.CLEARED,
}
REPEATED = {
    (State.PROVEN, Event.PROVE),
    (State.HELD, Event.HOLD),
    (State.DELIVERED, Event.DELIVER),
    (State.POSTED, Event.POST),
    (State.DEPOSITED, Event.DEPOSIT),
    (State.CLEARED, Event.CLEAR),
}


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_move(state: State, event: Event) -> None:
    if (state, event) in MOVES:
        assert advance(state, event) is MOVES[state, event]
    elif (state, event) in REPEATED:
        assert advance(state, event) is state
    else:
        with pytest.raises(Conflict) as refused:
            advance(state, event)
        assert refused.value.code == "ILLEGAL_MOVE"
        assert refused.value.details["state"] == state


def test_the_refusal_names_the_states() -> None:
    with pytest.raises(Conflict) as refused:
        advance(State.HELD, Event.DELIVER)
    assert refused.value.message == (
        "A settlement that is held cannot go to delivered: only one that is proven can."
    )
    assert refused.value.details == {
        "state": "held",
        "event": "deliver",
        "from": "proven",
        "to": "delivered",
    }
