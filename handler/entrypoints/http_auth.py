"""Who calls, and whether they may: bearer keys with scopes, so many calls a minute."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from flask import g, request

from handler import logs
from handler.core.errors import RefusedRequest
from handler.flows import api_keys, call_limits

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.key_ports import ApiKey

P = ParamSpec("P")
R = TypeVar("R")


def authenticate(app: App) -> ApiKey:
    """Return the key the request carries, its call counted.

    Raises:
        RefusedRequest: ``UNAUTHORIZED``; the same words whatever is wrong with the key.
            ``RATE_LIMITED``: it has made its calls of this minute.
        OutsideFailure: the store did not answer.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    logs.hide(text.strip() or scheme)
    key = admit(app, text.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        raise RefusedRequest(
            "UNAUTHORIZED",
            "The request carries no valid key.",
            "Send the header `Authorization: Bearer <key>`; `python -m handler keys create` makes "
            "a key.",
        )
    return key


def admit(app: App, text: str) -> ApiKey | None:
    """Return the key behind a text that the request carries, its call counted; ``None`` for none.

    The key is asked of the store for each request and kept nowhere, so that a revoked one is
    refused at once. What is no key is not counted: nobody uses up the calls of another.

    Raises:
        RefusedRequest: ``RATE_LIMITED``.
        OutsideFailure: the store did not answer.
    """
    logs.hide(text)
    key = api_keys.find(app, text)
    if key is not None:
        g.caller = key  # before it is counted: the log names who calls too often
        call_limits.count_call(app, key)
    return key


def needs(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view be called only with a key of this scope."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require(scope)
            return view(*args, **kwargs)

        return guarded

    return guard


def require(scope: str) -> None:
    """Do nothing where the caller's key has the scope.

    Raises:
        RefusedRequest: ``SCOPE_MISSING``.
    """
    key: ApiKey = g.caller
    if not api_keys.allows(key, scope):
        raise RefusedRequest(
            "SCOPE_MISSING",
            f"The key {key.name!r} may not do this: it lacks the scope {scope}.",
            "Use a key that has it.",
            {"scope": scope},
        )
