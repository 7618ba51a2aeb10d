"""Taking messages back: a flow stopped early, or a record was refused on its way.

The rest of a lease goes out again once all of it is acknowledged or returned; else when it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from handler.core.errors import PluginError, RefusedRequest
from handler.flows.busy import busy
from handler.flows.outbox_names import MessageName, message_named, unknown_message
from handler.flows.outbox_parking import LONGEST_ERROR
from handler.flows.outbox_settled import ROUNDS, given_up, truth

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.parcel import Parcel

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Returned:
    """A message comes back.

    Attributes:
        message_id: as it came with the message.
        code: what went wrong, short.
        message: what went wrong, as NetSuite or the flow said it.
        failed: False where nothing went wrong and the flow only stopped early: that is no attempt.
        lease_id: as it came with the message; where it is told and the lease is over, nothing is
            taken from whoever has the message now.
    """

    message_id: str
    code: str = ""
    message: str = ""
    failed: bool = True
    lease_id: str = ""


def give_back(app: App, given: Sequence[Returned]) -> list[Document | PluginError]:
    """Take messages back, each for itself; told twice, the same.

    One that is acknowledged, or that nobody has in hand, is left as it is.

    Returns:
        In order, for each message its ids and its parcel's state then, or why it was not taken:
        ``UNKNOWN_MESSAGE``; or a failure of a store, which can be repeated.
    """
    answers: dict[int, Document | PluginError] = {}
    parcels: dict[tuple[str, str], list[tuple[int, MessageName]]] = {}
    for position, one in enumerate(given):
        try:
            name = message_named(one.message_id)
        except RefusedRequest as error:
            answers[position] = error
            continue
        parcels.setdefault((name.group, name.place), []).append((position, name))
    for (group, place), told in parcels.items():
        try:
            answers |= _parcel(app, group, place, told, given)
        except PluginError as error:
            answers |= {position: error for position, _ in told}
    return [answers[position] for position in range(len(given))]


def _parcel(
    app: App,
    group: str,
    place: str,
    told: Sequence[tuple[int, MessageName]],
    given: Sequence[Returned],
) -> dict[int, Document | PluginError]:
    for _ in range(ROUNDS):
        found = (one for one in app.outbox.group(group) if one.place == place)
        known = next(found, None)
        if known is None:
            return {position: unknown_message() for position, _ in told}
        after = known
        for position, name in told:
            after = _without(after, name.external_id, given[position])
        if after is not known:
            after = given_up(app, replace(after, revision=known.revision + 1), truth(app, known))
        if after is known or app.outbox.put(after):
            return {
                position: _answer(after, name, given[position].message_id)
                for position, name in told
            }
    raise busy("The parcel")


def _answer(parcel: Parcel, name: MessageName, text: str) -> Document | PluginError:
    if name.external_id not in parcel.external_ids:
        return unknown_message()
    return {"message_id": text, "external_id": name.external_id, "state": str(parcel.state)}


def _without(parcel: Parcel, external_id: str, returned: Returned) -> Parcel:
    """Return a parcel without one record in hand; the very same where it was not."""
    is_in_hand = external_id in parcel.leased or external_id in parcel.accepted
    if not is_in_hand or returned.lease_id not in ("", parcel.lease):
        return parcel
    left = replace(
        parcel,
        leased=tuple(name for name in parcel.leased if name != external_id),
        accepted=tuple(name for name in parcel.accepted if name != external_id),
    )
    if not returned.failed:
        return left
    said = ": ".join(text for text in (returned.code, returned.message) if text)
    return replace(left, failed=True, last_error=said[:LONGEST_ERROR] or "It failed.")
