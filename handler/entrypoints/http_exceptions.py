"""The HTTP steps of the register: what broke, what is done about it, and trying it again."""

from __future__ import annotations

import structlog
from flask import Response, g, request

from handler.entrypoints.http_answers import success
from handler.entrypoints.http_auth import needs
from handler.entrypoints.http_plugin import plugin
from handler.flows import exception_handling as handling
from handler.flows.api_keys import EXCEPTIONS_READ, EXCEPTIONS_WRITE
from handler.flows.exception_actions import act as do
from handler.flows.exception_retry import retry_alike

# The schemas (pydantic) are imported where a request needs them, as in http_settlement.


@needs(EXCEPTIONS_READ)
def exceptions() -> Response:
    """List what waits for somebody, or what is closed."""
    from handler.entrypoints import http_exception_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415

    asked = query(schemas.ExceptionsQuery, request.args)
    page = handling.listed(plugin(), asked.listed(), asked.limit, asked.cursor)
    return success(page.items, next_cursor=page.cursor)


@needs(EXCEPTIONS_READ)
def catalogue() -> Response:
    """List every code there can be, with its cause and its repair."""
    from handler.entrypoints.http_schemas import NoQuery, query  # noqa: PLC0415

    query(NoQuery, request.args)
    return success(handling.catalogue())


@needs(EXCEPTIONS_READ)
def exception(exception_id: str) -> Response:
    """Give one exception with its history."""
    from handler.entrypoints.http_schemas import NoQuery, query  # noqa: PLC0415

    query(NoQuery, request.args)
    return success([handling.detail(plugin(), exception_id)])


@needs(EXCEPTIONS_WRITE)
def act(exception_id: str) -> Response:
    """Do something about an exception."""
    from handler.entrypoints import http_exception_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415

    query(NoQuery, request.args)
    asked = body(schemas.ExceptionAction, request.get_data())
    done = do(plugin(), exception_id, asked.action, asked.said(), _caller())
    kind, _, name = str(done["scope"]).partition(":")
    if kind == "settlement":
        structlog.contextvars.bind_contextvars(settlement_id=name)
    return success([done])


@needs(EXCEPTIONS_WRITE)
def retry_all() -> Response:
    """Retry the open exceptions of a code, so many a call."""
    from handler.entrypoints import http_exception_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415

    query(NoQuery, request.args)
    asked = body(schemas.RetryBody, request.get_data())
    page = retry_alike(plugin(), asked.code, _caller(), asked.limit, asked.cursor)
    return success(page.items, next_cursor=page.cursor)


def _caller() -> str:
    return f"key:{g.caller.name}"
