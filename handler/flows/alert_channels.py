"""The channels of alerts: the topic people subscribe to, and webhooks' targets for alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import PluginError
from handler.flows import webhook_message
from handler.flows.webhook_keys import no_signing_key, signing_keys

if TYPE_CHECKING:
    from handler.flows.alert_ports import AlertTopic
    from handler.flows.app import App
    from handler.flows.delivery_ports import WebhookTarget

TOPIC: Final = "topic"


@dataclass(frozen=True, slots=True)
class Channel:
    """One way out.

    Attributes:
        name: "topic" or "webhook:<target>".
        hand_over: takes the alert's id and its message; returns why it was not taken, or "".
    """

    name: str
    hand_over: Callable[[str, Mapping[str, Any]], str]


def channels(app: App) -> list[Channel]:
    """Return every channel that is set up and not paused.

    Raises:
        OutsideFailure: the targets could not be read.
    """
    found = [Channel(TOPIC, partial(_publish, app.topic))] if app.topic is not None else []
    found += [
        Channel(f"webhook:{target.name}", partial(_post, app, target))
        for target in app.targets.targets()
        if target.event == "alert" and target.active and target.url
    ]
    return found


def _publish(topic: AlertTopic, alert_id: str, message: Mapping[str, Any]) -> str:
    try:
        # The id is at the end of the text too: of a mail, nobody sees the attributes.
        text = f"{message['text']}\n\nAlert {alert_id}"
        topic.publish(alert_id, str(message["title"]), text)
    except PluginError as error:
        return f"{error.code}: {error.message}"
    return ""


def _post(app: App, target: WebhookTarget, alert_id: str, message: Mapping[str, Any]) -> str:
    try:
        keys = signing_keys(app, target)
        if not keys:
            raise no_signing_key(target.name)
        sent = {"message_id": alert_id, "kind": "alert", **message}
        answer = webhook_message.send(app, target, keys, sent)
    except PluginError as error:
        return f"{error.code}: {error.message}"
    return "" if answer.taken else f"{answer.code}: {answer.why}"
