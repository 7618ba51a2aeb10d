"""Long work in the deployed shape: an upload past what a call can carry, and jobs of the queue."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from local_stack import NAME, ROOT, LocalStack
from local_trigger import Answer, call

sys.path[:0] = [str(ROOT / "tests" / "benchmarks")]

from settle import generate  # noqa: E402 - a script, not a package

pytestmark = pytest.mark.e2e

MOST_ANSWERED = 6 * 1024 * 1024  # Lambda's own limit for what a function answers
MOST_CALLED = 6 * 1024 * 1024  # and for what it is called with
LARGE_ROWS = 45_000
LARGE_ID = "11700000001"
SAMPLE = ROOT / "tests/data/settlements/ca_v1_2025-09.txt"
LEDGER = ROOT / "tests/data/inventory/sandbox_ledger_detail.tsv"
SECONDS = 150


def post(stack: LocalStack, path: str, key: str, body: object) -> Answer:
    return call(stack.url + path, key=key, data=json.dumps(body).encode())


def get(stack: LocalStack, path: str, key: str) -> Answer:
    return call(stack.url + path, key=key)


def put(upload: dict[str, Any], content: bytes, **headers: str) -> int:
    """Sends a file to a presigned address, with nothing but what it says; returns the status."""
    given = {**upload["headers"], **headers}
    request = urllib.request.Request(  # noqa: S310 - our own address
        upload["url"], data=content, method=upload["method"], headers=given
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def finished(stack: LocalStack, path: str, key: str) -> dict[str, Any]:
    """Asks as a flow does, until the job is done or failed."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        answer = get(stack, path, key)
        assert answer.status == 200, answer
        if answer.json()["status"] in ("done", "failed"):
            return answer.json()
        assert answer.headers["retry-after"] == "5"
        time.sleep(0.5)
    pytest.fail(f"The job came to no end within {SECONDS} s.")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settlement report that no call can carry."""
    file = tmp_path_factory.mktemp("large") / "large.txt"
    generate(file, LARGE_ROWS)
    assert MOST_CALLED < file.stat().st_size < 2 * MOST_CALLED
    return file


def test_large_file_by_a_presigned_address(stack: LocalStack, key: str, large: Path) -> None:
    content = large.read_bytes()
    refused = call(f"{stack.url}/v1/settlements?profile=eu", key=key, data=content)
    assert refused.status == 413, refused.status
    asked = {
        "profile": "eu",
        "kind": "settlement",
        "file_name": "August 2025 (1)+é.txt",
        "content_type": "text/tab-separated-values",
    }
    answer = post(stack, "/v1/uploads", key, asked)
    assert answer.status == 200, answer
    (made,) = answer.json()["data"]
    assert answer.json()["status"] == "waiting_for_upload"
    early = get(stack, made["result_url"], key)
    assert (early.status, early.headers["retry-after"]) == (409, "5")
    assert put(made["upload"], content) == 200
    done = finished(stack, made["status_url"], key)
    assert done["status"] == "done", done
    assert done["data"][0]["settlement_id"] == LARGE_ID
    result = get(stack, made["result_url"], key)
    assert result.status == 200
    assert len(result.body.encode()) < MOST_ANSWERED
    (document,) = result.json()["data"]
    assert (document["settlement_id"], document["status"]) == (LARGE_ID, "proven")
    (record,) = get(stack, f"/v1/settlements/{LARGE_ID}", key).json()["data"]
    assert record["raw_key"] == made["key"]
    look_up = post(stack, "/v1/settlements/journal", key, {"settlement_id": LARGE_ID})
    assert look_up.status == 200
    assert len(look_up.body.encode()) < MOST_ANSWERED


def test_address_is_signed_for_its_type_and_its_time(stack: LocalStack, key: str) -> None:
    # S3 holds the upload to it; the S3 of this stack takes anything.
    asked = {"profile": "ca", "kind": "settlement", "file_name": "x.txt"}
    (made,) = post(stack, "/v1/uploads", key, asked).json()["data"]
    signed = parse_qs(urlsplit(made["upload"]["url"]).query)
    assert signed["X-Amz-SignedHeaders"] == ["content-type;host"]
    assert signed["X-Amz-Expires"] == ["900"]
    assert made["upload"]["headers"] == {"Content-Type": "application/octet-stream"}


def test_job_of_a_file_in_the_bucket(stack: LocalStack, key: str) -> None:
    # Under raw-posted/ no notification is told, so that only the job settles it.
    file_key = "raw-posted/by-hand"
    stack.upload(file_key, SAMPLE)
    body = {"kind": "settle", "bucket": NAME, "key": file_key, "profile": "ca"}
    answer = post(stack, "/v1/jobs", key, body)
    assert answer.status == 202, answer
    submitted = answer.json()
    assert answer.headers["location"] == submitted["status_url"]
    assert answer.headers["retry-after"] == "5"
    assert submitted["status"] == "in_progress"
    done = finished(stack, submitted["status_url"], key)
    assert done["status"] == "done", done
    (document,) = get(stack, f"{submitted['status_url']}/result", key).json()["data"]
    assert document["status"] == "proven"
    direct = call(f"{stack.url}/v1/settlements?profile=ca", key=key, data=SAMPLE.read_bytes())
    assert direct.json()["data"] == [document]


def test_report_by_a_presigned_address(stack: LocalStack, key: str) -> None:
    asked = {"profile": "us", "kind": "report", "file_name": "ledger.tsv"}
    (made,) = post(stack, "/v1/uploads", key, asked).json()["data"]
    assert put(made["upload"], LEDGER.read_bytes()) == 200
    done = finished(stack, made["status_url"], key)
    assert done["status"] == "done", done
    (document,) = get(stack, made["result_url"], key).json()["data"]
    assert document["run_id"] in done["data"][0]["run_ids"]


def test_poison_fails_with_its_reason(stack: LocalStack, key: str) -> None:
    asked = {"profile": "ca", "kind": "settlement", "file_name": "poison.txt"}
    (made,) = post(stack, "/v1/uploads", key, asked).json()["data"]
    assert put(made["upload"], b"\x00 no settlement") == 200
    done = finished(stack, made["status_url"], key)
    assert done["status"] == "failed", done
    result = get(stack, made["result_url"], key)
    assert result.status == 422
    assert result.json()["errors"][0]["code"] == done["data"][0]["error"]["code"]


def test_what_the_queue_gives_up_comes_into_the_register(stack: LocalStack, key: str) -> None:
    """As SQS moves it there, and through the function that is deployed."""
    name = "raw-settlements/ca/given up.txt"
    detail = {"bucket": {"name": NAME}, "object": {"key": "raw-settlements/ca/given+up.txt"}}
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": detail}
    queue = stack.client("sqs")
    body = json.dumps({"Records": [record]})
    queue.send_message(QueueUrl=stack.dead_letter_url, MessageBody=body)

    def is_there(found: list[dict[str, Any]]) -> bool:
        return any(one["scope"] == f"file:{name}" for one in found)

    found = stack.wait_for("/v1/exceptions?code=UPLOAD_FAILED", key, is_there)
    (one,) = (one for one in found if one["scope"] == f"file:{name}")
    assert (one["state"], one["severity"], one["count"]) == ("parked", "error", 1)
