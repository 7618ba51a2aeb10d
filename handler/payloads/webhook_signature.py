"""Signatures of webhooks: how a receiver knows that a message is ours, whole and new.

Two schemes, as receivers differ in what they can check:

- Standard Webhooks: ``webhook-signature`` covers id, time and body, under every valid key.
- ``X-Signature`` covers the body alone, under the newest key, as Celigo's listener checks it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final

from handler.core.errors import RefusedRequest

PREFIX: Final = "whsec_"
TOLERANCE: Final = 300  # seconds a message may be off a receiver's clock, either way

MESSAGE_ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
BODY_SIGNATURE: Final = "X-Signature"

_VERSION: Final = "v1,"


def key_text(random: bytes) -> str:
    """Return random bytes as a signing key is written: "whsec_" and base64."""
    return PREFIX + base64.b64encode(random).decode("ascii")


def signed_headers(
    message_id: str, timestamp: int, body: bytes, keys: Sequence[str]
) -> dict[str, str]:
    """Return the headers that prove a message.

    Args:
        message_id: the same at every repetition of the message.
        timestamp: of sending, seconds since 1970.
        body: as it is sent, byte for byte.
        keys: every valid signing key, newest first; at least one.

    Raises:
        ValueError: there is no key, or one is damaged.
    """
    if not keys:
        raise ValueError("there is no signing key")
    return {
        MESSAGE_ID: message_id,
        TIMESTAMP: str(timestamp),
        SIGNATURE: " ".join(_signature(message_id, str(timestamp), body, key) for key in keys),
        BODY_SIGNATURE: body_signature(body, keys[0]),
    }


def body_signature(body: bytes, key: str) -> str:
    """Return "sha256=" and the hexadecimal HMAC-SHA256 of a body.

    The key is taken as the text it is, "whsec_" and all: so does Celigo with what is pasted there.
    """
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def verify(headers: Mapping[str, str], body: bytes, keys: Sequence[str], now: int) -> None:
    """Check a message as a receiver does.

    Args:
        headers: of the call; their names in any case.
        body: as it came, byte for byte.
        keys: that the receiver holds; one that fits is enough.
        now: seconds since 1970.

    Raises:
        RefusedRequest: ``NOT_SIGNED``: a header is missing or damaged; ``OUTSIDE_TOLERANCE``: it
            was sent more than five minutes ago or ahead; ``BAD_SIGNATURE``: no signature is by one
            of the keys over this id, time and body.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp, signatures = (
        given.get(name, "") for name in (MESSAGE_ID, TIMESTAMP, SIGNATURE)
    )
    if not (message_id and signatures and timestamp.isascii() and timestamp.isdigit()):
        raise RefusedRequest(
            "NOT_SIGNED",
            f"The message needs {MESSAGE_ID}, {TIMESTAMP} (digits) and {SIGNATURE}.",
            "Refuse it: it is not from the plugin, or something on the way drops headers.",
        )
    if len(timestamp) > 12 or abs(now - int(timestamp)) > TOLERANCE:
        raise RefusedRequest(
            "OUTSIDE_TOLERANCE",
            f"The message was sent at {timestamp[:12]}, and it is {now} now: more than "
            f"{TOLERANCE} s apart.",
            "Refuse it: it may be an old one played again. Set the clock where it is wrong.",
        )
    found = [text.encode() for text in signatures.split()]
    fits = False
    for key in keys:
        expected = _signature(message_id, timestamp, body, key).encode()
        for signature in found:
            # Every one is compared, and each in constant time: how long it takes tells nothing.
            fits |= hmac.compare_digest(signature, expected)
    if not fits:
        raise RefusedRequest(
            "BAD_SIGNATURE",
            "No signature is by a known key over this id, time and body.",
            "Refuse it; where the key was changed, give the receiver the new one.",
        )


def _signature(message_id: str, timestamp: str, body: bytes, key: str) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key_bytes(key), signed, hashlib.sha256).digest()
    return _VERSION + base64.b64encode(digest).decode("ascii")


def _key_bytes(key: str) -> bytes:
    return base64.b64decode(key.removeprefix(PREFIX), validate=True)
