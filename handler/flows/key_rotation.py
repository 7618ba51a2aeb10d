"""One key takes over from others of its name; they go on being accepted for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from handler.core.errors import RefusedRequest
from handler.flows import api_keys, audit, key_lookup
from handler.flows.app import App
from handler.flows.key_checks import checked_end, checked_grace, moment
from handler.flows.key_ports import ApiKey

# Long enough to change a connection in every flow of a team, short enough to be remembered.
GRACE: Final = timedelta(hours=24)


def rotate(
    app: App,
    which: str,
    by: str = "",
    *,
    grace: timedelta = GRACE,
    expires_at: datetime | None = None,
) -> str:
    """Make a key that may do what the old ones may, and return it; the old ones expire.

    Args:
        which: a name, for every key of it, or a key id, for one.
        by: who asks, for the audit.
        grace: how long the old ones are accepted still, unless they expire before; 0 for not at
            all.
        expires_at: when the new one expires; ``None`` where it does not.

    Raises:
        RefusedRequest: ``KEY_NOT_FOUND``: none is accepted now; ``KEYS_DIFFER``: they may not all
            do the same; ``BAD_GRACE``, ``BAD_EXPIRY``, ``TOO_MANY_KEYS``.
    """
    text = api_keys.new_text()
    _succeed(app, which, text, by, grace, expires_at)
    return text


def replace_by_token(
    app: App,
    which: str,
    token: str,
    by: str = "",
    *,
    grace: timedelta = GRACE,
    expires_at: datetime | None = None,
) -> ApiKey:
    """Accept a token of somebody else's in place of earlier ones, which expire.

    Args:
        which: as :func:`rotate` takes it, and so the others.
        token: 20 to 200 characters of visible ASCII; only its SHA-256 is kept.

    Raises:
        RefusedRequest: ``BAD_TOKEN``, ``KEY_KNOWN``, and those of :func:`rotate`.
    """
    return _succeed(app, which, api_keys.unknown_token(app, token), by, grace, expires_at)


def _succeed(
    app: App,
    which: str,
    text: str,
    by: str,
    grace: timedelta,
    expires_at: datetime | None,
) -> ApiKey:
    now = app.now()
    end = moment(now + checked_grace(grace))
    old = [key for key in key_lookup.named(app, which) if key_lookup.usable(key, now)]
    model = _alike(old, which)
    new = replace(
        model,
        key_hash=api_keys.hashed(text),
        created_at=moment(now),
        expires_at=checked_end(expires_at, now),
    )
    ending = [replace(key, expires_at=_earlier(key.expires_at, end)) for key in old]
    change = {
        **key_lookup.shown(new),
        "replaces": [{"key_id": key_lookup.key_id(k), "expires_at": k.expires_at} for k in ending],
    }
    api_keys.keep(app, [new, *ending], audit.entry(app, by, "key.rotate", new.name, change))
    return new


def _alike(old: Sequence[ApiKey], which: str) -> ApiKey:
    """Return one of the keys, all of which may do the same."""
    if not old:
        raise key_lookup.not_found(which)
    if len({(key.scopes, key.per_minute) for key in old}) > 1:
        # The widest would give one flow more than it had, the narrowest would break another.
        raise RefusedRequest(
            "KEYS_DIFFER",
            f"The {len(old)} keys named {which!r} have different scopes or limits.",
            "Rotate each by its key id; the list of keys shows them.",
        )
    return old[0]


def _earlier(expires_at: str, end: str) -> str:
    """Return when an old key expires: never later than it would have."""
    if not expires_at:
        return end
    return min(expires_at, end, key=datetime.fromisoformat)
