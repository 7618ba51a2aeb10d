"""What can be done about an exception, by the words in which callers, pages and commands ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.flows.exception_handling import assign, close, note, reopen
from handler.flows.exception_ports import ExceptionState
from handler.flows.exception_retry import retry

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.exception_record import Document


def _closed(state: ExceptionState, app: App, name: str, why: str, by: str) -> Document:
    return close(app, name, state, why, by)


@dataclass(frozen=True, slots=True)
class Action:
    """Something to be done about an exception.

    Attributes:
        does: asked with the ports, the exception's id, what is said and who asks; returns the
            exception as it is then, and raises as the flow it calls.
        takes: what must be said with it: "owner", who is to see to the exception; "note", in a few
            words why; or nothing.
    """

    does: Callable[[App, str, str, str], Document]
    takes: str = ""


ACTIONS: Final[Mapping[str, Action]] = {
    "assign": Action(assign, "owner"),
    "note": Action(note, "note"),
    "resolve": Action(partial(_closed, ExceptionState.RESOLVED), "note"),
    "ignore": Action(partial(_closed, ExceptionState.IGNORED), "note"),
    "reopen": Action(lambda app, name, _, by: reopen(app, name, by)),
    "retry": Action(lambda app, name, _, by: retry(app, name, by)),
}


def act(app: App, name: str, action: str, said: Mapping[str, str], by: str) -> Document:
    """Do one of the actions.

    Args:
        app: the ports.
        name: the exception's id.
        action: one of :data:`ACTIONS`.
        said: "owner" or "note", as the action takes it, and nothing else: what would be dropped
            was meant for something.
        by: who asks.

    Raises:
        RefusedRequest: ``BAD_ACTION``; those of the action.
        Conflict: those of the action.
        OutsideFailure: the store did not answer.
    """
    if action not in ACTIONS:
        raise _bad(f"There is no action {action!r}.")
    takes = ACTIONS[action].takes
    if set(said) != ({takes} if takes else set()):
        wanted = f"takes {takes!r} and nothing else" if takes else "takes neither owner nor note"
        raise _bad(
            f"The action {action!r} {wanted}; given: {', '.join(sorted(said)) or 'nothing'}."
        )
    return ACTIONS[action].does(app, name, said.get(takes, ""), by)


def _bad(what: str) -> RefusedRequest:
    return RefusedRequest("BAD_ACTION", what, f"Actions are: {', '.join(ACTIONS)}.")
