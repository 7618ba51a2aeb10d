"""``fetchOutbox``, a wrapper export: what waits for NetSuite, a lease of it a page.

Each record is a message of the outbox. It has to be acknowledged (``acknowledgePosted`` on the
import that follows), or it comes again when its lease is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handler.core.errors import RefusedRequest
from handler.entrypoints.celigo.answer_size import Room, room_for
from handler.entrypoints.celigo.functions.page_answer import Document, fault_of
from handler.entrypoints.celigo.functions.settings_given import DIALECTS, GivenSettings
from handler.flows import outbox
from handler.flows.outbox_asked import LONGEST_LEASE, MOST_MESSAGES, SHORTEST_LEASE
from handler.flows.outbox_messages import KINDS
from handler.flows.outbox_sample import sample

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App

SETTINGS: Final = ("profiles", "kinds", "format", "limit", "lease_seconds")
_LIMIT: Final = 20
_SECONDS: Final = 300
_SHELL: Final = 400  # bytes of the page around its records
_OF_A_FAULT: Final = 1_000  # bytes, at most


def fetch_outbox(app: App, options: Options, context: CallContext) -> Document:
    """Lease what is ready, as much of it as fits into the answer."""
    settings = GivenSettings(options, SETTINGS)
    asked = outbox.Asked(
        context.caller.name,
        settings.choice("format", DIALECTS, "celigo"),
        settings.texts("profiles"),
        settings.texts("kinds", KINDS),
        settings.count("limit", _LIMIT, 1, MOST_MESSAGES),
        settings.count("lease_seconds", _SECONDS, SHORTEST_LEASE, LONGEST_LEASE),
    )
    room = room_for(context.most_bytes).without((), _SHELL)
    if options.get("testMode") is True:
        return _page(_fitting(sample(app, asked), room).kept, [], more=False)
    leased = outbox.lease(app, asked)
    fitting = _fitting(leased.messages, room)
    _give_back(app, fitting)
    faults = [_too_large(message) for message in fitting.too_large]
    more = leased.more or bool(fitting.later)
    # A page of nothing that is not the last would be asked for again and again.
    return _page(fitting.kept, faults, more=more and bool(fitting.kept))


class _Fitting(NamedTuple):
    """Messages as they fit.

    Attributes:
        kept: that go out.
        later: for which there is no room beside these.
        too_large: that no answer has room for.
    """

    kept: list[Document]
    later: list[Document]
    too_large: list[Document]


def _fitting(messages: Sequence[Document], whole: Room) -> _Fitting:
    found = _Fitting([], [], [])
    room = whole
    for message in messages:
        if not whole.holds([message]):
            found.too_large.append(message)
            room = room.without((), _OF_A_FAULT)
        elif found.later or not room.holds([message]):
            found.later.append(message)
        else:
            found.kept.append(message)
            room = room.without([message])
    return found


def _give_back(app: App, fitting: _Fitting) -> None:
    given = [
        outbox.Returned(message["message_id"], failed=False, lease_id=message["lease_id"])
        for message in fitting.later
    ]
    given += [
        outbox.Returned(
            message["message_id"],
            "RECORD_TOO_LARGE",
            _too_large(message)["message"],
            lease_id=message["lease_id"],
        )
        for message in fitting.too_large
    ]
    if given:
        outbox.give_back(app, given)


def _too_large(message: Document) -> Document:
    return fault_of(
        RefusedRequest(
            "RECORD_TOO_LARGE",
            f"{message['external_id']} does not fit into an answer to integrator.io.",
            "Lower policies.lines_per_entry of the profile for the next settlements; take this one "
            "from GET /v1/outbox.",
        )
    )


def _page(data: Sequence[Document], errors: list[Any], *, more: bool) -> Document:
    return {"data": list(data), "lastPage": not more, "state": {}, "errors": errors}
