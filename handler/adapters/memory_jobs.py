"""Jobs and their queue in memory, for dry runs and tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handler.adapters.moments import utc_now

if TYPE_CHECKING:
    from handler.flows.job_ports import Job

_NOTHING: Final = 0  # the revision of what is not there


class MemoryJobs:
    """A :class:`~handler.flows.job_ports.JobStore` of this process, thread-safe."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        """Start empty.

        Args:
            now: the clock, in UTC; jobs expire by it.
        """
        self._now = now
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}

    def job(self, job_id: str) -> Job | None:
        """Return a job that is not expired, or ``None``."""
        with self._lock:
            found = self._jobs.get(job_id)
            if found is None or found.expires_at <= self._now().timestamp():
                return None
            return _copied(found)

    def put_job(self, job: Job) -> bool:
        """Write a job over its revision less one; see the port. An expired one is not there."""
        with self._lock:
            known = self.job(job.job_id)
            if (known.revision if known else _NOTHING) != job.revision - 1:
                return False
            self._jobs[job.job_id] = _copied(job)
            return True


def _copied(job: Job) -> Job:
    # As plain values, and a copy: what any other store would give back.
    wish, outcome = json.loads(json.dumps([dict(job.wish), dict(job.outcome)]))
    return replace(job, wish=wish, outcome=outcome)


class MemoryQueue:
    """A :class:`~handler.flows.job_ports.JobQueue` of this process: a list to be emptied."""

    def __init__(self) -> None:
        """Start empty."""
        self.waiting: list[str] = []

    def send(self, job_id: str) -> None:
        """Have a job started by whoever empties the list."""
        self.waiting.append(job_id)
