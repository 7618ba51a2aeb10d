"""The plugin as a Celigo Lambda stack: integrator.io invokes the function itself.

Which function is meant stands in the client context, the options are the event. There is no token:
AWS lets nobody invoke the function who may not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from handler.entrypoints.celigo import exact_json
from handler.entrypoints.celigo.call_refused import CallRefused
from handler.entrypoints.celigo.extension import Extension
from handler.flows.key_ports import ApiKey

_FIELDS: Final = ("diy", "_connectorId", "type", "function", "maxResponseSize")


class InvocationFailed(Exception):
    """A call without a result. Lambda sends its text as ``errorMessage``; it is JSON."""


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
    try:
        # Lambda reads fractions as floats; an amount never goes that way.
        is_object = isinstance(event, dict)
        options = exact_json.read(json.dumps(event).encode()) if is_object else event
        body = extension.call(_fields(context), options, caller)
    except CallRefused as refused:
        shown = {"statusCode": refused.status, "errors": refused.faults}
        raise InvocationFailed(exact_json.written(shown).decode()) from None
    return exact_json.result(body)


def keep_client_context(runtime: Any) -> None:  # noqa: ANN401 - a module of Lambda's
    """Let Lambda hand over the fields that integrator.io sends.

    Lambda's runtime for Python keeps three fields of a client context, those of mobile apps, and
    drops all others. It asks this class which; so this has to be done before the first call.

    Args:
        runtime: the module ``awslambdaric.lambda_context``.
    """
    kept = tuple(runtime.ClientContext.__slots__)
    missing = tuple(name for name in _FIELDS if name not in kept)
    runtime.ClientContext = type("ClientContext", (), {"__slots__": kept + missing})


def _fields(context: Any) -> Mapping[str, object]:  # noqa: ANN401 - Lambda's own object
    given = getattr(context, "client_context", None)
    if isinstance(given, Mapping):
        return given
    return {name: getattr(given, name, None) for name in _FIELDS}
