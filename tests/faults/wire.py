"""The wire between the plugin and what it calls outside, on which anything may go wrong.

It stands where botocore sends a request that is signed and complete, and where the webhooks' sender
puts one on its connection: everything above it is the real thing, with its own retries. Behind it
are moto and a receiver. Calls are counted; a fault strikes the call of its number.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import requests
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

URL: Final = "https://hooks.example.com/v1/exports/1"
FROZEN_SECONDS: Final = 900  # Lambda's longest time


class Died(BaseException):
    """The process is no more; nothing of it catches this."""


class Kind(StrEnum):
    """What goes wrong with a call.

    Those that last go on until the job is begun anew: no retry of the call gets through.
    """

    DIES_BEFORE = "the process dies before the call"
    DIES_AFTER = "the process dies after the call took effect"
    FREEZES = "the call takes effect and hangs until Lambda ends the process"
    THROTTLED = "it is throttled once"
    BUSY = "it is throttled, however often it is tried"
    REQUEST_LOST = "the request is lost, and times out"
    ANSWER_LOST = "it takes effect, and its answer is lost"
    UNREACHABLE = "it takes effect, and no answer ever comes"
    BREAKS_OFF = "the answer's body breaks off in the middle"


_LASTING: Final = {Kind.BUSY, Kind.UNREACHABLE}
OF_A_READING: Final = (
    Kind.DIES_AFTER, Kind.FREEZES, Kind.THROTTLED, Kind.BUSY, Kind.ANSWER_LOST, Kind.UNREACHABLE,
)  # fmt: skip
OF_A_WRITING: Final = tuple(kind for kind in Kind if kind is not Kind.BREAKS_OFF)
_READINGS: Final = frozenset({"GetItem", "BatchGetItem", "Query", "HeadObject", "GetParameter"})


def kinds_of(call: str) -> tuple[Kind, ...]:
    """Return what can go wrong with a call; of a reading it is all one whether it took effect."""
    operation = call.rpartition(".")[2]
    if operation == "GetObject":
        return (*OF_A_READING, Kind.BREAKS_OFF)
    return OF_A_READING if operation in _READINGS else OF_A_WRITING


@dataclass
class Wire:
    """Counts the calls that go over it, and strikes those it is told to.

    Attributes:
        behind: botocore's stand-in for AWS.
        wait: lets so many seconds pass.
        calls: what went over it since it was mended, as "dynamodb.GetItem".
        struck: (number, call, kind) of each fault since then.
    """

    behind: Callable[..., AWSResponse | None]
    wait: Callable[[int], None]
    receive: Callable[[bytes, Mapping[str, str]], bytes]
    calls: list[str] = field(default_factory=list)
    struck: list[tuple[int, str, Kind]] = field(default_factory=list)
    _plan: dict[int, Kind] = field(default_factory=dict)
    _lasting: dict[object, Kind] = field(default_factory=dict)
    _forbidden: dict[str, Kind] = field(default_factory=dict)
    _written: set[str] = field(default_factory=set)

    def mend(self, plan: Mapping[int, Kind] | None = None) -> None:
        """Count from 1 again, and strike only what ``plan`` says: number -> what happens."""
        self.calls, self.struck = [], []
        self._plan, self._lasting, self._written = dict(plan or {}), {}, set()
        self._forbidden = {}

    def forbid(self, part: str, kind: Kind) -> None:
        """Strike every request whose address has ``part`` in it, until it is mended."""
        self._forbidden[part] = kind

    def is_whole_again(self) -> None:
        """End what lasts: time has gone by, and somebody tries again."""
        self._lasting.clear()

    def send(self, event_name: str, request: Any, **_: Any) -> AWSResponse | None:
        """Take a request of botocore's."""
        _, service, operation = event_name.split(".", 2)
        body = request.body or b""
        same = (operation, request.url, body if isinstance(body, bytes) else b"")

        def effect() -> AWSResponse | None:
            return self._effect(event_name, request, operation)

        def busy() -> AWSResponse:
            return _throttled(service, request.url)

        def lost() -> Exception:
            return ReadTimeoutError(endpoint_url=request.url, error="lost")

        return self.carry(f"{service}.{operation}", same, effect, busy, lost)

    def carry(
        self,
        call: str,
        same: object,
        effect: Callable[[], Any],
        busy: Callable[[], Any],
        lost: Callable[[], Exception],
    ) -> Any:
        """Carry one call, or have happen to it what is due.

        Args:
            call: names it.
            same: equal for a call that is tried again.
            effect: makes it, and returns the answer.
            busy: returns the answer of a service that has no time.
            lost: returns what is raised where none comes.
        """
        self.calls.append(call)
        kind = self._lasting.get(same) or next(
            (kind for part, kind in self._forbidden.items() if part in str(same)), None
        )
        if kind is None:
            self._lasting.clear()
            kind = self._plan.pop(len(self.calls), None)
            if kind is None:
                return effect()
            self.struck.append((len(self.calls), call, kind))
            if kind in _LASTING:
                self._lasting[same] = kind
        return self._struck(kind, effect, busy, lost)

    def _struck(
        self,
        kind: Kind,
        effect: Callable[[], Any],
        busy: Callable[[], Any],
        lost: Callable[[], Exception],
    ) -> Any:
        if kind is Kind.DIES_BEFORE:
            raise Died
        if kind in (Kind.THROTTLED, Kind.BUSY):
            return busy()
        if kind is Kind.REQUEST_LOST:
            raise lost()
        answer = effect()
        if kind is Kind.BREAKS_OFF:
            return _broken_off(answer)
        if kind is Kind.FREEZES:
            self.wait(FROZEN_SECONDS)
        if kind in (Kind.FREEZES, Kind.DIES_AFTER):
            raise Died
        raise lost()

    def _effect(self, event_name: str, request: Any, operation: str) -> AWSResponse | None:
        if operation != "TransactWriteItems":
            return self.behind(event_name, request)
        # A transaction that comes again with its token is answered and not done again. DynamoDB
        # does so; moto does not know tokens.
        token = json.loads(request.body)["ClientRequestToken"]
        if token in self._written:
            return _answer(request.url, 200, "{}")
        answer = self.behind(event_name, request)
        if answer is not None and answer.status_code == 200:
            self._written.add(token)
        return answer

    def address(self, *_: object) -> BaseAdapter:
        """Return what the webhooks' sender connects by."""
        return _Address(self)


