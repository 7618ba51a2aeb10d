"""Keys by their name or key id, for whoever changes them, and what may be shown of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.key_ports import ApiKey

_MOST_AT_ONCE: Final = 80  # the store takes 90 with their audit, and a rotation adds one


def key_id(key: ApiKey) -> str:
    """Return what one of several keys of a name is told by: 12 digits of its hash.

    It stands in lists and logs; nobody finds the key or its hash from it.
    """
    return key.key_hash[:12]


def usable(key: ApiKey, now: datetime) -> bool:
    """Return whether a key is accepted: neither revoked nor expired."""
    ended = bool(key.expires_at) and datetime.fromisoformat(key.expires_at) <= now
    return not (key.revoked or ended)


def shown(key: ApiKey) -> dict[str, object]:
    """Return what the audit may hold of a key."""
    return {
        "key_id": key_id(key),
        "scopes": sorted(key.scopes),
        "per_minute": key.per_minute,
        "expires_at": key.expires_at,
    }


def listing(app: App) -> Sequence[ApiKey]:
    """Return every key, by name and age; without the keys themselves, which nobody has."""
    return sorted(app.keys.keys(), key=lambda key: (key.name, key.created_at, key.key_hash))


def named(app: App, which: str) -> Sequence[ApiKey]:
    """Return the keys of a name, or the one of a key id, each as it was last written.

    A list may be a moment old, so each is asked for again: what is written over it must not take
    back that somebody has revoked it meanwhile.

    Raises:
        RefusedRequest: ``KEY_NOT_FOUND``: none that is not revoked; ``TOO_MANY_KEYS``: more than
            can be changed at once.
    """
    which = which.strip()
    listed = [key for key in listing(app) if not key.revoked and which in (key.name, key_id(key))]
    if len(listed) > _MOST_AT_ONCE:
        raise RefusedRequest(
            "TOO_MANY_KEYS",
            f"There are {len(listed)} keys named {which!r}; at most {_MOST_AT_ONCE} can be changed "
            "at once.",
            "Name them by their key ids; the list of keys shows them.",
        )
    read = (app.keys.find(key.key_hash) for key in listed)
    found = [key for key in read if key is not None and not key.revoked]
    if not found:
        raise not_found(which)
    return found


def not_found(which: str) -> RefusedRequest:
    """Return that no accepted key goes by this name or key id."""
    return RefusedRequest(
        "KEY_NOT_FOUND",
        f"There is no valid key with the name or key id {which!r}.",
        "Look at the list of keys.",
    )
