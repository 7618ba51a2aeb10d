"""The scorecard: the owner's four questions, answered for one profile."""

from __future__ import annotations

from flask import Response, request

from handler.dashboard.gate import signed_in
from handler.dashboard.shell import render_page
from handler.entrypoints.http_plugin import plugin
from handler.flows.scorecard import scorecard

MONTHS = 6
QUESTIONS = {
    "payouts_equal": "Do payouts equal NetSuite without adjustment?",
    "stock_same": "Is stock the same everywhere?",
    "close_days": "How many days does the close take?",
    "errors_cured": "Are errors seen and cured, and how fast?",
}


@signed_in()
def index() -> Response:
    """Ask for a profile, and show its answers."""
    app = plugin()
    profiles = sorted({hint.name for hint in app.mappings.hints()})
    profile = request.args.get("profile", "")
    card = scorecard(app, profile, MONTHS) if profile else None
    return render_page(
        "scorecard.html", profiles=profiles, profile=profile, card=card, questions=QUESTIONS
    )
