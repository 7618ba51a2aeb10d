"""The description put together: operations, models, words and examples become OpenAPI 3.0.3."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contracts.answer_kinds import Refusal
from contracts.down_convert import REFERENCE, Schema, component, converted, short
from contracts.operation import Body, Operation
from contracts.operations import OPERATIONS, TAGS
from contracts.operations_delivery import NetsuitePayload
from contracts.operations_front import FunctionRefusal
from contracts.operations_inventory import Notification
from contracts.parts import HEADERS, INTRODUCTION, PARAMETERS, REFUSALS, request_body, responses
from handler import __version__

UNCHECKED = {Notification, NetsuitePayload}  # others' own forms, read by the flow itself
HERE = Path(__file__).parent
WORDS: Mapping[str, Any] = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))


def examples() -> list[dict[str, Any]]:
    """Return calls with their answers, as a test made them by asking the plugin itself."""
    found: list[dict[str, Any]] = json.loads((HERE / "examples.json").read_text(encoding="utf-8"))
    return found


def description() -> Schema:
    """Return the OpenAPI document."""
    schemas = _components()
    paths: Schema = {}
    told = examples()
    for operation in OPERATIONS:
        mine = [one for one in told if one["operation"] == operation.name]
        paths.setdefault(operation.address, {})[operation.method.lower()] = _operation(
            operation, mine, schemas
        )
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Amazon settlements and stock for NetSuite",
            "version": __version__,
            "description": INTRODUCTION,
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
        },
        "servers": [
            {
                "url": "https://plugin.example.com",
                "description": "Put the address of your deployed HTTP API here.",
            }
        ],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key of `python -m handler keys create`.",
                }
            },
            "headers": HEADERS,
            "parameters": PARAMETERS,
            "responses": REFUSALS,
            "schemas": schemas,
        },
    }


def _operation(operation: Operation, told: Sequence[Mapping[str, Any]], schemas: Schema) -> Schema:
    made: Schema = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _description(operation),
        "parameters": _parameters(operation, told),
        "responses": responses(operation, told),
    }
    if operation.scope == "none" and operation.name != "callFunction":
        made["security"] = []
    if operation.body:
        made["requestBody"] = request_body(operation, told, schemas)
    return made


def _description(operation: Operation) -> str:
    if operation.scope in ("", "none"):
        return operation.description
    return f"{operation.description}\n\nScope: `{operation.scope}`."


def _parameters(operation: Operation, told: Sequence[Mapping[str, Any]]) -> list[Schema]:
    ok = [one["request"] for one in told if one["status"] < 300]
    first: Mapping[str, Any] = ok[0] if ok else {}
    made = [
        _parameter(part[1:-1], "path", {"type": "string", "maxLength": 128}, True, first)
        for part in operation.path.split("/")
        if part.startswith("<")
    ]
    if operation.query:
        schema = operation.query.model_json_schema(ref_template=REFERENCE + "{model}")
        shapes = schema.get("$defs", {})
        for name, part in schema.get("properties", {}).items():
            shown = converted(part, shapes)
            if "$ref" in shown:
                shown = converted(shapes[shown["$ref"].removeprefix(REFERENCE)], shapes)
            shown.pop("nullable", None)
            shown.pop("description", None)
            needed = name in schema.get("required", ())
            if not needed and part.get("default") not in (None, ""):
                shown["default"] = part["default"]
            made.append(_parameter(name, "query", shown, needed, first))
    if operation.scope != "none" or operation.body:
        made.append({"$ref": "#/components/parameters/RequestId"})
    if operation.keyed:
        made.append({"$ref": "#/components/parameters/IdempotencyKey"})
    if operation.accepted:
        made.append({"$ref": "#/components/parameters/Prefer"})
    return made


def _parameter(
    name: str, place: str, schema: Schema, needed: bool, request: Mapping[str, Any]
) -> Schema:
    made: Schema = {
        "name": name,
        "in": place,
        "required": needed,
        "description": word(f"?{name}", name),
        "schema": schema,
    }
    given = request.get("query" if place == "query" else "at", {}).get(name)
    shown = WORDS["parameter_examples"].get(name) if given is None else given
    if shown is not None:
        made["example"] = int(shown) if schema.get("type") == "integer" else shown
    return made


def word(*names: str) -> str:
    """Return what a field means: the first of these names that has words.

    Raises:
        KeyError: none has.
    """
    fields = WORDS["fields"]
    for name in names:
        if name in fields:
            return str(fields[name])
    raise KeyError(names[0])


def _components() -> Schema:
    models: set[type[BaseModel]] = {Refusal, FunctionRefusal}
    for operation in OPERATIONS:
        models |= {model for model in (operation.answer,) if model}
        if operation.body:
            models |= {model for model in (operation.body.model,) if model}
            models |= set(operation.body.records.values())
    ordered = sorted(models, key=lambda model: (model.__name__, model.__module__))
    _, told = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=REFERENCE + "{model}"
    )
    raw = told["$defs"]
    made: Schema = {}
    for name, schema in raw.items():
        shown = converted(schema, raw)
        made[short(name)] = _with_words(short(name), shown)
    for operation in OPERATIONS:
        if operation.body and operation.body.records:
            made[batch_name(operation)] = _batch(operation.body, made)
    batches = {
        component(operation.body.model, made)
        for operation in OPERATIONS
        if operation.body and operation.body.records
    }
    return {name: made[name] for name in sorted(made) if name not in batches}


def batch_name(operation: Operation) -> str:
    """Return the name of a batch's body, its records told."""
    return operation.name[0].upper() + operation.name[1:] + "Body"


def _batch(body: Body, made: Schema) -> Schema:
    shown: Schema = json.loads(json.dumps(made[component(body.model, made)]))
    for name, model in body.records.items():
        shown["properties"][name]["items"] = {"$ref": REFERENCE + component(model, made)}
    return shown


def _with_words(name: str, schema: Schema) -> Schema:
    schema.setdefault("description", name)
    for field, part in schema.get("properties", {}).items():
        if "$ref" in part:
            continue  # nothing is read beside a reference; the model has its own words
        part["description"] = word(f"{name}.{field}", field)
    return schema
