"""The parts every operation shares: request bodies, refusals, headers and the introduction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.down_convert import REFERENCE, Schema, component
from contracts.operation import RAW, Body, Operation

INTRODUCTION = (
    "Amazon settlements become balanced NetSuite journal entries, and two pools of stock are kept "
    "apart: steps that a middleware flow calls over HTTP.\n\n"
    "Every answer has `success`, `data[]` and `errors[]`; a flow branches on `errors[0].code` or "
    "`retryable`, never on text. Batches are answered record by record, in the order asked. "
    "Amounts are text in major units with all decimals of their currency; what goes to NetSuite "
    "has them as numbers. Unknown fields and parameters are refused. Repeating a call is safe."
)
_JSON = "application/json"
# JSON bodies that no example of an answer was made with.
_BODIES: Mapping[str, Schema] = {
    "settle": {"bucket": "plugin-files", "key": "raw-settlements/us/august.txt"},
    "readReport": {"bucket": "plugin-files", "key": "raw-inventory/us/ledger.txt"},
    "noteDelivered": {},
    "callFunction": {
        "diy": True, "type": "wrapper", "function": "pingPlugin", "maxResponseSize": 5242880,
        "options": {"settings": {}},
    },
}  # fmt: skip
_SAYS: Mapping[int, str] = {
    400: "The body is not JSON.",
    401: "The request carries no valid key (`UNAUTHORIZED`).",
    403: "The key lacks the scope (`SCOPE_MISSING`), or the file is not the plugin's.",
    404: "There is no such thing.",
    409: "It contradicts what is recorded, or is not ready; nothing was changed.",
    413: "The body is too large; upload the file instead.",
    415: "The body is of a type this address does not take.",
    422: "The request, the file or a parameter is not as expected; `errors[0].repair` says what to "
    "mend.",
    429: "Slow down; come again after `Retry-After` seconds.",
    500: "The plugin failed, or what is deployed is wrong; the request id finds it in the logs.",
    503: "A store did not answer; come again after `Retry-After` seconds.",
}
_NAMES: Mapping[int, str] = {
    401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 413: "TooLarge",
    415: "UnsupportedMediaType", 422: "Refused", 429: "SlowDown", 500: "Failed",
    503: "Unavailable",
}  # fmt: skip
_CODES: Mapping[int, tuple[str, str, str, bool]] = {
    401: (
        "UNAUTHORIZED", "The request carries no valid key.",
        "Send the header `Authorization: Bearer <key>`.", False,
    ),
    403: (
        "SCOPE_MISSING",
        "The key 'celigo' may not do this: it lacks the scope settlements:write.",
        "Use a key that has it.", False,
    ),
    404: (
        "SETTLEMENT_NOT_FOUND", "Settlement '11700000009' is not recorded.",
        "Send its file first, or look at GET /v1/settlements.", False,
    ),
    409: (
        "CHANGED_MEANWHILE", "It was changed by another call meanwhile.", "Try again.", True,
    ),
    413: (
        "BODY_TOO_LARGE", "The body is larger than 5,500,000 bytes.",
        "Upload the file instead; packed with gzip it may also fit here.", False,
    ),
    415: (
        "UNSUPPORTED_MEDIA_TYPE", "The body is image/png, unpacked.",
        "Send the file as text/plain or application/octet-stream.", False,
    ),
    422: (
        "BAD_PARAMETER", "Not as expected: dryrun: Extra inputs are not permitted.", "Mend it.",
        False,
    ),
    429: (
        "RATE_LIMITED", "The key 'celigo' has made the 600 calls it may make in a minute.",
        "Repeat the call in 23 second(s); send more records in one call, or fewer flows at once.",
        True,
    ),
    500: (
        "INTERNAL", "The plugin failed in a way nobody foresaw.",
        "Repeat the call; if it stays so, look for the request id in the logs.", True,
    ),
    503: ("STORE_UNREACHABLE", "The store did not answer.", "Try again.", True),
}  # fmt: skip
_EXAMPLE_ID = "0123456789abcdef0123456789abcdef"

HEADERS: Schema = {
    "RequestId": {
        "description": "Names the call in the logs; the caller's own where it sent one.",
        "schema": {"type": "string"},
        "example": _EXAMPLE_ID,
    },
    "RetryAfter": {
        "description": "Seconds to wait before the call is repeated.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "5",
    },
    "IdempotentReplayed": {
        "description": "`true` where the call was made before and nothing was done again.",
        "schema": {"type": "string", "enum": ["true"]},
        "example": "true",
    },
    "Location": {
        "description": "Where to ask how far it is.",
        "schema": {"type": "string"},
        "example": "/v1/jobs/job-0123456789abcdef0123456789abcdef",
    },
    "NextCursor": {
        "description": "`next_cursor` where the answer is CSV; left out on the last page.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Names this version; send it as If-None-Match.",
        "schema": {"type": "string"},
    },
}
PARAMETERS: Schema = {
    "RequestId": {
        "name": "X-Request-Id",
        "in": "header",
        "required": False,
        "description": "Names the call in the logs and in the answer: up to 128 letters, digits "
        "and any of . _ : = + / -; another name is given to what is otherwise.",
        "schema": {"type": "string"},
        "example": "flow-7:step.2",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Names the call for the caller: the same key with another file is a 409. "
        "The same file is recorded once with or without it.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
        "example": "drive-file-1a2b3c",
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "required": False,
        "description": "`respond-async`: do not wait; only with `{bucket, key}` as the body.",
        "schema": {"type": "string", "enum": ["respond-async"]},
        "example": "respond-async",
    },
}


def _header(name: str) -> Schema:
    return {"$ref": f"#/components/headers/{name}"}


def _refusal(status: int) -> Schema:
    code, message, repair, retryable = _CODES[status]
    fault = {
        "code": code,
        "message": message,
        "source": "settlement-plugin",
        "repair": repair,
        "retryable": retryable,
        "details": {},
    }
    example = {"success": False, "data": [], "errors": [fault], "request_id": _EXAMPLE_ID}
    headers = {"X-Request-Id": _header("RequestId")}
    if status in (429, 503):
        headers["Retry-After"] = _header("RetryAfter")
    return {
        "description": _SAYS[status],
        "headers": headers,
        "content": {_JSON: {"schema": {"$ref": REFERENCE + "Refusal"}, "example": example}},
    }


REFUSALS: Schema = {name: _refusal(status) for status, name in _NAMES.items()}


def responses(operation: Operation, told: Sequence[Mapping[str, Any]]) -> Schema:
    """Return what an operation may answer, with what it did answer as examples."""
    made: Schema = {str(operation.status): _success(operation, told)}
    if operation.accepted:
        made["202"] = _accepted(operation.accepted.__name__, told)
    if operation.name == "describe":
        made["304"] = {"description": "It is unchanged.", "headers": {"ETag": _header("ETag")}}
    for status in operation.statuses:
        seen = next((one for one in told if one["status"] == status), None)
        if operation.name == "callFunction":
            made[str(status)] = _function_refusal(status)
        elif seen is None or "body" not in seen["answer"]:
            made[str(status)] = {"$ref": f"#/components/responses/{_NAMES[status]}"}
        else:
            own = _refusal(status)
            own["content"][_JSON]["example"] = seen["answer"]["body"]
            if seen["answer"]["body"]["errors"][0]["code"] == "NOT_FINISHED":
                own["headers"]["Retry-After"] = _header("RetryAfter")
            made[str(status)] = own
    return made


def _function_refusal(status: int) -> Schema:
    code = "unauthorized" if status == 401 else "invalid_function"
    example = {"errors": [{"code": code, "message": "The call was refused."}]}
    made: Schema = {
        "description": _SAYS[status],
        "headers": {"X-Request-Id": _header("RequestId")},
        "content": {_JSON: {"schema": {"$ref": REFERENCE + "FunctionRefusal"}, "example": example}},
    }
    if status in (429, 503):
        made["headers"]["Retry-After"] = _header("RetryAfter")
    return made


def _success(operation: Operation, told: Sequence[Mapping[str, Any]]) -> Schema:
    fine = [one for one in told if one["status"] == operation.status]
    made: Schema = {
        "description": operation.summary + ".",
        "headers": {"X-Request-Id": _header("RequestId")},
        "content": {},
    }
    if operation.replays:
        made["headers"]["Idempotent-Replayed"] = _header("IdempotentReplayed")
    if operation.status == 202:
        made["headers"]["Location"] = _header("Location")
    if operation.status == 202 or operation.name == "getJob":
        made["headers"]["Retry-After"] = _header("RetryAfter")
    if operation.name == "describe":
        made["headers"]["ETag"] = _header("ETag")
        made["content"][_JSON] = {"schema": {"type": "object"}}
        return made
    if operation.plain:
        made["content"]["text/plain"] = {"schema": {"type": "string"}, "example": "OK"}
        return made
    schema = (
        {"$ref": REFERENCE + operation.answer.__name__} if operation.answer else {}
    )  # what a function returns is the function's affair
    made["content"][_JSON] = {"schema": schema, **_shown(fine, "body")}
    if operation.csv and operation.name == "getPostings":
        made["headers"]["X-Next-Cursor"] = _header("NextCursor")
    if operation.csv:
        text = next((one["answer"]["text"] for one in fine if "text" in one["answer"]), "")
        made["content"]["text/csv"] = {"schema": {"type": "string"}, "example": text}
    return made


def _accepted(model: str, told: Sequence[Mapping[str, Any]]) -> Schema:
    return {
        "description": "The queue has it; ask `status_url`.",
        "headers": {
            name: _header(name.replace("-", "").replace("X", ""))
            for name in ("X-Request-Id", "Location", "Retry-After")
        },
        "content": {
            _JSON: {
                "schema": {"$ref": REFERENCE + model},
                **_shown([one for one in told if one["status"] == 202], "body"),
            }
        },
    }


def _shown(told: Sequence[Mapping[str, Any]], part: str) -> Schema:
    found = {one["name"]: one["answer"][part] for one in told if part in one["answer"]}
    if len(found) == 1:
        return {"example": next(iter(found.values()))}
    return {"examples": {name: {"value": value} for name, value in found.items()}} if found else {}


def request_body(
    operation: Operation, told: Sequence[Mapping[str, Any]], schemas: Schema
) -> Schema:
    """Return what an operation takes as its body."""
    body = operation.body or Body()
    content: Schema = {}
    sent = [
        one["request"]
        for one in told
        if one["status"] == operation.status and one["name"] != "one_bad"
    ]
    if body.model:
        batch = operation.name[0].upper() + operation.name[1:] + "Body"
        reference = batch if body.records else component(body.model, schemas)
        found = [one["body"] for one in sent if "body" in one]
        content[_JSON] = {"schema": {"$ref": REFERENCE + reference}}
        if found or operation.name in _BODIES:
            content[_JSON]["example"] = found[0] if found else _BODIES[operation.name]
    if body.raw:
        text = next((one["text"] for one in sent if "text" in one), "")
        for kind in RAW:
            binary = kind != "text/plain"
            content[kind] = {
                "schema": {"type": "string", **({"format": "binary"} if binary else {})}
            }
            if text and not binary:
                content[kind]["example"] = text
    return {"required": body.needed, "content": content}
