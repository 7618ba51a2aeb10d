"""A message the queue gave up: whoever is to know of its file finds it in the register.

As a rule the last attempt parks a file itself and says why (flows/file_attempt.py). What becomes a
dead letter is what no attempt could say: each ran out of time or memory, or the register could not
be written either. A dead letter may come twice, and may be about a file that was settled after all
by an attempt whose answer was lost: it is registered once, and not where there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import OutsideFailure
from handler.flows.file_attempt import Outcome, Upload, give_up
from handler.flows.job_healing import brought_by, recorded_since
from handler.flows.job_ports import Job, JobKind, JobState
from handler.flows.job_progress import advance, failure, is_finished, job_of_key
from handler.flows.posted import UPLOADED, file_scope
from handler.flows.upload import is_no_file

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord

_CAUSE: Final = (
    "None of them came to an end: each ran out of time or memory, or neither the file's fate nor "
    "why it failed could be written. The logs of the upload function say which."
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What the queue says of a message it gave up.

    Attributes:
        attempts: how often it was delivered.
        sent_at: when it was sent first: ISO 8601 in UTC, whole seconds.
    """

    attempts: int
    sent_at: str


def register_upload(app: App, upload: Upload, letter: Letter) -> Outcome:
    """Park a file that no attempt could finish; where a job made room for it, the job failed.

    Args:
        app: the ports.
        upload: the file.
        letter: the message that told of it.

    Returns:
        "parked"; "ignored" where there is nothing to do; what it was settled as, where it was.

    Raises:
        OutsideFailure: a store did not answer: deliver the letter again.
    """
    if is_no_file(upload):
        return Outcome("ignored")
    ours = upload.bucket == app.files.bucket
    job = app.jobs.job(job_of_key(upload.key)) if ours and job_of_key(upload.key) else None
    return _registered(app, upload, letter, job if job and job.key == upload.key else None)


def register_job(app: App, job_id: str, letter: Letter) -> Outcome:
    """Park the file of a job that no attempt could finish: the job failed.

    Raises:
        OutsideFailure: a store did not answer: deliver the letter again.
    """
    job = app.jobs.job(job_id)
    if job is None:
        return Outcome("ignored")
    return _registered(app, Upload(app.files.bucket, job.key), letter, job)


def _registered(app: App, upload: Upload, letter: Letter, job: Job | None) -> Outcome:
    if job is not None and is_finished(job):
        return Outcome("ignored")
    found = _settled(app, upload, letter, job)
    if found is not None:
        _tell(app, job, JobState.DONE, brought_by(found))
        return Outcome("held" if found.status == "held" else "proven", found.settlement_id)
    outcome = (
        Outcome("ignored")
        if _is_told(app, upload, letter)
        else give_up(app, upload, letter.attempts, _CAUSE)
    )
    # After the register: a letter broken off here comes again, and finds its job unfinished.
    error = outcome.error or OutsideFailure(
        "UPLOAD_FAILED", _CAUSE, "See the exception of the file in the register."
    )
    _tell(app, job, JobState.FAILED, failure(error))
    return outcome


def _tell(app: App, job: Job | None, state: JobState, outcome: Mapping[str, Any]) -> None:
    if job is not None:
        advance(app, job.job_id, job.key, state, outcome)


def _settled(app: App, upload: Upload, letter: Letter, job: Job | None) -> SettlementRecord | None:
    """Return what was recorded of the file since the message was sent."""
    is_settlement = job.kind is JobKind.SETTLE if job else upload.key.startswith(UPLOADED)
    if not is_settlement or upload.bucket != app.files.bucket:
        return None
    wished = job.wish.get("settlement_id", "") if job else ""
    try:
        return recorded_since(app, upload.key, wished, job.created_at if job else letter.sent_at)
    except OutsideFailure:
        raise
    except Exception:  # noqa: BLE001 - what no attempt could read may break this reading too
        return None


def _is_told(app: App, upload: Upload, letter: Letter) -> bool:
    """Return whether the register tells of this very upload: the letter came before, or was parked
    for another reason by an attempt whose answer was lost."""
    known = app.settlements.exceptions_of(file_scope(upload.key))
    return any(one.last_seen >= letter.sent_at for one in known)
