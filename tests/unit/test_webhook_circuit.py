"""The circuit of a target: opened, tried with one message, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from webhook_world import START, World, posted

from handler.core.errors import OutsideFailure
from handler.flows import webhook_circuit
from handler.flows.delivery_ports import Circuit, Sent
from handler.flows.parcel import ParcelState
from handler.flows.webhook_circuit import Gate

FAILING = ("webhook:celigo", "WEBHOOK_TARGET_FAILING")


@pytest.fixture
def world() -> World:
    made = World()
    made.target()
    return made


def settlements(world: World, count: int) -> None:
    for number in range(count):
        world.settlement(f"{number:02d}", [f"R{number:02d}", f"S{number:02d}"])


def test_five_failures_in_a_row_open_it_and_nothing_is_leased(world: World) -> None:
    settlements(world, 8)
    world.answer(500, 500, OutsideFailure("NO_ANSWER", "It did not answer.", "."), 404, 500)
    run = world.run()
    assert (run.failed, run.taken) == (5, 0)
    assert run.why.startswith("It is spared from now on.")
    circuit = world.app.targets.circuit("celigo")
    assert (circuit.failures, circuit.open_until) == (5, "2026-01-31T12:01:00+00:00")
    assert world.exceptions() == [FAILING]
    # What was leased with those and not sent is back, and no attempt is used up.
    assert run.given_back == 6
    assert [world.parcel(f"{n:02d}").attempts for n in range(8)] == [1, 1, 1, 1, 1, 0, 0, 0]
    world.clock.turn(seconds=59)
    revisions = [world.parcel(f"{n:02d}").revision for n in range(8)]
    run = world.run()
    assert (run.sent, run.why) == (0, "It is spared: spared until 2026-01-31T12:01:00+00:00.")
    assert [world.parcel(f"{n:02d}").revision for n in range(8)] == revisions


def test_a_success_in_between_starts_the_count_anew(world: World) -> None:
    settlements(world, 9)
    world.answer(500, 500, 500, 500, 200, 200, 500, 500, 500, 500)
    run = world.run()
    assert (run.failed, run.taken, run.why) == (8, 2, "")
    assert world.app.targets.circuit("celigo").failures == 4
    assert world.exceptions() == []


def test_half_open_lets_one_message_through_and_closes_when_it_is_taken(world: World) -> None:
    settlements(world, 8)
    world.answer(*[500] * 5)
    world.run()
    world.clock.turn(seconds=60)
    run = world.run()
    # The first goes alone; taken, it opens the way for the rest. No record is left out or doubled.
    assert run.failed == 0
    assert world.app.targets.circuit("celigo") == Circuit("celigo", revision=7)
    assert world.exceptions() == []
    taken = world.sent()[5:]
    assert sorted(taken) == sorted(f"{k}{n:02d}" for n in range(8) for k in "RS")
    assert taken[0] != "S"


def test_each_failure_after_spares_it_twice_as_long_up_to_an_hour(world: World) -> None:
    settlements(world, 40)
    world.answer(*[500] * 20)
    world.run()
    for seconds in (60, 120, 240, 480, 960, 1920, 3600, 3600):
        until = datetime.fromisoformat(world.app.targets.circuit("celigo").open_until)
        assert until - world.clock() == timedelta(seconds=seconds)
        world.clock.now = until
        sent = len(world.sender.sent)
        before = [world.parcel(f"{n:02d}") for n in range(40)]
        run = world.run()
        assert (run.failed, run.given_back) == (1, 0)
        assert len(world.sender.sent) == sent + 1
        after = [world.parcel(f"{n:02d}") for n in range(40)]
        assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
    assert world.exceptions() == [FAILING]  # once, however long it lasts


def test_while_one_run_tries_another_waits(world: World) -> None:
    settlements(world, 6)
    world.answer(*[500] * 5)
    world.run()
    world.clock.turn(seconds=60)
    assert webhook_circuit.ask(world.app, "celigo") is Gate.HALF_OPEN
    assert webhook_circuit.ask(world.app, "celigo") is Gate.OPEN
    assert world.run().sent == 0
    # Whoever tried is gone without an answer: after a minute another one tries.
    world.clock.turn(seconds=60)
    assert world.run().taken > 0


def test_who_reads_an_older_state_does_not_try(world: World) -> None:
    settlements(world, 6)
    world.answer(*[500] * 5)
    world.run()
    world.clock.turn(seconds=60)
    targets = world.app.targets

    class Late:
        def circuit(self, target: str) -> Circuit:
            known = targets.circuit(target)
            targets.put_circuit(replace(known, revision=known.revision + 1))
            return known

        put_circuit = staticmethod(targets.put_circuit)

    assert webhook_circuit.ask(replace(world.app, targets=Late()), "celigo") is Gate.OPEN


def test_retry_after_is_kept_to_without_using_up_attempts(world: World) -> None:
    settlements(world, 3)
    world.answer(Sent(429, 600, b""))
    run = world.run()
    assert (run.sent, run.failed) == (1, 1)
    circuit = world.app.targets.circuit("celigo")
    assert (circuit.failures, circuit.open_until) == (1, "2026-01-31T12:10:00+00:00")
    assert world.exceptions() == []  # once is no fault
    world.clock.turn(seconds=599)
    assert world.run().sent == 0
    assert [world.parcel(f"{n:02d}").attempts for n in range(3)] == [1, 0, 0]
    world.clock.turn(seconds=1)
    assert world.run().taken == 6
    assert not world.app.targets.circuit("celigo").open_until


def test_it_counts_up_against_others_that_write(world: World) -> None:
    """Two runs fail at the same time: neither failure is lost."""
    targets = world.app.targets

    class Racing:
        raced = False

        def circuit(self, target: str) -> Circuit:
            known = targets.circuit(target)
            if not Racing.raced:
                Racing.raced = True
                webhook_circuit.failed(world.app, target, "HTTP_500")
            return known

        put_circuit = staticmethod(targets.put_circuit)

    webhook_circuit.failed(replace(world.app, targets=Racing()), "celigo", "HTTP_500")
    assert targets.circuit("celigo").failures == 2


def test_other_targets_go_on(world: World) -> None:
    world.target("second", url="https://second.example.com/")
    settlements(world, 8)
    calls: list[str] = []

    class Half:
        def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
            calls.append(url)
            return Sent(500, 0, b"") if "hooks" in url else posted(internal_id=str(len(calls)))

    world.app = replace(world.app, sender=Half())
    first, second = world.runs()
    assert first.failed == 5
    assert (second.taken, second.acknowledged) == (6, 6)
    assert world.parcel("07").state is ParcelState.DONE
    assert world.clock() == START
