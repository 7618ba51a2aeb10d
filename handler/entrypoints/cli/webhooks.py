"""`python -m handler webhooks ...`: where results are sent, and with which keys."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from handler import wiring
from handler.flows import webhook_targets
from handler.flows.deliver import Limits, deliver
from handler.flows.webhook_circuit import state_of
from handler.flows.webhook_keys import SigningKey, signing_keys
from handler.flows.webhook_ping import ping
from handler.flows.webhook_targets import Wish
from handler.logs import masked_text
from handler.settings import operator, read_settings

if TYPE_CHECKING:
    from handler.flows.app import App

NOT_TAKEN = 2


def run(options: argparse.Namespace) -> int:
    """Run one action."""
    settings = read_settings()
    # As the sender of this installation: a target on this machine is for development.
    return act(wiring.build(settings), options, allow_local=settings.stage == "local")


def act(app: App, options: argparse.Namespace, allow_local: bool = False) -> int:
    """Run one action on ``app`` and return the exit code."""
    match options.action:
        case "list":
            return _list(app)
        case "test":
            return _test(app, options.name)
        case "deliver":
            return _deliver(app, options.seconds)
        case "add" | "change":
            return _place(app, options, allow_local)
    return _switch(app, options.action, options.name)


def _place(app: App, options: argparse.Namespace, allow_local: bool) -> int:
    profiles = None
    if options.profiles is not None:
        profiles = [name.strip() for name in options.profiles.split(",") if name.strip()]
    wish = Wish(options.url, profiles, options.dialect, getattr(options, "event", None))
    if options.action == "change":
        webhook_targets.change(app, options.name, wish, _by(), allow_local)
        print(f"{options.name} is changed.")
        return 0
    _, key = webhook_targets.add(app, options.name, wish, _by(), allow_local)
    _show(key)
    return 0


def _switch(app: App, action: str, name: str) -> int:
    if action == "rotate":
        _show(webhook_targets.rotate(app, name, _by()))
    elif action == "retire":
        print(f"{webhook_targets.retire(app, name, _by())} key(s) of {name} sign no more.")
    elif action == "pause":
        webhook_targets.pause(app, name, _by())
        print(f"{name} is paused.")
    elif action == "resume":
        webhook_targets.resume(app, name, _by())
        print(f"{name} is sent to again.")
    else:
        webhook_targets.remove(app, name, _by())
        print(f"{name} is removed.")
    return 0


def _list(app: App) -> int:
    for target in webhook_targets.listing(app):
        state = state_of(app, target.name) if target.active else "paused"
        keys = ",".join(key.id for key in signing_keys(app, target)) or "none"
        profiles = ",".join(target.profiles) or "all"
        print(
            f"{target.name:<24}  {state:<28}  {target.dialect:<8}  {profiles}  keys {keys}  "
            f"{target.event}  {target.url}"
        )
    return 0


def _test(app: App, name: str) -> int:
    answer = ping(app, name)
    print(f"{name}: {'taken' if answer.taken else f'not taken, {answer.code}. {answer.why}'}")
    if answer.body:
        # Of a stranger's answer only what a terminal may be shown.
        text = answer.body[:1_000].decode("utf-8", "replace")
        print(masked_text("".join(c if c.isprintable() or c == "\n" else "?" for c in text)))
    return 0 if answer.taken else NOT_TAKEN


def _deliver(app: App, seconds: int) -> int:
    runs = deliver(app, Limits(app.now() + timedelta(seconds=seconds)))
    for one in runs:
        print(
            f"{one.target:<24}  taken {one.taken}, acknowledged {one.acknowledged}, "
            f"failed {one.failed}, given back {one.given_back}  {one.why}".rstrip()
        )
    if not runs:
        print("There is no target to send to.")
    return NOT_TAKEN if any(one.failed or one.why for one in runs) else 0


def _show(key: SigningKey) -> None:
    # The key alone on the output, so that a script can keep it.
    print(f"Signing key {key.id}. Keep it now: it is shown this once.", file=sys.stderr)
    print(key.key)


def _by() -> str:
    return f"cli:{operator()}"
