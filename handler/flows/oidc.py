"""Signing in at an OpenID provider: authorization code with PKCE, bound to one browser, once.

What a sign-in begins with stands in a signed cookie of its own, next to the session it was begun
in. Another browser has neither, so nobody can be led into somebody else's sign-in.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from handler.core.errors import OutsideFailure, PluginError, RefusedRequest
from handler.flows.oidc_ports import Identity, Redemption
from handler.flows.session import Session, read_signed, write_signed
from handler.flows.session_caller import Caller, of_person
from handler.flows.session_roles import Role
from handler.flows.session_secret import OIDC_CLIENT_SECRET

if TYPE_CHECKING:
    from handler.flows.app import App

LASTS: Final = timedelta(minutes=10)  # of a sign-in: a password, a second factor, a coffee
SCOPES: Final = "openid email"
_SALT: Final = "dashboard oidc, form 1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TEXT: Final = 4_000
_LONGEST_CODE: Final = 2_048
_NAME: Final = re.compile(r"[!-~]{1,254}")
_ERROR: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way, as the browser carries it.

    Attributes:
        session_id: of the session it was begun in.
        state: random; the provider hands it back with the code.
        nonce: random; the token carries it.
        verifier: random; whoever redeems the code must know it (PKCE).
        wanted: the page to lead to afterwards.
        redirect_url: where the provider leads back to.
        at: when it was begun, in seconds since 1970.
    """

    session_id: str
    state: str
    nonce: str
    verifier: str
    wanted: str
    redirect_url: str
    at: int


def identity_of(app: App) -> Identity:
    """Return how people sign in at a provider.

    Raises:
        RefusedRequest: ``NOT_FOUND``: this installation has none.
    """
    if app.identity is None:
        raise RefusedRequest(
            "NOT_FOUND",
            "This installation has no provider to sign in at.",
            "Sign in with a key, or set OIDC_ISSUER and OIDC_CLIENT_ID.",
        )
    return app.identity


def begin(app: App, session: Session, wanted: str, redirect_url: str) -> tuple[Begun, str]:
    """Begin a sign-in; return it, and where the browser must go.

    Args:
        app: the ports.
        session: of the browser, from before the sign-in.
        wanted: the page to lead to afterwards, known to be one of ours.
        redirect_url: where the provider leads back to, unless the installation says it.

    Raises:
        RefusedRequest: ``NOT_FOUND``.
        UnusableProvider: ``OIDC_UNUSABLE``.
        OutsideFailure: ``OIDC_UNREACHABLE``.
    """
    identity = identity_of(app)
    begun = Begun(
        session_id=session.session_id,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        wanted=wanted,
        redirect_url=identity.redirect_url or redirect_url,
        at=int(app.now().timestamp()),
    )
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": identity.client_id,
        "redirect_uri": begun.redirect_url,
        "scope": SCOPES,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return begun, _with(identity.provider.places().sign_in, asked)


def written(app: App, begun: Begun) -> str:
    """Return a sign-in on its way as a signed text.

    Raises:
        NoSessionSecret: there is nothing to sign with.
    """
    return write_signed(app, _SALT, list(astuple(begun)))


def finish(
    app: App, session: Session, carried: str, given: Mapping[str, str]
) -> tuple[Caller, Role | None, str]:
    """Return who has signed in, in which role, and the page they wanted.

    Args:
        app: the ports.
        session: of the browser, from before the sign-in.
        carried: the signed text that the browser carries.
        given: what the provider gave the browser along: ``code``, ``state``, ``error``, ``iss``.

    Raises:
        RefusedRequest: ``NOT_FOUND``, ``OIDC_STATE_MISMATCH``, ``OIDC_DENIED``, and what the
            provider's port raises.
        UnusableProvider: likewise.
        OutsideFailure: the provider or a store did not answer.
    """
    identity = identity_of(app)
    begun = _own(app, session, carried, given.get("state", ""))
    if given.get("iss", identity.issuer) != identity.issuer:  # RFC 9207
        raise _mismatch("The answer names another provider.")
    code = given.get("code", "")
    if "error" in given or not 0 < len(code) <= _LONGEST_CODE:
        raise _denied(identity, given.get("error", ""))
    claims = identity.provider.claims(
        Redemption(code, begun.verifier, begun.redirect_url, begun.nonce, _secret(app))
    )
    role = role_in(claims.get(identity.role_claim))
    subject = str(claims["sub"])
    counted = hashlib.sha256(f"oidc\n{identity.issuer}\n{subject}".encode()).hexdigest()
    return of_person(_name(claims, subject), counted, role), role, begun.wanted


