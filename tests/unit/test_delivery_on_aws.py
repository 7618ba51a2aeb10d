"""From a settlement in DynamoDB and S3 to a real receiver, with keys out of the Parameter Store."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws
from plugin import BUCKET, CA, CA_ID, ROOT
from webhook_receiver import Receiver, answers, receiver

from handler import main
from handler.entrypoints.cli.main import main as command_line
from handler.entrypoints.http_app import create_app
from handler.flows import api_keys
from handler.payloads.webhook_signature import verify

sys.path.insert(0, str(ROOT / "infra"))  # scripts, not a package: this is how they find each other

from local_stack import create_table

CONTEXT = SimpleNamespace(aws_request_id="r1", get_remaining_time_in_millis=lambda: 90_000)


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    for name, value in {
        "TABLE_NAME": "plugin",
        "BUCKET_NAME": BUCKET,
        "LOG_LEVEL": "INFO",
        "STAGE": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws(), receiver() as made:
        create_table(boto3.client("dynamodb"), "plugin")
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        main._app.cache_clear()
        yield made
        main._app.cache_clear()


def test_a_settlement_reaches_its_receiver_and_is_posted(
    target: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    app = main._app()
    key = api_keys.create(app, "flow", ["*"])
    client = create_app(app).test_client()
    headers = {"Authorization": f"Bearer {key}"}
    posted = client.post("/v1/settlements?profile=ca", data=CA, headers=headers)
    assert posted.status_code == 200, posted.text
    entries = [e["external_id"] for e in posted.get_json()["data"][0]["journal_entries"]]
    capsys.readouterr()
    assert command_line(["webhooks", "add", "hook", "--url", target.url, "--profiles", "ca"]) == 0
    signing_key = capsys.readouterr().out.strip()
    (parameter,) = boto3.client("ssm").describe_parameters()["Parameters"]
    assert parameter["Name"] == "/amazon-netsuite-plugin/local/webhooks/hook"
    assert parameter["Type"] == "SecureString"

    target.answers = [
        answers(200, json.dumps({"internal_id": str(number)}).encode())
        for number in range(100, 100 + len(entries))
    ]
    counts = main.deliver_handler({}, CONTEXT)
    assert counts == {"taken": len(entries), "acknowledged": len(entries), "failed": 0}
    assert [json.loads(call.body)["external_id"] for call in target.calls] == entries
    for call in target.calls:
        verify(call.headers, call.body, [signing_key], int(time.time()))
    record = app.settlements.get(CA_ID)
    assert record is not None
    assert record.state == "posted"
    assert len(record.netsuite_ids) == len(entries)
    assert main.deliver_handler({}, CONTEXT)["taken"] == 0
    told = capsys.readouterr()
    assert signing_key not in told.out + told.err
    assert "token-in-path" not in told.out + told.err

    # The function knows its keys for a minute; a new one is in force for the next reader at once.
    assert command_line(["webhooks", "rotate", "hook"]) == 0
    new_key = capsys.readouterr().out.strip()
    assert command_line(["webhooks", "test", "hook"]) == 0
    for one in (new_key, signing_key):
        last = target.calls[-1]
        verify(last.headers, last.body, [one], int(time.time()))
