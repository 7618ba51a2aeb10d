"""What answer models are made of. They describe; nothing at run-time reads them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel


class Shown(BaseModel):
    """A document: a field it does not name is a fault of the description, and a test finds it."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Open(Shown):
    """A document that may hold more, as what an accountant's mappings add to a journal line."""

    model_config = ConfigDict(extra="allow", strict=True, populate_by_name=True)


class Camel(Open):
    """A record as NetSuite and Celigo name its fields."""

    model_config = ConfigDict(
        extra="allow", strict=True, populate_by_name=True, alias_generator=to_camel
    )


Amount = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
AmountOrNone = Annotated[str, Field(pattern=r"^(-?[0-9]+(\.[0-9]+)?)?$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
DayOrNone = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$")]
Moment = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)$")]
MomentOrNone = Annotated[
    str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+))?$")
]
Free = dict[str, Any]
NO_FACTS: Any = Field(default_factory=dict)
NO_ENTRIES: Any = Field(default_factory=list)


class Fault(Open):
    """Why something failed, and what to do."""

    code: str
    message: str
    source: str
    repair: str = ""
    retryable: bool = False
    details: Free = NO_FACTS


class Refusal(Shown):
    """The answer to a call that cannot go on."""

    success: bool
    data: list[Free]
    errors: list[Fault]
    request_id: str


class Outcome(Open):
    """How one record of a batch ended: in the order asked, one for each record."""

    success: bool
    errors: list[Fault]


class Finding(Shown):
    """Something a person should know: what broke, why, and how to repair it."""

    code: str
    severity: str
    subject: str
    what: str
    why: str
    repair: str
    evidence: Free


def answer(name: str, record: Any, **beside: Any) -> type[Shown]:  # noqa: ANN401 - any type
    """Return the model of a 200: its data are `record`s, and `beside` stands beside them."""
    fields: dict[str, Any] = {
        "success": (bool, ...),
        "data": (list[record], ...),
        "errors": (list[Fault], ...),
        **beside,
    }
    made: type[Shown] = create_model(name, __base__=Shown, **fields)
    made.__doc__ = f"{(record.__doc__ or 'Documents.').splitlines()[0]} In data[]."
    return made


PAGE: dict[str, Any] = {"next_cursor": (str, ...)}
