"""Targets: the plugin over HTTP, through the very function that Lambda calls.

Each input meets the same plugin: one settlement proven, one held, some stock. So what is found is
found again from its bytes alone.
"""

from __future__ import annotations

import base64
import copy
import copyreg
import json
import threading
from collections.abc import Mapping
from typing import Any

from apig_wsgi import make_lambda_handler
from contract_steps import LEDGER, SMALL, StoryPlugin, frozen_plugin
from contracts.operations import OPERATIONS
from plugin import MAPPINGS, STOCK_MAPPINGS, with_total

from handler.entrypoints import http_plugin
from handler.entrypoints.celigo import http_function
from handler.entrypoints.celigo.extension import Extension
from handler.entrypoints.celigo.functions.catalogue import product_functions
from handler.entrypoints.http_app import create_app
from handler.entrypoints.http_auth import admit
from handler.entrypoints.http_event import with_plain_address

Event = dict[str, Any]
_OWN_FAULTS = frozenset({"INTERNAL", "invalid_extension_response"})

# Locks of the stores in memory: a copy of a store has one of its own.
copyreg.pickle(type(threading.RLock()), lambda _: (threading.RLock, ()))


def _world() -> StoryPlugin:
    here = frozen_plugin()
    held = with_total(SMALL, "79.61").replace(b"11700000001", b"11700000002")
    for content in (SMALL, held):
        here.post(content, "/v1/settlements?profile=us")
    here.post(LEDGER, "/v1/inventory/fba/reports?profile=us")
    return here


HERE = _world()
_FLASK = create_app(HERE.app)
_HANDLER = make_lambda_handler(_FLASK)
_KEPT = {id(one): one for one in (MAPPINGS, STOCK_MAPPINGS, HERE.app.references)}
JSON_CALLS = [
    one
    for one in OPERATIONS
    if one.method == "POST" and one.body is not None and one.path.startswith("/v1/")
]


def ask(event: Event) -> Event:
    """Return the answer of a plugin that is as it was at the beginning."""
    app = copy.deepcopy(HERE.app, dict(_KEPT))
    _FLASK.extensions[http_plugin.EXTENSION] = app
    _FLASK.extensions[http_function.EXTENSION] = Extension(
        product_functions(app), lambda token: admit(app, token)
    )
    answer: Event = _HANDLER(with_plain_address(event), None)
    return answer


def event_of(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Event:
    """Return a call as API Gateway hands it over (HTTP API, payload version 2)."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"authorization": f"Bearer {HERE.key}", "host": "plugin.example", **headers},
        "requestContext": {
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
            },
            "requestId": "fuzz",
            "stage": "$default",
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def lawful(answer: Event) -> None:
    """Never a fault of ours; what is JSON can be read; a refusal says what to do."""
    status, body = answer["statusCode"], answer.get("body", "")
    assert status < 500, (status, body[:2000])
    kind = answer["headers"].get("content-type", "")
    if not kind.startswith("application/json"):
        return
    raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    if not raw:
        return
    found = json.loads(raw)
    if status >= 400:
        assert found["errors"], found
        # The extension answers its own faults with a 422 as well.
        assert not {error["code"] for error in found["errors"]} & _OWN_FAULTS, found
        for error in found["errors"]:
            assert error["code"], found
            assert error["message"], found
            assert error.get("repair", "-"), found


def function(content: bytes) -> None:
    """`POST /function`: the Celigo extension."""
    kind = {"content-type": "application/json"}
    lawful(ask(event_of("POST", "/function", "", kind, content)))


def json_call(content: bytes) -> None:
    """A JSON body to any address that takes one; the first byte chooses."""
    call = JSON_CALLS[(content[0] if content else 0) % len(JSON_CALLS)]
    path = call.path.replace("<settlement_id>", "11700000001").replace("<run_id>", "run")
    query = "profile=us" if call.query and "profile" in call.query.model_fields else ""
    kind = {"content-type": "application/json"}
    lawful(ask(event_of("POST", path, query, kind, content[1:])))


def any_call(content: bytes) -> None:
    """A whole call: `METHOD path?query`, header lines, a blank line, the body."""
    head, _, body = content.partition(b"\n\n")
    first, *lines = head.decode("utf-8", "replace").split("\n")
    method, _, address = first.partition(" ")
    path, _, query = address.partition("?")
    headers = {}
    for line in lines[:12]:
        name, colon, value = line.partition(":")
        if colon and name.strip():
            headers[name.strip().lower()] = value.strip()
    # API Gateway itself lets neither through.
    method = method if method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS") else "GET"
    if not path.startswith("/"):
        path = "/" + path
    lawful(ask(event_of(method, path, query, headers, body)))
