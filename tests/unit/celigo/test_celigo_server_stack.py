"""A server stack answers what Celigo's own server answers, to every exchange that was recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from celigo_sample import CALLER, SERVER, TOKEN, extension, registry
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from handler.core.errors import OutsideFailure
from handler.entrypoints.celigo import http_function
from handler.entrypoints.celigo.extension import Extension

PING = {"diy": True, "type": "wrapper", "function": "ping", "options": {"connection": {}}}
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def client_of(made: Extension) -> FlaskClient:
    app = Flask("bare")
    app.extensions[http_function.EXTENSION] = made
    app.register_blueprint(http_function.blueprint)
    app.config["MAX_CONTENT_LENGTH"] = 100_000
    return app.test_client()


CLIENT = client_of(extension())


@pytest.mark.parametrize("pair", SERVER["pairs"], ids=lambda pair: pair["name"])
def test_a_recorded_exchange_replays_equal(pair: dict[str, Any]) -> None:
    asked, expected = pair["request"], pair["response"]
    if "raw" in asked:
        content = {"data": asked["raw"], "content_type": "application/json"}
    else:
        content = {"json": asked["body"]} if "body" in asked else {}
    found = CLIENT.open(asked["path"], method=asked["method"], headers=asked["headers"], **content)
    assert found.status_code == expected["status"]
    headers = expected.get("headers", {})
    assert {name: found.headers[name] for name in headers} == headers
    assert ("www-authenticate" in found.headers) == ("www-authenticate" in headers)
    if "body" in expected:
        assert answered(found.text) == expected["body"]


def answered(text: str) -> object:
    """What the client of a recording sees: JSON, or the text where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def test_all_the_exchanges_are_here() -> None:
    assert len(SERVER["pairs"]) == 39


def test_a_function_without_result_is_answered_with_an_empty_body() -> None:
    body = {"diy": True, "type": "hook", "function": "postAggregate", "options": {}}
    assert CLIENT.post("/function", headers=BEARER, json=body).data == b""


@pytest.mark.parametrize(
    ("headers", "query", "in_body", "status"),
    [
        (BEARER, "", None, 200),
        ({}, "", TOKEN, 200),
        ({}, f"?access_token={TOKEN}", None, 200),
        # The first place that holds anything decides.
        ({"Authorization": "Bearer wrong"}, f"?access_token={TOKEN}", TOKEN, 401),
        ({"Authorization": f"Basic {TOKEN}"}, "", TOKEN, 401),
        ({"Authorization": f"Bearer  {TOKEN}"}, "", None, 401),
        ({"Authorization": f"Bearer {TOKEN} x"}, "", None, 401),
        ({"Authorization": TOKEN}, "", None, 401),
        ({}, f"?access_token={TOKEN}", "wrong", 401),
        ({}, f"?access_token={TOKEN}", [TOKEN], 401),
        ({}, f"?access_token={TOKEN}", "", 200),
        ({}, f"?access_token={TOKEN}&access_token={TOKEN}", None, 401),
        ({}, "?access_token=", None, 401),
        ({}, "", "\ud800", 401),
        ({}, "", TOKEN + "é", 401),
    ],
)
def test_the_token_may_stand_in_three_places(
    headers: dict[str, str], query: str, in_body: object, status: int
) -> None:
    body = PING if in_body is None else {**PING, "access_token": in_body}
    found = CLIENT.post(f"/function{query}", headers=headers, json=body)
    assert found.status_code == status


@pytest.mark.parametrize(
    "raw",
    [
        "{bad", "1", '"text"', "NaN", '{"a": NaN}', "[" * 100_00, "{}{}", '{"a":1e401}',
        '{"a":1e99999999999999999999}', '{"a":0e99999999999999999999}',  # beyond Decimal's own
    ],
)  # fmt: skip
def test_what_is_no_json_is_told_only_to_who_may_call(raw: str) -> None:
    assert CLIENT.post("/function", data=raw).status_code == 401
    found = CLIENT.post("/function", data=raw, headers=BEARER)
    assert found.status_code == 400
    assert found.json["errors"][0]["code"] == "invalid_json"


