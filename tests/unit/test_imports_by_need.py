"""Cold start: what a function's first answer does not need is not imported for it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest
from plugin import CA, ROOT

from handler.dashboard.pages import PAGES
from handler.entrypoints.celigo.functions.catalogue import OFFERED
from handler.entrypoints.http_routes import ROUTES

# A fresh process over stores in memory: the first call, then every module it has loaded.
CALL = """
import json, sys, types
name, event, context, raw = json.load(sys.stdin)
from handler import main, wiring
from handler.flows import api_keys
from handler.flows.alert_ports import Mark
if event.get("rawPath") != "/health":  # which answers without any store
    app = wiring.in_memory()
    wiring.build = lambda settings: app
    app.files.keep("raw-settlements/ca/a.txt", raw.encode(), "")
    # As in nearly every minute: feeds were looked at less than an hour ago.
    app.alerts.put_mark(Mark(feeds_at=app.now().isoformat(), revision=1))
    if name == "http_handler":
        event["headers"]["authorization"] = "Bearer " + api_keys.create(app, "flow", ["*"])
answer = getattr(main, name)(event, types.SimpleNamespace(**context))
print()
print(json.dumps({"answer": answer, "modules": sorted(sys.modules)}))
"""
ENVIRONMENT = {
    "TABLE_NAME": "plugin",
    "BUCKET_NAME": "bucket",
    "LOG_LEVEL": "ERROR",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "CELIGO_STACK_SCOPES": "inventory:write",
}
PING = {"client_context": {"diy": True, "type": "wrapper", "function": "pingPlugin"}}
OUTSIDE = {"boto3", "s3transfer", "requests", "jwt", "cryptography", "aws_lambda_powertools"}
SETTLING = {
    "handler.settlement.settle",
    "handler.settlement.readers.flat",
    "handler.flows.settle_file",
    "handler.payloads.dialects",
}
STOCK = {"handler.flows.read_stock_report", "handler.flows.decide_fbm", "handler.inventory.decide"}
PAGES_OF_PEOPLE = {"handler.dashboard.shell", "handler.dashboard.gate"}
OUTBOX = {"handler.flows.outbox", "handler.flows.deliver_target", "handler.flows.alert_digest"}


def asked(method: str, path: str, body: object = None) -> dict[str, Any]:
    text = (ROOT / "tests/data/events/http_get.json").read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(text)
    event["rawPath"], _, event["rawQueryString"] = path.partition("?")
    event["requestContext"]["http"] |= {"method": method, "path": event["rawPath"]}
    if body is not None:
        event["headers"]["content-type"] = "application/json"
        event["body"] = json.dumps(body)
    return event


def uploaded() -> dict[str, Any]:
    detail = {"bucket": {"name": "memory"}, "object": {"key": "raw-settlements/ca/a.txt"}}
    told = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": detail}
    record = {"eventSource": "aws:sqs", "messageId": "1", "body": json.dumps({"Records": [told]})}
    return {"Records": [record]}


COUNT = {
    "marketplace": "ATVPDKIKX0DER",
    "sku": "SKU-MUG-220",
    "source_version": 1,
    "source_time": "2026-01-31T12:00:00+00:00",
    "quantities": [{"item": "MUG-220", "location": "Main Warehouse", "available": 40}],
}
DECIDE = asked("POST", "/v1/inventory/fbm/decide?profile=us&dry_run=true", {"data": [COUNT]})


@pytest.mark.parametrize(
    ("function", "event", "context", "needless"),
    [
        (
            "http_handler",
            asked("GET", "/health"),
            {},
            {"botocore", "pydantic"} | SETTLING | STOCK | PAGES_OF_PEOPLE | OUTBOX,
        ),
        (
            "http_handler",
            asked("GET", "/v1/settlements"),
            {},
            SETTLING | STOCK | PAGES_OF_PEOPLE | OUTBOX,
        ),
        ("http_handler", DECIDE, {}, SETTLING | PAGES_OF_PEOPLE | OUTBOX),
        ("upload_handler", uploaded(), {}, {"flask"} | STOCK | OUTBOX),
        ("celigo_handler", {}, PING, {"flask"} | SETTLING | STOCK | OUTBOX),
        ("deliver_handler", {}, {}, {"flask"} | SETTLING | STOCK | OUTBOX),
    ],
    ids=["health", "list", "decide", "upload", "ping", "deliver"],
)
def test_a_first_answer_imports_what_it_needs(
    function: str, event: Any, context: dict[str, Any], needless: set[str]
) -> None:
    given = [function, event, {"aws_request_id": "r-1", **context}, CA.decode("latin-1")]
    done = subprocess.run(
        [sys.executable, "-c", CALL],
        input=json.dumps(given),
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert_is_well(said["answer"])
    assert sorted((needless | OUTSIDE) & set(said["modules"])) == []


def assert_is_well(answer: dict[str, Any]) -> None:
    """The call went the whole way: one that was refused would import little too."""
    if "statusCode" in answer:
        assert answer["statusCode"] == 200, answer
    else:
        assert answer in (
            {"batchItemFailures": []},
            {"taken": 0, "acknowledged": 0, "failed": 0},
        )


def test_clients_are_made_without_boto3() -> None:
    script = """
import sys
from handler import wiring
client = wiring._client("dynamodb", attempts=1)
print(client.meta.service_model.service_name, *{"boto3", "s3transfer"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["dynamodb"], done.stderr


def test_every_address_leads_to_a_view() -> None:
    """Views are named in tables and found when they are called."""
    places = [("handler.entrypoints", view) for _, _, view in ROUTES]
    places += [("handler.dashboard", f"page_{view}") for _, _, view in PAGES]
    places += [("handler.entrypoints.celigo.functions", one.place) for one in OFFERED]
    for package, place in places:
        module, _, name = place.partition(".")
        assert callable(getattr(import_module(f"{package}.{module}"), name)), place


@pytest.mark.parametrize(
    ("package", "places"),
    [
        ("handler.entrypoints", {view for _, _, view in ROUTES}),
        ("handler.dashboard", {f"page_{view}" for _, _, view in PAGES}),
    ],
)
def test_every_view_has_an_address(package: str, places: set[str]) -> None:
    """What asks for a scope or a role answers somebody."""
    guarded = {
        f"{module}.{name}"
        for module in {place.partition(".")[0] for place in places}
        for name, found in vars(import_module(f"{package}.{module}")).items()
        if callable(found) and hasattr(found, "__wrapped__") and not name.startswith("_")
        if found.__module__ == f"{package}.{module}"
    }
    assert guarded
    assert guarded <= places
