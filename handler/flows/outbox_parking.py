"""Parcels given up: parked with an exception for a person, and released by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import PluginError
from handler.core.finding import Finding
from handler.flows.busy import busy
from handler.flows.moment import moment
from handler.flows.outbox_names import parcel_id, parcel_named, unknown_parcel
from handler.flows.outbox_settled import ROUNDS, resolve, scope_of
from handler.flows.parcel import Parcel, ParcelState
from handler.flows.registered import registered

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]
MOST_ATTEMPTS: Final = 5
LONGEST_ERROR: Final = 500  # characters
_MOST_NAMED: Final = 50


def park(app: App, parcel: Parcel, left: Sequence[str], refused: PluginError | None = None) -> None:
    """Give a parcel up, with an exception that says why. A lost race leaves it as it is.

    Args:
        app: the ports.
        parcel: to be parked.
        left: external ids of those of its records that are not acknowledged.
        refused: why it cannot be written; ``None``: its attempts are used up.

    Raises:
        OutsideFailure: a store did not answer.
    """
    said = f"{refused.code}: {refused.message}" if refused else parcel.last_error
    said = said[:LONGEST_ERROR]
    # The exception first: cut off in between, the next one who comes parks it, and it counts up.
    app.settlements.register(
        registered(app, scope_of(parcel), [_finding(parcel, left, said, refused)])
    )
    parked = app.outbox.put(
        replace(
            parcel,
            state=ParcelState.PARKED,
            ready_at=moment(app.now()),
            lease="",
            holder="",
            leased=(),
            accepted=(),
            last_error=said,
            failed=False,
            revision=parcel.revision + 1,
        )
    )
    if not parked:  # the next one who comes judges it as it is then
        _resolve_unless_parked(app, parcel)


def release(app: App, parcel_ids: Sequence[str]) -> list[Document | PluginError]:
    """Let parked parcels go out again, from the first attempt on; told twice, the same.

    Returns:
        In order, for each id the parcel's id and state, or why there is none.
    """
    return [_released(app, text) for text in parcel_ids]


def _released(app: App, text: str) -> Document | PluginError:
    try:
        group, place = parcel_named(text)
        for _ in range(ROUNDS):
            parcels = app.outbox.group(group)
            known = next((one for one in parcels if one.place == place), None)
            if known is None:
                return unknown_parcel()
            after = _waiting(app, known)
            if after is known or app.outbox.put(after):
                resolve(app, known, parcels)
                return {"parcel_id": text, "state": str(after.state)}
    except PluginError as error:
        return error
    return busy("The parcel")


def _waiting(app: App, parcel: Parcel) -> Parcel:
    if parcel.state is not ParcelState.PARKED:
        return parcel
    return replace(
        parcel,
        state=ParcelState.WAITING,
        ready_at=moment(app.now()),
        attempts=0,
        revision=parcel.revision + 1,
    )


def _resolve_unless_parked(app: App, parcel: Parcel) -> None:
    parcels = app.outbox.group(parcel.group)
    if not any(one.state is ParcelState.PARKED for one in parcels):
        resolve(app, parcel, parcels)


def _finding(
    parcel: Parcel, left: Sequence[str], said: str, refused: PluginError | None
) -> Finding:
    name = parcel_id(parcel)
    if refused is not None:
        found = f"A record could not be written in the form asked for: {said}"
        look = refused.repair or "Mend what it names."
    else:
        last = f"The flow said last: {said}" if said else "The flow said nothing of it."
        found = f"It was handed out {parcel.attempts} times and not acknowledged. {last}"
        look = (
            "Look at what the flow and NetSuite say of the records named"
            f"{', and mend it' if said else '; see whether the flow acknowledges what it posts'}."
        )
    return Finding(
        code="DELIVERY_PARKED",
        subject=f"parcel {parcel.place} of {parcel.group}",
        what=f"{len(left)} record(s) for NetSuite wait, {', '.join(left[:3])}"
        f"{' ...' if len(left) > 3 else ''}. {found}",
        evidence={
            "parcel_id": name,
            "profile": parcel.profile,
            "attempts": parcel.attempts,
            "last_error": said,
            "external_ids": list(left[:_MOST_NAMED]),
            "records": len(left),
        },
        repair=f"{look} Then release it: python -m handler outbox release {name}",
    )
