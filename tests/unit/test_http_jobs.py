"""POST /v1/jobs and its two follow-ups: submit, status, result."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from job_world import JobWorld, job_world
from plugin import BUCKET, CA, CA_ID, HELD, POISON, ROOT, data_of, error_of, unreachable

from handler.flows import api_keys, job_answers
from handler.flows.job_ports import JobKind, JobState
from handler.flows.jobs import new_job

LEDGER = (ROOT / "tests" / "data" / "inventory" / "sandbox_ledger_detail.tsv").read_bytes()
KEY = "raw-settlements/ca/July.txt"
REPORT_KEY = "raw-inventory/us/ledger.tsv"
SETTLE = {"kind": "settle", "bucket": BUCKET, "key": KEY}
REPORT = {"kind": "report", "bucket": BUCKET, "key": REPORT_KEY}


@pytest.fixture
def world() -> JobWorld:
    made = job_world()
    made.here.files.put(KEY, CA)
    made.here.files.put(REPORT_KEY, LEDGER)
    return made


def test_submit_status_result(world: JobWorld) -> None:
    answer = world.post("/v1/jobs", SETTLE)
    assert answer.status_code == 202
    body = answer.get_json()
    address = f"/v1/jobs/{body['id']}"
    assert answer.headers["Location"] == address
    assert answer.headers["Retry-After"] == "5"
    assert (body["success"], body["status"], body["status_url"]) == (True, "in_progress", address)
    assert (body["data"][0]["job_id"], body["errors"]) == (body["id"], [])
    waiting = world.here.get(address)
    assert (waiting.get_json()["status"], waiting.headers["Retry-After"]) == ("in_progress", "5")
    assert world.start() == [True]
    done = world.here.get(address)
    assert done.get_json()["status"] == "done"
    assert "Retry-After" not in done.headers
    (document,) = world.result(body["id"]).get_json()["data"]
    assert document == data_of(world.here.post(CA))[0]


def test_report(world: JobWorld) -> None:
    made = world.made("/v1/jobs", {**REPORT, "first_day": "2024-12-02", "last_day": "2024-12-12"})
    assert made["profile"] == "us"
    world.start()
    assert world.status(made["job_id"])["statuses"] == ["posted"]
    (document,) = world.result(made["job_id"]).get_json()["data"]
    assert document["last_day"] == "2024-12-12"


def test_wishes_reach_the_settling(world: JobWorld) -> None:
    made = world.made("/v1/jobs", {**SETTLE, "settlement_id": "999"})
    world.start()
    failed = world.status(made["job_id"])
    assert failed["status"] == "failed"
    direct = world.here.call(
        "POST",
        "/v1/settlements?profile=ca&settlement_id=999",
        json={"bucket": BUCKET, "key": KEY},
    )
    assert failed["error"]["code"] == error_of(direct)["code"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"bucket": "other-bucket"}, 403, "FOREIGN_FILE"),
        ({"key": "results/ca/x"}, 403, "FOREIGN_FILE"),
        ({"key": "raw-settlements/ca/gone.txt"}, 404, "FILE_NOT_FOUND"),
        ({"profile": "nobody"}, 422, "UNKNOWN_PROFILE"),
        ({"kind": "other"}, 422, "BAD_BODY"),
        ({"made_at": "2025-12-13T10:00:00Z"}, 422, "BAD_BODY"),
        ({"unknown": 1}, 422, "BAD_BODY"),
        ({**REPORT, "profile": "ca"}, 403, "FOREIGN_FILE"),
        ({**REPORT, "exchange_rate": "1.1"}, 422, "BAD_BODY"),
        ({**REPORT, "key": "raw-posted/abc"}, 422, "UNKNOWN_PROFILE"),
    ],
)
def test_what_can_never_work_makes_no_job(
    world: JobWorld, change: dict[str, Any], status: int, code: str
) -> None:
    answer = world.post("/v1/jobs", {**SETTLE, **change})
    assert (answer.status_code, error_of(answer)["code"]) == (status, code)
    assert world.queue.waiting == []


def test_same_key_same_job_other_body_conflict(world: JobWorld) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = world.made("/v1/jobs", SETTLE, **headers)
    assert world.made("/v1/jobs", SETTLE, **headers)["job_id"] == first["job_id"]
    other = world.post("/v1/jobs", {**SETTLE, "settlement_id": "1"}, **headers)
    assert (other.status_code, error_of(other)["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    upload = {"profile": "ca", "kind": "settlement", "file_name": "x"}
    assert world.post("/v1/uploads", upload, **headers).status_code == 409
    world.start()
    sent = len(world.queue.waiting)
    assert world.made("/v1/jobs", SETTLE, **headers)["status"] == "done"
    assert len(world.queue.waiting) == sent


def test_known_job_stays_known_when_its_file_is_gone(world: JobWorld) -> None:
    headers = {"Idempotency-Key": "k-1"}
    made = world.made("/v1/jobs", SETTLE, **headers)
    del world.here.files._files[KEY]
    assert world.made("/v1/jobs", SETTLE, **headers)["job_id"] == made["job_id"]
    assert world.post("/v1/jobs", SETTLE).status_code == 404


def test_without_a_key_each_call_is_a_job(world: JobWorld) -> None:
    ids = {world.made("/v1/jobs", SETTLE)["job_id"] for _ in range(3)}
    assert len(ids) == 3
    assert world.start() == [True] * 3
    assert {world.status(one)["status"] for one in ids} == {"done"}
    assert world.here.settlements.recorded == 1


def test_five_attempts_then_failed_with_an_exception(world: JobWorld) -> None:
    made = world.made("/v1/jobs", SETTLE)
    for attempt in (1, 2, 3, 4, 5):
        world.here.settlements.failing = [unreachable()]
        assert world.start(attempt) == [attempt == 5]
    shown = world.status(made["job_id"])
    assert (shown["status"], shown["error"]["code"]) == ("failed", "UPLOAD_FAILED")
    (found,) = world.here.open_exceptions()
    assert (found.scope, str(found.state)) == (f"file:{KEY}", "parked")


def test_poison_fails_at_once_with_an_exception(world: JobWorld) -> None:
    world.here.files.put(KEY, POISON)
    made = world.made("/v1/jobs", SETTLE)
    assert world.start() == [True]
    assert world.result(made["job_id"]).status_code == 422
    (found,) = world.here.open_exceptions()
    assert found.finding["code"] == "UNUSABLE_FILE"


def test_unforeseen_fault_tells_nothing_of_the_inside(world: JobWorld) -> None:
    made = world.made("/v1/jobs", SETTLE)
    for attempt in range(1, 6):
        world.here.settlements.failing = [ValueError("123-1234567-1234567")]
        world.start(attempt)
    assert "1234567" not in world.result(made["job_id"]).text
    assert "1234567" not in str(world.status(made["job_id"]))


def test_message_of_a_forgotten_job_is_used_up(world: JobWorld) -> None:
    world.queue.waiting = ["job-" + "0" * 32, "nonsense"]
    assert world.start() == [True, True]
    assert world.here.written() == ([], 0, 0)


@pytest.mark.parametrize("job_id", ["job-" + "0" * 32, "job-1", "x" * 500, "job-" + "G" * 32])
@pytest.mark.parametrize("part", ["", "/result"])
def test_unknown_job(world: JobWorld, job_id: str, part: str) -> None:
    answer = world.here.get(f"/v1/jobs/{job_id}{part}")
    assert (answer.status_code, error_of(answer)["code"]) == (404, "JOB_NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "read", "write"),
    [
        (SETTLE, "settlements:read", "settlements:write"),
        (REPORT, "inventory:read", "inventory:write"),
    ],
)
def test_scopes_go_by_the_kind(
    world: JobWorld, body: dict[str, Any], read: str, write: str
) -> None:
    def lacking(scope: str) -> str:
        others = set(api_keys.SCOPES) - {scope, api_keys.EVERYTHING}
        return api_keys.create(world.here.app, f"not {scope}", others)

    refused = world.here.call("POST", "/v1/jobs", key=lacking(write), json=body)
    assert (refused.status_code, error_of(refused)["details"]) == (403, {"scope": write})
    made = world.made("/v1/jobs", body)
    address = f"/v1/jobs/{made['job_id']}"
    for path in (address, f"{address}/result"):
        refused = world.here.get(path, key=lacking(read))
        assert (refused.status_code, error_of(refused)["details"]) == (403, {"scope": read})
    reader = api_keys.create(world.here.app, "reader", [read])
    assert world.here.get(address, key=reader).status_code == 200
    stranger = api_keys.create(world.here.app, "stranger", ["exceptions:read"])
    for path in (address, "/v1/jobs/job-" + "0" * 32):
        assert world.here.get(path, key=stranger).status_code == 403


def test_respond_async(world: JobWorld) -> None:
    body = {"bucket": BUCKET, "key": KEY}
    headers = {"Prefer": "wait=5, Respond-Async", "Idempotency-Key": "k-9"}
    answer = world.post("/v1/settlements?profile=ca", body, **headers)
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "respond-async")
    job_id = answer.get_json()["id"]
    again = world.post("/v1/settlements?profile=ca", body, **headers)
    assert again.get_json()["id"] == job_id
    assert world.here.settlements.get(CA_ID) is None
    assert set(world.start()) == {True}
    assert world.status(job_id)["settlement_id"] == CA_ID
    dry = world.post("/v1/settlements?profile=ca&dry_run=true", body, Prefer="respond-async")
    assert (dry.status_code, error_of(dry)["code"]) == (422, "BAD_PARAMETER")
    # Another preference, and a body that is the file itself, are answered at once.
    assert (
        world.post("/v1/settlements?profile=ca", body, Prefer="handling=lenient").status_code == 200
    )
    assert world.here.post(CA, headers={"Prefer": "respond-async"}).status_code == 200


def test_large_settlement_is_answered_with_its_links(
    world: JobWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.made("/v1/jobs", SETTLE)
    world.start()
    (whole,) = world.result(made["job_id"]).get_json()["data"]
    size = len(json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode())
    monkeypatch.setattr(job_answers, "MOST_SHOWN", size)
    assert world.result(made["job_id"]).get_json()["data"] == [whole]
    monkeypatch.setattr(job_answers, "MOST_SHOWN", size - 1)
    (short,) = world.result(made["job_id"]).get_json()["data"]
    assert (short["settlement_id"], short["shortened"]) == (CA_ID, True)
    assert "journal_entries" not in short
    assert world.here.get(short["links"]["journal"]).status_code == 200


def test_held_result_has_no_journal_link(world: JobWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.here.files.put(KEY, HELD)
    made = world.made("/v1/jobs", SETTLE)
    world.start()
    monkeypatch.setattr(job_answers, "MOST_SHOWN", 0)
    (short,) = world.result(made["job_id"]).get_json()["data"]
    assert list(short["links"]) == ["self"]


def test_jobs_are_small_items_whatever_the_report_says(world: JobWorld) -> None:
    job = new_job(world.here.app, "job-" + "a" * 32, JobKind.REPORT, "us", REPORT_KEY, {}, "flow")
    shortened = {"run_id": "us-1", "status": "posted", "shortened": True}
    done = replace(job, state=JobState.DONE, outcome={"documents": [shortened]})
    assert world.jobs.put_job(done)
    (short,) = world.result(job.job_id).get_json()["data"]
    assert short["links"] == {"self": "/v1/inventory/fba/runs/us-1"}
