"""What is not a step: whether it is up, what it is, and the door of the Celigo extension."""

from __future__ import annotations

from pydantic import Field

from contracts.answer_kinds import NO_FACTS, Free, Open, Shown, answer
from contracts.operation import Body, Operation
from handler.entrypoints.http_schemas import NoQuery

FRONT, EXTENSION = "Front", "Celigo extension"


class Health(Shown):
    """That the code runs."""

    status: str
    version: str


class Up(Shown):
    """That the code runs, as integrator.io asks."""

    success: bool


class FunctionCall(Open):
    """A call of integrator.io's: which function, and what it works on."""

    type: str = ""
    function: str = ""
    diy: bool = False
    options: Free = NO_FACTS
    max_response_size: int = Field(default=0, alias="maxResponseSize")


class FunctionRefusal(Shown):
    """A refusal in integrator.io's own shape."""

    errors: list[Free]


HEALTH = answer("HealthAnswer", Health)


def _up(name: str, path: str) -> Operation:
    return Operation(
        name, "GET", path, EXTENSION, "Say that the code runs",
        "Asked by integrator.io before it trusts a stack.", "none", Up,
    )  # fmt: skip


def _alive(name: str, path: str) -> Operation:
    return Operation(
        name, "GET", path, FRONT, "Say that the process lives",
        "Asked by whatever watches over processes.", "none", None, plain=True,
    )  # fmt: skip


OPERATIONS = (
    Operation(
        "health", "GET", "/health", FRONT,
        "Say that the code runs",
        "The ping of a connection: no key is needed and no store is asked.",
        "none", HEALTH,
    ),
    Operation(
        "describe", "GET", "/openapi.json", FRONT,
        "Get this description",
        "For whoever imports the API into Boomi, MuleSoft or Postman; any valid key will do. With "
        "`If-None-Match` of the last answer's `ETag`, an unchanged description is a 304.",
        "", None, NoQuery, plain=True,
    ),
    _up("root", "/"),
    _up("healthCheck", "/healthCheck"),
    _alive("livez", "/livez"),
    _alive("readyz", "/readyz"),
    Operation(
        "callFunction", "POST", "/function", EXTENSION,
        "Call a function of the extension",
        "Called by integrator.io for hooks, wrappers and handlers of a server stack; the bearer "
        "key is the stack's system token. What comes back is what the function returns, or "
        "`{errors: [{code, message}]}`.",
        "none", None, None, Body(FunctionCall), also=(400, 401, 413, 415, 422, 429, 500, 503),
    ),
)  # fmt: skip
