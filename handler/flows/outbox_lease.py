"""Handing out what is to be posted: the records of ready parcels, each to one holder at a time.

The order within a group is kept: a parcel goes out only when all before it in its group are done.
What a flow took and never answered for is handed out again when its lease is over.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import OutsideFailure, PluginError, UnusableMapping
from handler.flows.moment import moment
from handler.flows.outbox_asked import Asked, refuse_wrong
from handler.flows.outbox_messages import may_hold, message, records
from handler.flows.outbox_parking import MOST_ATTEMPTS, park
from handler.flows.outbox_settled import mark_done, truth
from handler.flows.parcel import COMING, Parcel, ParcelState
from handler.payloads import json_text

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.netsuite_records import NetsuiteRecord
    from handler.payloads.references import References

Document = dict[str, Any]
# An answer through Lambda ends at 6 MB; a single record may be larger than this and goes alone.
_MOST_BYTES: Final = 3_500_000
# A call is cut off after half a minute. What it handed out then nobody has, and it counts as an
# attempt all the same: so it ends long before, with what it has.
_LONG_ENOUGH: Final = timedelta(seconds=10)
_PAGE: Final = 100
_PAGES: Final = 100


@dataclass(frozen=True, slots=True)
class Leased:
    """What was handed out.

    Attributes:
        lease_id: names the lease.
        until: ISO 8601 in UTC: then what is not acknowledged is handed out again.
        messages: in the order to post them.
        more: whether more waits that goes out once these are acknowledged or returned.
    """

    lease_id: str
    until: str
    messages: tuple[Document, ...]
    more: bool


@dataclass(slots=True)
class _Answer:
    """An answer as it fills."""

    asked: Asked
    began: datetime
    now: str
    until: str
    lease_id: str
    messages: list[Document] = field(default_factory=list)
    size: int = 0
    more: bool = False
    broken: UnusableMapping | None = None
    failure: OutsideFailure | None = None

    def references_of(self, app: App, profile: str) -> References | None:
        """Return a profile's ids; ``None`` where its file is wrong: then all of it waits.

        Nothing is parked for that: it is mended by one edit, and not parcel by parcel.
        """
        try:
            return app.references.load(profile)
        except UnusableMapping as error:
            self.broken = self.broken or error
            return None

    @property
    def is_full(self) -> bool:
        return len(self.messages) >= self.asked.limit or self.size >= _MOST_BYTES

    def is_late(self, now: datetime) -> bool:
        """Return whether it is time to answer; with nothing to say the search goes on."""
        has_news = bool(self.messages or self.failure)
        return has_news and now - self.began >= _LONG_ENOUGH

    def fits(self, bytes_: int, taken: int) -> bool:
        """Return whether a message fits beside those that are in, and ``taken`` more."""
        count = len(self.messages) + taken
        return count == 0 or (count < self.asked.limit and self.size + bytes_ <= _MOST_BYTES)


def lease(app: App, asked: Asked) -> Leased:
    """Hand out records that are ready, the longest ready first; none where nothing is.

    Raises:
        RefusedRequest: ``BAD_PARAMETER``, ``UNKNOWN_FORMAT``, ``UNKNOWN_PROFILE``.
        UnusableMapping: the ids of a profile are wrong, and no other profile has anything ready.
        OutsideFailure: a store did not answer, and nothing was handed out. A document that cannot
            be fetched is passed over where anything else goes out.
    """
    refuse_wrong(app, asked)
    now = app.now()
    answer = _Answer(
        asked,
        now,
        moment(now),
        moment(now + timedelta(seconds=asked.seconds)),
        f"lease-{secrets.token_hex(12)}",
    )
    try:
        _fill(app, answer)
    except OutsideFailure:
        if not answer.messages:
            raise
        answer.more = True  # what is handed out is the holder's, whatever became of the rest
    why_none = answer.failure or answer.broken
    if why_none and not answer.messages:
        raise why_none
    return Leased(
        answer.lease_id,
        answer.until,
        tuple(answer.messages),
        answer.more and bool(answer.messages),
    )


def _fill(app: App, answer: _Answer) -> None:
    seen: set[str] = set()
    for candidate in _ready(app, answer.now):
        asked = answer.asked
        if asked.profiles and candidate.profile not in asked.profiles:
            continue
        if not may_hold(candidate, asked.kinds):
            continue
        if candidate.group in seen:
            answer.more = True  # it follows on one that was just handed out, or is blocked
            continue
        if answer.is_full or answer.is_late(app.now()):
            answer.more = True
            return
        seen.add(candidate.group)
        _take(app, answer, candidate.group)


def _ready(app: App, now: str) -> Iterator[Parcel]:
    """Yield what time has made ready; it may be out of date, and is read again before it counts."""
    cursor = ""
    for _ in range(_PAGES):
        page = app.outbox.coming(_PAGE, cursor)
        for parcel in page.items:
            if parcel.ready_at > now:
                return
            yield parcel
        if not page.cursor:
            return
        cursor = page.cursor


def _take(app: App, answer: _Answer, group: str) -> None:
    """Hand out what may go of a group, if anything may."""
    found = _first_open(app, group)
    if found is None:
        return
    parcel, ids = found
    if parcel.state not in COMING or parcel.ready_at > answer.now:
        return
    if not may_hold(parcel, answer.asked.kinds):
        return
    left = [name for name in parcel.external_ids if name not in ids]
    if parcel.attempts >= MOST_ATTEMPTS:
        park(app, parcel, left)
        return
    references = answer.references_of(app, parcel.profile)
    if references is None:
        return
    try:
        made = records(app, parcel, answer.asked.dialect, references)
    except OutsideFailure as failure:
        # It may be this one document alone, for ever: the others must not wait behind it.
        answer.failure, answer.more = answer.failure or failure, True
    except PluginError as refused:
        park(app, parcel, left, refused)
    else:
        _hand_out(app, answer, parcel, left, made)


def _hand_out(
    app: App,
    answer: _Answer,
    parcel: Parcel,
    left: list[str],
    made: Mapping[str, NetsuiteRecord],
) -> None:
    """Lease as much of a parcel as the answer has room for; a lost race leaves it to the other."""
    asked, due = answer.asked, _due(parcel, left)
    taken = replace(
        parcel,
        state=ParcelState.LEASED,
        ready_at=answer.until,
        attempts=parcel.attempts + 1,
        lease=answer.lease_id,
        holder=asked.holder,
        accepted=tuple(name for name in parcel.accepted if name in left and name not in due),
        failed=False,
        revision=parcel.revision + 1,
    )
    wanted = [name for name in due if not asked.kinds or made[name].kind in asked.kinds]
    messages = _fitting(answer, [message(taken, made[name], asked.dialect) for name in wanted])
    if len(messages) < len(wanted):
        answer.more = True
    names = tuple(str(one["external_id"]) for one in messages)
    if names and app.outbox.put(replace(taken, leased=names)):
        answer.messages += messages
        answer.size += sum(map(_size, messages))


def _due(parcel: Parcel, left: list[str]) -> list[str]:
    """Return what of a parcel is to be handed out, of what is not acknowledged.

    What a webhook's target has taken is left to it while the rest goes on; once all of the parcel
    was taken, and the time to acknowledge it is over, all of it goes out again.
    """
    if parcel.state is ParcelState.DELIVERED:
        return left
    return [name for name in left if name not in parcel.accepted] or left


def _first_open(app: App, group: str) -> tuple[Parcel, Mapping[str, str]] | None:
    """Return the first parcel of a group that is not done, with what is acknowledged.

    Those that turn out to be acknowledged whole are marked on the way: whoever acknowledged them
    was cut off before it came to that.
    """
    parcels = app.outbox.group(group)
    ids: Mapping[str, str] | None = None
    for parcel in parcels:
        if parcel.state is ParcelState.DONE:
            continue
        ids = truth(app, parcel) if ids is None else ids
        if any(name not in ids for name in parcel.external_ids):
            return parcel, ids
        if not mark_done(app, parcel, parcels):
            return None
    return None


def _fitting(answer: _Answer, messages: list[Document]) -> list[Document]:
    taken: list[Document] = []
    size = 0
    for one in messages:
        size += _size(one)
        if not answer.fits(size, len(taken)):
            break
        taken.append(one)
    return taken


def _size(one: Document) -> int:
    return len(json_text.dumps(one).encode())
