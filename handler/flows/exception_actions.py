"""What can be done about an exception, by the words in which callers, pages and commands ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from handler.flows.app import App
from handler.flows.exception_handling import assign, close, note, reopen
from handler.flows.exception_ports import ExceptionState
from handler.flows.exception_record import Document
from handler.flows.exception_retry import retry


@dataclass(frozen=True, slots=True)
class Said:
    """What is said with an action, where it needs it.

    Attributes:
        owner: who is to see to the exception.
        note: in a few words, why.
    """

    owner: str = ""
    note: str = ""


# Each is asked with the ports, the exception's id, what is said, and who asks; each returns the
# exception as it is then, and raises as the flow it calls.
ACTIONS: Final[Mapping[str, Callable[[App, str, Said, str], Document]]] = {
    "assign": lambda app, name, said, by: assign(app, name, said.owner, by),
    "note": lambda app, name, said, by: note(app, name, said.note, by),
    "resolve": lambda app, name, said, by: close(app, name, ExceptionState.RESOLVED, said.note, by),
    "ignore": lambda app, name, said, by: close(app, name, ExceptionState.IGNORED, said.note, by),
    "reopen": lambda app, name, _, by: reopen(app, name, by),
    "retry": lambda app, name, _, by: retry(app, name, by),
}
