"""Names of files: no key, folder or settlement id leads anywhere but to where it belongs."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
import pytest
from botocore.config import Config
from job_world import UPLOAD, JobWorld, job_world
from plugin import BUCKET, CA, CA_ID, Plugin, error_of, plugin

from handler import logs
from handler.adapters.s3_files import S3Files
from handler.core.errors import RefusedRequest
from handler.entrypoints.s3_events import handle
from handler.flows.job_progress import job_of_key
from handler.flows.uploads import safe_name

NAMES = [
    "..", ".", "../x", "../../results/ca/x", "/etc/passwd", "\\..\\results\\x", "a/../../b",
    "%2e%2e%2fresults%2fx", "..%2f..%2fresults", "%252e%252e%252f", "x\x00.txt", "\x00",
    "a\r\nSet-Cookie: x=1", "x\u2028y", "\u202egpj.exe", "．．／results", "..\u2215x", "é" * 600,
    "x" * 1_024, "?versionId=1", "x?X-Amz-Signature=1#", "a&b=c+d e", "job-" + "0" * 32 + "-x",
    "CON", "x.txt/", "~root", "$(id)", "'; DROP TABLE x; --", "<script>", "🧾.txt",
]  # fmt: skip
PROFILES = [
    "..", "../results", "ca/../us", "ca/", "/ca", "ca%2f..", "%2e%2e", "ca\x00", "ca\n", "CA", "",
    "ca ", "ｃa", "c" * 33, "-ca", "ca\\us", "ca?x", "ca#x", "*",
]  # fmt: skip
# Where the plugin keeps what it made, and ways to spell a way there.
FOREIGN = [
    "results/ca/{id}/x", "indexes/ca/{id}/x", "results/rules/1", "results", "",
    "raw-settlements/../results/x", "raw-settlements/ca/../../results/x", "raw-settlements//x",
    "raw-settlements/./x", "/raw-settlements/ca/x", "./raw-settlements/ca/x",
    "raw-settlements\\ca\\x", "raw-settlements/ca\\..\\..\\results\\x", "raw-posted/../results/x",
    "raw-settlements/ca/x\x00", "raw-settlements/ca/x\n", "raw-settlementsx/ca/x",
    "RAW-SETTLEMENTS/ca/x", "results/raw-settlements/ca/x", "raw-settlements/ca/..",
    "raw-settlements%2fca%2fx", "file:///etc/passwd", "s3://other/raw-settlements/ca/x",
]  # fmt: skip
IDS = [
    "../../raw-posted/x", "..", "a/b", "a\\b", "%2e%2e%2fx", "x\x00y", "é", "１２３", "a b", "a%b",
    '"><script>', "x\x1b[31m", "'--", "a;b", "a?b", "a#b", "a" * 65, "${x}", "=1+1",
]  # fmt: skip


@pytest.fixture
def here() -> Plugin:
    logs.configure("CRITICAL")
    return plugin()


@pytest.fixture
def world() -> JobWorld:
    logs.configure("CRITICAL")
    return job_world()


def signed() -> S3Files:
    """What signs addresses for real; nothing is asked of S3 for it."""
    client = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x",
        config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
    )  # fmt: skip
    return S3Files(client, BUCKET)


@pytest.mark.parametrize("kind", ["settlement", "report"])
def test_no_file_name_leaves_its_folder(world: JobWorld, kind: str) -> None:
    folder = {"settlement": "raw-settlements/ca", "report": "raw-inventory/ca"}[kind]
    profile = "ca" if kind == "settlement" else "us"
    folder = folder.replace("ca", profile)
    files = signed()
    for name in NAMES:
        body = {**UPLOAD, "kind": kind, "profile": profile, "file_name": name}
        made = world.made("/v1/uploads", body)
        job = world.jobs.job(made["job_id"])
        assert job is not None
        shape = rf"{folder}/{job.job_id}-[^/\\]+"
        assert re.fullmatch(shape, job.key), (name, job.key)
        assert job.key.isprintable()
        assert len(job.key.encode()) <= 1_024
        assert job_of_key(job.key) == job.job_id, name  # not of the job that a name claims
        # The address that is signed leads to that key and no other, however it is tidied up.
        address = urlsplit(files.upload_address(job.key, "text/plain", 900))
        assert unquote(address.path) == f"/{job.key}"
        assert ".." not in address.path.split("/")
        assert address.netloc == f"{BUCKET}.s3.amazonaws.com"


def test_a_safe_name_stays_so() -> None:
    for name in NAMES:
        assert safe_name(safe_name(name)) == safe_name(name)
        assert safe_name(name) not in ("", "/")


def test_no_profile_is_a_way_to_another_folder(here: Plugin) -> None:
    key = f"raw-posted/{hashlib.sha256(CA).hexdigest()}"
    here.files.put(key, CA)
    client = here.client

    def call(method: str, path: str, **request: Any) -> int:
        headers = {"Authorization": f"Bearer {here.key}"}
        return client.open(path, method=method, headers=headers, **request).status_code

    for profile in PROFILES:
        asked = [
            call("POST", "/v1/uploads", json={**UPLOAD, "profile": profile}),
            call("POST", "/v1/settlements", data=CA, query_string={"profile": profile},
                      content_type="application/octet-stream"),
            call("POST", "/v1/jobs",
                      json={"kind": "settle", "bucket": BUCKET, "key": key, "profile": profile}),
            call("GET", "/v1/settlements", query_string={"profile": profile}),
            call("POST", "/v1/inventory/fba/reports", data=b"x",
                      query_string={"profile": profile}),
        ]  # fmt: skip
        assert set(asked) == {422}, profile
    assert here.written() == ([], 0, 0)


def test_what_the_plugin_made_is_no_file_to_be_settled(here: Plugin) -> None:
    """A whole settlement lies there: read, it would be settled."""
    client, headers = here.client, {"Authorization": f"Bearer {here.key}"}
    for key in (shape.format(id=CA_ID) for shape in FOREIGN):
        for place in {key, key.replace("\\", "/"), re.sub(r"[^/]+/\.\./", "", key)} - {""}:
            here.files.put(place, CA)
        kept = list(here.files.kept)
        body = {"bucket": BUCKET, "key": key}
        for path, asked in (
            ("/v1/settlements?profile=ca", body),
            ("/v1/jobs", {**body, "kind": "settle", "profile": "ca"}),
            ("/v1/jobs", {**body, "kind": "report", "profile": "us"}),
        ):
            answer = client.post(path, json=asked, headers=headers)
            assert answer.status_code in (403, 422), f"{path}: {answer.text}"
            assert error_of(answer)["code"] in ("FOREIGN_FILE", "BAD_BODY")
        batch = {"data": [{**body, "profile": "ca"}]}
        told = client.post("/v1/settlements/batch", json=batch, headers=headers).text
        assert "FOREIGN_FILE" in told or "BAD_RECORD" in told, told
        assert here.files.kept == kept
    assert here.settlements.get(CA_ID) is None
    assert not here.app.queue.waiting  # type: ignore[attr-defined]


@pytest.mark.parametrize("bucket", ["other-bucket", f"{BUCKET}.evil", BUCKET.upper(), f" {BUCKET}"])
def test_no_other_bucket_is_read(here: Plugin, bucket: str) -> None:
    here.files.put("raw-settlements/ca/x", CA)
    body = {"bucket": bucket, "key": "raw-settlements/ca/x"}
    assert here.call("POST", "/v1/settlements", json=body).status_code == 403
    answer = here.call("POST", "/v1/jobs", json={**body, "kind": "settle"})
    assert error_of(answer)["code"] == "FOREIGN_FILE"


def test_news_of_such_an_object_settle_nothing(here: Plugin) -> None:
    """Whoever may write to the queue may name any key: what is not an upload is parked."""
    for key in (shape.format(id=CA_ID) or "x" for shape in FOREIGN):
        if key.startswith("raw-settlements/ca/"):
            continue  # below a profile's folder every name is an upload's, as S3 takes any
        here.files.put(key, CA)
        kept = list(here.files.kept)
        detail = {"bucket": {"name": BUCKET}, "object": {"key": key, "size": 9}}
        event = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
        message = {
            "messageId": "m",
            "body": json.dumps(event),
            "eventSource": "aws:sqs",
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        assert handle(here.app, {"Records": [message]}) == {"batchItemFailures": []}
        assert here.files.kept == kept
    assert here.settlements.get(CA_ID) is None


def with_id(settlement_id: str) -> bytes:
    return CA.replace(CA_ID.encode(), settlement_id.encode())


def test_no_settlement_id_in_a_file_is_a_way_to_another_key(here: Plugin) -> None:
    """Results, entries and parcels go by it: it is letters and digits, or the file is refused."""
    for settlement_id in IDS:
        answer = here.post(with_id(settlement_id))
        assert answer.status_code == 422, f"{settlement_id!r}: {answer.text}"
        assert error_of(answer)["code"] == "UNUSABLE_FILE"
    assert all(re.fullmatch(r"raw-posted/[0-9a-f]{64}", key) for key in here.files.kept)
    assert not list(here.settlements.settlements("", 9).items)


def test_what_is_settled_is_kept_below_its_own_profile_and_id(here: Plugin) -> None:
    here.post()
    for key in here.files.kept:
        own = rf"(results|indexes)/ca/{CA_ID}/[^/]+|raw-posted/[0-9a-f]{{64}}"
        assert re.fullmatch(own, key), key


def test_ids_in_addresses_lead_to_nothing_else(here: Plugin) -> None:
    here.post()
    client, headers = here.client, {"Authorization": f"Bearer {here.key}"}
    for wild in (*IDS, *NAMES[:12], "x" * 5_000):
        for path in ("/v1/settlements/{}", "/v1/settlements/{}/journal", "/v1/jobs/{}",
                     "/v1/exceptions/{}", "/v1/inventory/fba/runs/{}"):  # fmt: skip
            asked = path.format(wild.replace("%", "%25").replace("?", "%3f").replace("#", "%23"))
            answer = client.get(asked, headers=headers)
            assert answer.status_code == 404, f"{asked}: {answer.status_code}"
            assert CA_ID not in answer.text


@pytest.mark.parametrize("key", ["", "x" * 1_025, "é" * 513])
def test_no_address_is_signed_for_an_impossible_key(key: str) -> None:
    with pytest.raises(RefusedRequest):
        signed().upload_address(key, "text/plain", 900)


def test_a_signed_address_says_nothing_of_the_key_that_made_it(world: JobWorld) -> None:
    made: dict[str, Any] = world.made("/v1/uploads", UPLOAD)
    assert world.here.key not in json.dumps(made)
    assert set(made["upload"]) == {"method", "url", "headers", "expires_at"}
    address = signed().upload_address("raw-settlements/ca/x", "text/plain", 900)
    assert "X-Amz-Expires=900" in address
    assert "X-Amz-SignedHeaders=content-type%3Bhost" in address
