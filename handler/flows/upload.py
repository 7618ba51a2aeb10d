"""A file appeared in the bucket: settle it, or read what it says of stock; or say why not.

Nothing is tried for ever and nothing is dropped. What a repetition cannot mend is parked at once;
what it may mend is raised for the queue to deliver again, until the last attempt parks it. When the
register cannot be written, everything is raised: then only the queue remembers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from handler.core.errors import Conflict, PluginError, RefusedRequest, UnusableFile, UnusableMapping
from handler.core.finding import Finding
from handler.flows.app import App
from handler.flows.ports import ExceptionState
from handler.flows.posted import POSTED, UPLOADED, file_scope, unusable
from handler.flows.read_stock_report import read_raw
from handler.flows.settle_file import RawFile, refused, settle_file
from handler.flows.stock_files import UPLOADED as REPORTS
from handler.flows.stock_files import told_by_key

_OWN: Final = ("results/", POSTED)  # what the plugin writes itself is no upload
_SHAPE: Final = re.compile(rf"{UPLOADED}([^/]+)/([^/]+)", re.DOTALL)
_PASSING: Final = ("FILE_CHANGED",)  # replaced while being read: the next attempt reads the new one
_MOST_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Upload:
    """A new object in a bucket.

    Attributes:
        bucket: where.
        key: as the object is called, not as events escape it.
        size: in bytes; ``None`` where the event gave none.
    """

    bucket: str
    key: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an upload.

    Attributes:
        what: "proven" or "held": settled, now or before; "read": a report about stock, posted or
            kept; "parked": registered for somebody to handle; "ignored": nothing to do.
        settlement_id: of a settled one.
        code: of the exception of a parked one.
        replayed: whether it had been settled before.
    """

    what: Literal["proven", "held", "read", "parked", "ignored"]
    settlement_id: str = ""
    code: str = ""
    replayed: bool = False


def receive(app: App, upload: Upload, attempt: int | None = None) -> Outcome:
    """Settle an upload.

    Args:
        app: the ports.
        upload: the new object.
        attempt: 1 for the first delivery; ``None`` where whoever delivers does not count. Then
            no attempt is the last one.

    Raises:
        Exception: another attempt may help, or the register could not be written: deliver again.
    """
    if _is_no_file(upload):
        return Outcome("ignored")
    # One more than allowed: the last attempt ended, out of time or memory, before it could park.
    if attempt is not None and attempt > app.upload_attempts:
        return _park(app, upload, _given_up(upload, attempt - 1, "It never came to an end."))
    try:
        return _settle(app, upload)
    except Exception as error:
        lasting = _lasting(upload, error)
        if lasting is not None:
            return _park(app, upload, lasting)
        if attempt is None or attempt < app.upload_attempts:
            raise
        return _park(app, upload, _given_up(upload, attempt, _cause(error)))


def not_understood(app: App, message_id: str, reason: str) -> Outcome:
    """Park a message that tells of no upload in any known form.

    Raises:
        OutsideFailure: the register could not be written.
    """
    finding = Finding(
        "UPLOAD_REFUSED",
        f"message {message_id}",
        f"The message tells of no upload: {reason[:_MOST_SHOWN]}.",
        {"message_id": message_id},
        "Send only S3's notifications to the queue; upload the file again if one is missing.",
    )
    refused(app, f"file:message/{message_id}", finding, ExceptionState.PARKED)
    return Outcome("parked", code=finding.code)


def _is_no_file(upload: Upload) -> bool:
    folder = upload.key.endswith("/") or (upload.size == 0 and upload.key.endswith("_$folder$"))
    return folder or upload.key.startswith(_OWN)


def _settle(app: App, upload: Upload) -> Outcome:
    if upload.bucket != app.files.bucket:
        raise RefusedRequest(
            "FOREIGN_FILE",
            f"The upload is in bucket {upload.bucket}; the plugin's is {app.files.bucket}.",
            f"Upload to bucket {app.files.bucket}.",
        )
    if upload.key.startswith(REPORTS):
        return _read(app, upload)
    shape = _SHAPE.fullmatch(upload.key)
    if shape is None:
        raise RefusedRequest(
            "WRONG_KEY",
            f"The file is called {upload.key!r}; expected is {UPLOADED}<profile>/<file>.",
            f"Upload it to {UPLOADED}<profile>/, or a report about stock to {REPORTS}<profile>/.",
        )
    answer = settle_file(app, upload.key, shape[1])
    app.settlements.resolve(file_scope(upload.key), app.now().isoformat(timespec="seconds"))
    settled = answer.document
    status: Literal["proven", "held"] = "held" if settled["status"] == "held" else "proven"
    return Outcome(status, str(settled["settlement_id"]), replayed=answer.replayed)


def _read(app: App, upload: Upload) -> Outcome:
    wish = told_by_key(upload.key)
    if wish is None:
        raise RefusedRequest(
            "WRONG_KEY",
            f"The file is called {upload.key!r}; expected is {REPORTS}<profile>/<file>.",
            f"Upload it to {REPORTS}<profile>/.",
        )
    documents = read_raw(app, RawFile(upload.key, app.files.source(upload.key)), wish)
    is_held = any(document["status"] == "held" for document in documents)
    return Outcome("held" if is_held else "read")


def _lasting(upload: Upload, error: Exception) -> Finding | None:
    """Return the finding of a fault that stays however often it is tried, else ``None``."""
    if not isinstance(error, PluginError) or error.retryable or error.code in _PASSING:
        return None
    if isinstance(error, UnusableFile):
        return unusable(upload.key, error)
    if isinstance(error, Conflict):
        code = "SETTLEMENT_CONFLICT"
    elif isinstance(error, UnusableMapping):
        code = "UNUSABLE_MAPPING"
    else:
        code = "UPLOAD_REFUSED"
    evidence = {**error.details, "file": upload.key, "bucket": upload.bucket, "code": error.code}
    return Finding(code, f"file {upload.key}", error.message, evidence, error.repair)


def _given_up(upload: Upload, attempts: int, cause: str) -> Finding:
    return Finding(
        "UPLOAD_FAILED",
        f"file {upload.key}",
        f"The upload failed {attempts} times and was given up. {cause}",
        {"file": upload.key, "bucket": upload.bucket, "attempts": attempts, "cause": cause},
    )


def _cause(error: Exception) -> str:
    # The text of an error nobody foresaw may quote the file; the logs have it, masked.
    return str(error) if isinstance(error, PluginError) else f"Unexpected: {type(error).__name__}."


def _park(app: App, upload: Upload, finding: Finding) -> Outcome:
    refused(app, file_scope(upload.key), finding, ExceptionState.PARKED)
    return Outcome("parked", code=finding.code)
