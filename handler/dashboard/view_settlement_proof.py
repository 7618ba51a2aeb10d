"""What an auditor reads of a settlement: what came when, and which laws were checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from handler.core.money import Currency, known_currency
from handler.flows.exception_record import exception_id
from handler.flows.parcel import Parcel, ParcelKind
from handler.reconciliation.state import SettlementState

if TYPE_CHECKING:
    from handler.flows.exception_ports import RegisteredException
    from handler.flows.ports import SettlementRecord

# The way of one that is proven.
_MOVES: Final = (
    SettlementState.DELIVERED,
    SettlementState.POSTED,
    SettlementState.DEPOSITED,
    SettlementState.CLEARED,
)
# Figures of laws that are amounts, as text; figures by name are amounts too, in minor units.
_AMOUNTS: Final = frozenset({"declared", "computed", "difference", "clearing", "debits"})


@dataclass(frozen=True, slots=True)
class Event:
    """Something that came to a settlement.

    Attributes:
        at: ISO 8601 in UTC.
        what: in a few words.
        who: whoever did it; empty where it came by itself or nobody kept who.
        detail: more of it; may be empty.
        exception: the id of the exception it is about; empty for none.
    """

    at: str
    what: str
    who: str = ""
    detail: str = ""
    exception: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a law: an amount in minor units, or else a text."""

    name: str
    amount: int | None
    text: str


@dataclass(frozen=True, slots=True)
class CheckedLaw:
    """A law of the proof, as it was checked."""

    says: str
    is_kept: bool
    figures: tuple[Figure, ...]


def timeline(
    record: SettlementRecord,
    versions: Sequence[SettlementRecord],
    exceptions: Sequence[RegisteredException],
    parcels: Sequence[Parcel],
) -> Sequence[Event]:
    """Return what is known to have come to a settlement, the first first."""
    moved = (Event(at, f"Came to be {state}") for state, at in record.moved_at.items())
    events = [*_recorded(versions), *_parcels(parcels), *moved]
    for one in exceptions:
        events += _of_exception(one)
    return sorted(events, key=lambda event: datetime.fromisoformat(event.at))


def unknown_moves(record: SettlementRecord) -> Sequence[str]:
    """Return the states it came to at a moment nobody kept."""
    if record.state not in _MOVES:
        return ()
    passed = _MOVES[: _MOVES.index(SettlementState(record.state)) + 1]
    return [str(state) for state in passed if state not in record.moved_at]


def laws_checked(document: Mapping[str, Any]) -> Sequence[CheckedLaw]:
    """Return the laws with their figures."""
    money = known_currency(document["currency"])
    return [
        CheckedLaw(law["says"], law["kept"], tuple(_figures(law["figures"], money)))
        for law in document["proof"]
    ]


def _recorded(versions: Sequence[SettlementRecord]) -> Iterator[Event]:
    before = None
    for one in versions:
        if before is None:
            what = "Recorded"
        else:
            what = "Corrected" if before.status == "proven" else "Settled again"
        detail = f"version {one.version}, mapping {one.mapping_version}"
        yield Event(one.recorded_at, f"{what}: {one.status}", detail=detail)
        before = one


def _parcels(parcels: Sequence[Parcel]) -> Iterator[Event]:
    for one in parcels:
        matched = one.kind is ParcelKind.DEPOSIT
        what = "Deposit matched" if matched else "Handed to the outbox"
        count = len(one.external_ids)
        records = f"{count} record{'s' * (count != 1)} for NetSuite, now {one.state}"
        tried = f", attempts since it last got on: {one.attempts}" if one.attempts else ""
        yield Event(one.created_at, what, detail=records + tried)


def _of_exception(one: RegisteredException) -> Iterator[Event]:
    name = exception_id(one)
    told = str(one.finding.get("what", "") or one.finding.get("subject", ""))
    yield Event(one.first_seen, f"{one.code} first seen", detail=told, exception=name)
    for done in one.history:
        yield Event(done.at, f"{one.code} {done.action}", done.by, done.note, name)
    # Closed by somebody, the history says so; settled without it, only the moment is kept.
    is_told = any(done.at == one.resolved_at for done in one.history)
    if one.resolved_at and not is_told:
        yield Event(one.resolved_at, f"{one.code} resolved", exception=name)


def _figures(figures: Mapping[str, Any], money: Currency) -> Iterator[Figure]:
    for name, value in figures.items():
        words = name.replace("_", " ")
        if isinstance(value, Mapping):
            for of, amount in value.items():
                yield Figure(f"{words}: {of}", amount, "")
            if not value:
                yield Figure(words, None, "none")
        elif name in _AMOUNTS:
            yield Figure(words, money.minor(value), "")
        elif isinstance(value, list):
            yield Figure(words, None, ", ".join(map(str, value)) or "none")
        else:
            yield Figure(words, None, str(value))
