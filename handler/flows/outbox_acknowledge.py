"""Taking NetSuite's internal ids by message: first the settlement or run, then its parcels.

It goes through the same steps as POST /v1/settlements/{id}/posted, so that both mean the same. What
counts is what NetSuite has: an id is taken also when the lease is over, or another has it now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handler.core.errors import Conflict, PluginError, RefusedRequest
from handler.flows import acknowledge as settlements
from handler.flows import ledger_runs
from handler.flows.busy import busy
from handler.flows.netsuite_ids import INTERNAL_ID, judged
from handler.flows.outbox_names import MessageName, message_named, unknown_message
from handler.flows.outbox_settled import ROUNDS, truth
from handler.flows.parcel import Parcel, ParcelKind

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Posted:
    """A message's record is in NetSuite.

    Attributes:
        message_id: as it came with the message.
        internal_id: NetSuite's.
    """

    message_id: str
    internal_id: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What a message says, with its place in the call."""

    position: int
    name: MessageName
    internal_id: str


def acknowledge(app: App, given: Sequence[Posted]) -> list[Document | PluginError]:
    """Keep NetSuite's ids of messages, each for itself; told twice, the same.

    Returns:
        In order, for each message its ids and its parcel's state then, or why it was not taken:
        ``UNKNOWN_MESSAGE``, ``BAD_INTERNAL_ID``, ``ACKNOWLEDGED_OTHERWISE``; or a failure of a
        store, which can be repeated.
    """
    answers: dict[int, Document | PluginError] = {}
    groups: dict[str, list[_Told]] = {}
    for position, one in enumerate(given):
        try:
            told = _Told(position, message_named(one.message_id), _checked(one.internal_id))
        except RefusedRequest as error:
            answers[position] = error
            continue
        groups.setdefault(told.name.group, []).append(told)
    for group, of_group in groups.items():
        try:
            answers |= _group(app, group, of_group)
        except PluginError as error:
            answers |= {told.position: error for told in of_group}
    return [
        {"message_id": one.message_id, **answer} if isinstance(answer, dict) else answer
        for one, answer in ((one, answers[position]) for position, one in enumerate(given))
    ]


def _group(app: App, group: str, told: Sequence[_Told]) -> dict[int, Document | PluginError]:
    parcels = {parcel.place: parcel for parcel in app.outbox.group(group)}
    known = [one for one in told if _is_of(parcels.get(one.name.place), one)]
    errors: dict[int, PluginError] = {
        one.position: unknown_message() for one in told if one not in known
    }
    if known:
        first = parcels[known[0].name.place]
        errors |= dict(_taken(app, first, known))
        parcels = {parcel.place: parcel for parcel in app.outbox.group(group)}
    return {
        one.position: errors[one.position]
        if one.position in errors
        else {
            "external_id": one.name.external_id,
            "internal_id": one.internal_id,
            "state": str(parcels[one.name.place].state),
        }
        for one in told
    }


def _taken(app: App, parcel: Parcel, told: Sequence[_Told]) -> Iterator[tuple[int, PluginError]]:
    """Keep the ids of one settlement or run; yield what was refused of them."""
    is_stock = parcel.kind is ParcelKind.STOCK
    for _ in range(ROUNDS):
        faults = judged(
            truth(app, parcel),
            [(one.name.external_id, one.internal_id) for one in told],
            "Posting" if is_stock else "Entry",
            each_its_own=not is_stock,
        )
        good = [
            (one.name.external_id, one.internal_id)
            for one, fault in zip(told, faults, strict=True)
            if fault is None
        ]
        try:
            if good and is_stock:
                ledger_runs.acknowledge(app, parcel.subject, good)
            elif good:
                settlements.acknowledge(app, parcel.subject, good)
        except Conflict:
            continue  # another call told something else meanwhile: judge again
        yield from (
            (one.position, fault)
            for one, fault in zip(told, faults, strict=True)
            if fault is not None
        )
        return
    raise busy(f"What is acknowledged of {parcel.group}")


def _is_of(parcel: Parcel | None, told: _Told) -> bool:
    return parcel is not None and told.name.external_id in parcel.external_ids


def _checked(internal_id: str) -> str:
    if not re.fullmatch(INTERNAL_ID, internal_id):
        raise RefusedRequest(
            "BAD_INTERNAL_ID",
            "The internal id is not 1 to 64 letters, digits and any of _ . : -",
            "Send the internal id of the record that NetSuite answered with.",
        )
    return internal_id
