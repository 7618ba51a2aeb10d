"""The queue that starts jobs, in SQS."""

from __future__ import annotations

import json
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from handler.adapters.refusals import no_queue
from handler.core.errors import OutsideFailure


class SqsClient(Protocol):
    """The calls used of boto3's client."""

    def send_message(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Put a message into a queue."""


class SqsQueue:
    """A :class:`~handler.flows.job_ports.JobQueue`: the one that tells of uploads too.

    A message is ``{"plugin_job": "<job id>"}``, which no event of S3's is.
    """

    def __init__(self, client: SqsClient, url: str) -> None:
        """Use a queue that exists.

        Args:
            client: boto3's ``client("sqs")``; retries are its own, so a message may come twice.
            url: the queue's; empty where this installation has none.
        """
        self._client = client
        self._url = url

    def send(self, job_id: str) -> None:
        """Have a job started; perhaps twice.

        Raises:
            RefusedRequest: ``NO_QUEUE``.
            OutsideFailure: ``QUEUE_FAILED``; the job may be started all the same.
        """
        if not self._url:
            raise no_queue()
        body = json.dumps({"plugin_job": job_id})
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=body)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            raise _failure(f"refused SendMessage: {code}", code) from error
        except BotoCoreError as error:
            kind = type(error).__name__
            raise _failure(f"did not answer: {kind}", kind) from error


def _failure(what: str, code: str) -> OutsideFailure:
    return OutsideFailure(
        "QUEUE_FAILED",
        f"SQS {what}.",
        "Try again in a few seconds; if it stays so, check the function's role and QUEUE_URL.",
        {"code": code},
    )
