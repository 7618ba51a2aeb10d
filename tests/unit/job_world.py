"""The plugin in memory with a clock to be turned, and its queue emptied as Lambda would."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from plugin import BUCKET, Plugin, plugin

from handler.adapters.memory_jobs import MemoryJobs, MemoryQueue
from handler.core.errors import OutsideFailure
from handler.entrypoints.s3_events import handle
from handler.flows.job_ports import Job


class Cut(BaseException):
    """The process ends here: no handler of errors sees it."""


@dataclass
class HandClock:
    """Tells the time it is set to."""

    at: datetime = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)


class BrittleJobs(MemoryJobs):
    """Runs what a test hands in before and after each call."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def job(self, job_id: str) -> Job | None:
        self.before("job")
        found = super().job(job_id)
        self.after("job")
        return found

    def put_job(self, job: Job) -> bool:
        self.before("put")
        done = super().put_job(job)
        self.after("put")
        return done

    def sound(self) -> None:
        """No more breaking."""
        self.before = self.after = lambda _: None


class BrittleQueue(MemoryQueue):
    """Refuses on demand."""

    down = False

    def send(self, job_id: str) -> None:
        if self.down:
            raise OutsideFailure("QUEUE_FAILED", "SQS did not answer.", "Again.")
        super().send(job_id)


@dataclass
class JobWorld:
    """A plugin with its clock, its jobs and its queue."""

    here: Plugin
    clock: HandClock
    jobs: BrittleJobs
    queue: BrittleQueue

    def post(self, path: str, body: object, **headers: str) -> Any:
        return self.here.call("POST", path, json=body, headers=headers)

    def made(self, path: str, body: object, **headers: str) -> dict[str, Any]:
        answer = self.post(path, body, **headers)
        assert answer.status_code in (200, 202), answer.text
        return dict(answer.get_json()["data"][0])

    def status(self, job_id: str) -> dict[str, Any]:
        answer = self.here.get(f"/v1/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        body = answer.get_json()
        assert (body["id"], body["status"]) == (job_id, body["data"][0]["status"])
        return dict(body["data"][0])

    def result(self, job_id: str) -> Any:
        return self.here.get(f"/v1/jobs/{job_id}/result")

    def arrive(self, key: str, content: bytes, attempt: int = 1) -> bool:
        """A file is put and S3 tells of it; returns whether the message is used up."""
        self.here.files.put(key, content)
        return self.tell(key, attempt)

    def tell(self, key: str, attempt: int = 1) -> bool:
        detail = {"bucket": {"name": BUCKET}, "object": {"key": key, "size": 9}}
        record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": detail}
        return self._deliver(json.dumps({"Records": [record]}), attempt)

    def start(self, attempt: int = 1) -> list[bool]:
        """Deliver every job that waits in the queue; what fails stays there."""
        used = []
        for one in list(self.queue.waiting):
            used.append(self._deliver(json.dumps({"plugin_job": one}), attempt))
            if used[-1]:
                self.queue.waiting.remove(one)
        return used

    def _deliver(self, body: str, attempt: int) -> bool:
        message = {
            "messageId": "m-1",
            "body": body,
            "eventSource": "aws:sqs",
            "attributes": {"ApproximateReceiveCount": str(attempt)},
        }
        answer = handle(self.here.app, {"Records": [message]})
        assert answer is not None
        return not answer["batchItemFailures"]


def job_world() -> JobWorld:
    """A new, empty one."""
    here, clock = plugin(), HandClock()
    jobs, queue = BrittleJobs(clock), BrittleQueue()
    app = replace(here.app, jobs=jobs, queue=queue, now=clock)
    return JobWorld(replace(here, app=app), clock, jobs, queue)


UPLOAD = {"profile": "ca", "kind": "settlement", "file_name": "July.txt"}
