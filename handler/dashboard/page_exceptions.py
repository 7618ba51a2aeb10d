"""The exceptions: what broke, why, how it is repaired, and the buttons that do it."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handler.core.errors import RefusedRequest
from handler.core.finding import CATALOGUE
from handler.dashboard.gate import by, signed_in
from handler.dashboard.shell import render_page
from handler.dashboard.view_exceptions import evidence_lines, filtered, is_retryable
from handler.entrypoints.http_plugin import plugin
from handler.flows import exception_handling as handling
from handler.flows.exception_actions import ACTIONS
from handler.flows.exception_actions import act as do
from handler.flows.exception_record import known, shown
from handler.flows.exception_retry import retry_alike
from handler.flows.session_roles import Role

blueprint = Blueprint("exceptions", __name__)
_SHOWN: Final = 50
# Each retry is a settling, and API Gateway ends a call at 30 s: the page offers the next ones.
_RETRIED_AT_ONCE: Final = 5


@blueprint.get("/exceptions")
@signed_in()
def index() -> Response:
    """List exceptions, by default those that wait."""
    asked = {name: request.args.get(name, "") for name in ("state", "code", "severity")}
    which = filtered(asked)
    page = handling.listed(plugin(), which, _SHOWN, request.args.get("cursor", ""))
    return render_page(
        "exceptions.html",
        asked={name: value for name, value in asked.items() if value},
        which=which,
        codes=sorted(CATALOGUE),
        exceptions=page.items,
        cursor=page.cursor,
        is_first=not request.args.get("cursor"),
    )


@blueprint.get("/exceptions/<exception_id>")
@signed_in()
def show(exception_id: str) -> Response:
    """Show one exception: its diagnosis, its evidence, what was done, and what can be done."""
    app = plugin()
    one = known(app, exception_id)
    document = shown(app, one, history=True)
    return render_page(
        "exception.html",
        one=document,
        evidence=evidence_lines(one.finding.get("evidence")),
        is_retryable=is_retryable(one),
    )


@blueprint.post("/exceptions/<exception_id>")
@signed_in(Role.ACCOUNTANT)
def act(exception_id: str) -> AnyResponse:
    """Do what a button of the page says, and show the exception as it is then."""
    form = request.form
    action = form.get("action", "")
    if action not in ACTIONS:
        raise RefusedRequest(
            "BAD_ACTION", f"The page sent {action!r}.", "Open the page anew and try again."
        )
    takes = ACTIONS[action].takes
    said = {takes: form.get(takes, "").strip()} if takes else {}
    do(plugin(), exception_id, action, said, by())
    return redirect(url_for("dashboard.exceptions.show", exception_id=exception_id), 303)


@blueprint.post("/exceptions")
@signed_in(Role.ACCOUNTANT)
def retry_all() -> Response:
    """Retry the next few exceptions of a code, and show what became of each."""
    code = request.form.get("code", "")
    page = retry_alike(plugin(), code, by(), _RETRIED_AT_ONCE, request.form.get("cursor", ""))
    return render_page("retried.html", code=code, exceptions=page.items, cursor=page.cursor)
