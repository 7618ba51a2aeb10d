"""Hostile JSON over HTTP: nesting, keys twice, numbers without end; refused, no fault of ours."""

from __future__ import annotations

import json

import pytest
from plugin import Plugin, plugin

from handler.payloads import json_text

DEPTHS = (65, 400, 980, 100_000)
CALLS = (
    "/function",
    "/v1/netsuite/validate",
    "/v1/deposits/match",
    "/v1/settlements/classify",
    "/v1/inventory/fbm/decide?profile=us",
)
RAW = ("/v1/settlements?profile=us", "/v1/inventory/fba/reports?profile=us")


def codes(here: Plugin, path: str, body: bytes) -> tuple[int, set[str]]:
    kind = "application/octet-stream" if path in RAW else "application/json"
    answer = here.post(body, path, content_type=kind)
    found = json.loads(answer.data, parse_float=str)
    errors = found.get("errors", [])
    return answer.status_code, {error["code"] for error in errors}


@pytest.mark.parametrize("path", [*CALLS, *RAW])
@pytest.mark.parametrize("depth", DEPTHS)
def test_lists_in_lists_are_refused_by_every_address(path: str, depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    bodies = [nested]
    if path == "/function":
        head = b'{"diy":true,"function":"settlePage","options":{"settings":{"profile":"us"},"data":'
        bodies.append(head + b'[{"settlement-id":' + nested + b"}]}}")
    here = plugin()
    for body in bodies:
        status, found = codes(here, path, body)
        assert status in (400, 422), (status, found)
        assert found
        assert "INTERNAL" not in found


def test_json_is_as_deep_as_any_record_and_no_deeper() -> None:
    assert json_text.loads(b"[" * 64 + b"]" * 64)
    with pytest.raises(ValueError, match="more than 64 deep"):
        json_text.loads(b"[" * 65 + b"]" * 65)
    assert json_text.loads(b'"' + b"[" * 100 + b'"') == "[" * 100
    wide = b"[" + b"[]," * 200 + b"[]]"
    assert json_text.loads(wide) == [[]] * 201


@pytest.mark.parametrize("number", ["1e999999", "-1e-999999", "9" * 10_000, "NaN", "-Infinity"])
@pytest.mark.parametrize("path", CALLS)
def test_a_number_beyond_all_amounts_is_refused(path: str, number: str) -> None:
    inside = f'[{{"amount":{number}}}]'
    body = f'{{"data":{inside},"lines":{inside},"diy":true,"function":"x","options":{inside}}}'
    status, found = codes(plugin(), path, body.encode())
    assert status in (400, 422), (status, found)
    assert found
    assert "INTERNAL" not in found


@pytest.mark.parametrize("path", RAW)
@pytest.mark.parametrize(
    "body",
    [
        b'{"transactions":[],"transactions":[]}',
        b'{"payload":{"inventorySummaries":[],"inventorySummaries":[]}}',
        b'{"FinancialEvents":{"a":1,"b":2,"a":3}}',
    ],
)
def test_a_key_twice_is_refused_by_name(path: str, body: bytes) -> None:
    answer = plugin().post(body, path)
    assert answer.status_code == 422
    assert "twice" in answer.get_json()["errors"][0]["message"]
