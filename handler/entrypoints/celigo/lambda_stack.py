"""The plugin as a Celigo Lambda stack: integrator.io invokes the function itself.

Which function is meant stands in the client context, the options are the event. There is no token:
AWS lets nobody invoke the function who may not. What whoever may invoke it may do, the scopes say
that the installation gives this stack.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from handler import metrics
from handler.entrypoints.celigo import exact_json
from handler.entrypoints.celigo.call_refused import CallRefused
from handler.entrypoints.celigo.client_context import FIELDS
from handler.flows.api_keys import SCOPES
from handler.flows.key_ports import ApiKey
from handler.settings import BadSetting

if TYPE_CHECKING:
    from handler.entrypoints.celigo.extension import Extension

_NAME: Final = "celigo-lambda-stack"


class InvocationFailed(Exception):
    """A call without a result. Lambda sends its text as ``errorMessage``; it is JSON."""


def stack_caller(scopes: Collection[str]) -> ApiKey:
    """Return what everybody counts as whom AWS lets invoke the function.

    Raises:
        BadSetting: ``BAD_SETTING``: there is no such scope.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise BadSetting(
            "BAD_SETTING",
            f"The environment variable CELIGO_STACK_SCOPES names {', '.join(unknown)}.",
            f"Name some of: {', '.join(SCOPES)}.",
            {"variable": "CELIGO_STACK_SCOPES"},
        )
    return ApiKey("", _NAME, frozenset(scopes), "")


def handle(extension: Extension, caller: ApiKey, event: object, context: Any) -> object:  # noqa: ANN401
    """Return the result of the function that the client context names.

    Args:
        extension: the functions.
        caller: what everybody counts as whom AWS lets invoke the function.
        event: the options, as Lambda hands them over.
        context: as Lambda hands it over.

    Raises:
        InvocationFailed: there is none; the text is ``{"statusCode", "errors"}``.
    """
    with metrics.call("celigo", getattr(context, "aws_request_id", "")):
        return _answer(extension, caller, event, _fields(context))


def _answer(
    extension: Extension, caller: ApiKey, event: object, fields: Mapping[str, object]
) -> object:
    started, code = time.monotonic(), ""
    try:
        # Lambda reads fractions as floats; an amount never goes that way.
        is_object = isinstance(event, dict)
        options = exact_json.read(json.dumps(event).encode()) if is_object else event
        body = extension.call(fields, options, caller)
    except CallRefused as refused:
        code = refused.faults[0]["code"]
        metrics.answered(refused.status, code)
        shown = {"statusCode": refused.status, "errors": refused.faults}
        raise InvocationFailed(exact_json.written(shown).decode()) from None
    finally:
        named = fields.get("function")
        metrics.tell(
            "info",
            "invocation",
            function=named[:64] if isinstance(named, str) else "",
            code=code,
            milliseconds=round((time.monotonic() - started) * 1000),
        )
    return exact_json.result(body)


def _fields(context: Any) -> Mapping[str, object]:  # noqa: ANN401 - Lambda's own object
    given = getattr(context, "client_context", None)
    if isinstance(given, Mapping):
        return given
    return {name: getattr(given, name, None) for name in FIELDS}
