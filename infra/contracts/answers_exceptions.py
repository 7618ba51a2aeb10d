"""What the register of exceptions answers."""

from __future__ import annotations

from contracts.answer_kinds import PAGE, Finding, Moment, Shown, answer


class RegisteredException(Finding):
    """An exception of the register: the same one is counted, never listed twice."""

    id: str
    scope: str
    state: str
    count: int
    first_seen: Moment
    last_seen: Moment
    fingerprint: str
    owner: str
    attempts: int
    resolved_at: str
    retryable: bool
    who: str


class HistoryEntry(Shown):
    """What somebody did about an exception, or what a retry brought."""

    at: Moment
    by: str
    action: str
    note: str


class ExceptionDetail(RegisteredException):
    """An exception with what was done about it."""

    history: list[HistoryEntry]


class RetriedException(RegisteredException):
    """An exception after its job ran again, or why it was passed over."""

    not_retried: str | None = None


class CatalogueEntry(Shown):
    """A kind of exception."""

    code: str
    severity: str
    why: str
    repair: str
    retryable: bool
    who: str


CATALOGUE = answer("CatalogueAnswer", CatalogueEntry)
EXCEPTIONS = answer("ExceptionsAnswer", RegisteredException, **PAGE)
EXCEPTION = answer("ExceptionAnswer", ExceptionDetail)
RETRIED = answer("RetriedAnswer", RetriedException, **PAGE)
