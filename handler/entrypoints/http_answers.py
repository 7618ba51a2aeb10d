"""The one shape of every answer, and the one table from errors to HTTP statuses.

    {"success": true, "data": [...], "errors": []}
    {"success": false, "data": [], "errors": [{code, message, source, repair, retryable, details}],
     "request_id": "..."}

Middleware reads `success`, takes `data` and shows `errors[0].message`. The request id stands in a
header, and in the body of refusals only: the same call gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from flask import Response, g
from werkzeug.exceptions import HTTPException

from handler.core.errors import Conflict, OutsideFailure, PluginError, RefusedRequest, UnusableFile
from handler.payloads import json_text

if TYPE_CHECKING:
    from handler.flows.ports import Files

SOURCE: Final = "settlement-plugin"
JSON: Final = "application/json"
RETRY_AFTER: Final = "5"  # seconds; most contention is over in one

_FORBIDDEN: Final = (
    "SCOPE_MISSING",
    "ROLE_MISSING",
    "FORGED_FORM",
    "OIDC_STATE_MISMATCH",
    "OIDC_DENIED",
    "OIDC_CODE_REFUSED",
    "OIDC_TOKEN_REFUSED",
    "FOREIGN_FILE",
)
# By code first, then by kind; what is in neither is a fault of ours.
_BY_CODE: Final[Mapping[str, int]] = {
    "UNAUTHORIZED": 401,
    **dict.fromkeys(_FORBIDDEN, 403),
    "NOT_FOUND": 404,
    "SETTLEMENT_NOT_FOUND": 404,
    "EXCEPTION_NOT_FOUND": 404,
    "RUN_NOT_FOUND": 404,
    "NEVER_PUBLISHED": 404,
    "FILE_NOT_FOUND": 404,
    "NO_SUCH_LINE": 404,
    "NO_SUCH_VERSION": 404,
    "JOB_NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "SETTLEMENT_HELD": 409,
    "FILE_CHANGED": 409,
    "NOT_FINISHED": 409,
    "BODY_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "RATE_LIMITED": 429,
    "STORE_BUSY": 429,  # throttled: middleware knows 429 as "slow down"
}
# An unusable mapping is not here, so it is a 500: the call was right, what is deployed is wrong,
# and no change to the call will help. Its body says that repeating does not either.
_BY_KIND: Final[Mapping[type[PluginError], int]] = {
    UnusableFile: 422,
    RefusedRequest: 422,
    Conflict: 409,
    OutsideFailure: 503,
}


def success(data: Sequence[object], **beside: object) -> Response:
    """Return a 200 with ``data``, and what stands beside it (``next_cursor``)."""
    body = {"success": True, "data": data, "errors": [], **beside}
    return Response(json_text.dumps(body), 200, content_type=JSON)


def refusal(error: PluginError) -> Response:
    """Return the answer to a call that cannot go on."""
    status = status_of(error)
    shown = {
        "code": error.code,
        "message": error.message,
        "source": SOURCE,
        "repair": error.repair,
        "retryable": error.retryable,
        "details": error.details,
    }
    body = {"success": False, "data": [], "errors": [shown], "request_id": g.request_id}
    # An answer to an error must not fail itself: whatever details hold, it becomes text.
    text = json.dumps(body, ensure_ascii=False, default=str)
    answer = Response(text, status, content_type=JSON)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    wait = retry_after(error)
    if wait:
        answer.headers["Retry-After"] = wait
    return answer


def retry_after(error: PluginError) -> str:
    """Return how many seconds to wait before the same call, as the header says it; "" for no wait.

    An error may know better than the usual wait: in its details, as ``retry_after``.
    """
    known = error.details.get("retry_after")
    if known is not None:
        return str(known)
    return RETRY_AFTER if status_of(error) in (429, 503) else ""


def status_of(error: PluginError) -> int:
    """Return the HTTP status of an error."""
    by_kind = (status for kind, status in _BY_KIND.items() if isinstance(error, kind))
    return _BY_CODE.get(error.code) or next(by_kind, 500)


def of_http(error: HTTPException, files: Files, most_bytes: int) -> PluginError:
    """Return what the framework refused, as an error of ours."""
    match error.code:
        case 404:
            return RefusedRequest("NOT_FOUND", "There is nothing at this address.", _SEE)
        case 405:
            return RefusedRequest(
                "METHOD_NOT_ALLOWED", "This address does not know the method.", _SEE
            )
        case 413:
            return RefusedRequest(
                "BODY_TOO_LARGE",
                f"The body is larger than {most_bytes:,} bytes.",
                f"Upload the file to s3://{files.bucket}/raw-settlements/<profile>/ instead; "
                "packed with gzip it may also fit here.",
            )
    return RefusedRequest(
        "BAD_REQUEST", f"The request is not well formed: {error.name}.", "Mend the request."
    )


_SEE: Final = "The README lists the addresses and their methods."


def unexpected() -> PluginError:
    """Return what a caller hears of a fault nobody foresaw: nothing of the inside.

    Repeating is safe, as every call is idempotent, and may help.
    """
    return Unexpected(
        "INTERNAL",
        "The plugin failed in a way nobody foresaw.",
        f"Repeat the call; if it stays so, look for request id {g.request_id} in the logs.",
    )


class Unexpected(PluginError):
    """A fault of the plugin's own."""

    retryable = True
