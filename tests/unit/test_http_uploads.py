"""POST /v1/uploads: room for a file, and the job that follows it."""

from __future__ import annotations

from typing import Any

import pytest
from job_world import UPLOAD, JobWorld, job_world
from plugin import CA, CA_ID, HELD, OTHER, POISON, ROOT, data_of, error_of, unreachable

from handler.flows import api_keys
from handler.flows.stock_files import told_by_key
from handler.flows.uploads import safe_name

LEDGER = (ROOT / "tests" / "data" / "inventory" / "sandbox_ledger_detail.tsv").read_bytes()


@pytest.fixture
def world() -> JobWorld:
    return job_world()


def test_makes_room_for_a_settlement(world: JobWorld) -> None:
    answer = world.post("/v1/uploads", {**UPLOAD, "content_type": "text/tab-separated-values"})
    (made,) = data_of(answer)
    body = answer.get_json()
    assert (body["id"], body["status"]) == (made["job_id"], "waiting_for_upload")
    assert made["key"] == f"raw-settlements/ca/{made['job_id']}-July.txt"
    assert made["status_url"] == f"/v1/jobs/{made['job_id']}"
    assert made["result_url"] == f"/v1/jobs/{made['job_id']}/result"
    assert made["upload"] == {
        "method": "PUT",
        "url": f"memory://plugin-bucket/{made['key']}?type=text/tab-separated-values&seconds=900",
        "headers": {"Content-Type": "text/tab-separated-values"},
        "expires_at": "2026-01-31T12:15:00+00:00",
    }
    assert world.queue.waiting == []


def test_from_room_to_result(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    early = world.result(made["job_id"])
    assert (early.status_code, error_of(early)["code"]) == (409, "NOT_FINISHED")
    assert early.headers["Retry-After"] == "5"
    assert error_of(early)["retryable"] is True
    assert world.arrive(made["key"], CA)
    shown = world.status(made["job_id"])
    assert (shown["status"], shown["settlement_id"]) == ("done", CA_ID)
    assert shown["settlement_status"] == "proven"
    assert shown["external_ids"]
    assert shown["links"]["journal"] == f"/v1/settlements/{CA_ID}/journal"
    assert world.here.get(shown["links"]["journal"]).status_code == 200
    assert data_of_result(world, made) == data_of(world.here.post(CA))


def data_of_result(world: JobWorld, made: dict[str, Any]) -> list[Any]:
    answer = world.result(made["job_id"])
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["data"])


