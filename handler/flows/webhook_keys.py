"""The signing keys of webhooks' targets: made here, kept as a secret, newest first."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import OutsideFailure, RefusedRequest
from handler.payloads.webhook_signature import key_text

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.delivery_ports import WebhookTarget

_RANDOM_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that a target's messages are signed with.

    Attributes:
        id: names it in lists; tells nothing of the key.
        key: the key itself, "whsec_" and base64.
        created_at: ISO 8601 in UTC.
    """

    id: str
    key: str
    created_at: str

    def __repr__(self) -> str:
        """Return it without the key: what is printed ends up in logs."""
        return f"SigningKey(id={self.id!r}, created_at={self.created_at!r})"


def new_key(app: App) -> SigningKey:
    """Return a new key of 256 random bits; nothing is kept yet."""
    at = app.now().isoformat(timespec="seconds")
    return SigningKey(secrets.token_hex(4), key_text(secrets.token_bytes(_RANDOM_BYTES)), at)


def signing_keys(app: App, target: WebhookTarget) -> Sequence[SigningKey]:
    """Return every valid key of a target, newest first; none where none was made.

    Raises:
        OutsideFailure: the store of secrets did not answer, or holds something else there.
    """
    try:
        text = app.secrets.read(target.secret)
    except RefusedRequest as error:
        if error.code == "SECRET_NOT_FOUND":
            return ()
        raise
    try:
        found: list[dict[str, Any]] = json.loads(text)
        return [SigningKey(str(k["id"]), str(k["key"]), str(k["created_at"])) for k in found]
    except (ValueError, TypeError, KeyError):
        # Without the cause: it would quote the secret.
        raise OutsideFailure(
            "DAMAGED_SECRET",
            f"The secret {target.secret!r} holds no list of signing keys.",
            f"Make new ones: `python -m handler webhooks remove {target.name}`, then add it again.",
            {"name": target.secret},
        ) from None


def keep_keys(app: App, target: WebhookTarget, keys: Sequence[SigningKey]) -> None:
    """Keep a target's keys, newest first, in the place of those it had.

    Raises:
        OutsideFailure: the store of secrets did not answer, or does not allow it.
    """
    app.secrets.write(target.secret, json.dumps([asdict(key) for key in keys]))


def no_signing_key(name: str) -> RefusedRequest:
    """Return the refusal to send anything unsigned."""
    return RefusedRequest(
        "NO_SIGNING_KEY",
        f"{name} has no signing key, and nothing is sent unsigned.",
        f"Make one: `python -m handler webhooks rotate {name}`.",
        {"name": name},
    )
