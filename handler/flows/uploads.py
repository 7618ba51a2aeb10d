"""Room for a file that is larger than a call can carry: an address for one PUT, and a job.

The job's id is part of the file's name in the bucket, so that the news of the upload find the job.
Everything reading the file needs is in its key too, but the days a report covers: an upload whose
job is forgotten is settled or read like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from handler.flows.file_work import in_words
from handler.flows.job_ports import Job, JobKind, JobState
from handler.flows.jobs import job_id_for, keep, new_job
from handler.flows.posted import UPLOADED
from handler.flows.stock_files import UPLOADED as REPORTS
from handler.flows.stock_files import ReportWish

if TYPE_CHECKING:
    from handler.flows.app import App

ADDRESS_SECONDS: Final = 900
_LONGEST_NAME: Final = 200  # bytes
_NOT_SAFE: Final = "/\\"


@dataclass(frozen=True, slots=True)
class AskedUpload:
    """A file somebody wants to upload.

    Attributes:
        profile: whose.
        kind: what it is.
        file_name: as the sender calls it; made safe.
        content_type: that the upload will name.
        marketplace: see :class:`~handler.flows.stock_files.ReportWish`; so are the rest.
    """

    profile: str
    kind: JobKind
    file_name: str
    content_type: str
    marketplace: str = ""
    made_at: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None

    @property
    def report(self) -> ReportWish:
        """What is said of a report about stock."""
        return ReportWish(
            self.profile, self.marketplace, self.made_at, self.first_day, self.last_day
        )


@dataclass(frozen=True, slots=True)
class Room:
    """A job with the address its file is sent to.

    Attributes:
        job: waits for the upload, or is past that.
        upload: method, url, headers, expires_at; ``None`` where the file has come.
    """

    job: Job
    upload: dict[str, Any] | None


def make_room(app: App, asked: AskedUpload, by: str, idempotency_key: str = "") -> Room:
    """Make a job that waits for a file, and an address that takes it.

    Called again with the same Idempotency-Key it gives the same job with a new address.

    Args:
        app: the ports.
        asked: the file.
        by: name of the caller's key.
        idempotency_key: the caller's own key for this call.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        Conflict: ``IDEMPOTENCY_KEY_REUSED``.
        OutsideFailure: a store did not answer.
    """
    if asked.kind is JobKind.REPORT:
        app.stock_mappings.load(asked.profile)
    else:
        app.mappings.load(asked.profile)
    said = {
        "content_type": asked.content_type,
        **in_words(asked.report),
    }
    job_id = job_id_for(by, idempotency_key)
    job = new_job(
        app, job_id, asked.kind, asked.profile, _key(job_id, asked), said, by, JobState.WAITING
    )
    kept = keep(app, job)
    if kept.state is not JobState.WAITING:
        return Room(kept, None)
    until = app.now() + timedelta(seconds=ADDRESS_SECONDS)
    upload = {
        "method": "PUT",
        "url": app.files.upload_address(kept.key, asked.content_type, ADDRESS_SECONDS),
        "headers": {"Content-Type": asked.content_type},
        "expires_at": until.isoformat(timespec="seconds"),
    }
    return Room(kept, upload)


def _key(job_id: str, asked: AskedUpload) -> str:
    if asked.kind is JobKind.SETTLE:
        return f"{UPLOADED}{asked.profile}/{job_id}-{safe_name(asked.file_name)}"
    told = [job_id]
    if asked.made_at:
        told.append(asked.made_at.strftime("%Y%m%dT%H%M%SZ"))
    if asked.marketplace:
        told.append(asked.marketplace)
    return f"{REPORTS}{asked.profile}/{'-'.join((*told, safe_name(asked.file_name)))}"


def safe_name(name: str) -> str:
    """Return a file's name without slashes and what is not printable, at most 200 bytes long.

    The end is kept, as it says what the file is.
    """
    shown = "".join(
        letter if letter.isprintable() and letter not in _NOT_SAFE else "_" for letter in name
    )
    packed = shown.strip().encode()[-_LONGEST_NAME:]
    return packed.decode(errors="ignore").strip() or "file"
