"""Names of parcels and messages: what callers send back, and what it points at."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Final, NamedTuple

from handler.core.errors import RefusedRequest

if TYPE_CHECKING:
    from handler.flows.parcel import Parcel

_LONGEST: Final = 2_000


class MessageName(NamedTuple):
    """One record of one parcel."""

    group: str
    place: str
    external_id: str


def message_id(parcel: Parcel, external_id: str) -> str:
    """Return the name of a parcel's record; the same however often it is delivered."""
    return _encoded(parcel.group, parcel.place, external_id)


def parcel_id(parcel: Parcel) -> str:
    """Return the name of a parcel."""
    return _encoded(parcel.group, parcel.place)


def message_named(text: str) -> MessageName:
    """Return what a message id points at.

    Raises:
        RefusedRequest: ``UNKNOWN_MESSAGE``: the id is damaged.
    """
    parts = _decoded(text, 3)
    if parts is None:
        raise unknown_message()
    return MessageName(*parts)


def parcel_named(text: str) -> tuple[str, str]:
    """Return the group and place a parcel id points at.

    Raises:
        RefusedRequest: ``UNKNOWN_PARCEL``: the id is damaged.
    """
    parts = _decoded(text, 2)
    if parts is None:
        raise unknown_parcel()
    return parts[0], parts[1]


def unknown_message() -> RefusedRequest:
    """Return the refusal of an id that no message has."""
    return RefusedRequest(
        "UNKNOWN_MESSAGE",
        "The message id is none the outbox gave.",
        "Send message_id as it came with the message, whole and unchanged.",
    )


def unknown_parcel() -> RefusedRequest:
    """Return the refusal of an id that no parcel has."""
    return RefusedRequest(
        "UNKNOWN_PARCEL",
        "The parcel id is none the outbox gave.",
        "Send parcel_id as GET /v1/outbox/parcels shows it.",
    )


def _encoded(*parts: str) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(text: str, count: int) -> list[str] | None:
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        found = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        parts = [part for part in found if isinstance(part, str)] if isinstance(found, list) else []
        is_ours = len(parts) == count and _encoded(*parts) == text
    except (binascii.Error, ValueError, RecursionError):
        return None
    return parts if is_ours else None
