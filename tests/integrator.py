"""integrator.io as the plugin meets it: flows on a schedule over a network that fails.

Calls time out before or after they did their work, are made twice, or come once more much later;
the gateway answers 429 and 503 by itself; the plugin's process dies in the middle; people retry a
flow's errors when the world has moved on. integrator.io
repeats what got no good answer a few times, then gives the run up, and the next run starts anew. It
knows nothing of the plugin's inside: only the addresses, and NetSuite.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Protocol

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from handler.core.errors import OutsideFailure
from handler.flows.delivery_ports import Sent
from handler.payloads.webhook_signature import verify

Json = dict[str, Any]
_TRIES = 4
_PAGE = 7  # messages of one export page


class Killed(BaseException):
    """The plugin's process is gone; no code of it runs any more."""


class GaveUp(Exception):
    """A call got no good answer, however often it was made."""


class NetsuiteAnswer(Protocol):
    """What NetSuite says to one record."""

    @property
    def internal_id(self) -> str:
        """Return its id in NetSuite; empty where it was refused."""

    @property
    def errors(self) -> Sequence[Mapping[str, Any]]:
        """Return why it was refused."""


class Netsuite(Protocol):
    """NetSuite, as integrator.io's connection reaches it."""

    def post(self, payload: Mapping[str, Any]) -> NetsuiteAnswer:
        """Take one record."""

    def find(self, payload: Mapping[str, Any]) -> str:
        """Return the internal id of the record with the payload's external id, or nothing."""


@dataclass
class Faults:
    """Strikes by chance, from one seed.

    Attributes:
        rng: the only source of chance of a run.
        rate: how often something strikes, 0 to 1.
        struck: how often each kind did.
    """

    rng: random.Random
    rate: float
    struck: Counter[str] = field(default_factory=Counter)

    def strikes(self, *kinds: str, rate: float | None = None) -> str:
        """Return what strikes now, or nothing."""
        if self.rng.random() >= (self.rate if rate is None else rate):
            return ""
        kind = self.rng.choice(kinds)
        self.struck[kind] += 1
        return kind


class Breaking:
    """A store whose calls the process may not survive: it dies before or after any of them."""

    def __init__(self, store: object, faults: Faults, rate: float) -> None:
        """Stand before ``store``."""
        self._store, self._faults, self._rate = store, faults, rate

    def __getattr__(self, name: str) -> Any:
        """Return what the store has; its methods may kill."""
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            fault = self._faults.strikes("killed before", "killed after", rate=self._rate)
            if fault == "killed before":
                raise Killed
            answer = found(*args, **named)
            if fault:
                raise Killed
            return answer

        return call


