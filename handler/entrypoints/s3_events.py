"""What S3 tells of new objects, by each of the ways it can come; and jobs, which share the queue.

- S3 -> SQS -> Lambda, also with SNS or EventBridge in between: only the messages that failed are
  delivered again (the event source must report batch item failures), and their count is known.
- S3, SNS or EventBridge -> Lambda directly: asynchronous calls, repeated as a whole, twice, and
  then gone unless the function has a destination for failures. All of a call's objects are
  processed first; those that succeeded are only answered again when it is repeated.
- The plugin itself -> SQS -> Lambda: ``{"plugin_job": "<id>"}``, a job to be started.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote_plus

import structlog

from handler import metrics
from handler.core.errors import OutsideFailure
from handler.entrypoints.sqs_messages import Message, each_message
from handler.flows import upload as flow
from handler.flows.job_progress import job_of_key
from handler.flows.upload import Outcome, Upload

if TYPE_CHECKING:
    from handler.flows.app import App

log = structlog.get_logger()

Event = Mapping[str, Any]
T = TypeVar("T")


def handle(app: App, event: dict[str, Any], context: Any = None) -> dict[str, Any] | None:  # noqa: ANN401
    """Process every object an event tells of.

    Args:
        app: the ports.
        event: as Lambda hands it over.
        context: as Lambda hands it over.

    Returns:
        For SQS, the messages to deliver again; else ``None``.

    Raises:
        ValueError: a direct event tells of no upload in any known form.
        OutsideFailure: an object of a direct event failed in a way that may pass.
    """
    with metrics.call("upload", str(getattr(context, "aws_request_id", ""))):
        return _handled(app, event)


def _handled(app: App, event: dict[str, Any]) -> dict[str, Any] | None:
    if _is_queue(event):
        return _queue(app, event)
    failed = 0
    for found in list(uploads(event)):
        try:
            received(app, found, None)
        except Exception:  # noqa: BLE001 - the others must still have their turn; it is logged
            failed += 1
    if failed:
        raise OutsideFailure(
            "UPLOAD_FAILED", f"{failed} upload(s) failed; see the logs.", "Lambda calls again."
        )
    return None


def uploads(event: object) -> Iterator[Upload]:
    """Yield the new objects a notification tells of; none where it tells of something else of S3.

    Raises:
        ValueError: it is no notification in any known form.
    """
    match event:
        case {"Event": "s3:TestEvent"}:  # sent once, when the notification is set up
            return
        case {"Type": "Notification", "Message": str(message)}:
            yield from uploads(_parsed(message))
        case {"source": "aws.s3", "detail-type": str(kind), "detail": dict(detail)}:
            if kind == "Object Created":
                yield _upload(detail, lambda key: key)  # EventBridge does not escape keys
        case {"Records": list(records)} if records:
            for record in records:
                yield from _record(record)
        case _:
            raise ValueError("it is of no known form")


def _record(record: object) -> Iterator[Upload]:
    match record:
        case {"eventSource": "aws:s3", "eventName": str(name), "s3": dict(detail)}:
            if name.removeprefix("s3:").startswith("ObjectCreated:"):
                yield _upload(detail, unquote_plus)
        case {"EventSource": "aws:sns", "Sns": {"Message": str(message)}}:
            yield from uploads(_parsed(message))
        case _:
            raise ValueError("it holds a record of no known form")


def _upload(detail: Event, unescaped: Any) -> Upload:  # noqa: ANN401 - a function on text
    match detail:
        case {"bucket": {"name": str(bucket)}, "object": {"key": str(key), **rest}}:
            size = rest.get("size")
            return Upload(bucket, unescaped(key), size if isinstance(size, int) else None)
    raise ValueError("it names no bucket and key")


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is no JSON") from error


def _is_queue(event: Event) -> bool:
    records = event.get("Records")
    return isinstance(records, list) and any(
        isinstance(record, dict) and record.get("eventSource") == "aws:sqs" for record in records
    )


def _queue(app: App, event: dict[str, Any]) -> dict[str, Any]:
    def process(record: Message) -> None:
        told = message(app, record)
        attempt = record.delivered
        if isinstance(told, str):
            _run_job(app, told, attempt)
            return
        all_have_their_turn(told, lambda one: received(app, one, attempt))

    return each_message(event, process)


def message(app: App, record: Message) -> str | list[Upload]:
    """Return what a message tells of: a job, by its id, or uploads.

    One that tells of neither is parked, and tells of no uploads.

    Raises:
        OutsideFailure: it is to be parked, and the register could not be written.
    """
    try:
        told = _parsed(record.body)
        return _job_of(told) or list(uploads(told))
    except ValueError as error:
        outcome = flow.not_understood(app, record.message_id, str(error))
        metrics.count("UploadsParked")
        metrics.tell(
            "warning", "upload", outcome=outcome.what, code=outcome.code, reason=str(error)
        )
        return []


def all_have_their_turn(found: Sequence[T], work: Callable[[T], object]) -> None:
    """Do the work on each, also after one has failed.

    Raises:
        Exception: the first one, when all are done.
    """
    failures = []
    for one in found:
        try:
            work(one)
        except Exception as error:  # noqa: BLE001 - the others must still have their turn
            failures.append(error)
    if failures:
        raise failures[0]


def _job_of(told: object) -> str:
    match told:
        case {"plugin_job": str(job_id)}:
            return job_id
    return ""


def _run_job(app: App, job_id: str, attempt: int) -> None:
    from handler.flows import jobs  # noqa: PLC0415 - uploads need none of it

    with structlog.contextvars.bound_contextvars(job_id=job_id, attempt=attempt):
        logged("job", lambda: jobs.run(app, job_id, attempt))


def received(app: App, found: Upload, attempt: int | None) -> Outcome:
    """Receive an upload, and log what became of it; see :func:`handler.flows.upload.receive`."""
    with about(found, attempt):
        return logged("upload", lambda: flow.receive(app, found, attempt))


def about(found: Upload, attempt: int | None) -> AbstractContextManager[None]:
    """Let every line that is logged within say which upload it is about."""
    job_id = job_of_key(found.key)
    job = {"job_id": job_id} if job_id else {}
    return structlog.contextvars.bound_contextvars(file=found.key, attempt=attempt, **job)


def logged(what: str, work: Callable[[], Outcome]) -> Outcome:
    """Do the work, and log and count what became of it.

    Raises:
        Exception: what the work raises; it is logged as to be tried again.
    """
    metrics.lap()
    try:
        outcome = work()
    except Exception:
        log.exception(f"{what} failed, to be tried again")
        raise
    is_parked = outcome.what == "parked"
    metrics.count("UploadsParked", int(is_parked))
    metrics.tell(
        "warning" if is_parked or not outcome.job_told else "info",
        what,
        outcome=outcome.what,
        settlement_id=outcome.settlement_id,
        code=outcome.code,
        replayed=outcome.replayed,
        job_told=outcome.job_told,
    )
    return outcome
