"""An alert through SNS, as the function that runs each minute sends it, and the commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from alert_world import AlertWorld
from moto import mock_aws

from handler.adapters.sns_alerts import SnsAlerts
from handler.core.errors import OutsideFailure
from handler.entrypoints import delivery_schedule
from handler.entrypoints.cli import alerts as command
from handler.entrypoints.delivery_schedule import handle


@pytest.fixture
def sns(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str, Any]]:
    """The client, a topic, and what reads what came to a queue that subscribes to it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    with mock_aws():
        client, sqs = (boto3.client(n, region_name="us-east-1") for n in ("sns", "sqs"))
        topic = client.create_topic(Name="alerts")["TopicArn"]
        queue = sqs.create_queue(QueueName="people")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])

        def came() -> list[dict[str, Any]]:
            found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            return [json.loads(one["Body"]) for one in found.get("Messages", [])]

        yield client, topic, came


def test_what_is_published_arrives(sns: tuple[Any, str, Any]) -> None:
    client, topic, came = sns
    SnsAlerts(client, topic).publish("alert-1", "error: é\nSubject: " + "x" * 200, "text é")
    (one,) = came()
    assert one["Message"] == "text é"
    assert one["Subject"].startswith("error: ??Subject")
    assert len(one["Subject"]) == 100
    assert one["MessageAttributes"]["alert_id"]["Value"] == "alert-1"


def test_a_topic_that_is_not_there_is_told(sns: tuple[Any, str, Any]) -> None:
    client, topic, _ = sns
    with pytest.raises(OutsideFailure) as error:
        SnsAlerts(client, topic + "-gone").publish("a", "s", "t")
    assert error.value.code == "ALERT_TOPIC_FAILED"


def test_each_minute_delivers_and_alerts(sns: tuple[Any, str, Any]) -> None:
    client, topic, came = sns
    world = AlertWorld(stale_days={"": 365})
    world.topic.publish = SnsAlerts(client, topic).publish  # type: ignore[method-assign]
    world.target()
    world.settlement("1", ["A"])
    world.meet()
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 90_000)
    assert handle(world.app, context)["taken"] == 1
    (one,) = came()
    assert one["Subject"] == "error: BAD_ROW, line 1"


def test_alerts_that_break_are_no_fault_of_the_deliveries(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("ann@buyer.com")

    monkeypatch.setattr(delivery_schedule, "run_alerts", broken)
    world = AlertWorld()
    world.target()
    world.settlement("1", ["A"])
    assert handle(world.app)["taken"] == 1
    assert "RuntimeError" in capsys.readouterr().out


def test_deliveries_that_break_do_not_keep_alerts_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OutsideFailure("STORE_UNREACHABLE", "It did not answer.", "Wait.")

    monkeypatch.setattr(delivery_schedule, "deliver", broken)
    world = AlertWorld()
    world.meet()
    with pytest.raises(OutsideFailure):
        handle(world.app)
    assert len(world.topic.told) == 1


def test_nothing_is_begun_late() -> None:
    world = AlertWorld()
    world.meet()
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 20_000)
    handle(world.app, context)
    assert world.topic.told == []
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 21_000)
    handle(world.app, context)
    assert len(world.topic.told) == 1


def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    world = AlertWorld()

    def run(action: str) -> tuple[int, str]:
        code = command.act(world.app, SimpleNamespace(action=action))  # type: ignore[arg-type]
        return code, capsys.readouterr().out

    assert run("test") == (0, "topic: taken\n")
    assert run("stale") == (0, "Nothing has come yet.\n")
    world.topic.failing = 1
    code, out = run("test")
    assert (code, out.split(",")[0]) == (2, "topic: not taken")
    world.settlement("1")
    world.clock.now = datetime(2025, 9, 20, tzinfo=UTC)
    code, out = run("stale")
    assert code == 2
    assert out.split()[:3] == ["stale", "ca", "2025-08-28"]
    world.clock.now += timedelta(hours=1)
    assert run("run") == (0, "new 1, sent 1, failed 0\n")
