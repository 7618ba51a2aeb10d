"""One exception of the register: its id, how it is shown, and how what is done about it is written.

An id holds the scope and the fingerprint, so that it is found by one reading, whatever its state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import RefusedRequest
from handler.core.finding import CATALOGUE
from handler.flows import cursors
from handler.flows.busy import busy
from handler.flows.exception_ports import ExceptionState, HistoryEntry, RegisteredException
from handler.flows.moment import moment

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]
# What becomes of an exception, with its entry in the history; asked anew for each reading.
Change = Callable[[RegisteredException], tuple[RegisteredException, HistoryEntry]]
MOST_ATTEMPTS: Final = 5
_ROUNDS: Final = 8
_MOST_HISTORY: Final = 50
_LISTING: Final = "exception"


def exception_id(one: RegisteredException) -> str:
    """Return the id by which callers name an exception."""
    kind, _, name = one.scope.partition(":")
    return cursors.encode(_LISTING, kind, name, one.fingerprint)


def known(app: App, name: str) -> RegisteredException:
    """Return the exception an id names, in whatever state.

    Raises:
        RefusedRequest: ``EXCEPTION_NOT_FOUND``.
        OutsideFailure: the store did not answer.
    """
    try:
        kind, subject, fingerprint = cursors.decode(name, _LISTING, 3)
        found = app.settlements.exception(f"{kind}:{subject}", fingerprint)
    except (RefusedRequest, ValueError):
        found = None
    if found is None:
        raise RefusedRequest(
            "EXCEPTION_NOT_FOUND",
            "There is no exception with this id.",
            "Take the id from GET /v1/exceptions, unchanged.",
        )
    return found


def standing(app: App, one: RegisteredException) -> ExceptionState:
    """Return where an exception stands now: a retry that was cut off is over when its time is."""
    if one.state is not ExceptionState.RETRYING or one.retry_until > moment(app.now()):
        return one.state
    return ExceptionState.PARKED if one.attempts >= MOST_ATTEMPTS else ExceptionState.OPEN


def shown(app: App, one: RegisteredException, *, history: bool = False) -> Document:
    """Return an exception as callers see it.

    Args:
        app: the ports.
        one: the exception.
        history: with what was done about it.
    """
    entry = CATALOGUE.get(one.code)
    document: Document = {
        **one.finding,
        "id": exception_id(one),
        "scope": one.scope,
        "state": str(standing(app, one)),
        "count": one.count,
        "first_seen": one.first_seen,
        "last_seen": one.last_seen,
        "fingerprint": one.fingerprint,
        "owner": one.owner,
        "attempts": one.attempts,
        "resolved_at": one.resolved_at,
        "retryable": bool(entry and entry.retryable),
        "who": str(entry.who) if entry else "",
    }
    if history:
        document["history"] = [
            {"at": done.at, "by": done.by, "action": done.action, "note": done.note}
            for done in one.history
        ]
    return document


def done(app: App, by: str, action: str, note: str = "") -> HistoryEntry:
    """Return that somebody does something now."""
    return HistoryEntry(moment(app.now()), by, action, note)


def written(app: App, one: RegisteredException, change: Change) -> RegisteredException:
    """Change an exception as it stands now, however often others come first.

    Args:
        app: the ports.
        one: the exception, as read before.
        change: what becomes of it.

    Returns:
        The exception as written.

    Raises:
        OutsideFailure: ``BUSY``, nothing was written; the store did not answer.
    """
    for _ in range(_ROUNDS):
        after, entry = change(one)
        after = replace(after, history=(*one.history, entry)[-_MOST_HISTORY:])
        if app.settlements.change(after, one):
            return replace(after, revision=one.revision + 1)
        one = as_it_stands(app, one)
    raise busy("The exception")


def as_it_stands(app: App, one: RegisteredException) -> RegisteredException:
    """Return an exception as it was last written: lists are a moment behind."""
    return app.settlements.exception(one.scope, one.fingerprint) or one