def test_a_wrong_token_is_told_before_anything_else_that_is_wrong() -> None:
    found = CLIENT.post("/function", json={"type": "gadget"})
    assert [error["code"] for error in found.json["errors"]] == ["unauthorized"]


def test_an_empty_body_lacks_everything() -> None:
    found = CLIENT.post("/function", headers=BEARER)
    assert found.status_code == 422
    assert len(found.json["errors"]) == 3


def test_a_body_too_large_is_refused_in_celigos_shape() -> None:
    found = CLIENT.post("/function", headers=BEARER, data="x" * 100_001)
    assert found.status_code == 413
    assert found.json["errors"][0]["code"] == "request_refused"


def test_keys_that_cannot_be_asked_for_are_no_wrong_key() -> None:
    def unreachable(_: str) -> None:
        raise OutsideFailure("STORE_UNREACHABLE", "The table does not answer.")

    client = client_of(Extension(registry(), unreachable))
    found = client.post("/function", headers=BEARER, json=PING)
    assert (found.status_code, found.headers["Retry-After"]) == (503, "5")
    assert found.json["errors"][0]["code"] == "STORE_UNREACHABLE"
    assert "www-authenticate" not in found.headers


def test_the_front_can_tell_which_endpoints_ask_for_a_token_themselves() -> None:
    app = Flask("bare")
    app.register_blueprint(http_function.blueprint)
    ours = {name for name in app.view_functions if name.startswith("celigo.")}
    assert ours == http_function.AUTHENTICATE_THEMSELVES


def test_half_a_surrogate_pair_comes_back_as_its_escape() -> None:
    raw = rb'{"diy":1,"type":"hook","function":"echo","options":{"value":"\ud800\u00e9"}}'
    found = CLIENT.post("/function", headers=BEARER, data=raw)
    assert found.data == '"\\ud800é"'.encode()


def test_numbers_come_back_digit_for_digit() -> None:
    raw = '{"diy":1,"type":"hook","function":"echo","options":{"value":[0.1000000000000000055,1]}}'
    found = CLIENT.post("/function", headers=BEARER, data=raw)
    assert found.data == b"[0.1000000000000000055,1]"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        pair["request"]["body"].get("function")
        for pair in SERVER["pairs"]
        if "body" in pair["request"]
    ]
)
OPTION_NAMES = st.sampled_from(
    (
        "data errors postMapData responseData postResponseMapData connection state resource value "
        "lastExportDateTime"
    ).split()
)
CALLS = st.fixed_dictionaries(
    {},
    optional={
        "diy": st.just(True) | JSON,
        "_connectorId": JSON,
        "type": st.sampled_from(["hook", "wrapper", "hooks", "", "gadget"]) | JSON,
        "function": NAMES | st.just("echo") | JSON,
        "options": st.dictionaries(OPTION_NAMES, JSON, max_size=4) | JSON,
        "maxResponseSize": JSON,
        "access_token": JSON,
    },
)


@pytest.mark.parametrize("headers", [BEARER, {}], ids=["with token", "without"])
def test_no_json_makes_the_server_fail(headers: dict[str, str]) -> None:
    expected: Callable[[int], bool] = (
        {200, 400, 422}.__contains__ if headers else {401}.__contains__
    )

    @given(CALLS | JSON)
    @settings(max_examples=400)
    def holds(body: object) -> None:
        found = CLIENT.post("/function", headers=headers, data=json.dumps(body))
        assert expected(found.status_code), found.text
        if found.status_code != 200:
            for error in found.json["errors"]:
                assert error["code"]
                assert error["message"]

    holds()


def test_the_log_learns_who_called_and_why_it_was_refused() -> None:
    made = extension()
    app = Flask("bare")
    app.extensions[http_function.EXTENSION] = made
    app.register_blueprint(http_function.blueprint)
    seen: list[tuple[object, object]] = []

    @app.after_request
    def look(response: Any) -> Any:
        from flask import g

        seen.append((g.get("caller"), g.get("code")))
        return response

    app.test_client().post("/function", headers=BEARER, json={**PING, "function": "nope"})
    assert seen == [(CALLER, "invalid_function")]
