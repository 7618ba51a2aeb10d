"""What requests may say, and nothing else. Imported when a request is read: pydantic is heavy."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from handler.core.errors import RefusedRequest
from handler.flows.netsuite_ids import INTERNAL_ID
from handler.payloads import json_text

Profile = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Cursor = Annotated[str, Field(max_length=16_384)]
SettlementId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
# A flow's empty field names none.
SettlementIdOrNone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")]
# NetSuite's are numbers; what flows post to in its place names its records more freely.
InternalId = Annotated[str, Field(pattern=f"^{INTERNAL_ID}$")]


class Strict(BaseModel):
    """What is not named is refused: a misspelt `dryrun=true` must not record."""

    # A process reads requests of a kind or two, and building all models is much of a cold start.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class SettleQuery(Strict):
    """POST /v1/settlements."""

    profile: Profile | None = None
    exchange_rate: Annotated[str, Field(max_length=40)] = ""  # a flow's empty field is none
    settlement_id: SettlementIdOrNone = ""
    dry_run: Literal["true", "false"] = "false"


class BucketFile(Strict):
    """The body that names a file instead of being one."""

    bucket: Annotated[str, Field(min_length=3, max_length=63)]
    key: Annotated[str, Field(min_length=1, max_length=1024)]


class ListQuery(Strict):
    """GET /v1/settlements."""

    profile: Profile | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Cursor = ""


class NoQuery(Strict):
    """Addresses that know no parameters."""


class JournalQuery(Strict):
    """GET /v1/settlements/{id}/journal."""

    format: Literal["json", "netsuite", "celigo", "csv"] = "json"
    version: Annotated[int, Field(ge=0, le=999_999)] = 0


class RowsQuery(Strict):
    """GET /v1/settlements/{id}/rows."""

    line: Annotated[int, Field(ge=1, le=10_000_000)]
    limit: Annotated[int, Field(ge=1, le=1000)] = 100  # 1,000 rows stay well below Lambda's 6 MB
    cursor: Cursor = ""


M = TypeVar("M", bound=Strict)


def query(model: type[M], parameters: MultiDict[str, str]) -> M:
    """Return the query parameters.

    Raises:
        RefusedRequest: ``BAD_PARAMETER``, naming each.
    """
    repeated = sorted(name for name, values in parameters.lists() if len(values) > 1)
    if repeated:
        raise refused_body(
            "BAD_PARAMETER", [{"field": n, "expected": "one value"} for n in repeated]
        )
    try:
        return model.model_validate(parameters.to_dict())
    except ValidationError as error:
        raise refused_body("BAD_PARAMETER", faults_of(error)) from None


def body(model: type[M], content: bytes) -> M:
    """Return a JSON body.

    Raises:
        RefusedRequest: ``BAD_BODY``, naming each fault.
    """
    try:
        found = model.model_validate_json(content)
    except ValidationError as error:
        raise refused_body("BAD_BODY", faults_of(error)) from None
    twice = json_text.name_given_twice(content)  # pydantic takes the last one
    if twice is not None:
        raise refused_body(
            "BAD_BODY", [{"field": twice[:80], "expected": "a name that is there once"}]
        )
    return found


def faults_of(error: ValidationError) -> list[dict[str, Any]]:
    """Return each wrong field with what was expected of it."""
    # What was sent is not repeated: it may be anything.
    return [
        {"field": ".".join(map(str, fault["loc"])) or "(body)", "expected": fault["msg"]}
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def refused_body(code: str, faults: list[dict[str, Any]]) -> RefusedRequest:
    """Return the refusal of what is not as expected, naming the first five."""
    said = "; ".join(f"{fault['field']}: {fault['expected']}" for fault in faults[:5])
    repair = "Mend what is named; GET /openapi.json shows each call with an example."
    return RefusedRequest(code, f"Not as expected: {said}.", repair, {"faults": faults[:20]})
