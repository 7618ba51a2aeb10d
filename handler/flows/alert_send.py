"""Sending alerts: each by one run at a time, to each channel until it has it, five times at most.

Leased before it is sent and marked after: cut off in between, it is sent again when the lease is
over, with the same id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from handler.core.finding import Finding
from handler.flows.alert_ports import MOST_ATTEMPTS, Alert, AlertState
from handler.flows.moment import moment
from handler.flows.registered import registered

if TYPE_CHECKING:
    from handler.flows.alert_channels import Channel
    from handler.flows.app import App

_AT_ONCE: Final = 20  # alerts in a run: more come out in the next minutes
_LEASE: Final = timedelta(minutes=5)  # longer than a run
_KEPT: Final = timedelta(days=400)
# After the first attempt, the second ...; some outages take an hour.
_WAITS: Final = (60, 300, 900, 3_600)


def claim(app: App, alert_id: str, message: Mapping[str, Any], *, quiet: bool = False) -> bool:
    """Put an alert among those to be sent, unless it is known; return whether it is new.

    Args:
        app: the ports.
        alert_id: the same for the same matter.
        message: what is told.
        quiet: it is noted as told, and not sent.

    Raises:
        OutsideFailure: the store did not answer.
    """
    now = app.now()
    return app.alerts.put(
        Alert(
            alert_id,
            AlertState.SENT if quiet else AlertState.WAITING,
            moment(now),
            moment(now),
            int((now + _KEPT).timestamp()),
            message,
        )
    )


def send_waiting(app: App, channels: Sequence[Channel], stop_at: datetime) -> tuple[int, int]:
    """Send what is ready; return how many alerts all channels have now, and how many not.

    A channel that fails is left alone for the rest of the run.

    Raises:
        OutsideFailure: the store did not answer.
    """
    sent = failed = 0
    spared: set[str] = set()
    for alert in app.alerts.waiting(_AT_ONCE):
        now = app.now()
        healthy = [one for one in channels if one.name not in spared]
        if alert.ready_at > moment(now) or now >= stop_at or not healthy:
            break
        if alert.attempts >= MOST_ATTEMPTS:
            _give_up(app, alert, channels)
            failed += 1
            continue
        leased = replace(
            alert,
            ready_at=moment(now + _LEASE),
            attempts=alert.attempts + 1,
            revision=alert.revision + 1,
        )
        if not app.alerts.put(leased):
            continue  # another run has it
        after, met = _hand_over(leased, healthy)
        spared |= set(met)
        if {one.name for one in channels} <= set(after.accepted):
            after = replace(after, state=AlertState.SENT, last_error="")
            sent += 1
        else:
            failed += 1
            after = _later(after, app.now(), met)
        _mark(app, after, set(after.accepted) - set(alert.accepted))
    return sent, failed


def _hand_over(alert: Alert, channels: Sequence[Channel]) -> tuple[Alert, dict[str, str]]:
    """Send to those that have it not; return the alert after that, and what failed and why."""
    met: dict[str, str] = {}
    accepted = alert.accepted
    for channel in channels:
        if channel.name in accepted:
            continue
        why = channel.hand_over(alert.alert_id, alert.message)
        if why:
            met[channel.name] = why[:500]
        else:
            accepted = (*accepted, channel.name)
    return replace(alert, accepted=accepted), met


def _later(alert: Alert, now: datetime, met: Mapping[str, str]) -> Alert:
    if not met:  # what is missing was spared, so this was no attempt
        wait, attempts = _WAITS[0], alert.attempts - 1
    else:
        wait, attempts = _WAITS[min(alert.attempts, len(_WAITS)) - 1], alert.attempts
    if attempts >= MOST_ATTEMPTS:
        wait = 0  # nothing more is to come: the next run gives it up
    return replace(
        alert,
        ready_at=moment(now + timedelta(seconds=wait)),
        attempts=attempts,
        last_error="; ".join(f"{name}: {why}" for name, why in met.items()) or alert.last_error,
    )


def _mark(app: App, alert: Alert, newly: Set[str]) -> None:
    app.alerts.put(replace(alert, revision=alert.revision + 1))
    for name in sorted(newly):  # that one had it before says nothing of how it is now
        app.settlements.resolve(_scope(name), moment(app.now()))


def _give_up(app: App, alert: Alert, channels: Sequence[Channel]) -> None:
    # The exception first: cut off in between, the next run gives it up again, and it counts up.
    for channel in channels:
        if channel.name not in alert.accepted:
            finding = _finding(alert, channel.name)
            app.settlements.register(registered(app, _scope(channel.name), [finding]))
    app.alerts.put(replace(alert, state=AlertState.GIVEN_UP, revision=alert.revision + 1))


def _scope(channel: str) -> str:
    return f"alert:{channel}"


def _finding(alert: Alert, channel: str) -> Finding:
    title = str(alert.message["title"])
    return Finding(
        "ALERT_NOT_SENT",
        f"alerts to {channel}",
        f"{channel} did not take the alert {title!r} of {alert.created_at} in {alert.attempts} "
        f"attempts. Last: {alert.last_error}",
        {"alert_id": alert.alert_id, "channel": channel, "title": title},
    )
