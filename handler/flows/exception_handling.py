"""What people do about exceptions: list them, take them on, say something, close and open them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from handler.core.errors import Conflict, RefusedRequest
from handler.core.finding import CATALOGUE
from handler.flows.exception_ports import (
    CLOSED_STATES,
    ExceptionList,
    ExceptionState,
    HistoryEntry,
    RegisteredException,
)
from handler.flows.exception_record import Change, Document, done, known, shown, written
from handler.flows.moment import moment
from handler.flows.ports import Page

if TYPE_CHECKING:
    from handler.flows.app import App

_LONGEST_NOTE: Final = 1_000  # characters
_LONGEST_OWNER: Final = 100


def listed(app: App, which: ExceptionList, limit: int, cursor: str = "") -> Page[Document]:
    """Return exceptions of a list, the latest first.

    Raises:
        RefusedRequest: ``BAD_CURSOR``.
        OutsideFailure: the store did not answer.
    """
    page = app.settlements.exceptions(limit, cursor, which)
    return Page([shown(app, one) for one in page.items], page.cursor)


def catalogue() -> Sequence[Document]:
    """Return every code there can be, by name, with its cause, its repair and who repairs it."""
    return [
        {
            "code": one.code,
            "severity": str(one.severity),
            "why": one.why,
            "repair": one.repair,
            "retryable": one.retryable,
            "who": str(one.who),
        }
        for _, one in sorted(CATALOGUE.items())
    ]


def detail(app: App, name: str) -> Document:
    """Return one exception with its history.

    Raises:
        RefusedRequest: ``EXCEPTION_NOT_FOUND``.
        OutsideFailure: the store did not answer.
    """
    return shown(app, known(app, name), history=True)


def assign(app: App, name: str, owner: str, by: str) -> Document:
    """Say who sees to an exception; nobody where ``owner`` is empty.

    Raises:
        RefusedRequest: ``EXCEPTION_NOT_FOUND``; ``BAD_OWNER``.
        OutsideFailure: the store did not answer.
    """
    if len(owner) > _LONGEST_OWNER or not owner.isprintable():
        raise RefusedRequest(
            "BAD_OWNER",
            f"The owner must be a name of at most {_LONGEST_OWNER} visible characters.",
            "Name a person or a team.",
        )

    def change(one: RegisteredException) -> tuple[RegisteredException, HistoryEntry]:
        return replace(one, owner=owner), done(app, by, "assigned", owner)

    return _changed(app, name, change)


def note(app: App, name: str, text: str, by: str) -> Document:
    """Keep what somebody says of an exception.

    Raises:
        RefusedRequest: ``EXCEPTION_NOT_FOUND``; ``BAD_NOTE``.
        OutsideFailure: the store did not answer.
    """
    said = _note(text)
    return _changed(app, name, lambda one: (one, done(app, by, "noted", said)))


def close(app: App, name: str, state: ExceptionState, why: str, by: str) -> Document:
    """Close an exception by hand: resolved, or ignored for as long as nobody opens it again.

    A resolved one that is met again is open again; an ignored one is not.

    Args:
        app: the ports.
        name: its id.
        state: "resolved" or "ignored".
        why: for the auditor; must be said.
        by: who.

    Raises:
        RefusedRequest: ``EXCEPTION_NOT_FOUND``; ``BAD_NOTE``.
        Conflict: ``EXCEPTION_CLOSED``: it is closed otherwise already.
        OutsideFailure: the store did not answer.
    """
    said = _note(why)
    before = known(app, name)
    if before.state is state:
        return shown(app, before, history=True)

    def change(one: RegisteredException) -> tuple[RegisteredException, HistoryEntry]:
        if one.state in CLOSED_STATES:
            raise Conflict(
                "EXCEPTION_CLOSED",
                f"The exception is {one.state} already.",
                "Open it again first, if it is to be closed otherwise.",
            )
        at = moment(app.now())
        closed = replace(one, state=state, resolved_at=at, retry_until="")
        return closed, done(app, by, str(state), said)

    return _changed(app, name, change)


def reopen(app: App, name: str, by: str) -> Document:
    """Open an exception again; one that was parked may be retried from the first attempt on.

    Raises:
        RefusedRequest: ``EXCEPTION_NOT_FOUND``.
        OutsideFailure: the store did not answer.
    """

    def change(one: RegisteredException) -> tuple[RegisteredException, HistoryEntry]:
        opened = replace(one, state=ExceptionState.OPEN, attempts=0, retry_until="", resolved_at="")
        return opened, done(app, by, "reopened")

    return _changed(app, name, change)


def _changed(app: App, name: str, change: Change) -> Document:
    return shown(app, written(app, known(app, name), change), history=True)


def _note(text: str) -> str:
    said = text.strip()
    if not said or len(said) > _LONGEST_NOTE:
        raise RefusedRequest(
            "BAD_NOTE",
            f"The note has {len(said)} characters; expected are 1 to {_LONGEST_NOTE}.",
            "Say in a few words why.",
        )
    return said
