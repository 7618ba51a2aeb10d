"""The topic people subscribe to, in SNS."""

from __future__ import annotations

from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from handler.core.errors import OutsideFailure

_LONGEST_SUBJECT: Final = 100  # SNS's limit; it takes ASCII alone, on one line


class SnsClient(Protocol):
    """The calls used of boto3's client."""

    def publish(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
        """Hand a message to a topic."""


class SnsAlerts:
    """An :class:`~handler.flows.alert_ports.AlertTopic`."""

    def __init__(self, client: SnsClient, topic: str) -> None:
        """Use a topic that exists.

        Args:
            client: boto3's ``client("sns")``; retries are its own, so a message may come twice.
            topic: the topic's ARN.
        """
        self._client = client
        self._topic = topic

    def publish(self, alert_id: str, subject: str, text: str) -> None:
        """Hand a text over.

        Raises:
            OutsideFailure: ``ALERT_TOPIC_FAILED``.
        """
        try:
            self._client.publish(
                TopicArn=self._topic,
                Subject=_subject(subject),
                Message=text,
                MessageAttributes={"alert_id": {"DataType": "String", "StringValue": alert_id}},
            )
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            raise _failure(f"refused Publish: {code}", code) from error
        except BotoCoreError as error:
            kind = type(error).__name__
            raise _failure(f"did not answer: {kind}", kind) from error


def _subject(text: str) -> str:
    plain = "".join(sign if " " <= sign <= "~" else "?" for sign in text)
    short = plain if len(plain) <= _LONGEST_SUBJECT else f"{plain[: _LONGEST_SUBJECT - 3]}..."
    return short.strip() or "Alert"


def _failure(what: str, code: str) -> OutsideFailure:
    return OutsideFailure(
        "ALERT_TOPIC_FAILED",
        f"SNS {what}.",
        "Check ALERT_TOPIC_ARN and what the role may do; it is tried again by itself.",
        {"code": code},
    )
