"""Work that takes longer than a call: jobs, and the queue that starts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class JobKind(StrEnum):
    """What a job does."""

    SETTLE = "settle"  # a settlement report
    REPORT = "report"  # one of Amazon's reports about stock


class JobState(StrEnum):
    """Where a job stands. The last two are the end."""

    WAITING = "waiting_for_upload"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be worked through, and what became of it.

    Attributes:
        job_id: "job-" and 32 hexadecimal digits; nobody guesses it.
        kind: what it does.
        profile: whose books or stock.
        key: of the file in the bucket.
        wish: what else the caller asked, by the names of the HTTP step's parameters.
        state: where it stands.
        outcome: of a done one what it brought, of a failed one why: code, message, repair; of one
            in progress how often it was tried, and sent again.
        created_by: name of the key that asked.
        created_at: ISO 8601 in UTC.
        changed_at: ISO 8601 in UTC.
        expires_at: seconds since 1970; then it is forgotten.
        revision: 1, 2, ...: a writer that read an older one must read again.
    """

    job_id: str
    kind: JobKind
    profile: str
    key: str
    wish: Mapping[str, str]
    state: JobState
    created_by: str
    created_at: str
    changed_at: str
    expires_at: int
    outcome: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 1


class JobStore(Protocol):
    """The jobs; they are forgotten after a while."""

    def job(self, job_id: str) -> Job | None:
        """Return a job that is not expired, or ``None``; reads what was last written."""

    def put_job(self, job: Job) -> bool:
        """Write a job over its revision less one (0: it is not there).

        Returns:
            False where another writer came first: nothing was written; read again.
        """


class JobQueue(Protocol):
    """Starts jobs."""

    def send(self, job_id: str) -> None:
        """Have a job started; perhaps twice.

        Raises:
            OutsideFailure: the queue did not answer.
        """
