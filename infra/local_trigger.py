"""From the queue to the upload function, as Lambda's event source mapping does it."""

from __future__ import annotations

import json
import threading
from email.message import Message
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

RETRY_SECONDS = 1  # AWS waits for the visibility timeout, half an hour: too long to look on


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]  # names in lower case
    body: str

    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


def call(url: str, *, key: str = "", data: bytes | None = None, timeout: float = 60) -> Answer:
    """One HTTP call, a POST when there is data. An error status is an answer like any other."""
    request = Request(url, data=data)  # noqa: S310 - our own addresses
    if data is not None:
        request.add_header("Content-Type", "text/plain")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urlopen(request, timeout=timeout) as answer:  # nosec B310 # noqa: S310 - to ourselves
            return Answer(answer.status, _lowered(answer.headers), answer.read().decode())
    except HTTPError as error:
        with error:
            return Answer(error.code, _lowered(error.headers), error.read().decode())


def _lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


class Trigger(threading.Thread):
    """Polls, invokes, and deletes what succeeded; the rest is delivered again."""

    def __init__(self, sqs: BaseClient, queue_url: str, queue_arn: str, invoke_url: str) -> None:
        super().__init__(name="upload trigger", daemon=True)
        self._sqs, self._queue_url, self._queue_arn = sqs, queue_url, queue_arn
        self._invoke_url = invoke_url
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                got = self._sqs.receive_message(
                    QueueUrl=self._queue_url,
                    MaxNumberOfMessages=2,
                    WaitTimeSeconds=1,
                    MessageSystemAttributeNames=["All"],
                )
                if messages := got.get("Messages", []):
                    self._deliver(messages)
            except (BotoCoreError, ClientError):  # the queue's server is being taken down
                self._stopping.wait(1)

    def _deliver(self, messages: list[dict[str, Any]]) -> None:
        failed = self._failed(messages)
        for message in messages:
            handle = {"QueueUrl": self._queue_url, "ReceiptHandle": message["ReceiptHandle"]}
            if message["MessageId"] in failed:  # after some of these SQS moves it by itself
                self._sqs.change_message_visibility(**handle, VisibilityTimeout=RETRY_SECONDS)
            else:
                self._sqs.delete_message(**handle)

    def _failed(self, messages: list[dict[str, Any]]) -> set[str]:
        """The ids to try again: those the function names, or all when it crashed."""
        everything = {str(message["MessageId"]) for message in messages}
        event = {"Records": [self._record(message) for message in messages]}
        try:
            answer = call(self._invoke_url, data=json.dumps(event).encode(), timeout=310)
            if answer.status != 200 or "x-amz-function-error" in answer.headers:
                return everything
            failures = (json.loads(answer.body or "null") or {}).get("batchItemFailures", [])
            named = {str(failure["itemIdentifier"]) for failure in failures}
        except (OSError, ValueError, AttributeError, KeyError, TypeError):
            return everything  # no answer, or one that Lambda would not understand either
        return named if named <= everything else everything

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._queue_arn,
            "awsRegion": self._queue_arn.split(":")[3],
        }
