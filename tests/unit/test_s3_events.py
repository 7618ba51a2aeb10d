"""S3's news, in each of the ways it comes."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import pytest
from plugin import BUCKET, CA, CA_ID, HELD, OTHER, OTHER_ID, POISON, Plugin, plugin, unreachable

from handler import logs
from handler.core.errors import OutsideFailure
from handler.entrypoints.s3_events import handle, uploads
from handler.flows.upload import Upload

AWKWARD = "raw-settlements/ca/July 2025 (1)+corrected %2B é.txt"
KEY = "raw-settlements/ca/settlement.txt"


def s3_record(key: str, size: int = 9, name: str = "ObjectCreated:Put") -> dict[str, Any]:
    detail = {
        "bucket": {"name": BUCKET},
        "object": {"key": quote_plus(key, safe="/"), "size": size},
    }
    return {"eventSource": "aws:s3", "eventName": name, "s3": detail}


def s3(*keys: str) -> dict[str, Any]:
    return {"Records": [s3_record(key) for key in keys]}


def eventbridge(key: str, kind: str = "Object Created") -> dict[str, Any]:
    detail = {"bucket": {"name": BUCKET}, "object": {"key": key, "size": 9}}
    return {"version": "0", "source": "aws.s3", "detail-type": kind, "detail": detail}


def sns(event: object) -> dict[str, Any]:
    return {"Type": "Notification", "MessageId": "n-1", "Message": json.dumps(event)}


def sns_direct(event: object) -> dict[str, Any]:
    return {"Records": [{"EventSource": "aws:sns", "Sns": sns(event)}]}


def sqs(*bodies: object, attempt: int = 1) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": str(attempt)},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:uploads",
            }
            for number, body in enumerate(bodies, 1)
        ]
    }


def failed(answer: dict[str, Any] | None) -> list[str]:
    assert answer is not None
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.mark.parametrize(
    "event", [s3(AWKWARD), eventbridge(AWKWARD), sns(s3(AWKWARD)), sns_direct(s3(AWKWARD))]
)
@pytest.mark.parametrize("key", [AWKWARD])
def test_keys_are_what_the_object_is_called(event: dict[str, Any], key: str) -> None:
    assert list(uploads(event)) == [Upload(BUCKET, key, 9)]


@pytest.mark.parametrize(
    "event",
    [
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET},
        sns({"Service": "Amazon S3", "Event": "s3:TestEvent"}),
        {"Records": [s3_record(KEY, name="ObjectRemoved:Delete")]},
        eventbridge(KEY, "Object Deleted"),
    ],
)
def test_other_news_is_none(here: Plugin, event: dict[str, Any]) -> None:
    assert list(uploads(event)) == []
    assert failed(handle(here.app, sqs(event))) == []
    assert handle(here.app, event) is None
    assert here.written() == ([], 0, 0)


def test_prefixed_event_names_are_understood() -> None:
    event = {"Records": [s3_record(KEY, name="s3:ObjectCreated:Put")]}
    assert list(uploads(event)) == [Upload(BUCKET, KEY, 9)]


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        "text",
        None,
        {"Records": []},
        {"Records": [{"eventSource": "aws:dynamodb"}]},
        {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {}}]},
        {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": 1}}},
        {"Type": "Notification", "Message": "{"},
    ],
)
def test_no_known_form(event: object) -> None:
    with pytest.raises(ValueError, match=r"^it "):
        list(uploads(event))


@pytest.mark.parametrize(
    "event",
    [
        s3(AWKWARD),
        eventbridge(AWKWARD),
        sns_direct(s3(AWKWARD)),
        sqs(s3(AWKWARD)),
        sqs(sns(s3(AWKWARD))),
        sqs(eventbridge(AWKWARD)),
        sqs(sns(eventbridge(AWKWARD))),
    ],
)
def test_settles_whichever_way_it_comes(here: Plugin, event: dict[str, Any]) -> None:
    here.files.put(AWKWARD, CA)
    answer = handle(here.app, event)
    assert answer in (None, {"batchItemFailures": []})
    record = here.settlements.get(CA_ID)
    assert record is not None
    assert record.raw_key == AWKWARD


def test_poison_is_parked_and_the_batch_goes_on(here: Plugin) -> None:
    keys = [f"raw-settlements/ca/{name}.txt" for name in ("one", "poison", "two")]
    for key, content in zip(keys, (CA, POISON, OTHER), strict=True):
        here.files.put(key, content)
    assert failed(handle(here.app, sqs(*(s3(key) for key in keys)))) == []
    assert here.settlements.get(CA_ID) is not None
    assert here.settlements.get(OTHER_ID) is not None
    (found,) = here.open_exceptions()
    assert found.scope == f"file:{keys[1]}"


def test_only_what_failed_is_delivered_again(here: Plugin) -> None:
    keys = [f"raw-settlements/ca/{name}.txt" for name in ("one", "two")]
    here.files.put(keys[0], CA)
    here.files.put(keys[1], OTHER)
    here.settlements.failing = [unreachable()]
    batch = [s3(key) for key in keys]
    assert failed(handle(here.app, sqs(*batch))) == ["m-1"]
    assert here.settlements.get(OTHER_ID) is not None
    assert here.open_exceptions() == []
    assert failed(handle(here.app, sqs(batch[0], attempt=2))) == []
    assert here.settlements.get(CA_ID) is not None


def test_batch_that_fails_as_a_whole_is_reported_too(here: Plugin) -> None:
    here.files.put(KEY, CA)
    here.settlements.failing = [unreachable(), RuntimeError("x")]
    assert failed(handle(here.app, sqs(s3(KEY), s3(KEY)))) == ["m-1", "m-2"]


def test_last_attempt_parks(here: Plugin) -> None:
    here.files.put(KEY, CA)
    here.settlements.failing = [unreachable()]
    assert failed(handle(here.app, sqs(s3(KEY), attempt=5))) == []
    (found,) = here.open_exceptions()
    assert found.finding["code"] == "UPLOAD_FAILED"


def test_message_stays_where_the_register_cannot_be_written(here: Plugin) -> None:
    here.files.put(KEY, POISON)
    here.settlements.register_fails = True
    assert failed(handle(here.app, sqs(s3(KEY), "no JSON", attempt=5))) == ["m-1", "m-2"]


@pytest.mark.parametrize("body", ["", "no JSON", "[]", '{"Records": []}', "[" * 100_000])
def test_message_of_no_known_form_is_parked(here: Plugin, body: str) -> None:
    here.files.put(KEY, CA)
    assert failed(handle(here.app, sqs(body, s3(KEY)))) == []
    (found,) = here.open_exceptions()
    assert found.scope == "file:message/m-1"
    assert here.settlements.get(CA_ID) is not None


def test_message_with_several_objects_fails_as_one_after_all_had_their_turn(here: Plugin) -> None:
    keys = [f"raw-settlements/ca/{name}.txt" for name in ("one", "two")]
    here.files.put(keys[0], CA)
    here.files.put(keys[1], OTHER)
    here.settlements.failing = [unreachable()]
    assert failed(handle(here.app, sqs(s3(*keys)))) == ["m-1"]
    assert here.settlements.get(OTHER_ID) is not None
    assert failed(handle(here.app, sqs(s3(*keys), attempt=2))) == []
    assert here.settlements.get(CA_ID) is not None
    assert here.settlements.recorded == 2


def test_direct_call_raises_after_all_had_their_turn(here: Plugin) -> None:
    keys = [f"raw-settlements/ca/{name}.txt" for name in ("one", "poison", "two")]
    for key, content in zip(keys, (CA, POISON, OTHER), strict=True):
        here.files.put(key, content)
    here.settlements.failing = [unreachable()]
    with pytest.raises(OutsideFailure):
        handle(here.app, s3(*keys))
    assert here.settlements.get(OTHER_ID) is not None
    assert handle(here.app, s3(*keys)) is None
    assert here.settlements.get(CA_ID) is not None
    assert here.settlements.recorded == 2


def test_direct_call_of_no_known_form_is_an_error(here: Plugin) -> None:
    with pytest.raises(ValueError, match="no known form"):
        handle(here.app, {"some": "thing"})


def test_logs(here: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    keys = [f"raw-settlements/ca/{name}.txt" for name in ("jane@example.com", "poison", "held")]
    for key, content in zip(keys, (OTHER, POISON, HELD), strict=True):
        here.files.put(key, content)
    here.settlements.failing = [RuntimeError("order 123-1234567-7654321")]
    event = sqs(*(s3(key) for key in (keys[0], *keys)))
    assert failed(handle(here.app, event, SimpleNamespace(aws_request_id="r-9"))) == ["m-1"]
    out = capsys.readouterr().out
    first, *rest = (json.loads(line) for line in out.splitlines())
    assert first["level"] == "error"
    assert "RuntimeError" in first["exception"]
    assert {entry["request_id"] for entry in (first, *rest)} == {"r-9"}
    shown = [(e["outcome"], e["settlement_id"], e["code"], e["level"]) for e in rest]
    assert shown == [
        ("proven", OTHER_ID, "", "info"),
        ("parked", "", "UNUSABLE_FILE", "warning"),
        ("held", CA_ID, "", "info"),
    ]
    assert "jane" not in out
    assert "123-1234567" not in out
