"""The exceptions: what broke, why, how it is repaired, and the buttons that do it."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handler.core.errors import Conflict, RefusedRequest
from handler.core.finding import CATALOGUE
from handler.dashboard.gate import by, signed_in
from handler.dashboard.shell import render_page
from handler.dashboard.view_exceptions import evidence_lines, filtered, is_retryable, rule_wanted
from handler.entrypoints.http_plugin import plugin
from handler.flows import exception_handling as handling
from handler.flows.exception_actions import ACTIONS
from handler.flows.exception_actions import act as do
from handler.flows.exception_record import Document, known, shown
from handler.flows.exception_retry import retry_alike
from handler.flows.page import Page
from handler.flows.session_roles import Role
from handler.flows.settlement_page import exceptions_met

_SHOWN: Final = 50
# Each retry is a settling, and API Gateway ends a call at 30 s: the page offers the next ones.
_RETRIED_AT_ONCE: Final = 5
_MARKED: Final = "What became of those marked"


@signed_in()
def index() -> Response:
    """List exceptions, by default those that wait."""
    names = ("state", "code", "severity", "settlement")
    asked = {name: request.args.get(name, "").strip() for name in names}
    which = filtered(asked)
    if asked["settlement"]:
        page = Page(_of_settlement(asked["settlement"]), "")
    else:
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
        rule=rule_wanted(one),
    )


@signed_in(Role.ACCOUNTANT)
def act(exception_id: str) -> AnyResponse:
    """Do what a button of the page says, and show the exception as it is then."""
    action = request.form.get("action", "")
    do(plugin(), exception_id, action, _said(action), by())
    return redirect(url_for("dashboard.exceptions.show", exception_id=exception_id), 303)


@signed_in(Role.ACCOUNTANT)
def act_on_marked() -> Response:
    """Do the same about each exception that was marked, and show what became of it."""
    action = request.form.get("action", "")
    said = _said(action)
    most = _RETRIED_AT_ONCE if action == "retry" else _SHOWN
    told = []
    for place, name in enumerate(dict.fromkeys(request.form.getlist("id")[:_SHOWN])):
        if place < most:
            told.append(_done(name, action, said))
        else:
            told.append(_told(name, f"Only {most} are done at once: mark it again."))
    return render_page("retried.html", title=_MARKED, code="", exceptions=told, cursor="")


@signed_in(Role.ACCOUNTANT)
def retry_all() -> Response:
    """Retry the next few exceptions of a code, and show what became of each."""
    code = request.form.get("code", "")
    page = retry_alike(plugin(), code, by(), _RETRIED_AT_ONCE, request.form.get("cursor", ""))
    return render_page(
        "retried.html",
        title=f"Retried: {code}",
        code=code,
        exceptions=page.items,
        cursor=page.cursor,
    )


def _of_settlement(settlement_id: str) -> list[Document]:
    """Return what is open of a settlement, and what was, the latest first."""
    app = plugin()
    versions = app.settlements.versions(settlement_id)
    found = exceptions_met(
        app, versions, app.settlements.exceptions_of(f"settlement:{settlement_id}")
    )
    return [shown(app, one) for one in reversed(found)]


def _said(action: str) -> dict[str, str]:
    """Return what the form says with an action, of all its fields."""
    takes = ACTIONS[action].takes if action in ACTIONS else ""
    return {takes: request.form.get(takes, "").strip()} if takes else {}


def _done(name: str, action: str, said: dict[str, str]) -> Document:
    try:
        return do(plugin(), name, action, said, by())
    except (RefusedRequest, Conflict) as error:  # of this one only: the others go on
        if error.code in ("BAD_ACTION", "EXCEPTION_NOT_FOUND"):
            raise
        return _told(name, f"{error.code}: {error.message}")


def _told(name: str, why_not: str) -> Document:
    return {**handling.detail(plugin(), name), "not_retried": why_not}
