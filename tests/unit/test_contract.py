"""The committed description is the generator's, names every address, and uses the views' models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import describe
import pytest
from contract_steps import call, frozen_plugin
from contract_story import story
from contracts import document
from contracts.down_convert import NotFlat, converted, short
from contracts.operations import OPERATIONS, TAGS
from flask import Flask
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator
from plugin import Plugin, error_of, plugin
from pydantic import BaseModel

from handler.entrypoints import http_inventory_schemas, http_schemas
from handler.entrypoints.http_answers import status_of
from handler.entrypoints.http_app import create_app
from handler.flows import api_keys

TOLD: dict[str, Any] = json.loads(describe.OPENAPI.read_text(encoding="utf-8"))
FORBIDDEN = {
    "oneOf", "anyOf", "allOf", "not", "const", "$defs", "prefixItems", "patternProperties",
    "propertyNames", "if", "then", "else",
}  # fmt: skip
PARSES_ITSELF = {"validateRecords"}
SCHEMAS = "#/components/schemas/"
HINT = "python3 infra/dev.py contracts"


def each(part: Any, where: str = "#") -> Iterator[tuple[str, Any]]:
    """Every object of the description that is no example, with its place."""
    if isinstance(part, dict):
        yield where, part
        for name, inner in part.items():
            if name not in ("example", "examples"):
                yield from each(inner, f"{where}/{name}")
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from each(inner, f"{where}/{number}")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for address, methods in TOLD["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), address, operation


def test_the_committed_files_are_what_the_generator_makes() -> None:
    made = document.description()
    assert describe.OPENAPI.read_text(encoding="utf-8") == describe.written(made), HINT
    told = describe.POSTMAN.read_text(encoding="utf-8")
    assert told == describe.written(describe.collection(made)), HINT


def test_it_is_openapi_3_0_3() -> None:
    assert TOLD["openapi"] == "3.0.3"
    assert not list(OpenAPIV30SpecValidator(TOLD).iter_errors())


def test_it_is_as_flat_as_importers_need_it() -> None:
    assert not [m for m, _, _ in operations() if m not in ("GET", "POST")]
    for where, part in each(TOLD):
        if not where.endswith("/properties"):
            assert not FORBIDDEN & set(part), where
        kind = part.get("type") if "/schema" in where else None
        assert kind is None or isinstance(kind, str | dict), where
        for limit in ("exclusiveMinimum", "exclusiveMaximum"):
            assert part.get(limit, True) is True, where
        if "$ref" in part:
            assert set(part) == {"$ref"}, f"{where}: nothing is read beside a reference"


def test_amounts_cannot_be_empty() -> None:
    schema = TOLD["components"]["schemas"]["JournalLine"]["properties"]["debit"]
    assert schema["type"] == "string"
    assert schema["pattern"].startswith("^-?[0-9]+")


def test_every_address_is_told_and_no_other() -> None:
    flask: Flask = create_app(plugin().app)
    there = {
        (method, str(rule).replace("<", "{").replace(">", "}"))
        for rule in flask.url_map.iter_rules()
        if not rule.endpoint.startswith("dashboard.")  # pages for people, no part of the API
        for method in rule.methods or ()
        if method != "HEAD"
    }
    assert {(method, address) for method, address, _ in operations()} == there


def test_every_operation_says_what_a_reader_needs() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    for method, address, operation in operations():
        assert operation["summary"]
        assert len(operation["description"]) > 20
        assert set(operation["tags"]) <= set(TAGS)
        for part in operation["parameters"]:
            found = part if "$ref" not in part else resolved(part)
            assert found["description"], (address, found["name"])
            assert "example" in found, (address, found["name"])
        if operation.get("security") == []:
            continue
        if address.startswith("/v1"):
            needed = {"401", "403", "422", "429", "500", "503"}
            needed |= {"404"} if "{" in address else set()
            needed |= {"413"} if "requestBody" in operation else set()
            assert needed <= set(operation["responses"]), (method, address)


def test_every_field_has_words() -> None:
    for name, schema in TOLD["components"]["schemas"].items():
        assert schema["description"], name
        for field, part in schema.get("properties", {}).items():
            assert "$ref" in part or part["description"], f"{name}.{field}"


def test_every_step_has_an_example_of_its_answer() -> None:
    for method, address, operation in operations():
        answers = [r for status, r in operation["responses"].items() if status in ("200", "202")]
        for content in [c for r in answers for c in r.get("content", {}).values()]:
            shown = {"example", "examples"} & set(content)
            assert shown or address in ("/openapi.json", "/function"), (method, address)


def test_every_json_body_has_an_example() -> None:
    for method, address, operation in operations():
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            assert "example" in content["application/json"], (method, address)


def test_every_example_is_as_its_schema_says() -> None:
    count = 0
    for where, part in each(TOLD):
        if "schema" not in part or not {"example", "examples"} & set(part):
            continue
        schema = {"components": TOLD["components"], "allOf": [part["schema"]]}
        several = [one["value"] for one in part.get("examples", {}).values()]
        for value in [part["example"]] if "example" in part else several:
            faults = [fault.message for fault in OAS30Validator(schema).iter_errors(value)]
            assert not faults, f"{where}: {faults[:3]}"
            count += 1
    assert count > 200


def test_come_again_says_when() -> None:
    for name in ("SlowDown", "Unavailable"):
        assert "Retry-After" in TOLD["components"]["responses"][name]["headers"]


def resolved(part: Any) -> dict[str, Any]:
    found: Any = TOLD
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    assert isinstance(found, dict)
    return found


def test_models_are_the_views_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What each view reads a request with, seen while the story is told."""
    used: dict[str, dict[str, set[type[BaseModel]]]] = {}
    now: list[str] = []

    def watched(kind: str, read: Any) -> Any:
        def reading(model: type[BaseModel], *rest: Any) -> Any:
            used[now[0]].setdefault(kind, set()).add(model)
            return read(model, *rest)

        return reading

    for kind in ("query", "body"):
        monkeypatch.setattr(http_schemas, kind, watched(kind, getattr(http_schemas, kind)))
    begin = http_inventory_schemas.Records.__init__

    def beginning(self: Any, model: type[BaseModel], data: Any) -> None:
        used[now[0]].setdefault("records", set()).add(model)
        begin(self, model, data)

    monkeypatch.setattr(http_inventory_schemas.Records, "__init__", beginning)
    here = frozen_plugin()

    def asked(plugin: Plugin, step: Any) -> Any:
        now[:] = [step.operation]
        used.setdefault(step.operation, {})
        return call(plugin, step)

    for _ in story(here, asked):
        pass
    for one in OPERATIONS:
        if one.scope == "none":
            continue
        seen = used[one.name]
        assert seen.get("query", set()) == ({one.query} if one.query else set()), one.name
        if one.body and (one.body.raw or not one.body.needed or one.name in PARSES_ITSELF):
            continue  # a file, or nothing, or JSON in which an amount is no float
        assert seen.get("body", set()) == ({one.body.model} if one.body else set()), one.name
        told = set(one.body.records.values()) if one.body else set()
        assert seen.get("records", set()) >= told - document.UNCHECKED, one.name


