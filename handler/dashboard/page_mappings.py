"""The mappings: what has no rule, a rule to add, what it would change, keeping it."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handler.dashboard.gate import by, signed_in
from handler.dashboard.shell import render_page
from handler.dashboard.view_mappings import CELLS, change_of, fields_of, sections, waiting_for
from handler.entrypoints.http_plugin import plugin
from handler.flows import mapping_rules
from handler.flows.session_roles import Role
from handler.flows.unmapped_values import UNMAPPED_CODES, unmapped_values

# Each is a settling, and API Gateway ends a call at 30 s: the page offers the next ones.
_LOOKED_AT: Final = 5
_LATEST: Final = 20
_VERSIONS: Final = 5


@signed_in()
def index() -> Response:
    """Show what waits for a rule, the rules that were added, and how much has one."""
    app = plugin()
    unmapped = unmapped_values(app)
    books = mapping_rules.rule_history(app, _VERSIONS)
    latest = app.settlements.settlements("", _LATEST).items
    waiting = {name for value in unmapped.values for name in value.settlements}
    return render_page(
        "mappings.html",
        unmapped=unmapped,
        book=books[0] if books else mapping_rules.rules_now(app),
        books=books,
        codes=[code for code in UNMAPPED_CODES if code in unmapped.codes],
        deployed=len(mapping_rules.deployed(app).vocabulary.rules),
        latest=len(latest),
        covered=sum(one.settlement_id not in waiting for one in latest),
        saved=request.args.get("saved", ""),
    )


@signed_in(Role.ACCOUNTANT)
def rule() -> Response:
    """Ask for a rule; what Amazon's word is may come with the address."""
    app = plugin()
    return render_page(
        "mapping_rule.html",
        fields=fields_of(request.args),
        number_of_rules=app.rules.newest().number,
        sections=sections(mapping_rules.deployed(app).classes),
    )


@signed_in(Role.ACCOUNTANT)
def preview() -> Response:
    """Show what a change of the rules would change; nothing is kept."""
    app, form = plugin(), request.form
    change = change_of(form)
    cursor = form.get("cursor", "")
    waiting: list[str] = []
    if not cursor:
        waiting = waiting_for(change, unmapped_values(app).values, _LOOKED_AT)
    changed = mapping_rules.preview_of(app, change, waiting)
    page = mapping_rules.preview(app, change, "", _LOOKED_AT, cursor, waiting)
    return render_page(
        "mapping_preview.html",
        fields=fields_of(form),
        change=change,
        cells=CELLS,
        changed=[*changed, *page.items],
        waiting=waiting,
        cursor=page.cursor,
        looked_at=_LOOKED_AT,
    )


@signed_in(Role.ACCOUNTANT)
def save() -> AnyResponse:
    """Keep a change as the next version of the rules, and offer the retry of what waits."""
    book = mapping_rules.save(plugin(), change_of(request.form), by())
    return redirect(url_for("dashboard.mappings.index", saved=book["number"]), 303)
