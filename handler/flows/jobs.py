"""Work that takes longer than a call: asked for, started by the queue, done once.

A job is written before it is sent to the queue. Where the sending fails the caller is told to call
again: the same Idempotency-Key finds the job and sends it. Asking how a job stands does so too
(flows/job_healing.py), so that none is left lying.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.core.errors import Conflict, OutsideFailure, RefusedRequest
from handler.flows.file_attempt import Outcome, Upload, attempted
from handler.flows.file_work import in_words, read_upload, settle_upload, wished
from handler.flows.job_ports import Job, JobKind, JobState
from handler.flows.job_progress import is_finished, watched
from handler.flows.posted import UPLOADED, refuse_foreign
from handler.flows.read_stock_report import report_wish
from handler.flows.settle_call import Wish
from handler.flows.stock_files import ReportWish, told_by_key

if TYPE_CHECKING:
    from handler.flows.app import App

JOB_DAYS: Final = 7  # then a job is forgotten; what it settled is not


@dataclass(frozen=True, slots=True)
class Asked:
    """A file of the bucket to be worked through.

    Attributes:
        kind: what is to be done.
        bucket: where the file lies; only the plugin's own is taken.
        key: of the file.
        profile: whose; for a settlement empty to go by the key's folder, or by the file.
        settlement_id: which settlement, of a file that holds several.
        exchange_rate: see :class:`~handler.flows.settle_call.Wish`.
        marketplace: see :class:`~handler.flows.stock_files.ReportWish`; so are the rest.
    """

    kind: JobKind
    bucket: str
    key: str
    profile: str = ""
    settlement_id: str = ""
    exchange_rate: str = ""
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


def submit(app: App, asked: Asked, by: str, idempotency_key: str = "") -> Job:
    """Make a job of a file that lies in the bucket, and have it started.

    Args:
        app: the ports.
        asked: the file and what is to be done.
        by: name of the caller's key.
        idempotency_key: the caller's own key for this call; the same one gives the same job.

    Raises:
        RefusedRequest: ``FOREIGN_FILE``, ``FILE_NOT_FOUND``, ``UNKNOWN_PROFILE``.
        Conflict: ``IDEMPOTENCY_KEY_REUSED``: it was used for another job.
        OutsideFailure: a store or the queue did not answer; call again.
    """
    profile = _profile(app, asked)
    said = {
        "settlement_id": asked.settlement_id,
        "exchange_rate": asked.exchange_rate,
        **in_words(asked.report),
    }
    job_id = job_id_for(by, idempotency_key)
    if not idempotency_key or app.jobs.job(job_id) is None:
        app.files.source(asked.key)  # a job is made of what is there; a known one stays known
    job = keep(app, new_job(app, job_id, asked.kind, profile, asked.key, said, by))
    if is_unstarted(job):
        app.queue.send(job.job_id)
    return job


def _profile(app: App, asked: Asked) -> str:
    """Return whose file it is; empty for a settlement that is to say so itself."""
    if asked.kind is JobKind.REPORT:
        told = told_by_key(asked.key)
        profile = asked.profile or (told.profile if told else "")
        report_wish(app, asked.bucket, asked.key, ReportWish(profile))
        app.stock_mappings.load(profile)
        return profile
    refuse_foreign(app, asked.bucket, asked.key)
    profile = asked.profile
    if not profile and asked.key.startswith(UPLOADED) and asked.key.count("/") > 1:
        profile = asked.key.split("/")[1]
    if profile:
        app.mappings.load(profile)
    return profile


def run(app: App, job_id: str, attempt: int | None = None) -> Outcome:
    """Work through a job's file; one that is finished or forgotten is left alone.

    Args:
        app: the ports.
        job_id: names the job.
        attempt: 1 for the first delivery; ``None`` where whoever delivers does not count.

    Raises:
        Exception: another attempt may help: deliver again.
    """
    job = app.jobs.job(job_id)
    if job is None or is_finished(job):
        return Outcome("ignored")
    upload = Upload(app.files.bucket, job.key)

    def work() -> Outcome:
        return attempted(app, upload, attempt, lambda: _work(app, job))

    return watched(app, job_id, job.key, attempt, work)


def _work(app: App, job: Job) -> Outcome:
    if job.kind is JobKind.REPORT:
        wish = report_wish(app, app.files.bucket, job.key, ReportWish(job.profile))
        return read_upload(app, job.key, wished(wish, job.wish))
    wish_of = job.wish.get
    return settle_upload(
        app,
        job.key,
        Wish(job.profile, wish_of("settlement_id", ""), wish_of("exchange_rate", "")),
    )


def job_id_for(by: str, idempotency_key: str) -> str:
    """Return a job's id: of a caller's Idempotency-Key always the same, else a new one.

    One conditional write of the job is then all that idempotency needs.
    """
    if not idempotency_key:
        return f"job-{secrets.token_hex(16)}"
    digest = hashlib.sha256(f"{by}\n{idempotency_key}".encode()).hexdigest()
    return f"job-{digest[:32]}"


def new_job(
    app: App,
    job_id: str,
    kind: JobKind,
    profile: str,
    key: str,
    said: Mapping[str, str],
    by: str,
    state: JobState = JobState.IN_PROGRESS,
) -> Job:
    """Return a job that is not written yet."""
    now = app.now()
    at = now.isoformat(timespec="seconds")
    return Job(
        job_id=job_id,
        kind=kind,
        profile=profile,
        key=key,
        wish={name: text for name, text in said.items() if text},
        state=state,
        created_by=by,
        created_at=at,
        changed_at=at,
        expires_at=int((now + timedelta(days=JOB_DAYS)).timestamp()),
    )


def keep(app: App, job: Job) -> Job:
    """Write a new job; where its id is known, return the job that is there.

    Raises:
        Conflict: ``IDEMPOTENCY_KEY_REUSED``: it is another job.
        OutsideFailure: the store did not answer.
    """
    if app.jobs.put_job(job):
        return job
    known = app.jobs.job(job.job_id)
    if known is None:
        raise OutsideFailure(
            "BUSY", f"Job {job.job_id} is being forgotten.", "Try again in a few seconds."
        )
    same = (known.kind, known.profile, known.key, dict(known.wish), known.created_by)
    if same != (job.kind, job.profile, job.key, dict(job.wish), job.created_by):
        raise Conflict(
            "IDEMPOTENCY_KEY_REUSED",
            f"The Idempotency-Key was used for job {known.job_id}, which asks for something else.",
            "Use a new key for a new job.",
            {"job_id": known.job_id},
        )
    return known


def is_unstarted(job: Job) -> bool:
    """Return whether the queue should start the job and no attempt has been made yet."""
    return job.state is JobState.IN_PROGRESS and "attempt" not in job.outcome


def missing(job_id: str) -> RefusedRequest:
    """Return the refusal of a job nobody asked for, or that is forgotten."""
    return RefusedRequest(
        "JOB_NOT_FOUND",
        f"There is no job {job_id[:64]!r}, or it is more than {JOB_DAYS} days old.",
        "Use the id that POST /v1/jobs or POST /v1/uploads gave; what an old job settled is at "
        "GET /v1/settlements.",
    )
