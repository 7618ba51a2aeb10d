"""Cursors: where the next page of a list begins, as a text callers can only hand back.

A cursor names its list, so that one list's cursor asks nothing of another, and holds positions
only: what may be read is decided by the call it is handed to, never by the cursor.
"""

from __future__ import annotations

import base64
import json

from handler.adapters.refusals import bad_cursor

# Two keys of DynamoDB's greatest length, escaped and in base64, stay below.
_LONGEST = 16_384
_LONGEST_PART = 1_024  # bytes: DynamoDB's limit for a sort key


def encode(listing: str, *position: str) -> str:
    """Return the cursor of a position in ``listing``."""
    text = json.dumps([listing, *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, listing: str, parts: int) -> tuple[str, ...]:
    """Return the position a cursor holds.

    Args:
        cursor: as :func:`encode` gave it.
        listing: the list it must belong to.
        parts: how many texts make a position of that list.

    Raises:
        RefusedRequest: ``BAD_CURSOR``, it is damaged, made up, or another list's.
    """
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(found, list) or len(found) != parts + 1 or found[0] != listing:
            raise ValueError("not of this list")
        if not all(isinstance(p, str) and 0 < len(p.encode()) <= _LONGEST_PART for p in found):
            raise ValueError("no position")
    except (ValueError, RecursionError) as error:
        raise bad_cursor() from error
    return tuple(found[1:])
