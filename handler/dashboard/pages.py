"""Which pages there are. A new one is added here, and shows in the navigation by its name."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

from handler.dashboard.safe_address import ROOT
from handler.entrypoints.http_views import at_first_call

# method, address below ROOT, page and function
PAGES: Final = (
    ("GET", "", "access.home"),
    ("GET", "/sign-in", "access.sign_in"),
    ("POST", "/sign-in", "access.check_sign_in"),
    ("POST", "/sign-out", "access.sign_out"),
    ("POST", "/theme", "access.set_theme"),
    ("GET", "/oidc/start", "oidc.start"),
    ("GET", "/oidc/return", "oidc.come_back"),
    ("GET", "/overview", "overview.index"),
    ("GET", "/settlements", "settlements.index"),
    ("GET", "/settlements/<settlement_id>", "settlements.show"),
    ("POST", "/settlements/<settlement_id>", "settlements.settle_again"),
    ("GET", "/settlements/<settlement_id>/rows", "settlements.rows"),
    ("GET", "/settlements/<settlement_id>/journal", "settlements.journal"),
    ("GET", "/exceptions", "exceptions.index"),
    ("GET", "/exceptions/<exception_id>", "exceptions.show"),
    ("POST", "/exceptions/<exception_id>", "exceptions.act"),
    ("POST", "/exceptions/marked", "exceptions.act_on_marked"),
    ("POST", "/exceptions", "exceptions.retry_all"),
    ("GET", "/inventory", "inventory.index"),
    ("GET", "/inventory/listing", "inventory.show"),
    ("GET", "/inventory/drift", "inventory.drift"),
    ("GET", "/mappings", "mappings.index"),
    ("GET", "/mappings/rule", "mappings.rule"),
    ("POST", "/mappings/preview", "mappings.preview"),
    ("POST", "/mappings/rules", "mappings.save"),
    ("GET", "/scorecard", "scorecard.index"),
)


def all_pages() -> Blueprint:
    """Return every page, ready to be registered; each of them asks for its role itself."""
    made = Blueprint(
        "dashboard",
        __package__,
        url_prefix=ROOT,
        template_folder="templates",
        static_folder="static",
    )
    parts: dict[str, Blueprint] = {}
    for method, address, view in PAGES:
        page, _, name = view.partition(".")
        part = parts.setdefault(page, Blueprint(page, __package__))
        answer = at_first_call(f"{__package__}.page_{page}", name)
        part.add_url_rule(address, name, answer, methods=[method])
    for part in parts.values():
        made.register_blueprint(part)
    return made
