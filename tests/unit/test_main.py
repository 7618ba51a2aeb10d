"""What Lambda calls, with events as AWS sends them and AWS imitated."""

from __future__ import annotations

import base64
import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from plugin import BUCKET, CA, CA_ID, OTHER, OTHER_ID, POISON, ROOT, packed

from handler import main, wiring
from handler.core.errors import PluginError, UnusableMapping
from handler.flows import api_keys
from handler.settings import read_settings

sys.path.insert(0, str(ROOT / "infra"))  # scripts, not a package: this is how they find each other

from local_stack import create_table

EVENTS = ROOT / "tests" / "data" / "events"
UPLOADED = "raw-settlements/ca/July 2025 (1)+corrected é.txt"
CONTEXT = SimpleNamespace(aws_request_id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef")
ENVIRONMENT = {
    "TABLE_NAME": "plugin",
    "BUCKET_NAME": BUCKET,
    "LOG_LEVEL": "WARNING",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
}


def recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        create_table(boto3.client("dynamodb"), "plugin")
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        main._app.cache_clear()
        main._http.cache_clear()
        yield s3
        main._app.cache_clear()
        main._http.cache_clear()


def call(
    method: str,
    path: str,
    key: str,
    body: bytes | str | None = None,
    content_type: str = "application/octet-stream",
) -> dict[str, Any]:
    event = copy.deepcopy(recorded("http_get"))
    event["rawPath"], _, event["rawQueryString"] = path.partition("?")
    event["requestContext"]["http"] |= {"method": method, "path": event["rawPath"]}
    if key:
        event["headers"]["authorization"] = f"Bearer {key}"
    if body is not None:
        event["headers"]["content-type"] = content_type
        event["isBase64Encoded"] = isinstance(body, bytes)
        event["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    answer = main.http_handler(event, CONTEXT)
    assert answer["isBase64Encoded"] is False
    return answer


@pytest.mark.usefixtures("aws")
def test_http_from_end_to_end() -> None:
    key = api_keys.create(main._app(), "flow", ["*"])
    health = call("GET", "/health", "")
    assert health["statusCode"] == 200
    assert health["headers"]["x-request-id"] == "YbYj2hJcoAMESzA="
    assert call("GET", "/v1/settlements", "")["statusCode"] == 401

    posted = call("POST", "/v1/settlements?profile=ca", key, packed(CA), "application/gzip")
    assert posted["statusCode"] == 200, posted
    assert json.loads(posted["body"])["data"][0]["status"] == "proven"
    # As text the gateway hands it on unpacked and without base64.
    again = call("POST", "/v1/settlements?profile=ca", key, CA.decode(), "text/plain")
    assert again["body"] == posted["body"]
    assert again["headers"]["idempotent-replayed"] == "true"

    listed = call("GET", "/v1/settlements?limit=1", key)
    assert [found["settlement_id"] for found in json.loads(listed["body"])["data"]] == [CA_ID]
    sheet = call("GET", f"/v1/settlements/{CA_ID}/journal?format=csv", key)
    assert sheet["body"].startswith("External ID,")
    rows = call("GET", f"/v1/settlements/{CA_ID}/rows?line=1&limit=1", key)
    assert len(json.loads(rows["body"])["data"]) == 1
    refused = call("POST", "/v1/settlements?profile=ca", key, POISON)
    assert refused["statusCode"] == 422
    open_ones = call("GET", "/v1/exceptions", key)
    assert [e["code"] for e in json.loads(open_ones["body"])["data"]] == ["UNUSABLE_FILE"]


def test_kept_files_and_uploads(aws: Any) -> None:
    for event, content, settlement_id in (
        (recorded("s3_put"), CA, CA_ID),
        (recorded("eventbridge"), OTHER, OTHER_ID),
    ):
        aws.put_object(Bucket=BUCKET, Key=UPLOADED, Body=content)
        assert main.upload_handler(event, CONTEXT) is None
        record = main._app().settlements.get(settlement_id)
        assert record is not None
        assert record.raw_key == UPLOADED
        kept = aws.get_object(Bucket=BUCKET, Key=UPLOADED)["Body"].read()
        assert kept == content  # as it came
        assert aws.head_object(Bucket=BUCKET, Key=record.result_key)


def test_queued_uploads(aws: Any) -> None:
    aws.put_object(Bucket=BUCKET, Key=UPLOADED, Body=POISON)
    event = recorded("sqs")
    event["Records"][0]["body"] = json.dumps(recorded("s3_put"))
    assert main.upload_handler(event, CONTEXT) == {"batchItemFailures": []}
    (found,) = main._app().settlements.exceptions(10).items
    assert (found.scope, str(found.state)) == (f"file:{UPLOADED}", "parked")
    aws.put_object(Bucket=BUCKET, Key=UPLOADED, Body=CA)
    assert main.upload_handler(event, CONTEXT) == {"batchItemFailures": []}
    assert main._app().settlements.get(CA_ID) is not None
    assert main._app().settlements.exceptions(10).items == []


def test_dead_letters(aws: Any) -> None:
    event = recorded("sqs")
    event["Records"][0]["body"] = json.dumps(recorded("s3_put"))
    for _ in range(2):
        assert main.dead_letters_handler(event, CONTEXT) == {"batchItemFailures": []}
    (found,) = main._app().settlements.exceptions(10).items
    assert (found.scope, found.code, found.count) == (f"file:{UPLOADED}", "UPLOAD_FAILED", 1)


def test_built_once(aws: Any) -> None:
    assert main._app() is main._app()
    assert main._http() is main._http()


def test_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    main._app.cache_clear()
    with pytest.raises(PluginError, match="TABLE_NAME"):
        main.upload_handler(recorded("s3_put"), CONTEXT)


def test_health_loads_nothing_heavy() -> None:
    """Cold start: each of these is a quarter of a second and more."""
    script = """
import json, sys
from handler import main
event = json.load(open(sys.argv[1]))
event["rawPath"] = "/health"
assert main.http_handler(event, None)["statusCode"] == 200
print(*{"boto3", "botocore", "pydantic", "requests", "aws_lambda_powertools"} & set(sys.modules))
"""
    run = subprocess.run(
        [sys.executable, "-c", script, str(EVENTS / "http_get.json")],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


def test_command_line_gets_mappings_without_stores(tmp_path: Path) -> None:
    assert wiring.mapping_faults() == []
    assert wiring.mapping_source().load("ca").profile.name == "ca"
    assert wiring.mapping_faults(str(tmp_path)) != []
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "x.toml").write_text("")
    with pytest.raises(UnusableMapping):
        wiring.mapping_source(str(tmp_path)).load("x")


def test_clients_give_up_before_the_gateway_does(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Any] = {}
    session = SimpleNamespace(
        create_client=lambda service, config: made.setdefault(service, config) and object()
    )
    monkeypatch.setattr(wiring, "_session", lambda: session)
    app = wiring.build(read_settings(ENVIRONMENT))
    assert made == {}
    assert app.files.bucket == BUCKET
    assert hasattr(app.settlements, "get")
    for store, method in (
        (app.keys, "find"), (app.outbox, "coming"), (app.targets, "targets"), (app.jobs, "job"),
    ):  # fmt: skip
        assert hasattr(store, method)
    assert set(made) == {"dynamodb", "s3"}
    assert hasattr(app.queue, "send")
    assert hasattr(app.secrets, "read")
    assert set(made) == {"dynamodb", "s3", "sqs", "ssm"}
    # Addresses others upload to are good in every region only so.
    assert made["s3"].signature_version == "s3v4"
    assert made["s3"].s3 == {"addressing_style": "virtual"}
    for config in made.values():
        attempts = config.retries["total_max_attempts"]
        assert attempts * (config.connect_timeout + config.read_timeout) < 29
