"""What requests to the register may say. Imported when a request is read: pydantic is heavy."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from handler.core.errors import RefusedRequest
from handler.entrypoints.http_schemas import Cursor, Strict
from handler.flows.exception_ports import ExceptionList

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]


class ExceptionsQuery(Strict):
    """GET /v1/exceptions."""

    state: Literal["open", "resolved", "ignored"] = "open"
    code: Code | None = None
    severity: Literal["error", "warning"] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Cursor = ""

    def listed(self) -> ExceptionList:
        """Return the list that is asked for.

        Raises:
            RefusedRequest: ``BAD_QUERY``: two lists at once are none.
        """
        narrowed = [name for name in ("code", "severity") if getattr(self, name)]
        if len(narrowed) + (self.state != "open") > 1:
            raise RefusedRequest(
                "BAD_QUERY",
                "Exceptions are listed by state, or open ones by code or by severity.",
                "Name one of state, code and severity.",
            )
        if not narrowed:
            return ExceptionList(self.state)
        return ExceptionList(narrowed[0], getattr(self, narrowed[0]))


class ExceptionAction(Strict):
    """POST /v1/exceptions/<exception_id>."""

    action: Literal["assign", "note", "resolve", "ignore", "reopen", "retry"]
    owner: Annotated[str, Field(max_length=100)] | None = None
    note: Annotated[str, Field(max_length=1_000)] | None = None

    def said(self) -> dict[str, str]:
        """Return what is said with the action."""
        given = {"owner": self.owner, "note": self.note}
        return {name: text for name, text in given.items() if text is not None}


class RetryBody(Strict):
    """POST /v1/exceptions/retry."""

    code: Code
    limit: Annotated[int, Field(ge=1, le=20, strict=True)] = 10
    cursor: Cursor = ""
