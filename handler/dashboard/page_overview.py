"""The first page: what waits for somebody, and which settlements are on their way."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response

from handler.dashboard.gate import signed_in
from handler.dashboard.shell import render_page
from handler.dashboard.view_overview import AGES, by_severity_and_age, on_their_way
from handler.entrypoints.http_plugin import plugin
from handler.flows.exception_record import exception_id

blueprint = Blueprint("overview", __name__)
_MOST_EXCEPTIONS: Final = 100
_MOST_SETTLEMENTS: Final = 100
_LATEST: Final = 20
_SHOWN: Final = 10


@blueprint.get("/overview")
@signed_in()
def index() -> Response:
    """Show what the register and the settlements' list begin with, and whether there is more."""
    app = plugin()
    exceptions = app.settlements.exceptions(_MOST_EXCEPTIONS)
    settlements = app.settlements.settlements("", _MOST_SETTLEMENTS)
    return render_page(
        "overview.html",
        ages=[f"{title}#" for title, _ in AGES],
        severities=by_severity_and_age(exceptions.items, app.now()),
        exceptions=exceptions.items[:_SHOWN],
        exception_id=exception_id,
        exceptions_counted=len(exceptions.items),
        has_more_exceptions=bool(exceptions.cursor),
        latest=settlements.items[:_LATEST],
        waiting=on_their_way(settlements.items),
        settlements_counted=len(settlements.items),
        has_more_settlements=bool(settlements.cursor),
    )
