"""The plugin in memory with a topic and a webhook for alerts, and a clock to turn."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from webhook_world import URL, World

from handler.core.errors import OutsideFailure
from handler.core.finding import Finding
from handler.flows import webhook_targets
from handler.flows.alert_ports import Alerting
from handler.flows.alerts import AlertRun, run_alerts
from handler.flows.registered import registered
from handler.flows.webhook_targets import Wish


class Topic:
    """Keeps what is published; fails as often as it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []
        self.failing = 0

    def publish(self, alert_id: str, subject: str, text: str) -> None:
        if self.failing:
            self.failing -= 1
            raise OutsideFailure("ALERT_TOPIC_FAILED", "SNS refused Publish: x.", "Mend.")
        self.told.append((alert_id, subject, text))

    @property
    def subjects(self) -> list[str]:
        return [subject for _, subject, _ in self.told]


class AlertWorld(World):
    """A world without mappings' faults, whose digest is off unless a test asks for it."""

    def __init__(self, **alerting: Any) -> None:
        super().__init__()
        self.topic = Topic()
        wanted = Alerting(**{"digest": "never", "dashboard": "https://books.test/", **alerting})
        self.app = replace(self.app, topic=self.topic, alerting=wanted)

    def hook(self, name: str = "pager") -> str:
        """Add a webhook for alerts; return its signing key."""
        _, key = webhook_targets.add(self.app, name, Wish(url=URL, event="alert"))
        return key.key

    def meet(self, subject: str = "line 1", code: str = "BAD_ROW", what: str = "It is x.") -> None:
        """Have an exception met."""
        finding = Finding(code, subject, what, {"buyer": "Ann Buyer"})
        self.app.settlements.register(registered(self.app, "settlement:1", [finding]))

    def resolve(self) -> None:
        self.app.settlements.resolve("settlement:1", self.clock().isoformat(timespec="seconds"))

    def alert(self, *, change: Callable[[Any], Any] | None = None) -> AlertRun:
        """One minute's run, and the minute that follows."""
        app = change(self.app) if change else self.app
        done = run_alerts(app, self.clock() + timedelta(seconds=30))
        self.clock.turn(minutes=1)
        return done

    def posted(self) -> list[dict[str, Any]]:
        """What came to webhooks."""
        return [json.loads(body) for _, body, _ in self.sender.sent]
