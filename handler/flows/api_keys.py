"""Bearer keys: made, listed, revoked, found. The key itself is shown once and kept nowhere."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from handler.core.errors import RefusedRequest
from handler.flows.app import App
from handler.flows.key_ports import ApiKey, AuditEntry

SETTLEMENTS_WRITE: Final = "settlements:write"
SETTLEMENTS_READ: Final = "settlements:read"
EXCEPTIONS_READ: Final = "exceptions:read"
INVENTORY_WRITE: Final = "inventory:write"
INVENTORY_READ: Final = "inventory:read"
OUTBOX_DELIVER: Final = "outbox:deliver"
OUTBOX_READ: Final = "outbox:read"
EVERYTHING: Final = "*"
SCOPES: Final = (
    SETTLEMENTS_WRITE,
    SETTLEMENTS_READ,
    INVENTORY_WRITE,
    INVENTORY_READ,
    EXCEPTIONS_READ,
    OUTBOX_DELIVER,
    OUTBOX_READ,
    EVERYTHING,
)

# So that secret scanners and people recognise a key that lies where it should not.
PREFIX: Final = "ans_"
_LONGEST: Final = 200


def create(app: App, name: str, scopes: Collection[str], by: str = "") -> str:
    """Make a key and return it; only its SHA-256 is kept.

    A fast hash is right here: 256 random bits cannot be guessed, however fast guesses are.

    Args:
        name: whose key it is; several may share it, as while one takes over from another.
        scopes: what it may do, of :data:`SCOPES`.
        by: who asks, for the audit.

    Raises:
        RefusedRequest: ``BAD_KEY_NAME``, ``UNKNOWN_SCOPE``.
    """
    name = name.strip()
    if not (name and len(name) <= 64 and name.isprintable()):
        raise RefusedRequest(
            "BAD_KEY_NAME", "A key needs a name of 1 to 64 characters.", "Say whose key it is."
        )
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        found = f"Unknown scope(s): {', '.join(unknown)}." if unknown else "No scope was named."
        raise RefusedRequest("UNKNOWN_SCOPE", found, f"Use some of: {', '.join(SCOPES)}.")
    text = PREFIX + secrets.token_urlsafe(32)
    at = app.now().isoformat(timespec="seconds")
    made = ApiKey(_hash(text), name, frozenset(scopes), at)
    app.keys.put([made], _audit(app, by, "key.create", name, {"scopes": sorted(scopes)}))
    return text


def revoke(app: App, name: str, by: str = "") -> int:
    """Refuse every key of this name from now on; return how many there were.

    Raises:
        RefusedRequest: ``KEY_NOT_FOUND``: there is none that is not revoked already.
    """
    found = [key for key in listing(app) if key.name == name and not key.revoked]
    if not found:
        raise RefusedRequest(
            "KEY_NOT_FOUND", f"There is no valid key named {name!r}.", "Look at the list of keys."
        )
    gone = [replace(key, revoked=True) for key in found]
    app.keys.put(gone, _audit(app, by, "key.revoke", name, {"keys": len(found)}))
    return len(found)


def listing(app: App) -> Sequence[ApiKey]:
    """Return every key, by name and age; without the keys themselves, which nobody has."""
    return sorted(app.keys.keys(), key=lambda key: (key.name, key.created_at, key.key_hash))


def find(app: App, text: str) -> ApiKey | None:
    """Return the key behind a text that a caller sent, or ``None`` where it opens nothing.

    Asked of the store each time: a revoked key is refused at once.
    """
    if not text.startswith(PREFIX) or len(text) > _LONGEST:
        return None
    digest = _hash(text)
    key = app.keys.find(digest)
    if key is None or key.revoked or not hmac.compare_digest(key.key_hash, digest):
        return None
    return key


def allows(key: ApiKey, scope: str) -> bool:
    """Return whether the key may do what ``scope`` names."""
    return scope in key.scopes or EVERYTHING in key.scopes


def _audit(
    app: App, by: str, action: str, subject: str, change: Mapping[str, object]
) -> AuditEntry:
    at = app.now().isoformat(timespec="seconds")
    return AuditEntry(at, by, action, subject, change, secrets.token_hex(8))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
