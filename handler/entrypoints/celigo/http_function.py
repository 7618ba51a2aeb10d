"""The routes of a Celigo server stack: its functions, and whether it is up.

The answers are integrator.io's, not those of the plugin's other routes, 401 included. So the front
asks for no key at these endpoints; the extension asks for its token itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from handler.core.errors import PluginError
from handler.entrypoints.http_answers import retry_after, status_of

if TYPE_CHECKING:
    from handler.entrypoints.celigo.call_refused import Fault
    from handler.entrypoints.celigo.extension import Answer, Extension

# The extension is imported where a request needs it, as in http_app.

EXTENSION: Final = "celigo"  # where the app keeps the :class:`Extension`
_JSON: Final = "application/json; charset=utf-8"

blueprint = Blueprint("celigo", __name__)


@blueprint.post("/function")
def function() -> Response:
    """Call the function that the body names."""
    from handler.entrypoints.celigo.extension import Request  # noqa: PLC0415

    extension: Extension = current_app.extensions[EXTENSION]
    call = Request(
        body=request.get_data(),
        authorization=request.headers.get("Authorization", ""),
        query_tokens=request.args.getlist("access_token"),
    )
    return _response(extension.answer(call))


@blueprint.get("/")
@blueprint.get("/healthCheck")
def health_check() -> Response:
    """Say that the code runs; integrator.io asks before it trusts a stack."""
    return Response('{"success":true}', 200, content_type=_JSON)


@blueprint.get("/livez")
@blueprint.get("/readyz")
def livez() -> Response:
    """Say so to who watches over processes."""
    return Response("OK", 200, content_type="text/plain; charset=utf-8")


# The endpoints that the front lets through without a key.
AUTHENTICATE_THEMSELVES: Final = frozenset(
    f"{blueprint.name}.{view.__name__}" for view in (function, health_check, livez)
)


@blueprint.errorhandler(PluginError)
def not_authenticated(error: PluginError) -> Response:
    """Answer where the keys could not be asked for."""
    response = _refused({"message": str(error), "code": error.code}, status_of(error))
    wait = retry_after(error)
    if wait:
        response.headers["Retry-After"] = wait
    return response


@blueprint.errorhandler(HTTPException)
def not_read(error: HTTPException) -> Response:
    """Answer where the request was refused before anybody looked at it, as one too large is."""
    fault = {"code": "request_refused", "message": f"The request was refused: {error.name}."}
    return _refused(fault, error.code or 400)


def _refused(fault: Fault, status: int) -> Response:
    from handler.entrypoints.celigo.call_refused import CallRefused  # noqa: PLC0415
    from handler.entrypoints.celigo.extension import refusal  # noqa: PLC0415

    return _response(refusal(CallRefused(fault, status=status)))


def _response(answer: Answer) -> Response:
    if answer.caller is not None:
        g.caller = answer.caller
    if answer.code:
        g.code = answer.code
    return Response(answer.body, answer.status, answer.headers, content_type=_JSON)