@dataclass
class Integrator:
    """The middleware.

    Attributes:
        client: the plugin's front door.
        key: what it opens with.
        netsuite: where records go.
        faults: what goes wrong on the way.
        wait: lets so many seconds pass.
    """

    client: FlaskClient
    key: str
    netsuite: Netsuite
    faults: Faults
    wait: Callable[[int], None]
    late: list[Callable[[], object]] = field(default_factory=list)

    def call(self, method: str, path: str, **request: Any) -> TestResponse:
        """Make a call until it is answered well.

        Raises:
            GaveUp: it never was.
        """
        for _ in range(_TRIES):
            fault = self.faults.strikes(
                "request lost", "gateway busy", "answer lost", "made twice", "comes again later"
            )
            if fault in ("request lost", "gateway busy"):
                self.wait(30)
                continue
            answer = self._once(method, path, request)
            if fault == "made twice":
                answer = self._once(method, path, request) or answer
            if fault == "comes again later":
                self.late.append(lambda: self._once(method, path, request))
            if fault == "answer lost" or answer is None:
                self.wait(30)
                continue
            if answer.status_code in (429, 500, 502, 503):
                self.wait(int(answer.headers.get("Retry-After", "5")))
                continue
            return answer
        raise GaveUp(f"{method} {path}")

    def _once(self, method: str, path: str, request: Mapping[str, Any]) -> TestResponse | None:
        sent = dict(request)
        headers = {"Authorization": f"Bearer {self.key}", **sent.pop("headers", {})}
        try:
            return self.client.open(path, method=method, headers=headers, **sent)
        except Killed:
            return None  # the gateway says 502

    def straggle(self) -> None:
        """Let one of the calls that hang in the network arrive, or a flow's error be retried."""
        if self.late:
            self.late.pop(self.faults.rng.randrange(len(self.late)))()

    def deliver(self, dialect: str) -> None:
        """Run the flow outbox -> NetSuite -> acknowledge, page by page, until nothing is left.

        Raises:
            GaveUp: a call failed for good; what was leased comes back to the outbox by itself.
        """
        while True:
            path = f"/v1/outbox?format={dialect}&limit={_PAGE}&lease_seconds=300"
            page = _read(self.call("GET", path))["data"]
            if not page:
                return
            posted, failed = self._import(page)
            self.tell("/v1/outbox/acknowledge", posted)
            self.tell("/v1/outbox/return", failed)

    def deliver_by_extension(self) -> None:
        """Run the same flow with the plugin's extension functions as export and hook.

        Raises:
            GaveUp: as :meth:`deliver`.
        """
        while True:
            answer = self._function("wrapper", "fetchOutbox", {"settings": {"limit": _PAGE}})
            page = answer["data"]
            if page:
                posted, failed = self._import(page)
                responses = {one["message_id"]: one for one in (*posted, *failed)}
                self._function(
                    "hook",
                    "acknowledgePosted",
                    {
                        "preMapData": page,
                        "postMapData": [one["payload"] for one in page],
                        "responseData": [_response(responses[one["message_id"]]) for one in page],
                    },
                )
            if answer["lastPage"] or not page:
                return

    def _function(self, kind: str, name: str, options: Json) -> Any:
        body = {"diy": True, "type": kind, "function": name, "options": options}
        # JavaScript has no other numbers than these.
        text = json.dumps(body, default=float)
        answer = self.call("POST", "/function", data=text, content_type="application/json")
        if answer.status_code != 200:
            raise GaveUp(answer.text)
        return _read(answer) if answer.data else None

    def _import(self, page: Sequence[Json]) -> tuple[list[Json], list[Json]]:
        posted, failed = [], []
        for message in page:
            internal_id, error = self.record(message["payload"])
            if internal_id:
                posted.append({"message_id": message["message_id"], "internal_id": internal_id})
            else:
                failed.append({"message_id": message["message_id"], **error})
                if self.faults.strikes("retried by hand"):
                    self.late.append(partial(self._retry, message))
        return posted, failed

    def _retry(self, message: Json) -> None:
        """Post what stands among a flow's errors as it was then, whatever became of it since."""
        internal_id, _ = self.record(message["payload"])
        if internal_id:
            posted = {"message_id": message["message_id"], "internal_id": internal_id}
            self.tell("/v1/outbox/acknowledge", [posted])

    def record(self, payload: Json) -> tuple[str, Json]:
        """Return NetSuite's internal id of a record, or why there is none."""
        error = {"code": "timeout", "message": "NetSuite did not answer."}
        for _ in range(_TRIES):
            fault = self.faults.strikes("NetSuite away", "NetSuite's answer lost", "posted twice")
            if fault == "NetSuite away":
                continue
            answer = self.netsuite.post(payload)
            if fault == "posted twice":
                answer = self.netsuite.post(payload)
            if fault == "NetSuite's answer lost":
                continue
            if answer.internal_id:
                return answer.internal_id, {}
            # A record that is there already is looked up, as the import's settings say.
            found = self.netsuite.find(payload)
            if found:
                return found, {}
            error = {key: str(answer.errors[0][key]) for key in ("code", "message")}
            return "", error
        return "", error

    def tell(self, path: str, records: Sequence[Json]) -> None:
        """Tell the plugin of records in batches, some at a time and in any order."""
        told = list(records)
        self.faults.rng.shuffle(told)
        for start in range(0, len(told), 3):
            batch = told[start : start + 3]
            answer = self.call("POST", path, json={"data": batch}).get_json()
            assert [one["message_id"] for one in answer["data"]] == [
                one["message_id"] for one in batch
            ]


@dataclass
class Listener:
    """The other way round: integrator.io listens, and the plugin sends.

    It posts what comes, and says so in its answer or, as a flow behind it would, in a call later.

    Attributes:
        middleware: posts and acknowledges.
        key: the signing key it checks what comes against.
        now: the clock, in seconds since 1970.
        later: what is posted and not yet acknowledged.
    """

    middleware: Integrator
    key: str
    now: Callable[[], int]
    later: list[Json] = field(default_factory=list)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Take what the plugin sends; the line may break before or after."""
        faults = self.middleware.faults
        fault = faults.strikes("webhook lost", "webhook refused", "webhook's answer lost")
        if fault == "webhook refused":
            return Sent(503, 0, b"busy")
        if fault != "webhook lost":
            verify(headers, body, [self.key], self.now())
            answer = self._take(json.loads(body, parse_float=Decimal))
            if not fault:
                return answer
        raise OutsideFailure("NO_ANSWER", f"{url} did not answer.", "Look at it.")

    def _take(self, message: Json) -> Sent:
        internal_id, _ = self.middleware.record(message["payload"])
        if not internal_id:
            return Sent(500, 0, b"NetSuite refused it")
        told = {"message_id": message["message_id"], "internal_id": internal_id}
        if self.middleware.faults.rng.random() < 0.5:
            self.later.append(told)
            return Sent(202, 0, b"")
        return Sent(200, 0, json.dumps({"data": [told]}).encode())

    def acknowledge(self) -> None:
        """Run the flow behind: acknowledge what was posted."""
        told, self.later = self.later, []
        try:
            self.middleware.tell("/v1/outbox/acknowledge", told)
        except GaveUp:
            self.later = told
            raise


def _read(answer: TestResponse) -> Any:
    """Return an answer's JSON; amounts digit for digit, as NetSuite gets them."""
    return json.loads(answer.text, parse_float=Decimal)


def _response(outcome: Json) -> Json:
    if "internal_id" in outcome:
        return {"statusCode": 200, "id": outcome["internal_id"], "errors": [], "ignored": False}
    error = {"code": outcome["code"], "message": outcome["message"], "source": "netsuite"}
    return {"statusCode": 422, "errors": [error], "ignored": False}
