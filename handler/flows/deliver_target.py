"""Sending what waits to one target of the webhooks, within its share of a run's time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import OutsideFailure, PluginError
from handler.flows import outbox, webhook_circuit, webhook_message, webhook_parcels
from handler.flows.outbox_names import message_named
from handler.flows.webhook_circuit import Gate
from handler.flows.webhook_keys import SigningKey, no_signing_key, signing_keys
from handler.flows.webhook_parcels import Held

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.deliver import TargetRun
    from handler.flows.delivery_ports import WebhookTarget

Document = dict[str, Any]
_LEASED_AT_ONCE: Final = 20
_LEASE_SECONDS: Final = 300  # longer than a run: what a run that died held comes back soon enough


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


def to_target(
    app: App, target: WebhookTarget, stop_at: datetime, messages: int, run: TargetRun
) -> None:
    """Send what waits to a target, and say in ``run`` what became of it.

    Raises:
        RefusedRequest: ``NO_SIGNING_KEY``; what the outbox refuses.
        OutsideFailure: a store did not answer.
    """
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


def count_failure(app: App, target: WebhookTarget, error: PluginError) -> None:
    """Count against a target that nothing could be made for it, so that somebody hears of it."""
    try:
        webhook_circuit.failed(app, target.name, f"{error.code}: {error.message}")
    except OutsideFailure:
        return  # it fails again in the next run
