"""What NetSuite has, told to a rebuilt state by external id, so that nothing is posted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handler.core.errors import PluginError
from handler.flows import acknowledge as settlements
from handler.flows import ledger_runs
from handler.flows.moves import move
from handler.flows.parcel import Parcel, ParcelKind, ParcelState
from handler.flows.state_ports import Noted
from handler.reconciliation.state import SettlementEvent, SettlementState

if TYPE_CHECKING:
    from handler.flows.app import App

_PAGE: Final = 100
LOOK: Final = "Look the record up in NetSuite, and acknowledge or release its parcel by hand."


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the parcels.

    Attributes:
        posted: of which NetSuite has every record; they are done.
        parked: of which it lacks one; they wait for a person.
        waiting: likewise, and on their way: not rebuilt, but as the table had them.
        unknown: external ids NetSuite has that belong to none of these: to one that is done
            already, or to nothing.
    """

    posted: int
    parked: int
    waiting: int
    unknown: tuple[str, ...]


def tell_posted(
    app: App, ids: Mapping[str, str], matched: Collection[str], noted: list[Noted]
) -> Told:
    """Acknowledge of every parcel that is not done what NetSuite has; told again, the same.

    Args:
        app: the ports.
        ids: external id -> NetSuite's internal id.
        matched: settlements whose deposit was matched as they stand now.
        noted: takes what could not be taken.

    Raises:
        OutsideFailure: a store did not answer: run it again.
    """
    parcels = sorted(_left(app), key=lambda one: (one.group, one.place))
    seen: set[str] = set()
    left: Counter[bool] = Counter()
    for parcel in parcels:
        pairs = [(name, ids[name]) for name in parcel.external_ids if name in ids]
        seen.update(name for name, _ in pairs)
        if not (
            _acknowledged(app, parcel, pairs, noted) and len(pairs) == len(parcel.external_ids)
        ):
            left[parcel.state is ParcelState.PARKED] += 1
    for settlement_id in sorted(matched):
        _deposited(app, settlement_id)
    return Told(
        posted=len(parcels) - left.total(),
        parked=left[True],
        waiting=left[False],
        unknown=tuple(sorted(ids.keys() - seen)),
    )


def _acknowledged(
    app: App, parcel: Parcel, pairs: Sequence[tuple[str, str]], noted: list[Noted]
) -> bool:
    """Keep NetSuite's ids of a parcel; False where they contradict what is kept."""
    try:
        if pairs and parcel.kind is ParcelKind.STOCK:
            ledger_runs.acknowledge(app, parcel.subject, pairs)
        elif pairs:
            settlements.acknowledge(app, parcel.subject, pairs)
    except PluginError as error:
        if error.retryable:
            raise
        noted.append(Noted(error.code, parcel.group, error.message, LOOK))
        return False
    return True


def _left(app: App) -> Iterator[Parcel]:
    """Yield every parcel that is not done."""
    for pages in (app.outbox.parked, app.outbox.coming):
        cursor = ""
        while True:
            page = pages(_PAGE, cursor)
            yield from page.items
            cursor = page.cursor
            if not cursor:
                break


def _deposited(app: App, settlement_id: str) -> None:
    """Move a settlement on whose deposit was matched, once all of it is posted."""
    record = app.settlements.get(settlement_id)
    if record is not None and record.state == str(SettlementState.POSTED):
        move(app, settlement_id, SettlementEvent.DEPOSIT, record.version)
