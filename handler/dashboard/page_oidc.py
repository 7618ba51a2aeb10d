"""Signing in at an OpenID provider: out to it, and back."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from flask import after_this_request, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handler import logs
from handler.dashboard import gate
from handler.dashboard.safe_address import safe_next
from handler.entrypoints.http_plugin import plugin
from handler.flows import call_limits, oidc
from handler.flows.session import Session, open_session, open_session_of
from handler.flows.session_roles import Role

RETURN: Final = "dashboard.oidc.come_back"


def start() -> AnyResponse:
    """Lead to the provider; the browser keeps what the way back is known by."""
    app = plugin()
    session = gate.session_at_hand() or open_session(app)
    wanted = safe_next(request.args.get("next", ""))
    begun, address = oidc.begin(app, session, wanted, own_address(RETURN))
    answer = redirect(address, 303)
    answer.set_cookie(
        _cookie_name(),
        oidc.written(app, begun),
        max_age=oidc.LASTS,
        path="/",
        secure=app.is_https,
        httponly=True,
        samesite="Lax",  # the way back comes from the provider's site
    )
    return answer


def come_back() -> AnyResponse:
    """Open a session for whom the provider vouches for; what was kept for it goes in any case."""
    app = plugin()
    after_this_request(_forget)
    logs.hide(request.args.get("code", ""))
    given = request.args.to_dict()
    carried = request.cookies.get(_cookie_name(), "")
    who, role, wanted = oidc.finish(
        app, gate.session_at_hand() or open_session(app), carried, given
    )
    call_limits.count_call(app, who)
    if role is None:
        g.pop("caller", None)
        raise gate.role_missing(who, Role.VIEWER)
    gate.begin_session(open_session_of(app, who.name, who.key_hash, role), who)
    return redirect(wanted, 303)


def provider_name() -> str:
    """Return what people know the provider by; empty where they sign in with keys alone."""
    identity = plugin().identity
    return identity.name if identity is not None else ""


def sign_out_address(session: Session | None) -> str:
    """Return where somebody's session at the provider is ended; empty where they have none."""
    if session is None or not session.subject:
        return ""
    return oidc.sign_out_address(plugin(), own_address(gate.SIGN_IN))


def own_address(endpoint: str) -> str:
    """Return the whole address of a page, as browsers and the provider know it."""
    app = plugin()
    known = urlsplit(app.identity.redirect_url if app.identity is not None else "")
    # Not the scheme of the request: before a proxy it may be another than here.
    scheme = known.scheme or ("https" if app.is_https else "http")
    return urlunsplit((scheme, known.netloc or request.host, url_for(endpoint), "", ""))


def _forget(answer: AnyResponse) -> AnyResponse:
    secure = plugin().is_https
    answer.delete_cookie(_cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")
    return answer


def _cookie_name() -> str:
    return f"{gate.cookie_name()}-oidc"
