"""Signing in with a key, signing out, and whether the pages are light or dark."""

from __future__ import annotations

from typing import Final

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handler import logs
from handler.dashboard import gate, page_oidc
from handler.dashboard.safe_address import OVERVIEW, safe_next
from handler.dashboard.shell import THEME_COOKIE, THEMES, render_page
from handler.entrypoints.http_plugin import plugin
from handler.flows import api_keys, call_limits
from handler.flows.session import open_session
from handler.flows.session_caller import of_key
from handler.flows.session_roles import Role, role_of

_YEAR: Final = 365 * 24 * 60 * 60


def home() -> AnyResponse:
    """Lead to the first page."""
    return redirect(OVERVIEW, 303)


def sign_in() -> Response:
    """Ask for a key, or lead to the provider."""
    return _form(safe_next(request.args.get("next", "")))


def check_sign_in() -> AnyResponse:
    """Open a session for a key; the same words whatever is wrong with it."""
    app = plugin()
    wanted = safe_next(request.form.get("next", ""))
    text = request.form.get("key", "").strip()
    logs.hide(text)
    key = api_keys.find(app, text)
    if key is None:
        g.code = "UNAUTHORIZED"
        return _form(wanted, 401)
    who = of_key(key)
    g.caller = who
    call_limits.count_call(app, who)
    if role_of(who.scopes) is None:
        g.pop("caller")
        raise gate.role_missing(who, Role.VIEWER)
    gate.begin_session(open_session(app, key), who)
    return redirect(wanted, 303)


def sign_out() -> AnyResponse:
    """Forget the session, and lead whoever has one at the provider to its end there."""
    address = page_oidc.sign_out_address(gate.session_at_hand())
    gate.end_session()
    if not address:
        return redirect(url_for(gate.SIGN_IN), 303)
    # A page, no redirect: browsers let a form lead to our own addresses only (form-action).
    answer = render_page("signed_out.html", address=address, provider=page_oidc.provider_name())
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


def set_theme() -> AnyResponse:
    """Remember whether the pages are light or dark; anything else leaves it to the system."""
    theme = request.form.get("theme", "")
    answer = redirect(safe_next(request.form.get("next", "")), 303)
    kept = THEMES.index(theme) if theme in THEMES else None
    if kept is None:
        answer.delete_cookie(THEME_COOKIE, path="/dashboard")
    else:
        answer.set_cookie(
            THEME_COOKIE,
            THEMES[kept],
            max_age=_YEAR,
            path="/dashboard",
            secure=plugin().is_https,
            httponly=True,
            samesite="Lax",
        )
    return answer


def _form(wanted: str, status: int = 200) -> Response:
    provider = page_oidc.provider_name()
    return render_page(
        "sign_in.html", status, wanted=wanted, is_wrong=status != 200, provider=provider
    )
