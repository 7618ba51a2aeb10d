"""The protocol of a Celigo extension: from a call to its answer, with no web and no cloud in it.

A call is authenticated first, then read as a whole, then its function is looked for; only then does
anything run. Every refusal has integrator.io's own shape: {"errors": [{code, message}]}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog

from handler import logs
from handler.core.errors import PluginError
from handler.entrypoints.celigo import exact_json
from handler.entrypoints.celigo.addressing import Options, read_call
from handler.entrypoints.celigo.answer_shapes import Shape, WrongShape
from handler.entrypoints.celigo.answer_size import body_of, most_bytes
from handler.entrypoints.celigo.call_refused import BAD_TOKEN, UNFORESEEN, CallRefused, Fault
from handler.entrypoints.celigo.registry import (
    ANY_KEY,
    CallContext,
    FunctionRegistry,
    Registered,
)
from handler.entrypoints.celigo.token import Authenticate, caller_of, find_token
from handler.flows import api_keys

if TYPE_CHECKING:
    from handler.flows.key_ports import ApiKey

_MOMENTS: Final = ("lastExportDateTime", "currentExportDateTime")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it came over HTTP.

    Attributes:
        body: as it was sent.
        authorization: the header, empty where there is none.
        query_tokens: every ``access_token`` of the query.
    """

    body: bytes
    authorization: str = ""
    query_tokens: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP.

    Attributes:
        body: JSON, or nothing at all where the function has no result.
        headers: besides the content type.
        caller: who called, for the log; ``None`` where nobody knows.
        code: of the first fault, for the log; empty where there is none.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: ApiKey | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """The functions of the plugin, and who may call them."""

    registry: FunctionRegistry
    authenticate: Authenticate

    def answer(self, request: Request) -> Answer:
        """Return the answer to a call over HTTP.

        Raises:
            OutsideFailure: the store of the keys did not answer.
        """
        caller = None
        try:
            content, broken = _content(request.body)
            token = find_token(request.authorization, content, request.query_tokens)
            caller = caller_of(token, self.authenticate)
            if caller is None:
                raise CallRefused(BAD_TOKEN, status=401)
            if broken:  # said only to who may call: nobody else learns what is read here
                raise broken
            fields = content if isinstance(content, dict) else {}
            return Answer(200, self.call(fields, fields.get("options"), caller), caller=caller)
        except CallRefused as refused:
            return refusal(refused, caller)

    def call(self, fields: Mapping[str, object], options: object, caller: ApiKey) -> bytes:
        """Call the function that is named and return its result as JSON; empty where it has none.

        Args:
            fields: which function, and how large its result may be (``maxResponseSize``).
            options: what the function works on.
            caller: who calls.

        Raises:
            CallRefused: the call is wrong, or the function refused, failed or answered wrongly.
        """
        structlog.contextvars.bind_contextvars(caller=caller.name)
        address, given = read_call(fields, options)
        flow_id = logs.given_id(given.get("_flowId"))
        if flow_id:
            structlog.contextvars.bind_contextvars(flow_id=flow_id)
        function = self.registry.find(address)
        if function.scope != ANY_KEY and not api_keys.allows(caller, function.scope):
            raise CallRefused(_scope_missing(function.scope))
        known = _with_moments(given)
        records = _records(function.shape, known)
        most = fields.get("maxResponseSize")
        context = CallContext(caller, address.function, most_bytes(most))
        result = _run(function, known, context)
        body = body_of(result, most)
        try:
            function.shape.check(result, records)
        except WrongShape as wrong:
            log.error("wrong answer", function=address.function, reason=str(wrong))
            raise CallRefused(_wrong_answer(function.shape, wrong)) from wrong
        return body


def refusal(refused: CallRefused, caller: ApiKey | None = None) -> Answer:
    """Return the answer to a call that has no result."""
    headers = {"WWW-Authenticate": "invalid system token"} if refused.status == 401 else {}
    body = exact_json.written({"errors": refused.faults})
    return Answer(refused.status, body, headers, caller, refused.faults[0]["code"])


def _content(body: bytes) -> tuple[object, CallRefused | None]:
    try:
        return exact_json.read(body), None
    except CallRefused as broken:
        return {}, broken


def _with_moments(options: Options) -> Options:
    """Return the options with the two moments of a delta export as moments in time."""
    given = {name: options[name] for name in _MOMENTS if options.get(name)}
    return {**options, **{name: _moment(name, value) for name, value in given.items()}}


def _moment(name: str, value: object) -> datetime:
    """Return a moment that is given in ISO 8601 or in milliseconds since 1970."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(value, int) and not isinstance(value, bool):
            return _EPOCH + timedelta(milliseconds=value)
    except (ValueError, OverflowError):
        pass
    raise CallRefused(
        {"message": f"The option {name} must be a moment in ISO 8601.", "code": "invalid_field"}
    )


def _records(shape: Shape, options: Options) -> int:
    """Return how many records a function gets."""
    if not shape.records:
        return 0
    found = options.get(shape.records)
    if not isinstance(found, list):
        text = f"The option {shape.records} of a {shape.name} must be a list of records."
        raise CallRefused({"message": text, "code": "invalid_field"})
    return len(found)


def _run(function: Registered, options: Options, context: CallContext) -> object:
    try:
        return function.call(options, context)
    except PluginError as error:
        # An error without a code goes by its name, as an error of JavaScript does.
        code = error.code or type(error).__name__
        raise CallRefused({"message": str(error), "code": code}) from error
    except Exception as error:
        # The answer tells nothing of the inside; the log does, with what is personal masked.
        log.exception("unexpected", function=context.function)
        raise CallRefused(UNFORESEEN) from error


def _scope_missing(scope: str) -> Fault:
    text = f"The key may not call this function: it lacks the scope {scope}. Use a key that has it."
    return {"message": text, "code": "SCOPE_MISSING"}


def _wrong_answer(shape: Shape, wrong: WrongShape) -> Fault:
    text = f"The plugin answered a {shape.name} wrongly, so nothing of it is sent: {wrong}"
    return {"message": text, "code": "invalid_extension_response"}
