"""A Lambda stack answers what Celigo's own answers, whatever the runtime makes of its context."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from celigo_sample import CALLER, LAMBDA, extension

from handler.entrypoints.celigo.client_context import keep_client_context
from handler.entrypoints.celigo.lambda_stack import InvocationFailed, handle

EXTENSION = extension()


class ClientContext:
    """What Lambda's runtime for Python keeps of a client context."""

    __slots__ = ("client", "custom", "env")


def runtime() -> SimpleNamespace:
    """Lambda's module of contexts, as far as it matters."""
    return SimpleNamespace(ClientContext=ClientContext)


def as_lambda_makes_it(module: SimpleNamespace, sent: dict[str, Any]) -> SimpleNamespace:
    made = module.ClientContext()
    for name in module.ClientContext.__slots__:
        setattr(made, name, sent.get(name))
    return SimpleNamespace(client_context=made)


def invoke(pair: dict[str, Any], context: object) -> dict[str, Any]:
    """The answer as Lambda would send it."""
    try:
        payload = handle(EXTENSION, CALLER, pair["invoke"]["Payload"], context)
    except InvocationFailed as failed:
        return {"FunctionError": "set", "Payload": {"errorMessage": str(failed)}}
    return {"Payload": payload}


@pytest.mark.parametrize("pair", LAMBDA["pairs"], ids=lambda pair: pair["name"])
def test_a_recorded_invocation_replays_equal(pair: dict[str, Any]) -> None:
    module = runtime()
    keep_client_context(module)
    sent = pair["invoke"]["ClientContext_json_before_base64"]
    assert invoke(pair, as_lambda_makes_it(module, sent)) == pair["result"]
    assert invoke(pair, SimpleNamespace(client_context=sent)) == pair["result"]


def test_all_the_invocations_are_here() -> None:
    assert len(LAMBDA["pairs"]) == 5


def test_keeping_the_context_keeps_what_lambda_keeps_and_can_be_repeated() -> None:
    module = runtime()
    keep_client_context(module)
    keep_client_context(module)
    sent = {"custom": {"a": 1}, "diy": True, "function": "ping"}
    found = as_lambda_makes_it(module, sent).client_context
    assert (found.custom, found.diy, found.function, found.env) == ({"a": 1}, True, "ping", None)


@pytest.mark.parametrize("client_context", [None, ClientContext(), {}])
def test_without_a_context_the_call_names_nothing(client_context: object) -> None:
    with pytest.raises(InvocationFailed) as failed:
        handle(EXTENSION, CALLER, {"data": []}, SimpleNamespace(client_context=client_context))
    told = json.loads(str(failed.value))
    assert told["statusCode"] == 422
    assert [error["code"] for error in told["errors"]] == ["missing_required_field"] * 2


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (None, "missing_required_field"),
        ("text", "invalid_field"),
        ([1], "invalid_field"),
        ({"value": float("nan")}, "invalid_json"),
    ],
)
def test_an_event_that_is_no_options_is_refused(event: object, code: str) -> None:
    sent = {"diy": True, "type": "hook", "function": "echo"}
    with pytest.raises(InvocationFailed) as failed:
        handle(EXTENSION, CALLER, event, SimpleNamespace(client_context=sent))
    assert json.loads(str(failed.value))["errors"][0]["code"] == code


def test_a_fraction_comes_back_as_it_was_sent() -> None:
    sent = {"diy": True, "type": "hook", "function": "echo"}
    context = SimpleNamespace(client_context=sent)
    found = handle(EXTENSION, CALLER, {"value": 19.99}, context)
    assert str(found) == "19.99"
    assert handle(EXTENSION, CALLER, {}, context) is None