class _Address(BaseAdapter):
    """The connection of one message to the receiver of webhooks."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        body = request.body if isinstance(request.body, bytes) else b""

        def answered(status: int, content: bytes) -> requests.Response:
            answer = requests.Response()
            answer.status_code, answer.url = status, str(request.url)
            answer.raw = HTTPResponse(io.BytesIO(content), preload_content=False, status=status)
            return answer

        answer = self._wire.carry(
            "webhook.Post",
            request.headers.get("webhook-id"),
            lambda: answered(200, self._wire.receive(body, request.headers)),
            lambda: answered(503, b""),
            lambda: requests.ReadTimeout("lost"),
        )
        assert isinstance(answer, requests.Response)
        return answer

    def close(self) -> None:
        pass


def _answer(url: str, status: int, body: str) -> AWSResponse:
    return AWSResponse(url, status, {}, MockRawResponse(body))


def _broken_off(answer: AWSResponse) -> AWSResponse:
    content = answer.raw.read()
    headers = {**answer.headers, "content-length": str(len(content))}
    return AWSResponse(answer.url, answer.status_code, headers, MockRawResponse(content[:-1]))


def _throttled(service: str, url: str) -> AWSResponse:
    """Return how a service says that it has no time."""
    if service == "s3":
        return _answer(url, 503, "<Error><Code>SlowDown</Code><Message>Slow.</Message></Error>")
    if service == "sns":
        error = "<Error><Type>Sender</Type><Code>Throttling</Code><Message>Slow.</Message></Error>"
        return _answer(url, 400, f"<ErrorResponse>{error}</ErrorResponse>")
    code = {"dynamodb": "ProvisionedThroughputExceededException"}.get(
        service, "ThrottlingException"
    )
    return _answer(url, 400, json.dumps({"__type": f"com.amazonaws#{code}", "message": "Slow."}))
