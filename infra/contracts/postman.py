"""The description as a Postman collection (v2.1): one request for each operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contracts.down_convert import Schema

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(told: Mapping[str, Any]) -> Schema:
    """Return the collection; `baseUrl` and `apiKey` are its variables."""
    folders: dict[str, list[Schema]] = {tag["name"]: [] for tag in told["tags"]}
    for address, methods in told["paths"].items():
        for method, operation in methods.items():
            folders[operation["tags"][0]].append(_item(method.upper(), address, operation, told))
    return {
        "info": {
            "name": told["info"]["title"],
            "description": told["info"]["description"],
            "version": told["info"]["version"],
            "schema": _SCHEMA,
        },
        "auth": {
            "type": "bearer",
            "bearer": [{"key": "token", "value": "{{apiKey}}", "type": "string"}],
        },
        "variable": [
            {"key": "baseUrl", "value": "https://plugin.example.com", "type": "string"},
            {"key": "apiKey", "value": "", "type": "string"},
        ],
        "item": [{"name": name, "item": items} for name, items in folders.items()],
    }


def _item(method: str, address: str, operation: Schema, told: Mapping[str, Any]) -> Schema:
    parameters = [_resolved(one, told) for one in operation["parameters"]]
    request: Schema = {
        "method": method,
        "description": operation["description"],
        "header": _headers(operation, parameters),
        "url": _url(address, parameters),
    }
    if operation.get("security") == []:
        request["auth"] = {"type": "noauth"}
    body = operation.get("requestBody")
    if body:
        request["body"] = _body(body["content"])
    made: Schema = {"name": operation["summary"], "request": request, "response": []}
    made["response"] = _responses(operation, request)
    return made


def _headers(operation: Schema, parameters: list[Schema]) -> list[Schema]:
    made = [
        {
            "key": one["name"],
            "value": str(one.get("example", "")),
            "description": one["description"],
            "disabled": True,
        }
        for one in parameters
        if one["in"] == "header"
    ]
    content = operation.get("requestBody", {}).get("content", {})
    kind = "application/octet-stream" if "application/octet-stream" in content else ""
    if "application/json" in content and not kind:
        kind = "application/json"
    return [*([{"key": "Content-Type", "value": kind}] if kind else []), *made]


def _url(address: str, parameters: list[Schema]) -> Schema:
    path = address.strip("/").split("/") if address != "/" else [""]
    query = [
        {
            "key": one["name"],
            "value": str(one.get("example", "")),
            "description": one["description"],
            "disabled": not one["required"],
        }
        for one in parameters
        if one["in"] == "query"
    ]
    variables = [
        {"key": one["name"], "value": str(one.get("example", ""))}
        for one in parameters
        if one["in"] == "path"
    ]
    parts = [f":{part[1:-1]}" if part.startswith("{") else part for part in path]
    needed = [f"{one['key']}={one['value']}" for one in query if not one["disabled"]]
    raw = "{{baseUrl}}/" + "/".join(parts) + ("?" + "&".join(needed) if needed else "")
    return {
        "raw": raw,
        "host": ["{{baseUrl}}"],
        "path": parts,
        "query": query,
        "variable": variables,
    }


def _body(content: Mapping[str, Any]) -> Schema:
    text = content.get("text/plain", {}).get("example")
    if text or "application/octet-stream" in content:
        return {"mode": "raw", "raw": text or ""}
    example = content["application/json"].get("example", {})
    return {
        "mode": "raw",
        "raw": json.dumps(example, indent=1, ensure_ascii=False),
        "options": {"raw": {"language": "json"}},
    }


def _responses(operation: Schema, request: Schema) -> list[Schema]:
    made = []
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            shown = {"example": {"value": content["example"]}} if "example" in content else {}
            for name, example in {**shown, **content.get("examples", {})}.items():
                value = example["value"]
                text = value if isinstance(value, str) else json.dumps(value, indent=1)
                made.append(
                    {
                        "name": f"{status} {name}",
                        "originalRequest": {"method": request["method"], "url": request["url"]},
                        "code": int(status),
                        "status": answer["description"].split(".")[0][:60],
                        "header": [{"key": "Content-Type", "value": kind}],
                        "body": text,
                    }
                )
    return made


def _resolved(part: Schema, told: Mapping[str, Any]) -> Schema:
    if "$ref" not in part:
        return part
    found: Any = told
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    resolved: Schema = found
    return resolved
