"""The register of exceptions: what broke, what is done about it, and trying it again."""

from __future__ import annotations

from contracts import answers_exceptions as answers
from contracts.operation import Body, Operation
from handler.entrypoints import http_exception_schemas as schemas
from handler.entrypoints.http_schemas import NoQuery

TAG = "Exceptions"
READ, WRITE = "exceptions:read", "exceptions:write"

OPERATIONS = (
    Operation(
        "listExceptions", "GET", "/v1/exceptions", TAG,
        "List what waits for somebody",
        "For a dashboard or a flow that opens tickets: what broke, why, and how to repair it. "
        "Open ones, also by code or severity, or those resolved or ignored.",
        READ, answers.EXCEPTIONS, schemas.ExceptionsQuery,
    ),
    Operation(
        "listCatalogue", "GET", "/v1/exceptions/catalogue", TAG,
        "List every code there can be",
        "With its usual cause, its repair, and who repairs it: for a flow that routes tickets.",
        READ, answers.CATALOGUE, NoQuery,
    ),
    Operation(
        "getException", "GET", "/v1/exceptions/<exception_id>", TAG,
        "Show one exception with its history",
        "In whatever state: its diagnosis, and what was done about it.",
        READ, answers.EXCEPTION, NoQuery,
    ),
    Operation(
        "handleException", "POST", "/v1/exceptions/<exception_id>", TAG,
        "Do something about an exception",
        "Assign it, say something of it, resolve or ignore it with the reason, open it again, or "
        "retry it: the job that found it runs again. After five attempts it is parked.",
        WRITE, answers.EXCEPTION, NoQuery, Body(schemas.ExceptionAction), also=(409,),
    ),
    Operation(
        "retryExceptions", "POST", "/v1/exceptions/retry", TAG,
        "Retry all exceptions of a code",
        "After a rule was added, say: several of one settlement or file are one job. Ask again "
        "with `next_cursor` until it is empty.",
        WRITE, answers.RETRIED, NoQuery, Body(schemas.RetryBody),
    ),
)  # fmt: skip
