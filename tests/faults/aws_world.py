"""The plugin as it is deployed, over an emulated AWS, with whoever repeats what got no answer.

Every store is the one over boto3, wired by wiring.py; each process has new ones, and its memory is
gone with it. SQS delivers again, flows call again, and the schedule comes each minute.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

import fast_moto
from moto.core.models import botocore_stubber
from plugin import BUCKET, MAPPINGS, STOCK_MAPPINGS
from werkzeug.test import TestResponse
from wire import Died, Wire

from handler import wiring
from handler.adapters.webhook_sender import WebhookSender
from handler.core.errors import OutsideFailure
from handler.entrypoints import delivery_schedule, s3_events
from handler.entrypoints.http_app import create_app
from handler.flows import api_keys
from handler.flows.app import App
from handler.settings import Settings

TABLE, QUEUE, TOPIC = "plugin", "uploads", "alerts"
START: Final = datetime(2026, 2, 2, 12, tzinfo=UTC)
MOST_RECEIVED: Final = 5  # then SQS puts a message among the dead letters
_TRIES: Final = 8
_VISIBLE_AGAIN: Final = 960  # seconds until SQS delivers again what nobody finished


@dataclass
class Message:
    """A message in the queue."""

    body: str
    received: int = 0


@dataclass
class AwsWorld:
    """All of it.

    Attributes:
        wire: what every call goes over.
        now: the clock.
        waiting: messages in the queue, besides those the plugin sends itself.
        dead: bodies of messages that were received too often.
        hooked: what the receiver of webhooks took: id of the message -> what it said.
        names: what a story remembers from what it began with.
        acknowledges: whether its answers say under which id NetSuite has the record.
        skews: seconds by which the clocks of its processes are wrong, one after the other.
        is_restless: whether each call is answered by another process.
    """

    settings: Settings
    topic: str
    clients: dict[str, Any]
    now: datetime = START
    waiting: list[Message] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    hooked: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledges: bool = True
    names: list[str] = field(default_factory=list)
    skews: tuple[int, ...] = (0,)
    is_restless: bool = False
    key: str = ""
    wire: Wire = field(init=False)
    _process: int = 0
    app: App = field(init=False)

    def __post_init__(self) -> None:
        self.wire = Wire(fast_moto.answer, self.wait, self._receive)
        for client in self.clients.values():
            client.meta.events.unregister("before-send", botocore_stubber)
            client.meta.events.register("before-send", self.wire.send)
        self.new_process()
        standing = App(**{one.name: _Standing(self, one.name) for one in fields(App)})
        # What is no port is read from the app itself, and is the same in every process.
        same = {
            name: getattr(self.app, name)
            for name in ("upload_attempts", "calls_per_minute", "is_https", "identity", "alerting")
        }
        self._flask = create_app(replace(standing, **same))
        self._first_key = self.key = api_keys.create(self.app, "flow", ["*"])

    def clock(self) -> datetime:
        """Return the time as the running process has it."""
        return self.now + timedelta(seconds=self.skews[self._process % len(self.skews)])

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def new_process(self) -> None:
        """Start the plugin anew: nothing is left of what it had in memory."""
        self._process += 1
        with patch.multiple(
            wiring,
            _client=lambda service, **_: self.clients[service],
            _mapping_files=lambda _: MAPPINGS,
            _stock_mappings=lambda _: STOCK_MAPPINGS,
        ):
            made = wiring.build(self.settings)
            for port in (made.mappings, made.stock_mappings, made.deployed_mappings):
                port.load  # noqa: B018 - made while it is patched
            self._touch(made)
        sender = WebhookSender(allow_local=False, resolve=lambda *_: ["8.8.8.8"], now=self.clock)
        self.app = replace(made, now=self.clock, sender=sender)

    @staticmethod
    def _touch(made: App) -> None:
        for port, method in {
            "settlements": "get", "inventory": "published", "keys": "find", "files": "read",
            "outbox": "put", "targets": "targets", "secrets": "read", "jobs": "job",
            "queue": "send", "alerts": "mark", "rules": "newest", "topic": "publish",
        }.items():  # fmt: skip
            getattr(getattr(made, port), method, None)

    def call(self, method: str, path: str, **request: Any) -> TestResponse:
        """Make a call as a flow does: again, until it is answered."""
        headers = {"Authorization": f"Bearer {self.key}", **request.pop("headers", {})}
        for _ in range(_TRIES):
            self._begin_again()
            try:
                answer = self._flask.test_client().open(
                    path, method=method, headers=headers, **request
                )
            except Died:
                self.new_process()
            else:
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
            self.wait(60)
        raise AssertionError(f"{method} {path} was never answered")

    def _begin_again(self) -> None:
        self.wire.is_whole_again()
        if self.is_restless:
            self.new_process()

    def post(self, path: str, body: object = None, **request: Any) -> TestResponse:
        """Post JSON, or bytes as they are."""
        if isinstance(body, bytes):
            return self.call("POST", path, data=body, **request)
        return self.call("POST", path, json=body, **request)

    def upload(self, key: str, content: bytes) -> None:
        """Put a file into the bucket, as somebody else does; the queue hears of it."""
        fast_moto.s3_backends[fast_moto.DEFAULT_ACCOUNT_ID]["aws"].put_object(BUCKET, key, content)
        self.tell(key)

    def tell(self, *keys: str) -> None:
        """Have S3 tell of files, all in one message."""
        records = [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "size": 9}},
            }
            for key in keys
        ]
        self.waiting.append(Message(json.dumps({"Records": records})))

    def work_off(self, together: int = 10) -> None:
        """Deliver what is in the queue, and again what nobody finished, until it is empty."""
        for _ in range(4 * MOST_RECEIVED):
            self.waiting += [Message(body) for body in fast_moto.taken_from_queue(QUEUE)]
            if not self.waiting:
                return
            batch, self.waiting = self.waiting[:together], self.waiting[together:]
            failed = self.deliver(batch)
            for message in failed:
                if message.received >= MOST_RECEIVED:
                    self.dead.append(message.body)
                else:
                    self.waiting.append(message)
            if failed:
                self.wait(_VISIBLE_AGAIN)
        raise AssertionError("the queue is never empty")

    def deliver(self, batch: list[Message]) -> list[Message]:
        """Deliver messages in one call; return those that come again."""
        self._begin_again()
        records = []
        for place, message in enumerate(batch):
            message.received += 1
            records.append(
                {
                    "messageId": str(place),
                    "body": message.body,
                    "eventSource": "aws:sqs",
                    "attributes": {"ApproximateReceiveCount": str(message.received)},
                }
            )
        try:
            answer = s3_events.handle(self.app, {"Records": records})
        except Died:
            self.new_process()
            return batch
        assert answer is not None
        again = {int(one["itemIdentifier"]) for one in answer["batchItemFailures"]}
        return [message for place, message in enumerate(batch) if place in again]

    def minutes(self, count: int) -> None:
        """Have the schedule come so often."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 90_000)
        for _ in range(count):
            self._begin_again()
            try:
                delivery_schedule.handle(self.app, context)
            except Died:
                self.new_process()
            except OutsideFailure:
                pass  # Lambda notes it, and the next minute comes
            self.wait(60)

    def _receive(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        told = json.loads(body)
        name = headers["webhook-id"]
        self.hooked[name] = {k: v for k, v in told.items() if k not in ("sent_at", "attempt")}
        if "external_id" not in told or not self.acknowledges:
            return b""
        return json.dumps({"internal_id": f"n-{told['external_id']}"}).encode()

    def keep(self) -> fast_moto.State:
        """Keep what there is, to begin from it again."""
        return fast_moto.state(TABLE, BUCKET)

    def begin(self, before: fast_moto.State) -> None:
        """Begin again, in a new process."""
        fast_moto.put_back(before, TABLE, BUCKET, QUEUE, self.topic)
        self.now, self.waiting, self.dead, self.hooked = START, [], [], {}
        self.key = self._first_key
        self.wire.mend()
        self.new_process()


class _Standing:
    """A port of whatever process is running."""

    def __init__(self, world: AwsWorld, name: str) -> None:
        self._world, self._name = world, name

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(self._world.app, self._name), name)

    def __call__(self, *given: Any) -> Any:
        return getattr(self._world.app, self._name)(*given)
