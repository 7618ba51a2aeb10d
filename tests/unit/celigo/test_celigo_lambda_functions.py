"""The plugin's own functions invoked by AWS: they answer what they answer over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from celigo_calls import after_mapping, body_of, export, mapped, page, rows_of, sent
from moto import mock_aws
from plugin import BUCKET, CA, CA_ID, OTHER, ROOT, Plugin, plugin

from handler import main
from handler.entrypoints.celigo.client_context import keep_client_context
from handler.entrypoints.celigo.extension import Extension
from handler.entrypoints.celigo.functions.catalogue import product_functions
from handler.entrypoints.celigo.lambda_stack import InvocationFailed, handle, stack_caller
from handler.flows import api_keys
from handler.settings import BadSetting, read_settings

DETAIL = (ROOT / "tests" / "data" / "inventory" / "sandbox_ledger_detail.tsv").read_bytes()
EVERYTHING = stack_caller(["*"])


class ClientContext:
    """What Lambda's runtime for Python keeps of a client context."""

    __slots__ = ["custom", "env", "client"]  # noqa: RUF023 - as it stands there


def context_of(body: dict[str, Any]) -> SimpleNamespace:
    """The context as Lambda's runtime makes it of what integrator.io sends beside the options."""
    runtime = SimpleNamespace(ClientContext=ClientContext)
    keep_client_context(runtime)
    made = runtime.ClientContext()
    for name in made.__slots__:
        setattr(made, name, body.get(name))
    return SimpleNamespace(client_context=made, aws_request_id="c6af9ac6")


def invoked(here: Plugin, body: dict[str, Any]) -> tuple[int, Any]:
    """Status and answer of an invocation, the event read as Lambda reads it: with floats."""
    extension = Extension(product_functions(here.app), lambda _: None)
    event = json.loads(sent(body["options"]))
    try:
        result = handle(extension, EVERYTHING, event, context_of(body))
    except InvocationFailed as failed:
        told = json.loads(str(failed))
        return told["statusCode"], {"errors": told["errors"]}
    return 200, json.loads(sent(result))


CALLS = [
    ("settlePage", page(rows_of(CA))),
    ("settlePage", page([*rows_of(OTHER), *rows_of(CA)[:9]], settings={"answer": "summary"})),
    ("settlePage", page([{"key": "raw-settlements/ca/none.txt"}])),
    ("settlePage", page([], settings={"a": 1})),
    ("readLedgerRows", page(rows_of(DETAIL), settings={"profile": "us", "page_size": 50})),
    ("classifyRows", mapped([{"transaction-type": "Order"}, 1], settings={"profile": "ca"})),
    ("decideFbm", mapped([{"sku": 1}], settings={"profile": "us"})),
    ("validatePosting", after_mapping([{"externalId": "é"}])),
    ("importPosted", after_mapping([{"message_id": "x", "internal_id": 1}])),
    ("fetchOutbox", export()),
    ("pingPlugin", {"connection": {}}),
    ("initForm", {"resource": {}}),
    ("nobody", {}),
]


@pytest.mark.parametrize("framework", [1, 2])
@pytest.mark.parametrize(("name", "options"), CALLS)
def test_a_lambda_stack_answers_as_a_server_stack(
    name: str, options: dict[str, Any], framework: int
) -> None:
    body = body_of(name, options, framework)
    by_http, by_lambda = plugin(), plugin()
    answer = by_http.call("POST", "/function", data=sent(body))
    assert invoked(by_lambda, body) == (answer.status_code, answer.get_json())
    (here, recorded, registered), (there, *others) = by_lambda.written(), by_http.written()
    assert [len(here), recorded, registered] == [len(there), *others]


def test_a_stack_may_do_what_its_scopes_say() -> None:
    extension = Extension(product_functions(plugin().app), lambda _: None)
    for scopes, codes in (([], ["SCOPE_MISSING"]), ([api_keys.OUTBOX_DELIVER], [])):
        body = body_of("fetchOutbox", export())
        found: list[str] = []
        try:
            handle(extension, stack_caller(scopes), body["options"], context_of(body))
        except InvocationFailed as failed:
            found = [error["code"] for error in json.loads(str(failed))["errors"]]
        assert found == codes


def test_a_scope_nobody_knows_is_a_bad_setting() -> None:
    with pytest.raises(BadSetting, match="CELIGO_STACK_SCOPES names outbox"):
        stack_caller(["outbox"])


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        (None, set()),
        (" ", set()),
        ("outbox:deliver", {"outbox:deliver"}),
        ("settlements:write, outbox:deliver", {"settlements:write", "outbox:deliver"}),
        ("settlements:write outbox:deliver", {"settlements:write", "outbox:deliver"}),
    ],
)
def test_scopes_come_from_the_environment_and_are_none_by_default(
    text: str | None, scopes: set[str]
) -> None:
    named = {} if text is None else {"CELIGO_STACK_SCOPES": text}
    assert read_settings({"TABLE_NAME": "t", "BUCKET_NAME": "b", **named}).celigo_scopes == scopes


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(ROOT / "infra"))
    from local_stack import create_table  # a script, not a package

    for name, value in {
        "TABLE_NAME": "plugin",
        "BUCKET_NAME": BUCKET,
        "LOG_LEVEL": "WARNING",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "CELIGO_STACK_SCOPES": "settlements:write outbox:deliver",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        create_table(boto3.client("dynamodb"), "plugin")
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield
    for built in (main._app, main._celigo):
        built.cache_clear()


@pytest.mark.usefixtures("aws")
def test_the_function_that_is_deployed_settles_delivers_and_is_acknowledged() -> None:
    for built in (main._app, main._celigo):
        built.cache_clear()

    def call(name: str, options: dict[str, Any]) -> Any:
        body = body_of(name, options)
        return main.celigo_handler(json.loads(sent(options)), context_of(body))

    assert call("pingPlugin", {"connection": {}}) == {"statusCode": 200, "errors": []}
    (settled,) = call("settlePage", page(rows_of(CA)))["data"]
    assert str(settled["payload"]["lines"][0]["debit"]) == "2212.32"
    (message,) = call("fetchOutbox", export())["data"]
    assert message["message_id"] == settled["message_id"]
    told = {"message_id": message["message_id"], "internal_id": "501"}
    assert call("importPosted", after_mapping([told]))[0]["statusCode"] == 200
    record = main._app().settlements.get(CA_ID)
    assert record is not None
    assert record.state == "posted"
    with pytest.raises(InvocationFailed, match="SCOPE_MISSING"):
        call("classifyRows", mapped([], settings={"profile": "ca"}))


def test_the_context_is_kept_where_lambda_has_its_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib
    import sys

    runtime = SimpleNamespace(ClientContext=ClientContext)
    monkeypatch.setitem(sys.modules, "awslambdaric.lambda_context", runtime)  # type: ignore[arg-type]
    importlib.reload(main)
    assert "function" in runtime.ClientContext.__slots__
