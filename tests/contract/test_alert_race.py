"""Runs at the same time over Amazon's own DynamoDB Local: each alert goes out once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from store_samples import Clock, all_at_once, fault

from handler.adapters.dynamo_alerts import DynamoAlerts
from handler.adapters.dynamo_settlements import DynamoSettlements
from handler.flows.alerts import run_alerts
from handler.flows.app import App
from handler.wiring import in_memory

pytestmark = pytest.mark.dynamodb_local
RUNS, FAULTS = 6, 12


class Topic:
    """Keeps the ids of what is published."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def publish(self, alert_id: str, subject: str, text: str) -> None:
        self.ids.append(alert_id)


def test_many_runs_tell_each_matter_once(local_client: Any, local_table: str) -> None:
    clock, topic = Clock(), Topic()
    base = in_memory(now=clock)

    def app() -> App:
        store = DynamoSettlements(local_client, local_table, clock)
        alerts = DynamoAlerts(local_client, local_table)
        return replace(base, settlements=store, alerts=alerts, topic=topic)

    at = clock().isoformat(timespec="seconds")
    made = [replace(fault(f"f{n}"), first_seen=at, last_seen=at) for n in range(FAULTS)]
    severe = [replace(one, finding={**one.finding, "severity": "error"}) for one in made]
    app().settlements.register(severe)
    until = clock() + timedelta(hours=1)
    done = all_at_once([lambda: run_alerts(app(), until)] * RUNS)
    assert all(run.errors == [] for run in done), done
    assert sum(run.new for run in done) == FAULTS + 1  # and the digest
    run_alerts(app(), until)
    assert len(topic.ids) == len(set(topic.ids)) == FAULTS + 1
