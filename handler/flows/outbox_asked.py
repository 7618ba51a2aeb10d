"""What a flow asks of the outbox, and what of it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handler.core.errors import PluginError, RefusedRequest
from handler.flows.outbox_messages import DIALECTS, KINDS

if TYPE_CHECKING:
    from handler.flows.app import App

MOST_MESSAGES: Final = 100
LONGEST_LEASE: Final = 3600  # seconds
SHORTEST_LEASE: Final = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """A call for what is to be posted.

    Attributes:
        holder: who asks, for a reader.
        dialect: "celigo" or "netsuite".
        profiles: whose records; everybody's where none is named.
        kinds: which kinds of records; all where none is named.
        limit: how many at most, 1 to 100.
        seconds: how long they are the holder's, 30 to 3600.
    """

    holder: str
    dialect: str = "celigo"
    profiles: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    limit: int = 20
    seconds: int = 300


def refuse_wrong(app: App, asked: Asked) -> None:
    """Return if the call can be answered.

    Raises:
        RefusedRequest: ``BAD_PARAMETER``, ``UNKNOWN_FORMAT``, ``UNKNOWN_PROFILE``.
    """
    if asked.dialect not in DIALECTS:
        raise RefusedRequest(
            "UNKNOWN_FORMAT",
            f"There is no format {asked.dialect!r}.",
            f"Use one of: {', '.join(DIALECTS)}.",
        )
    if not 1 <= asked.limit <= MOST_MESSAGES:
        raise _bad("limit", f"a number from 1 to {MOST_MESSAGES}")
    if not SHORTEST_LEASE <= asked.seconds <= LONGEST_LEASE:
        raise _bad("lease_seconds", f"a number from {SHORTEST_LEASE} to {LONGEST_LEASE}")
    if not set(asked.kinds) <= set(KINDS):
        raise _bad("kind", f"one of {', '.join(KINDS)}")
    for profile in asked.profiles:
        _refuse_unknown(app, profile)


def _bad(field_: str, expected: str) -> RefusedRequest:
    return RefusedRequest(
        "BAD_PARAMETER",
        f"Not as expected: {field_}: {expected}.",
        "Mend what is named; GET /openapi.json shows each call with an example.",
        {"faults": [{"field": field_, "expected": expected}]},
    )


def _refuse_unknown(app: App, profile: str) -> None:
    """Refuse a profile nobody has: a misspelt one would look like an empty outbox for ever.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
    """
    for source in (app.stock_mappings, app.mappings):
        try:
            source.load(profile)
        except PluginError as error:
            if error.code == "UNKNOWN_PROFILE":
                continue
        return
    app.mappings.load(profile)
