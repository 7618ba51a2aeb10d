"""What pages show of settlements: never the whole table is read, always a bounded number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from handler.core.finding import Finding
from handler.flows.kept_result import read_result

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.exception_ports import RegisteredException
    from handler.flows.ports import SettlementRecord

_READ_AT_ONCE: Final = 100
MOST_LOOKED_AT: Final = 500
# Each is one more reading: of a version's result, or of an exception.
_MOST_VERSIONS: Final = 10
_MOST_CLOSED: Final = 30


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


def exceptions_met(
    app: App, versions: Sequence[SettlementRecord], still: Sequence[RegisteredException]
) -> Sequence[RegisteredException]:
    """Return the exceptions of a settlement, the closed ones too, the first met at the beginning.

    The register lists what is open. What is closed is found by what the versions' results name: of
    the latest versions, and a bounded number.

    Args:
        app: the ports.
        versions: of the settlement.
        still: its exceptions that are open.

    Raises:
        OutsideFailure: a store did not answer.
    """
    there = {one.fingerprint: one for one in still}
    closed: dict[str, RegisteredException] = {}
    for scope, fingerprint in dict.fromkeys(_named(app, versions[-_MOST_VERSIONS:])):
        if len(closed) == _MOST_CLOSED:
            break
        if fingerprint not in there:
            found = app.settlements.exception(scope, fingerprint)
            if found is not None:
                closed[fingerprint] = found
    return sorted([*there.values(), *closed.values()], key=lambda one: one.first_seen)


def _named(app: App, versions: Sequence[SettlementRecord]) -> Iterable[tuple[str, str]]:
    """Yield scope and fingerprint of what versions were registered with, the latest first."""
    for record in reversed(versions):
        scope = f"settlement:{record.settlement_id}"
        exceptions: Sequence[Mapping[str, Any]] = read_result(app, record).document["exceptions"]  # type: ignore[assignment]
        for one in exceptions:
            if one["severity"] != "notice":
                yield scope, Finding(one["code"], one["subject"], "", {}).fingerprint(scope)
