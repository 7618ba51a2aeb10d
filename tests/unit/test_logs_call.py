"""Whose call a line is of: bound when it begins, gone when it ends, and nobody's data in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from plugin import CA, CA_ID, HELD, POISON, Plugin, plugin

from handler import logs
from handler.entrypoints.celigo.extension import Extension
from handler.entrypoints.celigo.functions.catalogue import product_functions
from handler.entrypoints.celigo.lambda_stack import InvocationFailed, stack_caller
from handler.entrypoints.celigo.lambda_stack import handle as celigo
from handler.entrypoints.delivery_schedule import handle as deliver
from handler.entrypoints.s3_events import handle as upload

CONTEXT = SimpleNamespace(aws_request_id="r-9")


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    logs.configure("INFO")
    yield
    structlog.reset_defaults()


@pytest.fixture
def here() -> Plugin:
    return plugin()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in capsys.readouterr().out.splitlines()]


def left() -> dict[str, Any]:
    return structlog.contextvars.get_contextvars()


def test_every_line_of_a_request_says_whose_it_is(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    here.settlements.failing = [RuntimeError("x")]
    headers = {"X-Request-Id": "r-1", "X-Flow-Id": "flow:7"}
    answer = here.get(f"/v1/settlements/{CA_ID}", headers=headers)
    assert "X-Flow-Id" not in answer.headers
    found = lines(capsys)
    assert [line["event"] for line in found] == ["unexpected", "request"]
    for line in found:
        assert line["service"] == "http"
        assert (line["request_id"], line["flow_id"]) == ("r-1", "flow:7")
        assert (line["caller"], line["settlement_id"]) == ("flow", CA_ID)
    assert left() == {}
    here.get("/health")
    (after,) = lines(capsys)
    assert {"flow_id", "settlement_id"}.isdisjoint(after)
    assert after["caller"] == ""


@pytest.mark.parametrize("given", ["a b", "x" * 129, '"><script>', "jane@example.com"])
def test_a_flow_id_that_could_do_harm_is_left_out(
    here: Plugin, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    here.get("/health", headers={"X-Flow-Id": given})
    (line,) = lines(capsys)
    assert "flow_id" not in line


def test_a_batch_says_which_settlement_broke_it_and_none_at_its_end(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    here.post(CA)
    capsys.readouterr()
    ids = {"data": [{"settlement_id": "1"}, {"settlement_id": CA_ID}]}
    here.call("POST", "/v1/settlements/journal", json=ids)
    (line,) = lines(capsys)
    assert "settlement_id" not in line
    here.settlements.failing = [RuntimeError("x")]
    here.call("POST", "/v1/settlements/journal", json=ids)
    assert {line["settlement_id"] for line in lines(capsys)} == {"1"}


def test_a_retry_says_which_settlement(here: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    here.post(HELD)
    (one, *_) = here.get("/v1/exceptions").get_json()["data"]
    capsys.readouterr()
    here.call("POST", f"/v1/exceptions/{one['id']}", json={"action": "retry"})
    (line,) = lines(capsys)
    assert line["settlement_id"] == CA_ID


def test_uploads_name_their_job_and_leave_nothing(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "raw-settlements/ca/poison.txt"
    here.files.put(key, POISON)
    detail = {"bucket": {"name": here.files.bucket}, "object": {"key": key}}
    event = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
    upload(here.app, event, CONTEXT)
    (line,) = lines(capsys)
    assert (line["service"], line["request_id"], line["file"]) == ("upload", "r-9", key)
    with pytest.raises(ValueError, match="known form"):
        upload(here.app, {"a": 1}, CONTEXT)
    assert left() == {}


def test_celigo_names_the_flow_and_the_function(
    here: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    extension = Extension(product_functions(here.app), lambda _: None)
    fields = {"diy": True, "type": "hook", "function": "settlePage", "maxResponseSize": 5_000_000}
    context = SimpleNamespace(aws_request_id="r-2", client_context=fields)
    options = {"data": [], "settings": {"profile": "ca"}, "_flowId": "5f0000000000000000000001"}
    celigo(extension, stack_caller(["settlements:write"]), options, context)
    (line,) = lines(capsys)
    assert (line["service"], line["request_id"], line["function"]) == (
        "celigo",
        "r-2",
        "settlePage",
    )
    assert (line["flow_id"], line["caller"]) == (options["_flowId"], "celigo-lambda-stack")
    assert left() == {}
    with pytest.raises(InvocationFailed):
        celigo(extension, stack_caller([]), None, context)
    (line,) = lines(capsys)
    assert "flow_id" not in line
    assert left() == {}


def test_delivery_leaves_nothing(here: Plugin) -> None:
    structlog.contextvars.bind_contextvars(settlement_id="of the call before")
    deliver(here.app, CONTEXT)
    assert left() == {}


BUYER = {
    "buyer-name": "Jane Doe",
    "BuyerEmail": "jane@example.com",
    "ship-address-1": "1 Elm Street",
    "ShippingAddress": {"Name": "Jane Doe", "AddressLine1": "1 Elm Street", "Phone": "5550100"},
    "buyer-phone-number": "+1 (206) 555-0100",
}
PERSONAL = re.compile(r"[Jj]ane|Elm|555-?0100|(?<!\d)206(?!\d)")


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """What the lines say, but for when: a moment's digits may read like a telephone number."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return "\n".join(
        json.dumps({name: value for name, value in line.items() if name != "timestamp"})
        for line in lines
    )


def test_no_buyer_is_in_nested_values(capsys: pytest.CaptureFixture[str]) -> None:
    log = structlog.get_logger()
    log.info("row", rows=[{"order": [BUYER]}], told={"deep": {"er": (BUYER,)}})
    assert not PERSONAL.findall(told(capsys))


@pytest.mark.parametrize(
    "text",
    [
        f"no such field in {BUYER}",
        f"no such field in {json.dumps(BUYER)}",
        "buyer-name=Jane Doe",
        "recipient-name: Jane Doe, 1 Elm Street",
        "Order(buyer_name='Jane Doe', ship_address_1='1 Elm Street')",
        "call +1 206 555-0100 or (206) 555-0100 or 206-555-0100",
        "Input should be a number [type=int, input_value='Jane Doe', input_type=str]",
    ],
)
def test_no_buyer_is_in_what_an_exception_says(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    log = structlog.get_logger()
    error = ValueError(text)
    log.error("failed", exc_info=error)
    log.error(f"failed: {error}")
    out = told(capsys)
    assert "***" in out
    assert not PERSONAL.findall(out)


@pytest.mark.parametrize(
    "text",
    [
        "Settlement 03177986348 of 2025-08-14T10:15:00+00:00 is held",
        "1,016.08 of 2,212.32; job-0123456789abcdef0123456789abcdef at line 7",
        "the address of the webhook must be https",
        "5f0000000000000000000001 c6af9ac6-7b61-11e6-9a41-93e8deadbeef 17.2.3",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert logs.masked_text(text) == text
