"""Alerts: once for each critical exception and each stale feed, and a digest each day.

    note     what came into the register is put among the alerts, each by an id of its own
    watch    each hour: feeds that have gone quiet come into the register
    digest   once a day
    send     what waits, to every channel

Each step ends with a conditional write, so runs at the same time do no harm, and one that is cut
off is made up for by the next. A step that fails keeps the others from nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.core.errors import PluginError
from handler.flows.alert_channels import Channel, channels
from handler.flows.moment import moment

if TYPE_CHECKING:
    from handler.flows.alert_ports import Mark
    from handler.flows.app import App
    from handler.flows.exception_ports import RegisteredException

# What a step alone needs is imported there: most runs find nothing due.

_PAGE: Final = 200
_PAGES: Final = 5
# Nothing is written later than this after the moment it carries: no function runs so long.
_OVERLAP: Final = timedelta(minutes=15)
_LONGEST_AGO: Final = timedelta(days=1)  # what is older is in the digest
_FEEDS_EACH: Final = timedelta(hours=1)
_TOLD_TOO: Final = frozenset({"FEED_STALE"})  # holds nothing back, and somebody must hear of it


@dataclass(slots=True)
class AlertRun:
    """What a run did.

    Attributes:
        new: how many alerts came among those to be sent.
        sent: how many every channel has now.
        failed: how many not.
        errors: codes of the steps that failed.
    """

    new: int = 0
    sent: int = 0
    failed: int = 0
    errors: list[str] = field(default_factory=list)


def run_alerts(app: App, stop_at: datetime) -> AlertRun:
    """Do what is due.

    Args:
        app: the ports.
        stop_at: nothing is begun after it.
    """
    run = AlertRun()
    ways: list[Channel] = []

    def find_channels() -> None:
        ways.extend(channels(app))

    def send() -> None:
        from handler.flows.alert_send import send_waiting  # noqa: PLC0415

        run.sent, run.failed = send_waiting(app, ways, stop_at)

    _step(run, lambda: _watch(app))
    _step(run, find_channels)
    if ways:  # where nobody listens, nothing is kept to be told later
        for step in (lambda: _note(app, run, stop_at), lambda: _digest(app, run), send):
            if app.now() < stop_at:
                _step(run, step)
    return run


def alert_id(one: RegisteredException) -> str:
    """Return the same id for the same exception, until it is closed and comes anew."""
    matter = f"{one.scope}\n{one.fingerprint}\n{one.opened_at or one.first_seen}"
    return f"alert-{hashlib.sha256(matter.encode()).hexdigest()[:32]}"


def send_test(app: App) -> list[tuple[str, str]]:
    """Send a message that tells nothing; return each channel, and why it did not take it or "".

    Raises:
        OutsideFailure: the targets could not be read.
    """
    from handler.flows import alert_text  # noqa: PLC0415

    name, message = f"alert-test-{secrets.token_hex(8)}", alert_text.of_test(app.now())
    return [(one.name, one.hand_over(name, message)) for one in channels(app)]


def _step(run: AlertRun, step: Callable[[], None]) -> None:
    try:
        step()
    except PluginError as error:
        run.errors.append(error.code)


def _note(app: App, run: AlertRun, stop_at: datetime) -> None:
    """Put what came into the register since the last run among the alerts."""
    from handler.flows import alert_text  # noqa: PLC0415
    from handler.flows.alert_send import claim  # noqa: PLC0415

    now, mark = app.now(), app.alerts.mark()
    end = moment(now - _OVERLAP)  # what was written just now may stand in no list yet
    position = max(mark.position or end, moment(now - _LONGEST_AGO))
    for _ in range(_PAGES):
        found = app.alerts.met(position, _PAGE)
        for one in found:
            if app.now() >= stop_at:
                return  # the next run begins where this one did
            if _is_told(one) and app.alerts.alert(alert_id(one)) is None:
                run.new += claim(app, alert_id(one), alert_text.of_exception(app, one))
        if len(found) < _PAGE:
            position = end
            break
        position = f"{found[-1].last_seen}#{found[-1].fingerprint}"
    _move(app, mark, replace(mark, position=position))


def _is_told(one: RegisteredException) -> bool:
    # ALERT_NOT_SENT is a warning, and so not told: it would go the way that failed.
    return one.severity == "error" or one.code in _TOLD_TOO


def _watch(app: App) -> None:
    now, mark = app.now(), app.alerts.mark()
    if mark.feeds_at and now - datetime.fromisoformat(mark.feeds_at) < _FEEDS_EACH:
        return
    from handler.flows.alert_feeds import watch_feeds  # noqa: PLC0415

    watch_feeds(app)
    _move(app, mark, replace(mark, feeds_at=moment(now)))


def _digest(app: App, run: AlertRun) -> None:
    if app.alerting.digest == "never":
        return
    from handler.flows import alert_digest  # noqa: PLC0415

    mark = app.alerts.mark()
    end = alert_digest.due(app.now(), app.alerting.digest_hour)
    if mark.digested >= moment(end):
        return
    name = f"digest-{end:%Y-%m-%dT%H}"  # with its hour, which may be changed
    if app.alerts.alert(name) is None:
        from handler.flows.alert_feeds import feeds  # noqa: PLC0415
        from handler.flows.alert_send import claim  # noqa: PLC0415

        stale = [feed for feed in feeds(app) if feed.is_stale]
        start = alert_digest.since(end, mark.digested)
        message = alert_digest.compose(app, start, end, stale)
        is_new = claim(app, name, message or {"title": name, "text": ""}, quiet=message is None)
        run.new += is_new and message is not None
    _move(app, mark, replace(mark, digested=moment(end)))


def _move(app: App, before: Mark, after: Mark) -> None:
    if after != before:
        # Where another run came first, that one's is as good: what is done twice is done once.
        app.alerts.put_mark(replace(after, revision=before.revision + 1))
