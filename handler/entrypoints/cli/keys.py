"""`python -m handler keys create|import|list|rotate|revoke|audit`: bearer keys for HTTP steps."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handler import wiring
from handler.core.errors import RefusedRequest
from handler.flows import api_keys, audit, key_lookup, key_rotation
from handler.flows.key_checks import LONGEST
from handler.flows.moment import moment
from handler.settings import operator, read_settings

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.key_ports import ApiKey

_MOST_ENTRIES: Final = 200


def run(options: argparse.Namespace) -> int:
    """Make, accept, list, rotate or revoke keys, or list who did."""
    app = wiring.build(read_settings())
    _ACTIONS[options.action](app, options, f"cli:{operator()}")
    return 0


def _create(app: App, options: argparse.Namespace, by: str) -> None:
    text = api_keys.create(
        app,
        options.name,
        _scopes(options),
        by,
        per_minute=options.per_minute,
        expires_at=_expires_at(app, options),
    )
    _print_once(text)


def _import(app: App, options: argparse.Namespace, by: str) -> None:
    expires_at = _expires_at(app, options)
    if options.replaces:
        if options.name or options.scopes or options.per_minute:
            raise RefusedRequest(
                "BAD_OPTIONS",
                "--replaces takes the name, the scopes and the limit of what it replaces.",
                "Leave out --name, --scopes and --per-minute.",
            )
        made = key_rotation.replace_by_token(
            app, options.replaces, _token(options), by, grace=_grace(options), expires_at=expires_at
        )
    else:
        if options.grace_hours is not None:
            raise RefusedRequest(
                "BAD_OPTIONS",
                "--grace-hours is of old keys, and none is named.",
                "Name them with --replaces.",
            )
        made = api_keys.import_token(
            app,
            _token(options),
            options.name,
            _scopes(options),
            by,
            per_minute=options.per_minute,
            expires_at=expires_at,
        )
    print(f"The token is accepted from now on as {made.name!r}, key id {key_lookup.key_id(made)}.")


def _list(app: App, _: argparse.Namespace, __: str) -> None:
    now = app.now()
    for key in key_lookup.listing(app):
        limit = f"{key.per_minute}/min" if key.per_minute else "-"
        cells = (
            _utc(key.created_at),
            f"{_state(key, now):<8}",
            key_lookup.key_id(key),
            f"{key.name:<24}",
            f"{_utc(key.expires_at) if key.expires_at else 'never':<20}",
            f"{limit:<10}",
            ",".join(sorted(key.scopes)),
        )
        print("  ".join(cells))


def _rotate(app: App, options: argparse.Namespace, by: str) -> None:
    text = key_rotation.rotate(
        app,
        options.which,
        by,
        grace=_grace(options),
        expires_at=_expires_at(app, options),
    )
    _print_once(text)


def _revoke(app: App, options: argparse.Namespace, by: str) -> None:
    count = api_keys.revoke(app, options.which, by)
    print(f"{count} key(s) of {options.which!r} are refused now.")


def _audit(app: App, options: argparse.Namespace, _: str) -> None:
    page = audit.listing(app, max(1, min(options.limit, _MOST_ENTRIES)), options.cursor)
    for one in page.items:
        change = json.dumps(one.change, ensure_ascii=False, default=str)
        print(f"{_utc(one.at)}  {one.by:<20}  {one.action:<14}  {one.subject:<24}  {change}")
    if page.cursor:
        print(f"There are more: --cursor {page.cursor}", file=sys.stderr)


_ACTIONS: Final[Mapping[str, Callable[[App, argparse.Namespace, str], None]]] = {
    "create": _create,
    "import": _import,
    "list": _list,
    "rotate": _rotate,
    "revoke": _revoke,
    "audit": _audit,
}


def _print_once(text: str) -> None:
    # The key alone on the output, so that a script can keep it.
    print("Keep it now: it is shown this once.", file=sys.stderr)
    print(text)


def _token(options: argparse.Namespace) -> str:
    """Return the token, without the end of its line."""
    if options.file:
        try:
            # What is no ASCII is refused later, as what it is; here it only has to be text.
            content = Path(options.file).read_bytes()[: 2 * LONGEST]
        except OSError as error:
            raise RefusedRequest(
                "FILE_NOT_READ", f"{options.file}: {error.strerror}.", "Name a file that is there."
            ) from error
        return content.decode("latin-1").rstrip("\r\n")
    if sys.stdin.isatty():
        print("Paste the token and press return:", file=sys.stderr)
    return sys.stdin.readline(2 * LONGEST).rstrip("\r\n")


def _scopes(options: argparse.Namespace) -> list[str]:
    return [scope.strip() for scope in options.scopes.split(",") if scope.strip()]


def _grace(options: argparse.Namespace) -> timedelta:
    hours = options.grace_hours
    return key_rotation.GRACE if hours is None else timedelta(hours=hours)


def _expires_at(app: App, options: argparse.Namespace) -> datetime | None:
    if options.days is not None:
        return app.now() + timedelta(days=options.days)
    if not options.expires_at:
        return None
    try:
        return datetime.fromisoformat(options.expires_at)
    except ValueError:
        raise RefusedRequest(
            "BAD_EXPIRY",
            f"{options.expires_at!r} is no moment.",
            "Write it as 2026-12-31T00:00:00Z.",
        ) from None


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked:
        return "revoked"
    return "valid" if key_lookup.usable(key, now) else "expired"


def _utc(text: str) -> str:
    """Return a moment in UTC to the second, as "2026-01-31T12:00:00Z"."""
    found = datetime.fromisoformat(text)
    return moment(found if found.tzinfo else found.replace(tzinfo=UTC)).replace("+00:00", "Z")
