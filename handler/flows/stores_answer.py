"""Whether the plugin can work: its mappings can be read, and its stores answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest

if TYPE_CHECKING:
    from handler.flows.app import App

# Nothing lies there: that the bucket says so is its answer.
_NO_FILE: Final = "results/none"


def ask_stores(app: App) -> None:
    """Ask the mappings, the table and the bucket for something, and change nothing.

    Raises:
        UnusableMapping: the mappings are wrong.
        OutsideFailure: a store did not answer, or does not let the plugin in.
    """
    app.mappings.hints()
    app.settlements.settlements("", 1)
    try:
        app.files.read(_NO_FILE)
    except RefusedRequest:
        return
