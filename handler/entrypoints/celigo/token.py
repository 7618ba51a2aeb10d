"""Whose call it is: the system token, and the three places it may stand in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence

from handler.flows.key_ports import ApiKey

# From the token a call carries to whose it is; None where it opens nothing.
Authenticate = Callable[[str], ApiKey | None]


def find_token(authorization: str, body: object, query: Sequence[str]) -> str | None:
    """Return the token a call carries, or ``None``.

    The first place that holds anything decides, even where what it holds is no token: the header
    ``Authorization: Bearer <token>``, then ``access_token`` in the body, then in the query.

    Args:
        authorization: the header, empty where there is none.
        body: what the body holds.
        query: every ``access_token`` of the query.
    """
    if authorization:
        scheme, _, token = authorization.partition(" ")
        return token if scheme.lower() == "bearer" and " " not in token else None
    given = body.get("access_token") if isinstance(body, dict) else None
    if given:
        return given if isinstance(given, str) else None
    return query[0] if len(query) == 1 else None


def caller_of(token: str | None, authenticate: Authenticate) -> ApiKey | None:
    """Return whose token it is, or ``None``; what is empty or beyond ASCII is nobody's."""
    return authenticate(token) if token and token.isascii() else None


def one_system_token(token: str, caller: ApiKey) -> Authenticate:
    """Return an authentication that knows the one token integrator.io made for a stack.

    integrator.io makes the token of a server stack itself, so it is none of the plugin's keys.

    Raises:
        ValueError: the token is empty: it would be no lock at all.
    """
    if not token:
        raise ValueError("the system token of a stack is empty")
    expected = _digest(token)

    def authenticate(given: str) -> ApiKey | None:
        # Of digests, so that not even the length shows in how long it takes.
        return caller if hmac.compare_digest(_digest(given), expected) else None

    return authenticate


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
