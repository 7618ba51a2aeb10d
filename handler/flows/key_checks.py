"""What may be said of a key: its name, how much it may do, until when, and a token of others."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from handler.core.errors import RefusedRequest
from handler.flows.moment import moment

MOST_PER_MINUTE: Final = 100_000
LONGEST_GRACE: Final = timedelta(days=90)
SHORTEST: Final = 20
LONGEST: Final = 200
_DISTINCT: Final = 10
_VISIBLE: Final = re.compile(rf"[!-~]{{{SHORTEST},{LONGEST}}}")
_LIKE_A_KEY_ID: Final = re.compile(r"[0-9a-f]{12}")


def looks_like_a_key(text: str) -> bool:
    """Return whether a text may be a key at all: 20 to 200 characters of visible ASCII."""
    return _VISIBLE.fullmatch(text) is not None


def checked_name(name: str) -> str:
    """Return the name of a key, without blanks around it.

    Raises:
        RefusedRequest: ``BAD_KEY_NAME``: it names nobody, or could be taken for a key id.
    """
    name = name.strip()
    if not (name and len(name) <= 64 and name.isprintable()):
        raise RefusedRequest(
            "BAD_KEY_NAME", "A key needs a name of 1 to 64 characters.", "Say whose key it is."
        )
    if _LIKE_A_KEY_ID.fullmatch(name):
        raise RefusedRequest(
            "BAD_KEY_NAME",
            f"The name {name!r} looks like a key id, and could be taken for one.",
            "Say whose key it is.",
        )
    return name


def checked_limit(per_minute: int) -> int:
    """Return how many calls a minute a key may make; 0 for as many as the installation allows.

    Raises:
        RefusedRequest: ``BAD_CALL_LIMIT``.
    """
    if not 0 <= per_minute <= MOST_PER_MINUTE:
        raise RefusedRequest(
            "BAD_CALL_LIMIT",
            f"A key may make 1 to {MOST_PER_MINUTE} calls a minute, not {per_minute}.",
            "Leave the limit out to take the installation's.",
        )
    return per_minute


def checked_end(expires_at: datetime | None, now: datetime) -> str:
    """Return when a key expires, ISO 8601 in UTC to the second; empty where it does not.

    Raises:
        RefusedRequest: ``BAD_EXPIRY``: it has no offset to UTC, or is not to come.
    """
    if expires_at is None:
        return ""
    if expires_at.tzinfo is None:
        raise RefusedRequest(
            "BAD_EXPIRY",
            f"When the key expires is given as {expires_at.isoformat()}, without an offset.",
            "Write it as 2026-12-31T00:00:00Z.",
        )
    end = moment(expires_at)
    if datetime.fromisoformat(end) <= now:
        raise RefusedRequest(
            "BAD_EXPIRY",
            f"The key would expire at {end}, and it is {moment(now)}.",
            "Give a moment to come, or none.",
        )
    return end


def checked_grace(grace: timedelta) -> timedelta:
    """Return how long keys go on being accepted that another one takes over from.

    Raises:
        RefusedRequest: ``BAD_GRACE``.
    """
    if not timedelta() <= grace <= LONGEST_GRACE:
        raise RefusedRequest(
            "BAD_GRACE",
            f"The old keys may be accepted for 0 to {LONGEST_GRACE.days * 24} hours more, "
            f"not for {grace // timedelta(hours=1)}.",
            "24 hours are enough for most flows; 0 refuses the old keys at once.",
        )
    return grace


def checked_token(token: str) -> str:
    """Return a token that somebody else generated, if it is hard enough to guess.

    Only what surely is weak can be told: few characters, or few different ones. The answer never
    quotes the token.

    Raises:
        RefusedRequest: ``BAD_TOKEN``.
    """
    if not looks_like_a_key(token):
        raise RefusedRequest(
            "BAD_TOKEN",
            f"A token has {SHORTEST} to {LONGEST} characters of visible ASCII, without blanks; "
            f"this has {len(token)}, or others.",
            "Give the token alone, as it was generated.",
        )
    if len(set(token)) < _DISTINCT:
        raise RefusedRequest(
            "BAD_TOKEN",
            f"The token has {len(set(token))} different characters; fewer than {_DISTINCT} are "
            "easy to guess.",
            "Have a random one generated.",
        )
    return token
