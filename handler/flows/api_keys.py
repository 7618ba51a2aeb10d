"""Bearer keys: made, revoked, found. The key itself is shown once and kept nowhere."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handler.core.errors import OutsideFailure, RefusedRequest
from handler.flows import audit
from handler.flows.key_checks import (
    checked_end,
    checked_limit,
    checked_name,
    checked_token,
    looks_like_a_key,
)
from handler.flows.key_lookup import key_id, named, shown, usable
from handler.flows.key_ports import ApiKey, AuditEntry
from handler.flows.moment import moment

if TYPE_CHECKING:
    from handler.flows.app import App

SETTLEMENTS_WRITE: Final = "settlements:write"
SETTLEMENTS_READ: Final = "settlements:read"
EXCEPTIONS_READ: Final = "exceptions:read"
EXCEPTIONS_WRITE: Final = "exceptions:write"
INVENTORY_WRITE: Final = "inventory:write"
INVENTORY_READ: Final = "inventory:read"
MAPPINGS_WRITE: Final = "mappings:write"
OUTBOX_DELIVER: Final = "outbox:deliver"
OUTBOX_READ: Final = "outbox:read"
EVERYTHING: Final = "*"
SCOPES: Final = (
    SETTLEMENTS_WRITE,
    SETTLEMENTS_READ,
    INVENTORY_WRITE,
    INVENTORY_READ,
    EXCEPTIONS_READ,
    EXCEPTIONS_WRITE,
    MAPPINGS_WRITE,
    OUTBOX_DELIVER,
    OUTBOX_READ,
    EVERYTHING,
)

# So that secret scanners and people recognise a key that lies where it should not.
PREFIX: Final = "ans_"
_NOBODYS: Final = "0" * 64


def create(
    app: App,
    name: str,
    scopes: Collection[str],
    by: str = "",
    *,
    per_minute: int = 0,
    expires_at: datetime | None = None,
) -> str:
    """Make a key and return it; only its SHA-256 is kept.

    A fast hash is right here: 256 random bits cannot be guessed, however fast guesses are.

    Args:
        name: whose key it is; several may share it, as while one takes over from another.
        scopes: what it may do, of :data:`SCOPES`.
        by: who asks, for the audit.
        per_minute: how many calls a minute it may make; 0 for as many as the installation allows.
        expires_at: refused from then on; ``None`` where it does not expire.

    Raises:
        RefusedRequest: ``BAD_KEY_NAME``, ``UNKNOWN_SCOPE``, ``BAD_CALL_LIMIT``, ``BAD_EXPIRY``.
    """
    text = new_text()
    made = _key(app, text, name, scopes, per_minute, expires_at)
    keep(app, [made], audit.entry(app, by, "key.create", made.name, shown(made)))
    return text


def import_token(
    app: App,
    token: str,
    name: str,
    scopes: Collection[str],
    by: str = "",
    *,
    per_minute: int = 0,
    expires_at: datetime | None = None,
) -> ApiKey:
    """Accept a token that somebody else generated, as integrator.io does for a stack.

    Args:
        token: 20 to 200 characters of visible ASCII; only its SHA-256 is kept.
        name: as :func:`create` takes it, and so the others.

    Raises:
        RefusedRequest: ``BAD_TOKEN``: it is none, or easy to guess; ``KEY_KNOWN``; and those of
            :func:`create`.
    """
    text = unknown_token(app, token)
    made = replace(_key(app, text, name, scopes, per_minute, expires_at), imported=True)
    keep(app, [made], audit.entry(app, by, "key.import", made.name, shown(made)))
    return made


def revoke(app: App, which: str, by: str = "") -> int:
    """Refuse keys from now on; return how many there were.

    Args:
        which: a name, for every key of it, or a key id, for one.
        by: who asks, for the audit.

    Raises:
        RefusedRequest: ``KEY_NOT_FOUND``: there is none that is not revoked already;
            ``TOO_MANY_KEYS``.
        OutsideFailure: the store did not answer.
    """
    found = named(app, which)
    gone = [replace(key, revoked=True) for key in found]
    change = {"key_ids": [key_id(key) for key in gone]}
    keep(app, gone, audit.entry(app, by, "key.revoke", found[0].name, change))
    return len(found)


def keep(app: App, keys: Sequence[ApiKey], entry: AuditEntry) -> None:
    """Write keys with the audit of it.

    Raises:
        OutsideFailure: ``KEYS_CHANGED``: somebody else changed one meanwhile; nothing was written.
    """
    if not app.keys.put(keys, entry):
        raise OutsideFailure(
            "KEYS_CHANGED",
            "Somebody else changed one of the keys meanwhile; nothing was written.",
            "Look at the list of keys, and do it again where it is still wanted.",
        )


def find(app: App, text: str) -> ApiKey | None:
    """Return the key behind a text that a caller sent, or ``None`` where it opens nothing.

    Asked of the store each time: a revoked key is refused at once. That a key is unknown, revoked
    or expired makes no difference to the answer, nor to what is done before it.
    """
    if not looks_like_a_key(text):
        return None
    digest = hashed(text)
    key = app.keys.find(digest)
    same = hmac.compare_digest(key.key_hash if key else _NOBODYS, digest)
    return key if key is not None and same and usable(key, app.now()) else None


def allows(key: ApiKey, scope: str) -> bool:
    """Return whether the key may do what ``scope`` names."""
    return scope in key.scopes or EVERYTHING in key.scopes


def unknown_token(app: App, token: str) -> str:
    """Return a token of somebody else's that no key has yet.

    Raises:
        RefusedRequest: ``BAD_TOKEN``, ``KEY_KNOWN``.
    """
    known = app.keys.find(hashed(checked_token(token)))
    if known is not None:
        # A revoked token stays revoked: who revoked it had a reason.
        raise RefusedRequest(
            "KEY_KNOWN",
            f"The token is known already, as {known.name!r} with the key id {key_id(known)}.",
            "Have another one generated; one that was revoked is never accepted again.",
        )
    return token


def new_text() -> str:
    """Return a new key: 256 random bits behind the prefix."""
    return PREFIX + secrets.token_urlsafe(32)


def hashed(text: str) -> str:
    """Return the SHA-256 of a key, hexadecimal: what is kept of it."""
    return hashlib.sha256(text.encode()).hexdigest()


def _key(
    app: App,
    text: str,
    name: str,
    scopes: Collection[str],
    per_minute: int,
    expires_at: datetime | None,
) -> ApiKey:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        found = f"Unknown scope(s): {', '.join(unknown)}." if unknown else "No scope was named."
        raise RefusedRequest("UNKNOWN_SCOPE", found, f"Use some of: {', '.join(SCOPES)}.")
    now = app.now()
    return ApiKey(
        key_hash=hashed(text),
        name=checked_name(name),
        scopes=frozenset(scopes),
        created_at=moment(now),
        expires_at=checked_end(expires_at, now),
        per_minute=checked_limit(per_minute),
    )