def test_held_is_done_and_says_held(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    world.arrive(made["key"], HELD)
    shown = world.status(made["job_id"])
    assert (shown["status"], shown["settlement_status"]) == ("done", "held")
    assert list(shown["links"]) == ["self"]
    assert data_of_result(world, made)[0]["status"] == "held"


def test_result_is_of_the_version_the_job_brought(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    world.arrive(made["key"], HELD)
    data_of(world.here.post(CA))
    assert data_of_result(world, made)[0]["status"] == "held"


def test_poison_fails_and_its_result_is_why(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    assert world.arrive(made["key"], POISON)
    shown = world.status(made["job_id"])
    assert shown["status"] == "failed"
    direct = error_of(world.here.post(POISON))
    answer = world.result(made["job_id"])
    assert answer.status_code == 422
    for name in ("code", "message", "repair", "retryable"):
        assert error_of(answer)[name] == direct[name]
        assert shown["error"][name] == direct[name]


def test_conflict_fails_as_a_conflict(world: JobWorld) -> None:
    data_of(world.here.post(CA))
    made = world.made("/v1/uploads", UPLOAD)
    other = CA.replace(b"Principal", b"Shipping", 1)
    world.arrive(made["key"], other)
    answer = world.result(made["job_id"])
    assert answer.status_code == 409
    assert error_of(answer)["code"] != "NOT_FINISHED"


def test_retried_attempt_stays_in_progress_till_it_is_given_up(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    for attempt in (1, 2, 3, 4):
        world.here.settlements.failing = [unreachable()]
        assert not world.arrive(made["key"], CA, attempt)
        shown = world.status(made["job_id"])
        assert (shown["status"], shown["attempt"]) == ("in_progress", attempt)
    world.here.settlements.failing = [unreachable()]
    assert world.arrive(made["key"], CA, 5)
    shown = world.status(made["job_id"])
    assert (shown["status"], shown["error"]["code"]) == ("failed", "UPLOAD_FAILED")
    assert shown["error"]["retryable"] is True
    assert world.result(made["job_id"]).status_code == 503
    # Mended and delivered again it is done after all.
    assert world.arrive(made["key"], CA)
    assert world.status(made["job_id"])["status"] == "done"
    assert world.here.open_exceptions() == []


def test_upload_whose_job_is_forgotten_is_settled(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    world.clock.go(8 * 86_400)
    assert world.arrive(made["key"], CA)
    assert world.here.settlements.get(CA_ID) is not None
    gone = world.here.get(f"/v1/jobs/{made['job_id']}")
    assert (gone.status_code, error_of(gone)["code"]) == (404, "JOB_NOT_FOUND")


def test_other_file_under_the_jobs_name_is_not_the_jobs(world: JobWorld) -> None:
    made = world.made("/v1/uploads", UPLOAD)
    world.arrive(f"raw-settlements/ca/{made['job_id']}-other.txt", OTHER)
    assert world.status(made["job_id"])["status"] == "waiting_for_upload"


def test_second_file_at_the_same_address_takes_nothing_back(world: JobWorld) -> None:
    """The address takes as many PUTs as its 15 minutes allow."""
    made = world.made("/v1/uploads", UPLOAD)
    world.arrive(made["key"], CA)
    first, shown = data_of_result(world, made), world.status(made["job_id"])
    for content in (OTHER, POISON):
        world.arrive(made["key"], content)
        assert world.status(made["job_id"]) == shown
        assert data_of_result(world, made) == first
    (parked,) = world.here.open_exceptions()
    assert parked.scope == f"file:{made['key']}"
    rows = world.here.get(f"/v1/settlements/{CA_ID}/rows?line=1")
    assert (rows.status_code, error_of(rows)["code"]) == (409, "RAW_FILE_CHANGED")


def test_report_is_read_with_what_its_job_says(world: JobWorld) -> None:
    body = {
        "profile": "us",
        "kind": "report",
        "file_name": "ledger.tsv",
        "marketplace": "ATVPDKIKX0DER",
        "made_at": "2025-12-13T10:00:00Z",
        "first_day": "2024-12-02",
        "last_day": "2024-12-12",
    }
    made = world.made("/v1/uploads", body)
    told = told_by_key(made["key"])
    assert told is not None
    assert (told.profile, told.marketplace) == ("us", "ATVPDKIKX0DER")
    assert told.made_at is not None
    assert told.made_at.isoformat() == "2025-12-13T10:00:00+00:00"
    world.arrive(made["key"], LEDGER)
    shown = world.status(made["job_id"])
    assert (shown["status"], shown["statuses"]) == ("done", ["posted"])
    (run_id,) = shown["run_ids"]
    run = world.here.app.inventory.ledger_run("us", run_id)
    assert run is not None
    (document,) = data_of_result(world, made)
    assert document["run_id"] == run_id
    assert (document["first_day"], document["last_day"]) == ("2024-12-02", "2024-12-12")
    address = shown["links"][f"run {run_id}"]
    assert world.here.get(address).status_code == 200


def test_same_key_same_room_other_body_conflict(world: JobWorld) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = world.made("/v1/uploads", UPLOAD, **headers)
    world.clock.go(300)
    again = world.made("/v1/uploads", UPLOAD, **headers)
    assert again["job_id"] == first["job_id"]
    assert again["upload"]["expires_at"] == "2026-01-31T12:20:00+00:00"
    other = world.post("/v1/uploads", {**UPLOAD, "file_name": "June.txt"}, **headers)
    assert (other.status_code, error_of(other)["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    world.arrive(first["key"], CA)
    done = world.made("/v1/uploads", UPLOAD, **headers)
    assert (done["status"], done["upload"]) == ("done", None)
    another = api_keys.create(world.here.app, "another", ["*"])
    theirs = world.here.call(
        "POST", "/v1/uploads", key=another, json=UPLOAD, headers=headers
    ).get_json()  # fmt: skip
    assert theirs["id"] != first["job_id"]


@pytest.mark.parametrize(
    "change",
    [
        {"profile": ""},
        {"kind": "other"},
        {"file_name": ""},
        {"content_type": "text"},
        {"content_type": "text/plain\r\nX-Evil: 1"},
        {"marketplace": "ATVPDKIKX0DER"},
        {"made_at": "2025-12-13T10:00:00Z"},
        {"kind": "report", "made_at": "2025-12-13T10:00:00"},
        {"unknown": 1},
    ],
)
def test_bad_body(world: JobWorld, change: dict[str, Any]) -> None:
    answer = world.post("/v1/uploads", {**UPLOAD, **change})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "BAD_BODY")


@pytest.mark.parametrize("kind", ["settlement", "report"])
def test_unknown_profile(world: JobWorld, kind: str) -> None:
    answer = world.post("/v1/uploads", {**UPLOAD, "kind": kind, "profile": "nobody"})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "UNKNOWN_PROFILE")


@pytest.mark.parametrize(
    ("kind", "scope"), [("settlement", "settlements:write"), ("report", "inventory:write")]
)
def test_scope_goes_by_the_kind(world: JobWorld, kind: str, scope: str) -> None:
    others = set(api_keys.SCOPES) - {scope, api_keys.EVERYTHING}
    without = api_keys.create(world.here.app, "without", others)
    body = {**UPLOAD, "kind": kind, "profile": "us"}
    answer = world.here.call("POST", "/v1/uploads", key=without, json=body)
    assert (answer.status_code, error_of(answer)["details"]) == (403, {"scope": scope})
    with_it = api_keys.create(world.here.app, "with", [scope])
    assert world.here.call("POST", "/v1/uploads", key=with_it, json=body).status_code == 200


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("July 2025.txt", "July 2025.txt"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("a\\b\x00c\n\u202e.txt", "a_b_c__.txt"),
        ("   ", "file"),
        ("é" * 150 + ".csv", "é" * 98 + ".csv"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert len(safe_name(name).encode()) <= 200
