"""What the schedule calls: a run against a real server, within its time, and what it logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
import structlog
from webhook_receiver import Receiver, answers, garbage, hangs_up, receiver
from webhook_world import World, posted

from handler import logs, main, wiring
from handler.adapters.webhook_sender import WebhookSender
from handler.core.errors import OutsideFailure
from handler.entrypoints.delivery_schedule import handle
from handler.flows import webhook_targets
from handler.flows.parcel import ParcelState
from handler.flows.webhook_targets import Wish
from handler.payloads.webhook_signature import verify


@pytest.fixture
def target() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def world(target: Receiver) -> World:
    made = World()
    sender = WebhookSender(
        allow_local=True, resolve=lambda *_: ["127.0.0.1"], now=made.clock, read_seconds=0.2
    )
    made.app = replace(made.app, sender=sender)
    _, key = webhook_targets.add(made.app, "local", Wish(url=target.url), allow_local=True)
    made.keys.append(key)
    return made


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    logs.configure("INFO")
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def external_ids(target: Receiver) -> list[str]:
    return [json.loads(call.body)["external_id"] for call in target.calls]


def test_a_receiver_gets_what_it_can_verify_and_acknowledges(
    world: World, target: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    world.settlement("1", ["A", "B"])
    target.answers = [answers(200, posted(internal_id="77").body), answers(204)]
    counts = handle(world.app, SimpleNamespace(aws_request_id="r1"))
    assert counts == {"taken": 2, "acknowledged": 1, "failed": 0}
    for call in target.calls:
        verify(call.headers, call.body, [world.keys[0].key], int(world.clock().timestamp()))
    assert world.netsuite_ids("1") == {"A": "77"}
    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert line["event"] == "delivery"
    assert line["request_id"] == "r1"
    assert (line["target"], line["taken"], line["level"]) == ("local", 2, "info")


def test_every_kind_of_bad_answer_leaves_the_record_for_the_next_time(
    world: World, target: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(8):
        world.settlement(str(number), [f"R{number}"])
    target.answers = [
        answers(500, b"buyer@example.com"), garbage, target.silence, hangs_up,
    ]  # fmt: skip
    handle(world.app)
    assert len(target.calls) == 8
    target.answers = [
        answers(429, Retry_After="40"),
        answers(307, Location="http://169.254.169.254/"),
        answers(200, b"x" * 1_000_000),
        answers(200, b"<html>"),
    ]
    world.clock.turn(seconds=40)
    assert handle(world.app) == {"taken": 0, "acknowledged": 0, "failed": 1}
    world.clock.turn(seconds=40)
    handle(world.app)  # one goes alone, is led elsewhere, and fails
    for _ in range(3):
        world.clock.turn(hours=1)
        handle(world.app)
    assert sorted(set(external_ids(target))) == [f"R{number}" for number in range(8)]
    assert {world.parcel(str(n)).state for n in range(8)} == {ParcelState.DELIVERED}
    told = capsys.readouterr()
    for hidden in (world.keys[0].key, "token", "whsec_", "buyer@example.com"):
        assert hidden not in told.out + told.err


def test_it_keeps_within_the_time_it_is_given(world: World, target: Receiver) -> None:
    world.settlement("1", ["A"])
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 15_000)
    assert handle(world.app, context)["taken"] == 0
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 16_000)
    assert handle(world.app, context)["taken"] == 1


def test_a_store_that_is_gone_fails_the_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> list[object]:
        raise OutsideFailure("STORE_UNREACHABLE", "The store did not answer.", "Wait.")

    monkeypatch.setattr(world.app.targets, "targets", gone)
    with pytest.raises(OutsideFailure):
        handle(world.app)


def test_lambda_calls_it(world: World, target: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settlement("1", ["A"])
    monkeypatch.setenv("TABLE_NAME", "t")
    monkeypatch.setenv("BUCKET_NAME", "b")
    monkeypatch.setattr(wiring, "build", lambda settings: world.app)
    main._app.cache_clear()
    try:
        event = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
        context = SimpleNamespace(aws_request_id="r1", get_remaining_time_in_millis=lambda: 90_000)
        assert main.deliver_handler(event, context)["taken"] == 1
    finally:
        main._app.cache_clear()
