"""What becomes of a job while its file is worked on, written so that no order of news matters.

A job only ever goes up: waiting, in progress, failed, done. News of a lower state than it has
change nothing, so duplicates and late comers do no harm, and a file that failed and was mended and
delivered again is done in the end.

A job tells of the work and is not the work: that it cannot be written never undoes what was
settled. What then is missing is found when the job is next looked at (flows/job_healing.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import OutsideFailure, PluginError
from handler.flows.job_ports import Job, JobState

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.file_attempt import Outcome

FINISHED: Final = (JobState.DONE, JobState.FAILED)
_ROUNDS: Final = 6
_RANKS: Final[Mapping[JobState, int]] = {
    JobState.WAITING: 0,
    JobState.IN_PROGRESS: 1,
    JobState.FAILED: 2,
    JobState.DONE: 3,
}
_KEY: Final = re.compile(r"raw-(?:settlements|inventory)/[^/]+/(job-[0-9a-f]{32})-[^/]+", re.DOTALL)
_LARGEST_DETAILS: Final = 16_000  # characters; a job is one small item


def job_of_key(key: str) -> str:
    """Return the id of the job that made room for a file at ``key``; empty where none did."""
    shape = _KEY.fullmatch(key)
    return shape[1] if shape else ""


def advance(app: App, job_id: str, key: str, state: JobState, outcome: Mapping[str, Any]) -> None:
    """Bring a job up to a state; where it is there or beyond, its first word stands.

    Args:
        app: the ports.
        job_id: names the job; one that is forgotten stays so.
        key: of the file the news are about; those of another file are not the job's.
        state: where it stands now.
        outcome: what it says of that.

    Raises:
        OutsideFailure: the store did not answer, or others kept writing.
    """
    for _ in range(_ROUNDS):
        job = app.jobs.job(job_id)
        if job is None or job.key != key or _RANKS[state] < _RANKS[job.state]:
            return
        if state is job.state and state is not JobState.IN_PROGRESS:
            return
        after = replace(
            job,
            state=state,
            outcome=dict(outcome),
            changed_at=app.now().isoformat(timespec="seconds"),
            revision=job.revision + 1,
        )
        if app.jobs.put_job(after):
            return
    raise OutsideFailure(
        "BUSY", f"Others kept writing job {job_id}.", "Try again in a few seconds."
    )


def watched(
    app: App, job_id: str, key: str, attempt: int | None, work: Callable[[], Outcome]
) -> Outcome:
    """Work on a job's file, and let the job know; see the file's head for what fails.

    Args:
        app: the ports.
        job_id: names the job.
        key: of its file.
        attempt: which one it is, if anybody counts.
        work: what is to be done; what it raises is raised, and the job stays in progress.
    """
    _tell(app, job_id, key, JobState.IN_PROGRESS, {"attempt": attempt or 1})
    outcome = work()
    if outcome.what == "ignored":
        return outcome
    if outcome.error is not None:
        told = _tell(app, job_id, key, JobState.FAILED, failure(outcome.error))
    else:
        told = _tell(app, job_id, key, JobState.DONE, outcome.brought)
    return outcome if told else replace(outcome, job_told=False)


def _tell(app: App, job_id: str, key: str, state: JobState, outcome: Mapping[str, Any]) -> bool:
    try:
        advance(app, job_id, key, state, outcome)
    except Exception:  # noqa: BLE001 - whatever it is, the file's own fate does not hang on it
        return False
    return True


def failure(error: PluginError) -> Mapping[str, Any]:
    """Return an error as the outcome of a failed job."""
    details = error.details if len(repr(error.details)) <= _LARGEST_DETAILS else {}
    return {
        "code": error.code,
        "message": error.message,
        "repair": error.repair,
        "retryable": error.retryable,
        "kind": type(error).__name__,
        "details": _plain(details),
    }


def _plain(value: object) -> Any:  # noqa: ANN401 - plain values, whatever they are
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def is_finished(job: Job) -> bool:
    """Return whether a job is done or failed."""
    return job.state in FINISHED
