"""Where a view finds the ports: they hang on the Flask app, once for all blueprints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from flask import current_app

if TYPE_CHECKING:
    from handler.flows.app import App

EXTENSION: Final = "plugin"


def plugin() -> App:
    """Return the ports of the app that answers the request at hand."""
    return cast("App", current_app.extensions[EXTENSION])
