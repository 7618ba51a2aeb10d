"""What the queue gave up, into the register: each dead letter is a critical exception of its file.

A letter that could not be registered stays in the dead-letter queue and comes again until it could,
for two weeks at most; an alarm tells of letters that stay (infra/alarms.yml).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from handler import metrics
from handler.entrypoints.s3_events import about, all_have_their_turn, logged, message
from handler.entrypoints.sqs_messages import each_message
from handler.flows.dead_letter import Letter, register_job, register_upload

if TYPE_CHECKING:
    from handler.entrypoints.sqs_messages import Message
    from handler.flows.app import App
    from handler.flows.upload import Upload


def handle(app: App, event: dict[str, Any], context: Any = None) -> dict[str, Any]:  # noqa: ANN401
    """Register every dead letter of a batch, whichever form its news has.

    Args:
        app: the ports.
        event: of the dead-letter queue, as Lambda hands it over.
        context: as Lambda hands it over.

    Returns:
        The letters to deliver again.
    """

    def process(record: Message) -> None:
        told = message(app, record)
        letter = _letter(app, record)
        if isinstance(told, str):
            with structlog.contextvars.bound_contextvars(job_id=told, attempt=letter.attempts):
                logged("job", lambda: register_job(app, told, letter))
            return
        all_have_their_turn(told, lambda one: _register(app, one, letter))

    with metrics.call("deadletters", str(getattr(context, "aws_request_id", ""))):
        return each_message(event, process)


def _register(app: App, upload: Upload, letter: Letter) -> None:
    with about(upload, letter.attempts):
        logged("upload", lambda: register_upload(app, upload, letter))


def _letter(app: App, record: Message) -> Letter:
    # How often the message was delivered before it came here, SQS does not say: what a dead-letter
    # queue counts are its own deliveries.
    sent = str(record.attributes.get("SentTimestamp", ""))
    moment = datetime.fromtimestamp(int(sent) / 1000, UTC) if sent.isdigit() else app.now()
    return Letter(app.upload_attempts, moment.isoformat(timespec="seconds"))
