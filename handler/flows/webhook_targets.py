"""Where results are sent: targets added, changed, paused and removed, and their keys changed.

A target is written before its keys: who comes second with the same name is refused before a key is
overwritten. Where the keys then cannot be kept, `rotate` makes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from handler.core.errors import Conflict, RefusedRequest
from handler.core.web_address import web_address
from handler.flows import audit
from handler.flows.delivery_ports import WebhookTarget
from handler.flows.webhook_keys import SigningKey, keep_keys, new_key, signing_keys

if TYPE_CHECKING:
    from handler.flows.app import App

DIALECTS: Final = ("celigo", "netsuite")
EVENTS: Final = ("results", "alert")
MOST_KEYS: Final = 4  # valid at a time: each signs every message
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?")
_PROFILE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a target is to be.

    Attributes:
        url: where to send; ``None`` leaves it as it is.
        profiles: whose results; empty for all; ``None`` leaves them as they are.
        dialect: of :data:`DIALECTS`; ``None`` leaves it as it is.
        event: of :data:`EVENTS`: what it gets; ``None`` leaves it as it is.
    """

    url: str | None = None
    profiles: Sequence[str] | None = None
    dialect: str | None = None
    event: str | None = None


def add(
    app: App, name: str, wish: Wish, by: str = "", allow_local: bool = False
) -> tuple[WebhookTarget, SigningKey]:
    """Add a target and return it with its signing key, which is shown this once.

    Args:
        app: the ports.
        name: letters, digits and "-"; that of a removed target may be used again.
        wish: what it is to be; a url is needed, the dialect is "celigo" where it is left.
        by: who asks, for the audit.
        allow_local: whether the sender reaches this machine itself.

    Raises:
        RefusedRequest: ``BAD_TARGET``, ``FORBIDDEN_ADDRESS``, ``UNKNOWN_PROFILE``: says what is
            wrong.
        Conflict: ``TARGET_EXISTS``, ``TARGET_CHANGED``.
        OutsideFailure: a store did not answer.
    """
    if not _NAME.fullmatch(name):
        raise _bad(f"The name is {name[:80]!r}; expected are 1 to 64 letters, digits and inner '-'")
    known = _known(app).get(name)
    if known is not None and known.url:
        raise Conflict(
            "TARGET_EXISTS",
            f"There is a target named {name!r} already, since {known.created_at}.",
            "Change it, or choose another name.",
            {"name": name},
        )
    if wish.url is None:
        raise _bad("No address was given")
    _check(app, wish, allow_local)
    _refuse_profiles_of_alerts(wish.event or EVENTS[0], wish.profiles or ())
    at = app.now().isoformat(timespec="seconds")
    target = WebhookTarget(
        name=name,
        url=wish.url,
        profiles=tuple(sorted(set(wish.profiles or ()))),
        dialect=wish.dialect or DIALECTS[0],
        secret=f"webhooks/{name}",
        active=True,
        created_at=at,
        revision=known.revision + 1 if known else 1,
        event=wish.event or EVENTS[0],
    )
    key = new_key(app)
    _put(app, target, by, "webhook.add", {**_plain(target, wish, allow_local), "key_id": key.id})
    keep_keys(app, target, [key])
    return target, key


def change(
    app: App, name: str, wish: Wish, by: str = "", allow_local: bool = False
) -> WebhookTarget:
    """Change where or what is sent; see :func:`add`.

    Raises:
        RefusedRequest: ``TARGET_NOT_FOUND``, ``BAD_TARGET``, ``FORBIDDEN_ADDRESS``.
        Conflict: ``TARGET_CHANGED``: somebody else changed it just now.
    """
    target = find(app, name)
    _check(app, wish, allow_local)
    changed = replace(
        target,
        url=wish.url or target.url,
        profiles=(target.profiles if wish.profiles is None else tuple(sorted(set(wish.profiles)))),
        dialect=wish.dialect or target.dialect,
        event=wish.event or target.event,
        revision=target.revision + 1,
    )
    _refuse_profiles_of_alerts(changed.event, changed.profiles)
    return _put(app, changed, by, "webhook.change", _plain(changed, wish, allow_local))


def _refuse_profiles_of_alerts(event: str, profiles: Sequence[str]) -> None:
    if event != EVENTS[0] and profiles:
        raise _bad("Alerts tell of every profile; expected is no profile with this event")


def pause(app: App, name: str, by: str = "") -> WebhookTarget:
    """Send nothing from the next run on; what comes forth waits.

    Raises:
        RefusedRequest: ``TARGET_NOT_FOUND``.
        Conflict: ``TARGET_CHANGED``.
    """
    return _activate(app, find(app, name), False, by)


def resume(app: App, name: str, by: str = "") -> WebhookTarget:
    """Send again, beginning with what waits.

    Raises:
        RefusedRequest: ``TARGET_NOT_FOUND``.
        Conflict: ``TARGET_CHANGED``.
    """
    return _activate(app, find(app, name), True, by)


