"""A job under duplicates, late news and cut-offs: whatever happens, one end, and the true one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_world import UPLOAD, Cut, JobWorld, job_world
from plugin import BUCKET, CA, CA_ID, POISON, error_of, unreachable

from handler.core.errors import OutsideFailure
from handler.flows import job_healing
from handler.flows.job_ports import Job, JobState
from handler.flows.job_progress import advance

KEY = "raw-settlements/ca/July.txt"
SETTLE = {"kind": "settle", "bucket": BUCKET, "key": KEY}
NEWS = [
    (JobState.IN_PROGRESS, {"attempt": 1}),
    (JobState.IN_PROGRESS, {"attempt": 2}),
    (JobState.FAILED, {"code": "X", "message": "x", "repair": "x"}),
    (JobState.DONE, {"settlement_id": CA_ID, "settlement_status": "proven"}),
]


@pytest.fixture
def world() -> JobWorld:
    return job_world()


def stored(world: JobWorld, job_id: str) -> Job:
    world.jobs.sound()
    job = world.jobs.job(job_id)
    assert job is not None
    return job


@settings(max_examples=60, deadline=None)
@given(news=st.permutations(NEWS * 2), cut=st.integers(1, 8))
def test_any_order_of_news_has_the_same_end(
    news: list[tuple[JobState, dict[str, str]]], cut: int
) -> None:
    world = job_world()
    made = world.made("/v1/uploads", UPLOAD)
    job_id, key = made["job_id"], made["key"]
    highest = JobState.WAITING
    ranks = list(JobState)
    for state, outcome in news[:cut]:
        advance(world.here.app, job_id, key, state, outcome)
        rank = {JobState.FAILED: 2, JobState.DONE: 3}.get(state, ranks.index(state))
        best = {JobState.FAILED: 2, JobState.DONE: 3}.get(highest, ranks.index(highest))
        highest = state if rank > best else highest
        assert stored(world, job_id).state is highest


def test_duplicates_of_the_news_of_an_upload_change_nothing(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    world.arrive(made["key"], CA)
    first = stored(world, made["job_id"])
    for _ in range(3):
        world.clock.go(10)
        assert world.tell(made["key"])
        assert world.tell(made["key"], attempt=6)  # a late duplicate whose count ran out
    assert stored(world, made["job_id"]) == first


class Watched:
    """A port whose calls are counted, and cut off where the test says so."""

    def __init__(self, port: object, tick: Callable[[str], None]) -> None:
        self._port, self._tick = port, tick

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            self._tick("before")
            done = found(*args, **named)
            self._tick("after")
            return done

        return call


def cut_at(world: JobWorld, moment: int) -> tuple[JobWorld, list[int]]:
    """The world with every port cut off once, at a moment; and how many moments there were."""
    moments: list[int] = []

    def tick(_: str) -> None:
        moments.append(1)
        if len(moments) == moment:
            raise Cut

    app = world.here.app
    watched = replace(
        app,
        settlements=Watched(app.settlements, tick),
        files=Watched(app.files, tick),
        jobs=Watched(app.jobs, tick),
        queue=Watched(app.queue, tick),
    )  # fmt: skip
    return replace(world, here=replace(world.here, app=watched)), moments


def uploaded(world: JobWorld, content: bytes, attempt: int) -> str:
    made = world.made("/v1/uploads", UPLOAD, **{"Idempotency-Key": "k"})
    world.here.files.put(made["key"], content)
    assert world.tell(made["key"], attempt)
    return str(made["job_id"])


def submitted(world: JobWorld, content: bytes, attempt: int) -> str:
    world.here.files.put(KEY, content)
    made = world.made("/v1/jobs", SETTLE, **{"Idempotency-Key": "k"})
    assert set(world.start(attempt)) <= {True}
    return str(made["job_id"])


@pytest.mark.parametrize("way", [uploaded, submitted])
@pytest.mark.parametrize("content", [CA, POISON])
def test_cut_off_at_any_call_of_any_store_and_done_again(
    way: Callable[[JobWorld, bytes, int], str], content: bytes
) -> None:
    plain = job_world()
    watched, moments = cut_at(plain, 0)
    job_id = way(watched, content, 1)
    wanted, whole = stored(plain, job_id), len(moments)
    assert wanted.state is (JobState.DONE if content == CA else JobState.FAILED)
    assert whole >= 16
    for moment in range(1, whole + 1):
        world = job_world()
        broken, _ = cut_at(world, moment)
        with pytest.raises(Cut):
            way(broken, content, 1)
        # What failed is called again, and the queue delivers again what was not used up.
        assert way(world, content, 2) == job_id
        found = stored(world, job_id)
        assert (found.state, found.outcome) == (wanted.state, wanted.outcome), moment
        assert world.here.settlements.recorded == plain.here.settlements.recorded
        codes = [one.finding["code"] for one in world.here.open_exceptions()]
        assert codes == [one.finding["code"] for one in plain.here.open_exceptions()]


@pytest.mark.parametrize("nth", range(4))
def test_job_store_that_fails_never_fails_the_upload(nth: int) -> None:
    world = job_world()
    made = world.made("/v1/uploads", UPLOAD)
    calls = itertools.count()

    def fail(_: str) -> None:
        if next(calls) >= nth:
            raise unreachable()

    world.jobs.before = fail
    assert world.arrive(made["key"], CA)  # used up: nothing to deliver again
    world.jobs.sound()
    assert world.here.settlements.recorded == 1
    assert world.here.open_exceptions() == []
    # Nothing told the job; whoever asks finds the settlement.
    assert stored(world, made["job_id"]).state is not JobState.DONE
    world.clock.go(61)
    shown = world.status(made["job_id"])
    assert (shown["status"], shown["settlement_id"]) == ("done", CA_ID)
    assert stored(world, made["job_id"]).state is JobState.DONE
    assert world.result(made["job_id"]).status_code == 200


def test_file_too_large_to_be_looked_at_goes_through_the_queue_again(
    world: JobWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_healing, "MOST_READ", 10)
    made = world.made("/v1/uploads", UPLOAD)
    world.jobs.before = lambda _: (_ for _ in ()).throw(unreachable())
    assert world.arrive(made["key"], CA)
    world.jobs.sound()
    world.clock.go(3600)
    assert world.status(made["job_id"])["status"] == "in_progress"
    assert world.start() == [True]
    assert world.status(made["job_id"])["settlement_id"] == CA_ID
    assert world.here.settlements.recorded == 1


def test_earlier_settlement_of_the_same_file_is_not_taken_for_the_jobs(world: JobWorld) -> None:
    world.arrive(KEY, CA)
    world.clock.go(10)
    made = world.made("/v1/jobs", SETTLE)
    world.clock.go(61)
    assert world.status(made["job_id"])["status"] == "in_progress"


def test_parked_file_whose_job_was_not_told_fails_in_the_end(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    world.jobs.before = lambda what: (_ for _ in ()).throw(unreachable())
    assert world.arrive(made["key"], POISON)
    world.jobs.sound()
    world.clock.go(61)
    assert world.status(made["job_id"])["status"] == "waiting_for_upload"
    world.clock.go(3600)
    assert world.status(made["job_id"])["status"] == "in_progress"
    assert world.start() == [True]
    assert world.status(made["job_id"])["status"] == "failed"


def test_room_nobody_used_is_left_alone(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    world.clock.go(5 * 3600)
    assert world.status(made["job_id"])["status"] == "waiting_for_upload"
    assert world.queue.waiting == []


def test_queue_that_is_down_is_told_and_the_repeated_call_sends(world: JobWorld) -> None:
    world.here.files.put(KEY, CA)
    headers = {"Idempotency-Key": "k-1"}
    world.queue.down = True
    answer = world.post("/v1/jobs", SETTLE, **headers)
    assert (answer.status_code, error_of(answer)["code"]) == (503, "QUEUE_FAILED")
    world.queue.down = False
    made = world.made("/v1/jobs", SETTLE, **headers)
    assert world.queue.waiting == [made["job_id"]]
    world.start()
    assert world.status(made["job_id"])["status"] == "done"


def test_job_the_queue_never_had_is_sent_when_asked_for(world: JobWorld) -> None:
    world.here.files.put(KEY, CA)
    made = world.made("/v1/jobs", SETTLE)
    world.queue.waiting = []  # lost
    world.clock.go(59)
    world.status(made["job_id"])
    assert world.queue.waiting == []
    world.clock.go(1)
    world.queue.down = True
    assert world.status(made["job_id"])["status"] == "in_progress"
    world.queue.down = False
    for wait in (120, 240, 480):  # asked all the time, sent ever more rarely
        for _ in range(wait // 10 - 1):
            world.clock.go(10)
            world.status(made["job_id"])
        before = len(world.queue.waiting)
        world.clock.go(10)
        world.status(made["job_id"])
        assert len(world.queue.waiting) == before + 1
    assert world.start() == [True] * 3
    assert world.status(made["job_id"])["status"] == "done"
    assert world.here.settlements.recorded == 1


def test_attempt_that_came_to_nothing_is_made_again_after_an_hour(world: JobWorld) -> None:
    world.here.files.put(KEY, CA)
    made = world.made("/v1/jobs", SETTLE)
    world.here.settlements.failing = [unreachable()]
    assert world.start() == [False]
    world.queue.waiting = []  # the dead-letter queue has it
    world.clock.go(3599)
    world.status(made["job_id"])
    assert world.queue.waiting == []
    world.clock.go(1)
    world.status(made["job_id"])
    assert world.start() == [True]
    assert world.status(made["job_id"])["status"] == "done"


def test_many_who_ask_send_once(world: JobWorld) -> None:
    world.here.files.put(KEY, CA)
    made = world.made("/v1/jobs", SETTLE)
    world.queue.waiting = []
    world.clock.go(60)
    asking: list[int] = []

    def another(what: str) -> None:
        if what == "put" and not asking:
            asking.append(1)
            world.status(made["job_id"])  # in between the first one's reading and writing

    world.jobs.before = another
    world.status(made["job_id"])
    assert asking
    assert world.queue.waiting == [made["job_id"]]


def test_others_who_keep_writing_are_an_outside_failure(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)

    class Contended:
        def job(self, job_id: str) -> Job | None:
            return world.jobs.job(job_id)

        def put_job(self, job: Job) -> bool:
            return False

    app = replace(world.here.app, jobs=Contended())
    with pytest.raises(OutsideFailure):
        advance(app, made["job_id"], made["key"], JobState.DONE, {})
