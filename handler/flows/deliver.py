"""Sending what waits to the webhooks' targets: one run, within its time.

Everything is sent at least once and in order within its group; what was sent twice carries the same
id. Leases are conditional writes, so runs at the same time, and flows that fetch, share the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from handler.core.errors import OutsideFailure, PluginError
from handler.flows import outbox, webhook_circuit, webhook_message, webhook_parcels
from handler.flows.app import App
from handler.flows.delivery_ports import WebhookTarget
from handler.flows.outbox_names import message_named
from handler.flows.webhook_circuit import Gate
from handler.flows.webhook_keys import SigningKey, signing_keys
from handler.flows.webhook_parcels import Held
from handler.flows.webhook_ping import no_signing_key

Document = dict[str, Any]
_RESERVE: Final = timedelta(seconds=15)  # of the time, to end what was begun
_LEASED_AT_ONCE: Final = 20
_LEASE_SECONDS: Final = 300  # longer than a run: what a run that died held comes back soon enough


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one run may do.

    Attributes:
        ends_at: when the process is stopped; nothing is begun in the last 15 s before.
        messages: how many are sent to one target at most.
    """

    ends_at: datetime
    messages: int = 500


@dataclass(slots=True)
class TargetRun:
    """What became of one target's run.

    Attributes:
        target: its name.
        taken: how many messages it took.
        acknowledged: how many of them its answers acknowledged at once.
        failed: how many it did not take.
        given_back: how many were leased and not sent.
        why: why nothing (more) was sent; empty where all was, or the time was over.
        code: of the last failure; empty where there was none.
    """

    target: str
    taken: int = 0
    acknowledged: int = 0
    failed: int = 0
    given_back: int = 0
    why: str = ""
    code: str = ""

    @property
    def sent(self) -> int:
        """How many messages were sent, taken or not."""
        return self.taken + self.failed


@dataclass(slots=True)
class _Sending:
    """One target while it is sent to."""

    app: App
    target: WebhookTarget
    keys: Sequence[SigningKey]
    stop_at: datetime
    messages: int
    run: TargetRun
    is_closed: bool = False  # the circuit is known to be closed, and nothing has failed since
    is_spared: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be sent."""
        return self.is_spared or self.run.sent >= self.messages or self.app.now() >= self.stop_at


def deliver(app: App, limits: Limits) -> list[TargetRun]:
    """Send what waits to every active target that is not spared.

    Each gets an even part of the time that is left: one that is slow takes nothing from the others.

    Args:
        app: the ports.
        limits: how much may be done.

    Returns:
        What became of each active target.

    Raises:
        OutsideFailure: the targets could not be read.
    """
    targets = [
        target
        for target in app.targets.targets()
        if target.active and target.url and target.event == "results"
    ]
    runs: list[TargetRun] = []
    for number, target in enumerate(targets):
        now = app.now()
        share = (limits.ends_at - _RESERVE - now) / (len(targets) - number)
        run = TargetRun(target.name)
        runs.append(run)
        try:
            _to_target(app, target, now + share, limits.messages, run)
        except PluginError as error:
            run.why, run.code = error.message, error.code
            if not isinstance(error, OutsideFailure):
                # As a profile that is gone: somebody must mend it, so somebody must hear of it.
                _count_failure(app, target, error)
    return runs


def _to_target(
    app: App, target: WebhookTarget, stop_at: datetime, messages: int, run: TargetRun
) -> None:
    if app.now() >= stop_at:
        return
    gate = webhook_circuit.ask(app, target.name)
    if gate is Gate.OPEN:
        run.why = f"It is spared: {webhook_circuit.state_of(app, target.name)}."
        return
    keys = signing_keys(app, target)
    if not keys:
        raise no_signing_key(target.name)
    sending = _Sending(app, target, keys, stop_at, messages, run)
    is_probe = gate is Gate.HALF_OPEN
    while not sending.is_over:
        most = 1 if is_probe else min(_LEASED_AT_ONCE, messages - run.sent)
        leased = outbox.lease(
            app,
            outbox.Asked(
                holder=f"webhook:{target.name}",
                dialect=target.dialect,
                profiles=target.profiles,
                limit=most,
                seconds=_LEASE_SECONDS,
            ),
        )
        if not leased.messages:
            return
        for held, parcel in _by_parcel(leased):
            _send_parcel(sending, held, parcel)
        is_probe = False


def _send_parcel(sending: _Sending, held: Held, messages: Sequence[Document]) -> None:
    """Send a parcel's messages in order, up to the first that is not taken."""
    run, failure = sending.run, ""
    for position, message in enumerate(messages):
        if sending.is_over:
            run.given_back += len(messages) - position
            break
        failure = _send_one(sending, held, message)
        if failure:
            break
    webhook_parcels.finish(sending.app, held, failure)


def _send_one(sending: _Sending, held: Held, message: Document) -> str:
    """Send one message; return why it was not taken."""
    app, run, name = sending.app, sending.run, sending.target.name
    answer = webhook_message.send(app, sending.target, sending.keys, message)
    if not answer.taken:
        run.failed += 1
        run.code = answer.code
        failure = f"{answer.code}: {answer.why}"
        sending.is_closed = False
        sending.is_spared = webhook_circuit.failed(app, name, failure, answer.wait)
        if sending.is_spared:
            run.why = f"It is spared from now on. {answer.why}"
        return failure
    run.taken += 1
    webhook_parcels.taken(app, held, str(message["external_id"]))
    internal_id = webhook_message.acknowledged(answer.body, message)
    if internal_id:
        posted = outbox.Posted(str(message["message_id"]), internal_id)
        (told,) = outbox.acknowledge(app, [posted])
        if isinstance(told, PluginError):  # it is taken nonetheless, and can be acknowledged later
            run.code = told.code
        else:
            run.acknowledged += 1
    if not sending.is_closed:
        webhook_circuit.succeeded(app, name)
        sending.is_closed = True
    return ""


def _by_parcel(leased: outbox.Leased) -> Iterator[tuple[Held, Sequence[Document]]]:
    def parcel_of(message: Document) -> tuple[str, str]:
        name = message_named(str(message["message_id"]))
        return name.group, name.place

    for (group, place), messages in groupby(leased.messages, parcel_of):
        yield Held(group, place, leased.lease_id), list(messages)


def _count_failure(app: App, target: WebhookTarget, error: PluginError) -> None:
    try:
        webhook_circuit.failed(app, target.name, f"{error.code}: {error.message}")
    except OutsideFailure:
        return  # it fails again in the next run
