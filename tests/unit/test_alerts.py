"""Alerts: once for each matter, whatever dies, and five attempts at most."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from alert_world import AlertWorld

from handler.core.errors import OutsideFailure
from handler.core.finding import Finding
from handler.flows.alerts import run_alerts, send_test
from handler.flows.delivery_ports import Sent
from handler.flows.registered import registered
from handler.payloads.webhook_signature import verify


@pytest.fixture
def world() -> AlertWorld:
    return AlertWorld(stale_days={"": 365})


def test_a_critical_exception_is_told_once_with_all_that_is_needed(world: AlertWorld) -> None:
    world.meet("line 1")
    assert world.alert().sent == 1
    for _ in range(30):
        world.meet("line 1")  # met again and again
        world.alert()
    ((name, subject, text),) = world.topic.told
    assert name.startswith("alert-")
    assert subject == "error: BAD_ROW, line 1"
    for part in ("What broke: It is x.", "Why: ", "Repair: Download", "Who: accountant"):
        assert part in text
    assert "See: https://books.test/dashboard/exceptions/" in text
    assert name in text


def test_warnings_are_not_told(world: AlertWorld) -> None:
    world.meet(code="UNMAPPED_TRANSACTION")
    assert world.alert().new == 0


def test_it_is_told_anew_when_it_comes_anew(world: AlertWorld) -> None:
    world.meet()
    world.alert()
    world.resolve()
    world.meet()  # within the same minute
    world.alert()
    world.alert()
    assert len(world.topic.told) == 2
    assert len({name for name, *_ in world.topic.told}) == 2


def test_nothing_names_a_buyer_or_says_what_one_paid(world: AlertWorld) -> None:
    key = world.hook()
    what = "Order 701-1234567-7654321 of ann@buyer.com has 12.34, expected 1,012.35 EUR."
    world.meet("order 701-1234567-7654321", what=what)
    world.alert()
    told = json.dumps([world.topic.told, world.posted()])
    for hidden in ("701-1234567", "ann@", "12.34", "012.35", "Ann Buyer", key):
        assert hidden not in told
    assert "***4321" in told


def test_a_webhook_gets_it_signed_and_no_results(world: AlertWorld) -> None:
    key = world.hook()
    world.settlement("7", ["A"])
    assert world.runs() == []  # results are not for it
    world.meet()
    now = int(world.clock().timestamp())
    world.alert()
    ((_, body, headers),) = world.sender.sent
    verify(headers, body, [key], now)
    told = json.loads(body)
    assert told["kind"] == "alert"
    assert told["message_id"] == headers["webhook-id"] == world.topic.told[0][0]
    assert (told["code"], told["who"]) == ("BAD_ROW", "accountant")


def test_where_nobody_listens_nothing_is_kept(world: AlertWorld) -> None:
    world.meet()
    world.alert(change=lambda app: replace(app, topic=None))
    assert world.app.alerts.waiting(10) == []


def test_a_bulk_is_told_in_the_minutes_that_follow(world: AlertWorld) -> None:
    for number in range(2_050):
        world.meet(f"line {number}")
    assert world.alert().new == 1_000
    assert world.alert().new == 1_000
    assert world.alert().new == 50
    for _ in range(110):
        world.alert()
    assert len(world.topic.told) == 2_050 == len(set(world.topic.subjects))


def test_only_the_channel_that_failed_is_tried_again(world: AlertWorld) -> None:
    world.hook()
    world.topic.failing = 2
    world.meet()
    assert world.alert().failed == 1
    for _ in range(10):
        world.alert()
    assert len(world.topic.told) == 1
    assert len(world.sender.sent) == 1


def test_a_channel_that_fails_is_left_alone_for_the_run(world: AlertWorld) -> None:
    world.hook()
    for number in range(5):
        world.meet(f"line {number}")
    world.answer(Sent(500, 0, b""))
    world.alert()
    assert len(world.sender.sent) == 1
    assert len(world.topic.told) == 5
    for _ in range(3):
        world.alert()
    assert len({body["message_id"] for body in world.posted()}) == 5
    assert len(world.topic.told) == 5


def test_after_five_attempts_it_is_an_exception_that_is_not_told(world: AlertWorld) -> None:
    world.topic.failing = 5
    world.meet()
    for _ in range(120):
        world.alert()
    assert world.topic.failing == 0
    assert world.topic.told == []
    assert ("alert:topic", "ALERT_NOT_SENT") in world.exceptions()
    world.meet("line 2")
    world.alert()
    assert world.topic.subjects == ["error: BAD_ROW, line 2"]
    assert ("alert:topic", "ALERT_NOT_SENT") not in world.exceptions()


def test_a_step_that_fails_keeps_the_others_from_nothing(
    world: AlertWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> Any:
        raise OutsideFailure("STORE_UNREACHABLE", "It did not answer.", "Wait.")

    world.meet()
    monkeypatch.setattr(world.app.settlements, "settlements", gone)
    done = world.alert()
    assert done.errors == ["STORE_UNREACHABLE"]  # of the feeds
    assert done.sent == 1


class Died(BaseException):
    """The process is no more."""


class Mortal:
    """A store or a channel whose process dies at one of its calls, before or after it."""

    def __init__(self, real: Any, at: list[int], after: bool) -> None:
        self._real, self._at, self._after = real, at, after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)

        def call(*given: Any) -> Any:
            self._at[0] -= 1
            if self._at[0] == 0 and not self._after:
                raise Died
            answer = found(*given)
            if self._at[0] == 0:
                raise Died
            return answer

        return call


@pytest.mark.parametrize("after", [False, True])
def test_cut_off_anywhere_it_is_told_and_by_one_id(after: bool) -> None:
    at = 0
    while True:
        at += 1
        world = AlertWorld(digest="always")
        world.meet()
        left = [at]

        def mortal(app: Any, left: list[int] = left) -> Any:
            stores = ("alerts", "settlements", "topic")
            return replace(app, **{n: Mortal(getattr(app, n), left, after) for n in stores})

        try:
            world.alert(change=mortal)
        except Died:
            pass
        else:
            break  # it has no more calls than that
        for _ in range(20):
            world.alert()
        names = [name for name, *_ in world.topic.told]
        assert len(set(names)) == 2  # the exception and the digest
        assert len(names) <= 3
        assert world.app.alerts.waiting(10) == []
    assert at > 10


@pytest.mark.parametrize("at", range(1, 12))
def test_two_at_once_tell_it_once(world: AlertWorld, at: int) -> None:
    world.meet()
    left = [at]

    class Meddling:
        """Another run comes before one of the calls of this one."""

        def __getattr__(self, name: str) -> Any:
            found = getattr(world.app.alerts, name)

            def call(*given: Any) -> Any:
                left[0] -= 1
                if left[0] == 0:
                    run_alerts(world.app, world.clock().replace(year=2030))
                return found(*given)

            return call

    world.alert(change=lambda app: replace(app, alerts=Meddling()))
    world.alert()
    assert len(world.topic.told) == 1


def test_what_is_written_a_little_late_is_told_too(world: AlertWorld) -> None:
    world.meet("line 1")
    (one,) = world.app.settlements.exceptions_of("settlement:1")
    world.clock.turn(minutes=5)
    world.alert()
    world.app.settlements.register([replace(one, fingerprint="0" * 32)])  # five minutes ago
    world.alert()
    assert len(world.topic.told) == 2


def test_the_test_goes_to_every_channel(world: AlertWorld) -> None:
    world.hook()
    world.topic.failing = 1
    told = dict(send_test(world.app))
    assert told["topic"].startswith("ALERT_TOPIC_FAILED")
    assert told["webhook:pager"] == ""
    assert world.posted()[0]["alert"] == "test"


def test_a_channel_that_is_down_is_not_up_because_of_what_it_took_before(
    world: AlertWorld,
) -> None:
    """It had taken an alert; then it broke, and gave up on another."""
    world.hook()
    world.answer(*[500] * 4)
    world.meet()
    world.alert()
    assert len(world.topic.told) == 1
    world.app.settlements.register(
        registered(world.app, "alert:topic", [Finding("ALERT_NOT_SENT", "alerts to topic", "", {})])
    )
    for _ in range(30):  # the webhook fails still; the topic is asked for nothing
        world.alert()
    assert ("alert:topic", "ALERT_NOT_SENT") in world.exceptions()
