"""`python -m handler alerts ...`: try the channels, and see what has gone quiet."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handler import wiring
from handler.flows.alert_feeds import feeds
from handler.flows.alerts import run_alerts, send_test
from handler.logs import masked_text
from handler.settings import read_settings

if TYPE_CHECKING:
    from handler.flows.app import App

SOMETHING: Final = 2
_LONGEST: Final = timedelta(seconds=60)


def run(options: argparse.Namespace) -> int:
    """Run one action."""
    return act(wiring.build(read_settings()), options)


def act(app: App, options: argparse.Namespace) -> int:
    """Run one action on ``app`` and return the exit code."""
    match options.action:
        case "test":
            return _test(app)
        case "stale":
            return _stale(app)
    return _run(app)


def _test(app: App) -> int:
    told = send_test(app)
    for channel, why in told:
        print(masked_text(f"{channel}: {f'not taken, {why}' if why else 'taken'}"))
    if not told:
        print("There is no channel: set ALERT_TOPIC_ARN, or add a webhook with --event alert.")
        return 1
    return SOMETHING if any(why for _, why in told) else 0


def _stale(app: App) -> int:
    known = feeds(app)
    for feed in known:
        state = "stale" if feed.is_stale else "fresh"
        print(
            f"{state}  {feed.profile:<12}  {feed.last}  {feed.age:>4} of {feed.limit} days  "
            f"{feed.name}"
        )
    if not known:
        print("Nothing has come yet.")
    return SOMETHING if any(feed.is_stale for feed in known) else 0


def _run(app: App) -> int:
    found = run_alerts(app, app.now() + _LONGEST)
    print(f"new {found.new}, sent {found.sent}, failed {found.failed}")
    for code in found.errors:
        print(code, file=sys.stderr)
    return 1 if found.errors or found.failed else 0
