"""A file appeared in the bucket: settle it, or read what it says of stock; or say why not.

Where a job made room for the file, the job is told what became of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.core.finding import Finding
from handler.flows.file_attempt import Outcome, Upload, attempted
from handler.flows.file_work import read_upload, settle_upload, wished
from handler.flows.job_progress import job_of_key, watched
from handler.flows.ports import ExceptionState
from handler.flows.posted import POSTED, UPLOADED
from handler.flows.registered import refused
from handler.flows.settle_call import Wish
from handler.flows.stock_files import UPLOADED as REPORTS
from handler.flows.stock_files import told_by_key

if TYPE_CHECKING:
    from handler.flows.app import App

__all__ = ["Outcome", "Upload", "is_no_file", "not_understood", "receive"]

_OWN: Final = ("results/", POSTED)  # what the plugin writes itself is no upload
_SHAPE: Final = re.compile(rf"{UPLOADED}([^/]+)/([^/]+)", re.DOTALL)
_MOST_SHOWN: Final = 300


def receive(app: App, upload: Upload, attempt: int | None = None) -> Outcome:
    """Settle an upload; where a job made room for it, the job is told.

    Args:
        app: the ports.
        upload: the new object.
        attempt: 1 for the first delivery; ``None`` where whoever delivers does not count. Then
            no attempt is the last one.

    Raises:
        Exception: another attempt may help, or the register could not be written: deliver again.
    """
    if is_no_file(upload):
        return Outcome("ignored")

    def work() -> Outcome:
        return attempted(app, upload, attempt, lambda: _settle(app, upload))

    job_id = job_of_key(upload.key) if upload.bucket == app.files.bucket else ""
    return watched(app, job_id, upload.key, attempt, work) if job_id else work()


def is_no_file(upload: Upload) -> bool:
    """Return whether an object is a folder's mark, or what the plugin wrote itself."""
    folder = upload.key.endswith("/") or (upload.size == 0 and upload.key.endswith("_$folder$"))
    return folder or upload.key.startswith(_OWN)


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
    return settle_upload(app, upload.key, Wish(shape[1]))


def _read(app: App, upload: Upload) -> Outcome:
    wish = told_by_key(upload.key)
    if wish is None:
        raise RefusedRequest(
            "WRONG_KEY",
            f"The file is called {upload.key!r}; expected is {REPORTS}<profile>/<file>.",
            f"Upload it to {REPORTS}<profile>/.",
        )
    job_id = job_of_key(upload.key)
    job = app.jobs.job(job_id) if job_id else None
    if job is not None and job.key == upload.key:
        wish = wished(wish, job.wish)  # the days it covers are in no file name
    return read_upload(app, upload.key, wish)
