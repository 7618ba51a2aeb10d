"""POST /v1/settlements: what is settled, what is refused, and what each leaves behind."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from plugin import (
    BUCKET,
    CA,
    CA_ID,
    HELD,
    OTHER,
    OTHER_ID,
    POISON,
    ROOT,
    Plugin,
    data_of,
    error_of,
    packed,
    plugin,
    unreachable,
    with_total,
)

from handler.entrypoints.http_app import MOST_BYTES
from handler.flows.order_history import index_key

NOTHING: tuple[list[str], int, int] = ([], 0, 0)
RAW = f"raw-posted/{hashlib.sha256(CA).hexdigest()}"


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (CA, {"Content-Type": "text/plain; charset=utf-8"}),
        (CA, {"Content-Type": "text/tab-separated-values"}),
        (CA, {"Content-Type": "application/octet-stream"}),
        (CA, {}),
        (packed(CA), {"Content-Type": "application/gzip"}),
        (packed(CA), {"Content-Type": "text/plain", "Content-Encoding": "gzip"}),
        (packed(CA), {"Content-Type": "application/octet-stream"}),
    ],
)
def test_settles_a_file_as_body(here: Plugin, content: bytes, headers: dict[str, str]) -> None:
    response = here.post(content, headers=headers, content_type=headers.get("Content-Type", ""))
    (document,) = data_of(response)
    assert document["settlement_id"] == CA_ID
    assert document["status"] == "proven"
    assert document["clearing"]["after_deposit"] == "0.00"
    assert "Idempotent-Replayed" not in response.headers
    record = here.settlements.get(CA_ID)
    assert record is not None
    assert record.raw_key == f"raw-posted/{hashlib.sha256(content).hexdigest()}"
    assert here.files.read(record.raw_key) == content  # as it came


def test_finds_the_profile(here: Plugin) -> None:
    (document,) = data_of(here.post(path="/v1/settlements"))
    assert document["profile"] == "ca"


def test_same_call_same_answer_recorded_once(here: Plugin) -> None:
    first = here.post()
    written = here.written()
    again = here.post()
    assert first.data == again.data
    assert again.headers["Idempotent-Replayed"] == "true"
    assert here.written() == written
    # Packed it is another body and the same file.
    assert here.post(packed(CA)).data == first.data
    assert here.written() == written


def test_ten_at_once_record_once(here: Plugin) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: here.post(), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert here.settlements.recorded == 1
    replayed = [answer.headers.get("Idempotent-Replayed") for answer in answers]
    assert replayed.count("true") == 9


def test_dry_run_leaves_nothing(here: Plugin) -> None:
    (dry,) = data_of(here.post(path="/v1/settlements?profile=ca&dry_run=true"))
    assert here.written() == NOTHING
    assert here.settlements.get(CA_ID) is None
    (real,) = data_of(here.post(path="/v1/settlements?profile=ca&dry_run=false"))
    assert real == dry


def test_dry_run_of_an_unusable_file_leaves_nothing(here: Plugin) -> None:
    response = here.post(POISON, "/v1/settlements?profile=ca&dry_run=true")
    assert response.status_code == 422
    assert here.written() == NOTHING


def test_held_is_an_answer(here: Plugin) -> None:
    (document,) = data_of(here.post(HELD))
    assert document["status"] == "held"
    assert document["journal_entries"] == []
    assert document["exceptions"][0]["code"] == "SETTLEMENT_VARIANCE"
    assert {found.scope for found in here.open_exceptions()} == {f"settlement:{CA_ID}"}
    # The right file takes its place, and its exceptions are done with.
    (document,) = data_of(here.post(CA))
    assert document["status"] == "proven"
    assert here.open_exceptions() == []


def test_unusable_file_is_kept_and_registered(here: Plugin) -> None:
    error = error_of(response := here.post(POISON))
    assert response.status_code == 422
    assert error["code"] == "UNUSABLE_FILE"
    assert error["retryable"] is False
    digest = hashlib.sha256(POISON).hexdigest()
    assert here.files.kept == [f"raw-posted/{digest}"]
    assert here.settlements.recorded == 0
    (found,) = here.open_exceptions()
    assert (found.scope, found.finding["code"]) == (f"file:{digest}", "UNUSABLE_FILE")
    here.post(POISON)
    (found,) = here.open_exceptions()
    assert found.count == 2


def test_damaged_gzip_is_unusable(here: Plugin) -> None:
    response = here.post(packed(CA)[:-20], content_type="application/gzip")
    assert (response.status_code, error_of(response)["code"]) == (422, "UNUSABLE_FILE")


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("empty", {"content": b""}, 422, "EMPTY_BODY"),
    ("form", {"content_type": "application/x-www-form-urlencoded"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("image", {"content_type": "image/png"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("brotli", {"headers": {"Content-Encoding": "br"}}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    (
        "packed json",
        {"content_type": "application/json", "headers": {"Content-Encoding": "gzip"}},
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    ("too large", {"content": b"x" * (MOST_BYTES + 1)}, 413, "BODY_TOO_LARGE"),
    (
        "characters lost on the way",
        {"content": CA + "\ufffd".encode(), "content_type": "text/plain"},
        422,
        "BODY_DAMAGED",
    ),
    ("unknown profile", {"path": "/v1/settlements?profile=nobody"}, 422, "UNKNOWN_PROFILE"),
    ("path as profile", {"path": "/v1/settlements?profile=../ca"}, 422, "BAD_PARAMETER"),
    ("empty profile", {"path": "/v1/settlements?profile="}, 422, "BAD_PARAMETER"),
    ("misspelt", {"path": "/v1/settlements?profile=ca&dryrun=true"}, 422, "BAD_PARAMETER"),
    ("dry what", {"path": "/v1/settlements?dry_run=maybe"}, 422, "BAD_PARAMETER"),
    ("twice", {"path": "/v1/settlements?profile=ca&profile=us"}, 422, "BAD_PARAMETER"),
    ("empty key", {"headers": {"Idempotency-Key": ""}}, 422, "BAD_PARAMETER"),
    ("long key", {"headers": {"Idempotency-Key": "k" * 201}}, 422, "BAD_PARAMETER"),
    ("blank in key", {"headers": {"Idempotency-Key": "a b"}}, 422, "BAD_PARAMETER"),
    ("foreign key", {"headers": {"Idempotency-Key": "\xe9"}}, 422, "BAD_PARAMETER"),
]


@pytest.mark.parametrize(
    ("request_", "status", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_refused_and_nothing_written(
    here: Plugin, request_: dict[str, Any], status: int, code: str
) -> None:
    response = here.post(**request_)
    error = error_of(response)
    assert (response.status_code, error["code"]) == (status, code)
    assert error["retryable"] is False
    assert here.written() == NOTHING
    assert here.settlements.get(CA_ID) is None


def test_too_large_says_where_to(here: Plugin) -> None:
    error = error_of(here.post(b"x" * (MOST_BYTES + 1)))
    assert f"s3://{BUCKET}/raw-settlements/<profile>/" in error["repair"]


def test_other_content_of_a_proven_settlement_is_a_conflict(here: Plugin) -> None:
    here.post()
    written = here.written()
    response = here.post(with_total(CA, "2.00"))
    error = error_of(response)
    assert (response.status_code, error["code"]) == (409, "SETTLEMENT_CONFLICT")
    assert here.written() == written
    # A dry run says what it would be.
    (document,) = data_of(
        here.post(with_total(CA, "2.00"), "/v1/settlements?profile=ca&dry_run=true")
    )
    assert document["declared_total"] == "2.00"
    assert here.written() == written


def test_idempotency_key(here: Plugin) -> None:
    headers = {"Idempotency-Key": "run-1!"}
    first = here.post(headers=headers)
    again = here.post(headers=headers)
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"
    written = here.written()
    response = here.post(OTHER, headers=headers)
    assert (response.status_code, error_of(response)["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert here.written() == written
    assert here.settlements.get(OTHER_ID) is None


def test_broken_mapping_is_ours_and_stays(here: Plugin) -> None:
    response = here.broken_mappings().post()
    error = error_of(response)
    assert (response.status_code, error["code"]) == (500, "UNUSABLE_MAPPING")
    assert error["retryable"] is False
    assert here.written() == NOTHING


def test_store_that_does_not_answer(here: Plugin) -> None:
    here.settlements.failing = [unreachable()]
    response = here.post()
    error = error_of(response)
    assert (response.status_code, error["code"]) == (503, "STORE_UNREACHABLE")
    assert error["retryable"] is True
    assert response.headers["Retry-After"] == "5"
    assert here.written() == NOTHING
    assert data_of(here.post())


def test_unusable_file_that_cannot_be_registered_is_to_be_sent_again(here: Plugin) -> None:
    here.settlements.register_fails = True
    assert here.post(POISON).status_code == 503


# A file of the bucket, named by a JSON body.


def named(here: Plugin, body: object, path: str = "/v1/settlements", **request: Any) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return here.post(content, path, content_type="application/json", **request)


@pytest.mark.parametrize("key", ["raw-settlements/ca/a b+c é.txt", "raw-posted/abc"])
def test_settles_a_file_of_the_bucket(here: Plugin, key: str) -> None:
    here.files.put(key, CA)
    (document,) = data_of(named(here, {"bucket": BUCKET, "key": key}))
    assert document["settlement_id"] == CA_ID
    record = here.settlements.get(CA_ID)
    assert record is not None
    assert record.raw_key == key
    # The raw file is not stored again.
    assert here.files.kept == [record.result_key, index_key(record)]
    again = named(here, {"bucket": BUCKET, "key": key})
    assert again.headers["Idempotent-Replayed"] == "true"


def test_folder_names_the_profile(here: Plugin) -> None:
    key = "raw-settlements/eu/ca.txt"
    here.files.put(key, CA)
    (document,) = data_of(named(here, {"bucket": BUCKET, "key": key}))
    assert document["profile"] == "eu"


def test_dry_run_of_a_file_of_the_bucket(here: Plugin) -> None:
    here.files.put("raw-posted/abc", CA)
    path = "/v1/settlements?dry_run=true"
    assert data_of(named(here, {"bucket": BUCKET, "key": "raw-posted/abc"}, path))
    assert here.written() == NOTHING


def test_unusable_file_of_the_bucket(here: Plugin) -> None:
    here.files.put("raw-settlements/ca/x.txt", POISON)
    response = named(here, {"bucket": BUCKET, "key": "raw-settlements/ca/x.txt"})
    assert response.status_code == 422
    (found,) = here.open_exceptions()
    assert found.scope == "file:raw-settlements/ca/x.txt"
    # Mended there, and sent again: done with.
    here.files.put("raw-settlements/ca/x.txt", CA)
    assert data_of(named(here, {"bucket": BUCKET, "key": "raw-settlements/ca/x.txt"}))
    assert here.open_exceptions() == []


@pytest.mark.parametrize(
    "file",
    [
        {"bucket": "somebody-elses", "key": "raw-settlements/ca/x.txt"},
        {"bucket": BUCKET, "key": "results/ca/1/x.json.gz"},
        {"bucket": BUCKET, "key": "/raw-settlements/ca/x.txt"},
        {"bucket": BUCKET, "key": "raw-settlements/../results/x"},
        {"bucket": BUCKET, "key": "raw-settlements/ca/./x.txt"},
        {"bucket": BUCKET, "key": "raw-settlements//x.txt"},
        {"bucket": BUCKET, "key": "raw-settlements/ca/"},
        {"bucket": BUCKET, "key": "raw-posted\\..\\x"},
        {"bucket": BUCKET, "key": "raw-posted/..\\x"},
        {"bucket": BUCKET, "key": "raw-posted/x\n"},
    ],
)
def test_foreign_files_are_refused(here: Plugin, file: dict[str, str]) -> None:
    here.files.put(file["key"], CA)
    response = named(here, file)
    assert (response.status_code, error_of(response)["code"]) == (403, "FOREIGN_FILE")
    assert here.written() == NOTHING


def test_missing_file(here: Plugin) -> None:
    response = named(here, {"bucket": BUCKET, "key": "raw-settlements/ca/none.txt"})
    assert (response.status_code, error_of(response)["code"]) == (404, "FILE_NOT_FOUND")
    assert here.written() == NOTHING


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        {"bucket": BUCKET},
        {"bucket": BUCKET, "key": ""},
        {"bucket": BUCKET, "key": 7},
        {"bucket": BUCKET, "key": "raw-posted/x", "region": "eu"},
    ],
)
def test_body_that_is_not_as_expected(here: Plugin, body: object) -> None:
    response = named(here, body)
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_BODY")
    assert here.written() == NOTHING


MONTH = ROOT / "tests" / "data" / "date_range" / "us_date_range_2026_synthetic.csv"


def test_one_settlement_of_a_month_is_settled_by_its_id() -> None:
    here = plugin()
    content = MONTH.read_bytes()
    refused = here.post(content, "/v1/settlements?profile=us")
    assert (refused.status_code, error_of(refused)["code"]) == (422, "MIXED_SETTLEMENTS")
    path = "/v1/settlements?profile=us&settlement_id=222"
    (document,) = data_of(here.post(content, path))
    assert (document["settlement_id"], document["status"]) == ("222", "held")
    assert here.post(content, path).headers["Idempotent-Replayed"] == "true"
