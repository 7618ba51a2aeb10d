"""Parcels in the hands of a webhook: what its target has taken, and where that leaves the parcel.

A target that has taken a record need not have posted it: that is known once it is acknowledged.
Until then the record is "accepted", and the rest of its parcel goes on without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handler.flows.outbox_parking import LONGEST_ERROR, MOST_ATTEMPTS, park
from handler.flows.outbox_settled import ROUNDS, given_up, mark_done, truth
from handler.flows.parcel import Parcel, ParcelState

if TYPE_CHECKING:
    from handler.flows.app import App


@dataclass(frozen=True, slots=True)
class Held:
    """A parcel under a lease.

    Attributes:
        group: of the parcel.
        place: of the parcel.
        lease_id: while it is another one, the parcel is somebody else's and left alone.
    """

    group: str
    place: str
    lease_id: str


def taken(app: App, held: Held, external_id: str) -> None:
    """Keep that the target has a record.

    Raises:
        OutsideFailure: the store did not answer.
    """

    def after(parcel: Parcel, _: Sequence[Parcel]) -> Parcel | None:
        if external_id not in parcel.leased:
            return None  # acknowledged meanwhile
        return replace(
            parcel,
            leased=tuple(name for name in parcel.leased if name != external_id),
            accepted=(*parcel.accepted, external_id),
        )

    _write(app, held, after)


def finish(app: App, held: Held, failure: str = "") -> None:
    """End a lease as the records of the parcel stand.

    With a failure what is left waits for the next attempt, or is given up after the last. Without
    one what is left waits for the next run, which is no attempt; where the target has taken
    everything, it has a day to acknowledge it.

    Args:
        app: the ports.
        held: the parcel.
        failure: why a record was not taken; empty where none failed.

    Raises:
        OutsideFailure: a store did not answer.
    """
    said = failure[:LONGEST_ERROR]

    def after(parcel: Parcel, group: Sequence[Parcel]) -> Parcel | None:
        ids = truth(app, parcel)
        left = [name for name in parcel.external_ids if name not in ids]
        accepted = tuple(name for name in parcel.accepted if name in left)
        if not left:
            mark_done(app, parcel, group)
            return None
        ended = replace(
            parcel,
            leased=(),
            accepted=accepted,
            failed=bool(said),
            last_error=said or parcel.last_error,
        )
        if said and parcel.attempts >= MOST_ATTEMPTS:
            park(app, ended, left)
            return None
        waits = given_up(app, ended, ids)
        if waits.state is ParcelState.DELIVERED:
            return replace(waits, holder=parcel.holder)  # it is the target's still
        return waits

    _write(app, held, after)


def _write(
    app: App, held: Held, change: Callable[[Parcel, Sequence[Parcel]], Parcel | None]
) -> None:
    """Write a change of a parcel, as long as it is under the lease.

    Where others keep writing it, it is left as it is: the lease runs out, and what was sent is
    sent again with the same id.
    """
    for _ in range(ROUNDS):
        group = app.outbox.group(held.group)
        known = next((one for one in group if one.place == held.place), None)
        if known is None or known.lease != held.lease_id:
            return
        if known.state is not ParcelState.LEASED:
            return
        after = change(known, group)
        if after is None or app.outbox.put(replace(after, revision=known.revision + 1)):
            return