def remove(app: App, name: str, by: str = "") -> WebhookTarget:
    """Send nothing any more: its address and its keys are forgotten, its name stays.

    Raises:
        RefusedRequest: ``TARGET_NOT_FOUND``.
        Conflict: ``TARGET_CHANGED``.
    """
    target = find(app, name)
    gone = replace(target, url="", active=False, revision=target.revision + 1)
    _put(app, gone, by, "webhook.remove", {"active": False})
    keep_keys(app, gone, [])
    return gone


def rotate(app: App, name: str, by: str = "") -> SigningKey:
    """Put a new key in front and return it, shown this once; the old ones go on signing too.

    Raises:
        RefusedRequest: ``TARGET_NOT_FOUND``, ``TOO_MANY_KEYS``.
        Conflict: ``TARGET_CHANGED``.
        OutsideFailure: a store did not answer.
    """
    target = find(app, name)
    keys = signing_keys(app, target)
    if len(keys) >= MOST_KEYS:
        raise RefusedRequest(
            "TOO_MANY_KEYS",
            f"{name} has {len(keys)} valid signing keys; at most {MOST_KEYS} are expected.",
            "Give the receiver the newest one, then retire the others.",
            {"name": name},
        )
    key = new_key(app)
    touched = replace(target, revision=target.revision + 1)
    _put(app, touched, by, "webhook.rotate", {"key_id": key.id})
    keep_keys(app, touched, [key, *keys])
    return key


def retire(app: App, name: str, by: str = "") -> int:
    """Let only the newest key sign from now on; return how many are gone.

    Raises:
        RefusedRequest: ``TARGET_NOT_FOUND``.
        Conflict: ``TARGET_CHANGED``.
        OutsideFailure: a store did not answer.
    """
    target = find(app, name)
    keys = signing_keys(app, target)
    if len(keys) <= 1:
        return 0
    touched = replace(target, revision=target.revision + 1)
    _put(app, touched, by, "webhook.retire", {"key_ids": [key.id for key in keys[1:]]})
    keep_keys(app, touched, keys[:1])
    return len(keys) - 1


def listing(app: App) -> Sequence[WebhookTarget]:
    """Return every target that is not removed, by name."""
    return [target for target in app.targets.targets() if target.url]


def find(app: App, name: str) -> WebhookTarget:
    """Return a target that is not removed.

    Raises:
        RefusedRequest: ``TARGET_NOT_FOUND``.
    """
    target = _known(app).get(name)
    if target is None or not target.url:
        raise RefusedRequest(
            "TARGET_NOT_FOUND",
            f"There is no target named {name[:80]!r}.",
            "Look at the list: `python -m handler webhooks list`.",
            {"name": name[:80]},
        )
    return target


def _known(app: App) -> Mapping[str, WebhookTarget]:
    return {target.name: target for target in app.targets.targets()}


def _activate(app: App, target: WebhookTarget, active: bool, by: str) -> WebhookTarget:
    if target.active == active:
        return target
    changed = replace(target, active=active, revision=target.revision + 1)
    action = "webhook.resume" if active else "webhook.pause"
    return _put(app, changed, by, action, {"active": active})


def _check(app: App, wish: Wish, allow_local: bool) -> None:
    if wish.dialect is not None and wish.dialect not in DIALECTS:
        raise _bad(f"The dialect is {wish.dialect[:80]!r}; expected is {' or '.join(DIALECTS)}")
    if wish.event is not None and wish.event not in EVENTS:
        raise _bad(f"The event is {wish.event[:80]!r}; expected is {' or '.join(EVENTS)}")
    for profile in wish.profiles or ():
        if not _PROFILE.fullmatch(profile):
            raise _bad(f"A profile is {profile[:80]!r}; expected is a name as in mappings/profiles")
        _refuse_unknown(app, profile)
    if wish.url is not None:
        web_address(wish.url, allow_local)


def _refuse_unknown(app: App, profile: str) -> None:
    """Refuse a profile nobody has: a misspelt one would wait for results for ever."""
    try:
        app.mappings.load(profile)
    except RefusedRequest:
        app.stock_mappings.load(profile)  # one that has stock and no books


def _plain(target: WebhookTarget, wish: Wish, allow_local: bool) -> dict[str, object]:
    """Return what is changed, for the audit; not the path of the address: it may hold a token."""
    told: dict[str, object] = {}
    if wish.url is not None:
        told["url"] = web_address(target.url, allow_local).origin
    if wish.profiles is not None:
        told["profiles"] = list(target.profiles)
    if wish.dialect is not None:
        told["dialect"] = target.dialect
    if wish.event is not None:
        told["event"] = target.event
    return told


def _put(
    app: App, target: WebhookTarget, by: str, action: str, told: Mapping[str, object]
) -> WebhookTarget:
    if not app.targets.put_target(target, audit.entry(app, by, action, target.name, told)):
        raise Conflict(
            "TARGET_CHANGED",
            f"Somebody else changed {target.name} just now; nothing was written.",
            "Look at it, and do it again where it is still needed.",
            {"name": target.name},
        )
    return target


def _bad(what: str) -> RefusedRequest:
    return RefusedRequest("BAD_TARGET", f"{what}.", "Mend it and try again; nothing was written.")
