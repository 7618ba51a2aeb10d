"""The stock: the seller's own pool and Amazon's side by side, one listing, and drift over time."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from handler.dashboard.gate import signed_in
from handler.dashboard.shell import render_page
from handler.dashboard.view_inventory import fbm_line
from handler.dashboard.view_inventory_drift import causes_line, history_figure
from handler.dashboard.view_inventory_listing import (
    drift_figure,
    drift_series,
    policy_line,
    series_name,
    steps,
)
from handler.entrypoints.http_plugin import plugin
from handler.flows.exception_record import exception_id
from handler.flows.inventory_page import (
    comparison_document,
    differences_of,
    item_of,
    listing_page,
    stock_page,
)
from handler.inventory.totals import cause_of

_SHOWN: Final = 50
_RUNS: Final = 30
_MOST_PAIRS: Final = 100
_MOST_MOVEMENTS: Final = 200


@signed_in()
def index() -> Response:
    """List a profile's listings with the figures of their pools."""
    app, profiles = plugin(), plugin().stock_mappings.profiles()
    profile = request.args.get("profile", "") or (profiles[0] if profiles else "")
    sku = request.args.get("sku", "").strip()
    cursor = request.args.get("cursor", "")
    page = stock_page(app, profile, sku, _SHOWN, cursor) if profile else None
    now = app.now()
    lines = [(one, fbm_line(one, page.policy.fbm, now)) for one in page.listings] if page else []
    return render_page(
        "inventory.html",
        profiles=profiles,
        profile=profile,
        sku=sku,
        page=page,
        lines=lines,
        is_first=not cursor,
    )


@signed_in()
def show() -> Response:
    """Show one listing. It is named in the query: a SKU may hold any sign, slashes too."""
    profile, marketplace, sku = (
        request.args.get(name, "") for name in ("profile", "marketplace", "sku")
    )
    app = plugin()
    page = listing_page(app, profile, marketplace, sku)
    stock, state = page.stock, page.stock.published
    places = {
        place[1:] for run in page.runs for place in differences_of(stock.listing, run, page.policy)
    }
    series = drift_series(page.runs, item_of(stock.listing), places)
    return render_page(
        "inventory_listing.html",
        profile=profile,
        page=page,
        stock=stock,
        state=state,
        line=fbm_line(stock, page.policy.fbm, app.now()),
        steps=steps(state.trace) if state else [],
        policy_line=policy_line(state.trace) if state else "",
        series=series,
        series_name=series_name,
        figure=drift_figure(series) if series else None,
        cause_of=cause_of,
        movements=page.movements[:_MOST_MOVEMENTS],
        more_movements=len(page.movements) - _MOST_MOVEMENTS,
        exception_id=exception_id,
    )


@signed_in()
def drift() -> Response:
    """Show a profile's comparisons of the two systems, and what the latest of them found."""
    app, profile = plugin(), request.args.get("profile", "")
    app.stock_mappings.load(profile)  # a name nobody knows is refused, not shown as empty
    cursor = request.args.get("cursor", "")
    runs = app.inventory.drift_runs(profile, _RUNS, cursor)
    latest = runs.items[0] if runs.items else None
    document = comparison_document(app, latest) if latest else None
    return render_page(
        "inventory_drift.html",
        profile=profile,
        runs=runs.items,
        cursor=runs.cursor,
        is_first=not cursor,
        latest=latest,
        document=document,
        pairs=document["pairs"][:_MOST_PAIRS] if document else [],
        more_pairs=len(document["pairs"]) - _MOST_PAIRS if document else 0,
        figure=history_figure(runs.items) if runs.items else None,
        causes_line=causes_line,
    )
