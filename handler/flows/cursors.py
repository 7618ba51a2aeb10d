"""Cursors: where the next page of a list begins, as a text callers can only hand back.

A cursor names its list, so that one list's cursor asks nothing of another, and holds positions
only: what may be read is decided by the call it is handed to, never by the cursor. Stores and
flows that page make theirs here, so that all look alike and are refused in the same words.
"""

from __future__ import annotations

import base64
import json

from handler.core.errors import RefusedRequest

# Two keys of DynamoDB's greatest length, escaped and in base64, stay below.
_LONGEST = 16_384
_LONGEST_PART = 1_024  # bytes: DynamoDB's limit for a sort key
_LONGEST_NUMBER = 12  # digits: more than any list has places


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


def offset(cursor: str, listing: str) -> int:
    """Return how many items of ``listing`` came before; an empty cursor begins at 0.

    Args:
        cursor: as ``encode(listing, str(number))`` gave it.
        listing: the list it must belong to.

    Raises:
        RefusedRequest: ``BAD_CURSOR``, it is damaged, made up, or another list's.
    """
    if not cursor:
        return 0
    (number,) = decode(cursor, listing, 1)
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        raise bad_cursor()
    return int(number)


def bad_cursor() -> RefusedRequest:
    """Return the refusal of a cursor that is damaged, made up, or another list's."""
    return RefusedRequest(
        "BAD_CURSOR",
        "The cursor is not one this list gave.",
        "Start again without a cursor, and hand back each cursor unchanged to the same list.",
    )
