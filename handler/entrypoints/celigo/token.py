"""Whose call it is: the system token, and the three places it may stand in.

integrator.io makes the token of a server stack itself; `keys import` makes it one of our keys.
"""

from __future__ import annotations

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
