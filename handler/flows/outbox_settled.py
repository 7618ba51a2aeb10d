"""What NetSuite has acknowledged, and what follows from it for the parcels.

The ids stand with the settlement or the run. Parcels follow them, always after: whatever was cut
off in between is seen when the parcel is looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handler.flows.moment import moment
from handler.flows.netsuite_ids import acknowledged
from handler.flows.outbox_backoff import backoff
from handler.flows.parcel import COMING, Parcel, ParcelKind, ParcelState

if TYPE_CHECKING:
    from handler.flows.app import App

ROUNDS: Final = 8
# How long a target that has taken a parcel has to acknowledge it, before all of it is sent again.
TO_ACKNOWLEDGE: Final = timedelta(hours=24)
_IN_HAND: Final = (ParcelState.LEASED, ParcelState.DELIVERED)


def truth(app: App, parcel: Parcel) -> Mapping[str, str]:
    """Return NetSuite's ids of everything acknowledged of a parcel's settlement or run.

    Raises:
        OutsideFailure: the store did not answer.
    """
    if parcel.kind is ParcelKind.STOCK:
        run = app.inventory.ledger_run(parcel.profile, parcel.subject)
        return acknowledged(run.netsuite_ids if run else ())
    record = app.settlements.get(parcel.subject)
    return acknowledged(record.netsuite_ids if record else ())


def settle_parcels(
    app: App, group: str, ids: Collection[str], told: Collection[str], new: Collection[str]
) -> None:
    """Bring the parcels of a group to what NetSuite has acknowledged.

    Where others keep writing a parcel it is left: what is acknowledged stands, and is seen when
    the parcel is next looked at.

    Args:
        app: the ports.
        group: of the settlement or the run.
        ids: external ids of everything acknowledged.
        told: those this call acknowledged, known before or not.
        new: those of them that were not.

    Raises:
        OutsideFailure: the store did not answer.
    """
    for _ in range(ROUNDS):
        parcels = app.outbox.group(group)
        written = [_settle(app, one, parcels, ids, told, new) for one in parcels]
        if all(written):
            return


def _settle(
    app: App,
    parcel: Parcel,
    parcels: Sequence[Parcel],
    ids: Collection[str],
    told: Collection[str],
    new: Collection[str],
) -> bool:
    if parcel.state is ParcelState.DONE:
        return True
    if all(name in ids for name in parcel.external_ids):
        return mark_done(app, parcel, parcels)
    in_hand = (*parcel.leased, *parcel.accepted)
    is_progress = any(name in told for name in in_hand) or any(
        name in new for name in parcel.external_ids
    )
    if parcel.state not in COMING or not is_progress:
        return True
    after = replace(
        parcel,
        attempts=0,
        leased=tuple(name for name in parcel.leased if name not in ids),
        accepted=tuple(name for name in parcel.accepted if name not in ids),
        revision=parcel.revision + 1,
    )
    return app.outbox.put(given_up(app, after, ids))


def mark_done(app: App, parcel: Parcel, parcels: Sequence[Parcel]) -> bool:
    """Mark a parcel whose records are all acknowledged; False where another writer came first.

    Args:
        app: the ports.
        parcel: to be marked.
        parcels: the whole group.

    Raises:
        OutsideFailure: the store did not answer.
    """
    # Its exception first: cut off in between, the parcel is found again, the exception is not.
    resolve(app, parcel, parcels)
    return app.outbox.put(
        replace(
            parcel,
            state=ParcelState.DONE,
            ready_at=moment(app.now()),
            attempts=0,
            lease="",
            holder="",
            leased=(),
            accepted=(),
            last_error="",
            failed=False,
            revision=parcel.revision + 1,
        )
    )


def resolve(app: App, parcel: Parcel, parcels: Sequence[Parcel]) -> None:
    """Resolve a group's exceptions, unless another parcel of it is parked.

    Raises:
        OutsideFailure: the store did not answer.
    """
    others = [one for one in parcels if one.place != parcel.place]
    if not any(one.state is ParcelState.PARKED for one in others):
        app.settlements.resolve(scope_of(parcel), app.now().isoformat(timespec="seconds"))


def scope_of(parcel: Parcel) -> str:
    """Return the register's scope of a parcel's delivery."""
    return f"delivery:{parcel.group}"


def given_up(app: App, parcel: Parcel, ids: Collection[str]) -> Parcel:
    """Return a parcel that waits again, once no flow has any record of it in hand.

    Where one of the lease's records failed, all wait with it for the next attempt; where none did,
    it was no attempt. What a webhook's target has taken is left to it: where nothing else is left,
    it has a day to acknowledge it, as if it had taken all.

    Args:
        app: the ports.
        parcel: as it is after what was told.
        ids: external ids of everything acknowledged.
    """
    if parcel.state not in _IN_HAND or parcel.leased:
        return parcel
    if parcel.accepted and parcel.state is ParcelState.DELIVERED:
        return parcel
    now = app.now()
    # An acknowledgement has set the attempts to 0, and one failed after all.
    name = f"{parcel.group} {parcel.place}"
    wait = backoff(name, max(parcel.attempts, 1)) if parcel.failed else None
    ended = replace(
        parcel,
        state=ParcelState.WAITING,
        ready_at=moment(now + wait if wait else now),
        attempts=parcel.attempts if parcel.failed else max(parcel.attempts - 1, 0),
        lease="",
        holder="",
        failed=False,
    )
    left = [name for name in parcel.external_ids if name not in ids]
    if parcel.failed or not left or any(name not in parcel.accepted for name in left):
        return ended
    until = moment(now + TO_ACKNOWLEDGE)
    return replace(ended, state=ParcelState.DELIVERED, ready_at=until, attempts=parcel.attempts)