def role_in(claim: object) -> Role | None:
    """Return the highest role that a claim names; ``None`` where it names none."""
    named = claim if isinstance(claim, list) else [claim]
    return max((role for role in Role if role.title in named), default=None)


def sign_out_address(app: App, back: str) -> str:
    """Return where the browser's session at the provider is ended; empty where that is nowhere.

    Who leaves must get away: a provider that does not answer keeps nobody signed in here.

    Args:
        app: the ports.
        back: the address to lead back to; the provider must know it.
    """
    if app.identity is None:
        return ""
    try:
        place = app.identity.provider.places().sign_out
    except PluginError:
        return ""
    name = "logout_uri" if app.identity.is_cognito else "post_logout_redirect_uri"
    return _with(place, {"client_id": app.identity.client_id, name: back}) if place else ""


def _own(app: App, session: Session, carried: str, state: str) -> Begun:
    found = read_signed(app, _SALT, carried, _LONGEST_TEXT)
    shape = [str, str, str, str, str, str, int]
    if not (isinstance(found, list) and [type(part) for part in found] == shape):
        raise _mismatch("This browser has begun no sign-in, or has ended it already.")
    begun = Begun(*found)
    if not hmac.compare_digest(begun.state.encode(), state.encode()):
        raise _mismatch("The answer belongs to another sign-in.")
    if not hmac.compare_digest(begun.session_id.encode(), session.session_id.encode()):
        raise _mismatch("Somebody has signed in or out in this browser since.")
    ends = datetime.fromtimestamp(begun.at, UTC) + LASTS
    if app.now() >= ends:
        raise _mismatch(f"It took longer than {LASTS // timedelta(minutes=1)} minutes.")
    # Once only, also for who has copied the cookie: counted as the calls of a key are, in the
    # minute the sign-in ends by itself, so that the count stays for as long as it matters.
    used = hashlib.sha256(f"oidc state\n{begun.state}".encode()).hexdigest()
    if app.keys.count_call(used, (ends - _EPOCH) // timedelta(minutes=1)) > 1:
        raise _mismatch("The answer was used already.")
    return begun


def _secret(app: App) -> str:
    try:
        return app.secrets.read(OIDC_CLIENT_SECRET).strip()
    except RefusedRequest:
        return ""  # a public client: PKCE alone protects its codes


def _name(claims: Mapping[str, object], subject: str) -> str:
    """Return what to call somebody: by an address only where the provider says it is theirs."""
    address = claims.get("email")
    verified = claims.get("email_verified")
    is_theirs = verified is True or verified == "true"  # some providers say it as a text
    if is_theirs and isinstance(address, str) and "@" in address and _NAME.fullmatch(address):
        return address
    return subject


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def _mismatch(why: str) -> RefusedRequest:
    return RefusedRequest(
        "OIDC_STATE_MISMATCH",
        f"The sign-in was not accepted. {why}",
        "Begin it again from the sign-in page, and finish it in the same browser.",
    )


def _denied(identity: Identity, error: str) -> RefusedRequest | OutsideFailure:
    said = error if _ERROR.fullmatch(error) else "no reason"
    if said in ("server_error", "temporarily_unavailable"):
        return OutsideFailure(
            "OIDC_UNREACHABLE",
            f"{identity.name} could not sign anybody in ({said}).",
            "Try again in a minute, or sign in with a key.",
        )
    return RefusedRequest(
        "OIDC_DENIED",
        f"{identity.name} did not sign you in ({said}).",
        "Begin again from the sign-in page; if it stays so, ask whoever looks after the provider "
        "whether you may use this application.",
    )
