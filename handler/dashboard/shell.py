"""The frame around every page: where pages hang, how they are rendered, what headers they carry."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Response, current_app, g, make_response, render_template, request
from flask import url_for as address_of
from werkzeug.datastructures import LanguageAccept

from handler.dashboard import gate
from handler.dashboard.safe_address import safe_next
from handler.dashboard.view_locale import (
    DEFAULT,
    NOTATIONS,
    decimal_text,
    moment_text,
    money_text,
    number_text,
)
from handler.flows.session_roles import Role, role_of

if TYPE_CHECKING:
    from handler.core.errors import PluginError

THEME_COOKIE: Final = "dashboard-theme"
THEMES: Final = ("light", "dark")
# What the head of each page leads to; shown where the page is there.
NAVIGATION: Final = (
    ("Overview", "dashboard.overview.index"),
    ("Settlements", "dashboard.settlements.index"),
    ("Exceptions", "dashboard.exceptions.index"),
    ("Inventory", "dashboard.inventory.index"),
    ("Mappings", "dashboard.mappings.index"),
    ("Scorecard", "dashboard.scorecard.index"),
)
_CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
}
_STATIC: Final = Path(__file__).parent / "static"


def render_page(template: str, status: int = 200, **values: object) -> Response:
    """Return a page, with what every template may use beside its own values."""
    locale = wanted_locale()
    who, session = gate.caller(), gate.session_at_hand()
    role = role_of(who.scopes) if who is not None else None
    frame: dict[str, object] = {
        "navigation": _navigation() if role is not None else (),
        "here": request.endpoint,
        "here_address": safe_next(request.full_path.rstrip("?")),
        "theme": request.cookies.get(THEME_COOKIE) if _theme_is_known() else "",
        "asset": asset,
        "csrf_token": session.csrf if session is not None else "",
        "caller_name": who.name if who is not None else "",
        "role": role,
        "Role": Role,
        "request_id": g.get("request_id", ""),
        "locale": locale,
        "money": partial(money_text, locale=locale),
        "number": partial(number_text, locale=locale),
        "decimal": partial(decimal_text, locale=locale),
        "moment": moment_text,
    }
    return make_response(render_template(template, **frame, **values), status)


def error_page(error: PluginError, status: int, wait: str = "") -> Response:
    """Return what a person reads where a page cannot be shown: what happened, and what to do."""
    is_part = "HX-Request" in request.headers
    answer = render_page("error_part.html" if is_part else "error.html", status, error=error)
    if is_part:  # it goes where messages go, not in the place of what was asked for
        answer.headers["HX-Retarget"] = "#notice"
        answer.headers["HX-Reswap"] = "innerHTML"
    if wait:
        answer.headers["Retry-After"] = wait
    return answer


def finish(response: Response) -> None:
    """Put on the headers of every answer of the pages, and the session."""
    response.headers.update(_HEADERS)
    gate.keep_cookie(response)
    named = request.args.get("v", "")
    if request.endpoint == gate.STATIC and response.status_code in (200, 304):
        name = (request.view_args or {}).get("filename", "")
        is_this = bool(named) and named == _version(name)
        kept = "public, max-age=31536000, immutable" if is_this else "no-cache"
        response.headers["Cache-Control"] = kept
        return
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Cookie", "Accept-Language", "HX-Request"))


def asset(name: str) -> str:
    """Return the address of a static file; another one where its content is another."""
    return address_of(gate.STATIC, filename=name, v=_version(name))


def wanted_locale() -> str:
    """Return which of the known notations the browser asks for first."""
    asked: LanguageAccept = request.accept_languages
    return asked.best_match(list(NOTATIONS), DEFAULT) or DEFAULT


def _navigation() -> Sequence[tuple[str, str]]:
    return [entry for entry in NAVIGATION if entry[1] in current_app.view_functions]


def _theme_is_known() -> bool:
    return request.cookies.get(THEME_COOKIE) in THEMES


@cache
def _version(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:16]
