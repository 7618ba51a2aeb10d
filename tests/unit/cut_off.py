"""A plugin whose process dies before or after any one of its writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from handler.flows.app import App

_WRITES: Final = frozenset(
    {
        "record",
        "move",
        "register",
        "resolve",
        "remember",
        "keep",
        "put",
        "post_ledger",
        "move_ledger_run",
    }
)


class Died(BaseException):
    """The process is no more; nothing of it catches this."""


class Scissors:
    """Counts the writes of an app, and cuts it off at one of them.

    Attributes:
        writes: how many there were.
    """

    def __init__(self) -> None:
        self.writes = 0
        self._at = 0
        self._after = False

    def cut(self, at: int, *, after: bool) -> None:
        """Die at the ``at``-th write from now, 1 for the next; 0 for never."""
        self.writes, self._at, self._after = 0, at, after

    def over(self, app: App) -> App:
        """Return the app with its writes watched."""
        return replace(
            app,
            settlements=_Watched(app.settlements, self),
            inventory=_Watched(app.inventory, self),
            outbox=_Watched(app.outbox, self),
            files=_Watched(app.files, self),
        )

    def write(self, really: Callable[[], Any]) -> Any:
        self.writes += 1
        is_last = self.writes == self._at
        if is_last and not self._after:
            raise Died
        written = really()
        if is_last:
            raise Died
        return written


class _Watched:
    def __init__(self, store: Any, scissors: Scissors) -> None:
        self._store = store
        self._scissors = scissors

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name not in _WRITES:
            return found
        return lambda *given, **named: self._scissors.write(lambda: found(*given, **named))
