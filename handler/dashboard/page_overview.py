"""The first page: what waits for somebody, and which settlements are on their way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from flask import Response, current_app

from handler.core.errors import UnusableMapping
from handler.core.finding import Severity
from handler.dashboard.gate import signed_in
from handler.dashboard.page_scorecard import MONTHS, QUESTIONS
from handler.dashboard.shell import render_page
from handler.dashboard.view_overview import AGES, counted_by_age, on_their_way
from handler.entrypoints.http_plugin import plugin
from handler.flows.exception_record import exception_id
from handler.flows.scorecard import in_brief

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.inventory_ports import DriftRun
    from handler.payloads.result import Document

_INVENTORY: Final = "dashboard.inventory.index"
_MOST_COUNTED: Final = 500
_MOST_SETTLEMENTS: Final = 100
_MOST_OF_SCORECARD: Final = 100
_LATEST: Final = 20
_SHOWN: Final = 10


@signed_in()
def index() -> Response:
    """Show what waits, counted; what is latest; and how scorecard and stock stand."""
    app, now = plugin(), plugin().now()
    store = app.settlements
    exceptions = store.exceptions(_SHOWN).items
    settlements = store.settlements("", _MOST_SETTLEMENTS)
    cards, runs, why_not = _standing(app)
    return render_page(
        "overview.html",
        questions=QUESTIONS,
        cards=cards,
        most_read=_MOST_OF_SCORECARD,
        runs=runs,
        why_not=why_not,
        inventory=_INVENTORY if _INVENTORY in current_app.view_functions else "",
        ages=[f"{title}#" for title, _ in AGES],
        severities=[
            counted_by_age(name, store.opened(name, _MOST_COUNTED + 1), _MOST_COUNTED, now)
            for name in (Severity.ERROR, Severity.WARNING)
        ],
        most_counted=_MOST_COUNTED,
        exceptions=exceptions,
        exception_id=exception_id,
        latest=settlements.items[:_LATEST],
        waiting=on_their_way(settlements.items),
        settlements_counted=len(settlements.items),
        has_more_settlements=bool(settlements.cursor),
    )


def _standing(
    app: App,
) -> tuple[Sequence[Document], Sequence[tuple[str, DriftRun | None]], str]:
    """Return each profile's scorecard in brief and its last comparison of stock.

    Which profiles there are stands in the mappings. Where those are wrong, the rest of the page is
    what somebody needs: it is shown, with what is wrong.
    """
    try:
        profiles = sorted({hint.name for hint in app.mappings.hints()})
        stocked = app.stock_mappings.profiles()
    except UnusableMapping as error:
        return (), (), str(error)
    runs = [(name, next(iter(app.inventory.drift_runs(name, 1).items), None)) for name in stocked]
    return in_brief(app, profiles, MONTHS, _MOST_OF_SCORECARD), runs, ""
