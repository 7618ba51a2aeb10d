"""Who may see a page, and that what a browser sends comes from our own pages.

It stands before every path under /dashboard, whether there is a page or not: a page that forgets
to ask for a role is still shown to nobody who has not signed in.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Final, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handler.core.errors import PluginError, RefusedRequest
from handler.dashboard.safe_address import ROOT, safe_next
from handler.entrypoints.http_plugin import plugin
from handler.flows import call_limits
from handler.flows.session import (
    Session,
    is_own_token,
    open_session,
    read_session,
    renewed,
    written,
)
from handler.flows.session_caller import Caller, caller_of
from handler.flows.session_end import end, is_ended
from handler.flows.session_roles import Role, role_of

P = ParamSpec("P")
R = TypeVar("R")

STATIC: Final = "dashboard.static"
SIGN_IN: Final = "dashboard.access.sign_in"
# What people reach who have not signed in.
_OPEN: Final = frozenset(
    {
        SIGN_IN,
        "dashboard.access.check_sign_in",
        "dashboard.access.set_theme",
        "dashboard.oidc.start",
        "dashboard.oidc.come_back",
    }
)
_READS: Final = frozenset({"GET", "HEAD"})


def enter() -> AnyResponse | None:
    """Let a request for a page pass, or return where it must go instead.

    Raises:
        RefusedRequest: ``FORGED_FORM``, ``RATE_LIMITED``, ``ROLE_MISSING``.
        NoSessionSecret: there is nothing to sign sessions with.
        OutsideFailure: a store did not answer.
    """
    if request.endpoint == STATIC:
        return None
    app = plugin()
    session = read_session(app, request.cookies.get(cookie_name(), ""))
    if request.method not in _READS:
        _refuse_foreign_forms()
    who = caller_of(app, session) if session is not None else None
    if who is not None and session is not None and is_ended(app, session):
        who = None
    if who is None and request.endpoint not in _OPEN:
        return _to_sign_in()
    if session is None or (who is None and (session.key_hash or session.subject)):
        session = open_session(app)  # nobody's, so that the sign-in form has a token
        g.session_is_new = True
    g.session = session
    if who is not None:
        g.caller = who  # before it is counted: the log names who calls too often
        call_limits.count_call(app, who)
    if request.method not in _READS:
        _refuse_forms_without_token(session)
    if who is not None and request.endpoint not in _OPEN and role_of(who.scopes) is None:
        raise role_missing(who, Role.VIEWER)
    return None


def signed_in(role: Role = Role.VIEWER) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a page be called only by those of a role or above it."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            who = caller()
            held = role_of(who.scopes) if who is not None else None
            if who is None or held is None or held < role:
                raise role_missing(who, role)
            return view(*args, **kwargs)

        return guarded

    return guard


def caller() -> Caller | None:
    """Return whoever has signed in."""
    return cast("Caller | None", g.get("caller"))


def by() -> str:
    """Return who does something, as histories and the audit name them."""
    who = caller()
    return who.by if who is not None else "nobody"


def session_at_hand() -> Session | None:
    """Return the session of the request; ``None`` where it failed before it had one."""
    return cast("Session | None", g.get("session"))


def begin_session(session: Session, who: Caller) -> None:
    """Begin a new session; whatever session the browser had before is over for it."""
    g.session = session
    g.caller = who


def end_session() -> None:
    """End the session, and have the browser forget it.

    Raises:
        OutsideFailure: a store did not answer; it may go on.
    """
    session = session_at_hand()
    if session is not None:
        end(plugin(), session)
    g.pop("session", None)
    g.pop("caller", None)
    g.forget_session = True


def keep_cookie(response: Response) -> None:
    """Write the session, as used now, into the answer."""
    if request.endpoint == STATIC:
        return
    session, app = session_at_hand(), plugin()
    if session is not None:
        with suppress(PluginError):  # the answer stands; who it is for signs in once more
            response.set_cookie(
                cookie_name(),
                written(app, renewed(app, session)),
                path="/",
                secure=app.is_https,
                httponly=True,
                samesite="Lax",  # with Strict, who follows a link from a mail comes signed out
            )
    elif g.get("forget_session", False):
        response.delete_cookie(
            cookie_name(), path="/", secure=app.is_https, httponly=True, samesite="Lax"
        )


def cookie_name() -> str:
    """Return the cookie's name: with the prefix no neighbouring domain can set it."""
    return "__Host-dashboard" if plugin().is_https else "dashboard"


def role_missing(who: Caller | None, role: Role) -> RefusedRequest:
    """Return the refusal of somebody who may do too little."""
    if who is not None and who.is_person:
        return RefusedRequest(
            "ROLE_MISSING",
            f"{who.name} may not do this: it needs the role of {role.title}.",
            "Have whoever looks after the provider put you into the group of this name, then sign "
            "in again.",
            {"role": role.title},
        )
    name = who.name if who is not None else "nobody"
    return RefusedRequest(
        "ROLE_MISSING",
        f"The key {name!r} may not do this: it needs the role of {role.title}.",
        "Sign in with a key that has the scopes of this role; README lists them.",
        {"role": role.title},
    )


def _to_sign_in() -> AnyResponse:
    wanted = request.full_path.rstrip("?") if request.method in _READS else ROOT
    g.code = "SIGNED_OUT"
    address = url_for(SIGN_IN, next=safe_next(wanted))
    if "HX-Request" in request.headers:  # part of a page: the whole of it must go
        return Response("", 401, {"HX-Redirect": address})
    return redirect(address, 303)


def _refuse_foreign_forms() -> None:
    """Refuse what a browser says comes from elsewhere; programs may say nothing."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    # The scheme is not compared: before a proxy it may be another than here.
    foreign = origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()
    if site != "same-origin" or foreign:
        raise _forged("It was sent from another site.")


def _refuse_forms_without_token(session: Session) -> None:
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if g.get("session_is_new", False) or not is_own_token(session, given):
        raise _forged("It carries no token of this session, or an old one.")


def _forged(why: str) -> RefusedRequest:
    return RefusedRequest(
        "FORGED_FORM",
        f"The form was not accepted, and nothing was changed. {why}",
        "Open the page anew and send its form again.",
    )