def test_every_refusal_of_the_table_is_told() -> None:
    told = {status for one in OPERATIONS for status in one.statuses}
    kinds = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503]
    assert told == set(kinds)
    assert status_of(api_keys.RefusedRequest("RATE_LIMITED", "a", "b")) in told


class TestServing:
    """GET /openapi.json."""

    def test_it_is_served_as_it_is(self) -> None:
        here = plugin()
        answer = here.get("/openapi.json")
        assert answer.status_code == 200
        assert answer.mimetype == "application/json"
        assert answer.data == describe.OPENAPI.read_bytes()
        tag = answer.headers["ETag"]
        again = here.get("/openapi.json", headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        other = here.get("/openapi.json", headers={"If-None-Match": '"other"'})
        assert other.status_code == 200

    def test_any_valid_key_will_do_but_one_it_must_be(self) -> None:
        here = plugin()
        assert here.get("/openapi.json", key="").status_code == 401
        key = api_keys.create(here.app, "reader", ["exceptions:read"])
        assert here.get("/openapi.json", key=key).status_code == 200

    def test_parameters_are_refused(self) -> None:
        error = error_of(plugin().get("/openapi.json?format=yaml"))
        assert error["code"] == "BAD_PARAMETER"


class TestDownConversion:
    """What pydantic says, as 3.0.3 says it."""

    @pytest.mark.parametrize(
        ("given", "wanted"),
        [
            (
                {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
                {"type": "string", "nullable": True},
            ),
            (
                {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 9}]},
                {"type": "string", "maxLength": 9},
            ),
            ({"const": "a"}, {"enum": ["a"], "type": "string"}),
            ({"const": 1}, {"enum": [1], "type": "integer"}),
            (
                {"type": "integer", "exclusiveMaximum": 5},
                {"type": "integer", "maximum": 5, "exclusiveMaximum": True},
            ),
            (
                {"anyOf": [{"type": "string", "pattern": "^a$"}, {"const": "", "type": "string"}]},
                {"type": "string", "pattern": "(^a$)|^$"},
            ),
            ({"type": "array", "items": {}}, {"type": "array", "items": {"type": "object"}}),
            ({"type": "object", "additionalProperties": True}, {"type": "object"}),
            (
                {"type": "object", "additionalProperties": False},
                {"type": "object", "additionalProperties": False},
            ),
            (
                {"$ref": SCHEMAS + "handler__entrypoints__http_inventory_schemas__Order"},
                {"$ref": "#/components/schemas/InventoryOrder"},
            ),
        ],
    )
    def test_said_flat(self, given: Any, wanted: Any) -> None:
        assert converted(given, {}) == wanted

    def test_a_model_that_may_be_null_stands_where_it_is(self) -> None:
        one = {"type": "object", "properties": {"a": {"type": "string", "title": "A"}}}
        given = {"anyOf": [{"$ref": "#/components/schemas/One"}, {"type": "null"}]}
        wanted = {"type": "object", "properties": {"a": {"type": "string"}}, "nullable": True}
        assert converted(given, {"One": one}) == wanted

    @pytest.mark.parametrize(
        "given",
        [
            {"anyOf": [{"type": "integer"}, {"type": "object"}]},
            {"type": "array", "prefixItems": [{"type": "string"}]},
            {"oneOf": [{"type": "string"}]},
        ],
    )
    def test_what_cannot_be_said_is_an_error(self, given: Any) -> None:
        with pytest.raises(NotFlat):
            converted(given, {})

    def test_names(self) -> None:
        assert short("Order") == "Order"
        assert short("contracts__answers_own_stock__Answer") == "AnswersOwnStockAnswer"
