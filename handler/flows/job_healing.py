"""A job that nothing was heard of for a while: found to be done, or sent to the queue again.

A job can be left behind: the call that made it was cut off before the queue had it, or its file was
settled and the job could not be written. Whoever asks how it stands mends it:

- the settlement is recorded from the job's file since the job was made: the job is done;
- no attempt was made yet: it is sent to the queue, at first after a minute, then ever more rarely;
- an attempt was made and nothing came of it for an hour, longer than the queue waits until it
  delivers again: it is sent once more. All of its work can be done twice without harm.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from handler.core.errors import PluginError, UnusableFile
from handler.core.source import Source, unpacked
from handler.flows.file_work import settlement_brought
from handler.flows.job_ports import Job, JobKind, JobState
from handler.flows.job_progress import advance, is_finished
from handler.settlement import readers

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord

QUIET_SECONDS: Final = 60
_LOST_SECONDS: Final = 3600
_MOST_DOUBLINGS: Final = 6
# Flat files say in their first lines which settlement they are; others must be read to their end,
# and whoever asks waits for it. What is larger goes through the queue once more instead.
MOST_READ: Final = 16_000_000  # bytes, unpacked


def healed(app: App, job: Job) -> Job:
    """Return the job as it stands in truth; mends what is stored where it can.

    Raises:
        OutsideFailure: a store did not answer.
    """
    quiet = (app.now() - datetime.fromisoformat(job.changed_at)).total_seconds()
    if is_finished(job) or quiet < QUIET_SECONDS:
        return job
    brought = _recorded(app, job) if job.kind is JobKind.SETTLE else None
    if brought is not None:
        advance(app, job.job_id, job.key, JobState.DONE, brought)
        return app.jobs.job(job.job_id) or job
    sends = int(job.outcome.get("sends", 0))
    started = "attempt" in job.outcome or job.state is JobState.WAITING
    wait = _LOST_SECONDS if started else QUIET_SECONDS << min(sends, _MOST_DOUBLINGS)
    if quiet < wait or (job.state is JobState.WAITING and not _is_there(app, job.key)):
        return job
    return _send_again(app, job, sends + 1)


def _send_again(app: App, job: Job, sends: int) -> Job:
    after = replace(
        job,
        state=JobState.IN_PROGRESS,
        outcome={**job.outcome, "sends": sends},
        changed_at=app.now().isoformat(timespec="seconds"),
        revision=job.revision + 1,
    )
    # Written first: of many who ask at once one sends, and a failed sending is tried again later.
    if not app.jobs.put_job(after):
        return app.jobs.job(job.job_id) or job
    try:
        app.queue.send(job.job_id)
    except PluginError:
        return after
    return after


def _recorded(app: App, job: Job) -> dict[str, Any] | None:
    """Return what the job brought, where its file is recorded since the job was made."""
    found = recorded_since(app, job.key, job.wish.get("settlement_id", ""), job.created_at)
    return None if found is None else brought_by(found)


def brought_by(record: SettlementRecord) -> dict[str, Any]:
    """Return what a job says it brought, of a settlement that is recorded."""
    return {
        "settlement_id": record.settlement_id,
        "settlement_status": record.status,
        **settlement_brought(record.version, record.external_ids),
    }


def recorded_since(app: App, key: str, settlement_id: str, since: str) -> SettlementRecord | None:
    """Return what was recorded of a file at or after a moment; ``None`` where nothing was.

    Args:
        app: the ports.
        key: of the file.
        settlement_id: which settlement, of a file that holds several.
        since: ISO 8601 in UTC, whole seconds.

    Raises:
        OutsideFailure: the store of settlements did not answer.
    """
    try:
        source = _bounded(unpacked(app.files.source(key)))
        header = readers.header(source, settlement_id)
    except PluginError:
        return None  # not there yet, or no settlement: the attempt will say
    known = app.settlements.get(header.settlement_id)
    if known is None:
        return None
    return next(
        (
            one
            for one in reversed(app.settlements.versions(known.settlement_id))
            if one.raw_key == key and one.recorded_at >= since
        ),
        None,
    )


def _bounded(source: Source) -> Source:
    return lambda: cast("BinaryIO", io.BufferedReader(_Bounded(source())))


class _Bounded(io.RawIOBase):
    """A stream that ends in a refusal where it is longer than whoever asks should wait for."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._left = MOST_READ

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        chunk = self._stream.read(len(buffer))
        self._left -= len(chunk)
        if self._left < 0:
            raise UnusableFile("TOO_LARGE", "The file is too large to be looked at in a call.")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _is_there(app: App, key: str) -> bool:
    try:
        app.files.source(key)
    except PluginError:
        return False
    return True
