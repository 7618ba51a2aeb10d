"""Settlements in one state, found without reading the whole table: a bounded number is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from handler.flows.app import App
from handler.flows.ports import SettlementRecord

_READ_AT_ONCE: Final = 100
MOST_LOOKED_AT: Final = 500


@dataclass(frozen=True, slots=True)
class Found:
    """Part of a list.

    Attributes:
        items: the settlements, the latest end first.
        cursor: where the settlements begin that were not looked at; empty where all were.
        looked_at: how many were.
    """

    items: tuple[SettlementRecord, ...]
    cursor: str
    looked_at: int


def in_state(app: App, profile: str, state: str, wanted: int, cursor: str = "") -> Found:
    """Return settlements in a state; in any where ``state`` is empty.

    The store has no list by state, so a bounded number is read: an empty answer with a cursor says
    nothing of those that are older.

    Args:
        app: the ports.
        profile: whose; of all where empty.
        state: one of :class:`~handler.reconciliation.state.SettlementState`, or empty.
        wanted: at how many to stop; what was read with the last of them comes too.
        cursor: where the call before ended.

    Raises:
        RefusedRequest: ``BAD_CURSOR``.
        OutsideFailure: the store did not answer.
    """
    found: list[SettlementRecord] = []
    looked_at = 0
    while looked_at < MOST_LOOKED_AT and len(found) < wanted:
        size = _READ_AT_ONCE if state else wanted
        page = app.settlements.settlements(profile, size, cursor)
        found += [one for one in page.items if state in ("", one.state)]
        looked_at += len(page.items)
        cursor = page.cursor
        if not cursor:
            break
    return Found(tuple(found), cursor, looked_at)
