"""Calls as integrator.io sends them, with all the fields it puts around the records."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from plugin import Plugin

from handler.payloads import json_text

_IDS = {
    "bearerToken": "one-time-token",
    "_flowId": "5f0000000000000000000001",
    "_integrationId": "5f0000000000000000000002",
    "_connectionId": "5f0000000000000000000003",
}
_EXPORT = {"_exportId": "5f0000000000000000000005", "pageIndex": 0}
_IMPORT = {"_importId": "5f0000000000000000000004"}
_KINDS = {"fetchOutbox": "wrapper", "importPosted": "wrapper", "pingPlugin": "wrapper"}


def page(records: list[Any], **options: Any) -> dict[str, Any]:
    """The options of a preSavePage hook."""
    given = {"data": records, "errors": [], "retryData": {}, "settings": {}, "testMode": False}
    return {**given, **_EXPORT, **_IDS, **options}


def mapped(records: list[Any], **options: Any) -> dict[str, Any]:
    """The options of a preMap hook."""
    return {"data": records, "settings": {}, "testMode": False, **_IMPORT, **_IDS, **options}


def after_mapping(records: list[Any], **options: Any) -> dict[str, Any]:
    """The options of a postMap hook, or of a wrapper's import."""
    given = {"preMapData": records, "postMapData": records, "settings": {}, "testMode": False}
    return {**given, **_IMPORT, **_IDS, **options}


def submitted(records: list[Any], responses: list[Any], **options: Any) -> dict[str, Any]:
    """The options of a postSubmit hook."""
    return {**after_mapping(records), "responseData": responses, **options}


def export(**options: Any) -> dict[str, Any]:
    """The options of a wrapper's export."""
    given = {"connection": {}, "type": "delta", "state": {}, "settings": {}, "testMode": False}
    return {**given, **_EXPORT, **_IDS, **options}


def body_of(
    name: str, options: dict[str, Any], framework: int = 1, most: object = 5242880
) -> dict[str, Any]:
    """The body of a call; framework 2 names no type."""
    kind = {"type": _KINDS.get(name, "hook")} if framework == 1 else {}
    return {"diy": True, **kind, "function": name, "maxResponseSize": most, "options": options}


def call(here: Plugin, name: str, options: dict[str, Any], **how: Any) -> Any:
    """The result of a call that is answered well, its numbers as they were sent."""
    answer = here.call("POST", "/function", data=sent(body_of(name, options, **how)))
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data, parse_float=str) if answer.data else None


def refused(here: Plugin, name: str, options: dict[str, Any], **how: Any) -> dict[str, Any]:
    """The error of a call that is refused as a whole."""
    answer = here.call("POST", "/function", data=sent(body_of(name, options, **how)))
    assert answer.status_code == 422, answer.text
    (error,) = answer.get_json()["errors"]
    assert isinstance(error, dict)
    return error


def sent(body: object) -> bytes:
    """JSON with exact numbers."""
    return json_text.dumps(body).encode()


def rows_of(content: bytes) -> list[dict[str, str]]:
    """A flat file as integrator.io's parser hands it over: a record a row, blank lines left out."""
    lines = [line for line in content.decode().splitlines() if line.strip()]
    reader = csv.DictReader(io.StringIO("\n".join(lines)), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [dict(row) for row in reader]
