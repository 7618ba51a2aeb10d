"""One attempt at a file: it succeeds, is parked, or is raised for the queue to deliver again.

Nothing is tried for ever and nothing is dropped. What a repetition cannot mend is parked at once;
what it may mend is raised, until the last attempt parks it. When the register cannot be written,
everything is raised: then only the queue remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from handler.core.errors import (
    Conflict,
    OutsideFailure,
    PluginError,
    UnusableFile,
    UnusableMapping,
)
from handler.core.finding import Finding
from handler.flows.ports import ExceptionState
from handler.flows.posted import file_scope, unusable
from handler.flows.registered import refused

if TYPE_CHECKING:
    from handler.flows.app import App

_PASSING: Final = ("FILE_CHANGED",)  # replaced while being read: the next attempt reads the new one


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
        brought: what its job, where it has one, says it brought.
        error: why it is parked, as its caller would have been told.
        job_told: whether its job, where it has one, knows.
    """

    what: Literal["proven", "held", "read", "parked", "ignored"]
    settlement_id: str = ""
    code: str = ""
    replayed: bool = False
    brought: Mapping[str, Any] = field(default_factory=dict, compare=False)
    error: PluginError | None = field(default=None, compare=False)
    job_told: bool = field(default=True, compare=False)


def attempted(
    app: App, upload: Upload, attempt: int | None, work: Callable[[], Outcome]
) -> Outcome:
    """Do the work on a file once.

    Args:
        app: the ports.
        upload: the file.
        attempt: 1 for the first delivery; ``None`` where whoever delivers does not count. Then
            no attempt is the last one.
        work: what is to be done.

    Raises:
        Exception: another attempt may help, or the register could not be written: deliver again.
    """
    # Only a queue that delivers more often than is allowed says so: the last attempt ended, out of
    # time or memory, before it could park. The deployed one has dead letters: flows/dead_letter.py.
    if attempt is not None and attempt > app.upload_attempts:
        return give_up(app, upload, attempt - 1, "It never came to an end.")
    try:
        return work()
    except Exception as error:
        lasting = _lasting(upload, error)
        if lasting is not None and isinstance(error, PluginError):
            return _park(app, upload, lasting, error)
        if attempt is None or attempt < app.upload_attempts:
            raise
        return give_up(app, upload, attempt, _cause(error))


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


def give_up(app: App, upload: Upload, attempts: int, cause: str) -> Outcome:
    """Park a file that no attempt could finish, as ``UPLOAD_FAILED``.

    Args:
        app: the ports.
        upload: the file.
        attempts: how many there were.
        cause: why, as far as it is known; a sentence.

    Raises:
        OutsideFailure: the register could not be written.
    """
    finding = Finding(
        "UPLOAD_FAILED",
        f"file {upload.key}",
        f"The upload failed {attempts} times and was given up. {cause}",
        {"file": upload.key, "bucket": upload.bucket, "attempts": attempts, "cause": cause},
    )
    error = OutsideFailure(finding.code, finding.what, finding.entry.repair)
    return _park(app, upload, finding, error)


def _cause(error: Exception) -> str:
    # The text of an error nobody foresaw may quote the file; the logs have it, masked.
    return str(error) if isinstance(error, PluginError) else f"Unexpected: {type(error).__name__}."


def _park(app: App, upload: Upload, finding: Finding, error: PluginError) -> Outcome:
    refused(app, file_scope(upload.key), finding, ExceptionState.PARKED)
    return Outcome("parked", code=finding.code, error=error)
