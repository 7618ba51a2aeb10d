"""A batch of a queue's messages: each is processed, and those that failed come again alone.

The event source must report batch item failures. AWS's Powertools does the same and more; importing
it takes a tenth of this function's cold start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Message(NamedTuple):
    """A message of a queue.

    Attributes:
        message_id: SQS's own.
        body: as it was sent.
        attributes: what SQS says of it, all as text.
    """

    message_id: str
    body: str
    attributes: Mapping[str, str]

    @property
    def delivered(self) -> int:
        """How often it was delivered, this time included."""
        return int(self.attributes.get("ApproximateReceiveCount", "1"))


def each_message(
    event: Mapping[str, Any], process: Callable[[Message], None]
) -> dict[str, list[dict[str, str]]]:
    """Process a batch, each message whatever became of those before it.

    A batch that failed as a whole is answered like any other: raising would only add a crash to the
    alarms, and what crashed here was none of it.

    Args:
        event: as Lambda hands it over.
        process: raises where a message is to come again; it says so in the log itself.

    Returns:
        The messages to deliver again, as Lambda wants to be told.
    """
    failed = []
    for record in event["Records"]:
        one = Message(record["messageId"], record.get("body", ""), record.get("attributes", {}))
        try:
            process(one)
        except Exception:  # noqa: BLE001 - whatever it is: the message comes again
            failed.append({"itemIdentifier": one.message_id})
    return {"batchItemFailures": failed}
