"""Retries from the register: the same job again, five times at most, and nothing is lost by it.

    claim    the exception says that it is being retried, until when, and how often it was
    work     the job that found it, again
    finish   resolved where the job no longer finds it; else open again, or parked after the fifth

Cut off at any point, the exception stands in the register as before: a claim whose time is over is
none, and its attempt counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handler.core.errors import Conflict, PluginError, RefusedRequest
from handler.core.finding import CATALOGUE
from handler.flows.exception_ports import (
    CLOSED_STATES,
    ExceptionList,
    ExceptionState,
    HistoryEntry,
    RegisteredException,
)
from handler.flows.exception_record import (
    MOST_ATTEMPTS,
    Document,
    as_it_stands,
    done,
    known,
    shown,
    standing,
    written,
)
from handler.flows.exception_work import NOT_AGAIN, Work, again
from handler.flows.moment import moment
from handler.flows.ports import Page

if TYPE_CHECKING:
    from handler.flows.app import App

# Longer than any function may run: when it is over, so is the retry.
_UNDER_WAY: Final = timedelta(minutes=15)
_LONGEST_NOTE: Final = 500
_PLUGIN: Final = "plugin"


def retry(app: App, name: str, by: str) -> Document:
    """Do again what found an exception.

    Returns:
        The exception as it is after that: resolved, open again with the reason in its history, or
        parked.

    Raises:
        RefusedRequest: ``EXCEPTION_NOT_FOUND``; ``NOT_RETRYABLE``: only its flow can do it again.
        Conflict: ``RETRY_UNDER_WAY``; ``ATTEMPTS_USED_UP``; ``EXCEPTION_CLOSED``.
        OutsideFailure: the store did not answer.
    """
    one = known(app, name)
    work = again(one)
    claimed = _claim(app, one, by)
    return shown(app, _work(app, [claimed], work)[0], history=True)


def retry_alike(app: App, code: str, by: str, limit: int, cursor: str = "") -> Page[Document]:
    """Do again what found the open exceptions of a code, as after a rule was added.

    Several of one settlement or file are one job. Those that cannot be retried now are passed over
    and say why, as ``not_retried``.

    Args:
        app: the ports.
        code: of the exceptions.
        by: who asks.
        limit: how many exceptions to look at in this call.
        cursor: where the call before ended.

    Raises:
        RefusedRequest: ``UNKNOWN_CODE``: a misspelt one would look as if all were done;
            ``BAD_CURSOR``.
        OutsideFailure: the store did not answer.
    """
    if code not in CATALOGUE:
        raise RefusedRequest(
            "UNKNOWN_CODE",
            f"There is no code {code!r} in the catalogue.",
            "Take the code from the list of exceptions, or from GET /v1/exceptions/catalogue.",
        )
    page = app.settlements.exceptions(limit, cursor, ExceptionList("code", code))
    by_scope: dict[str, list[RegisteredException]] = {}
    for one in page.items:
        by_scope.setdefault(one.scope, []).append(one)
    told: list[Document] = []
    for members in by_scope.values():
        told += _retried(app, members, by)
    return Page(told, page.cursor)


def _retried(app: App, members: Sequence[RegisteredException], by: str) -> list[Document]:
    try:
        work = again(members[0])  # told by the scope, which is theirs all
    except PluginError as error:
        return [_not_retried(app, one, error) for one in members]
    claimed: list[RegisteredException] = []
    told: list[Document] = []
    for one in members:
        try:
            # The job of another scope may have resolved it.
            claimed.append(_claim(app, as_it_stands(app, one), by))
        except PluginError as error:
            told.append(_not_retried(app, one, error))
    if claimed:
        told += [shown(app, one) for one in _work(app, claimed, work)]
    return told


def _not_retried(app: App, one: RegisteredException, why: PluginError) -> Document:
    return {**shown(app, one), "not_retried": f"{why.code}: {why.message}"}


def _claim(app: App, one: RegisteredException, by: str) -> RegisteredException:
    def change(now: RegisteredException) -> tuple[RegisteredException, HistoryEntry]:
        if standing(app, now) is ExceptionState.RETRYING:
            raise Conflict(
                "RETRY_UNDER_WAY",
                "The exception is being retried by another call.",
                "Look at it again when that is over, in some minutes at most.",
            )
        if now.state in CLOSED_STATES:
            raise Conflict(
                "EXCEPTION_CLOSED",
                f"The exception is {now.state} already.",
                "Open it again first, if it is to be retried.",
            )
        if now.attempts >= MOST_ATTEMPTS:
            raise Conflict(
                "ATTEMPTS_USED_UP",
                f"The exception was retried {now.attempts} times and is parked.",
                "Do what its repair says and open it again: then it may be retried.",
            )
        claimed = replace(
            now,
            state=ExceptionState.RETRYING,
            attempts=now.attempts + 1,
            retry_until=moment(app.now() + _UNDER_WAY),
        )
        return claimed, done(app, by, "retried")

    return written(app, one, change)


def _work(
    app: App, claimed: Sequence[RegisteredException], work: Work
) -> list[RegisteredException]:
    try:
        met = work(app)
    except PluginError as error:
        met = f"{error.code}: {error.message}"
    except Exception as error:
        # Nobody foresaw it: it is told, and the exception is open all the same.
        for one in claimed:
            _finish(app, one, f"Unexpected: {type(error).__name__}.")
        raise
    return [_finish(app, one, met) for one in claimed]


def _finish(app: App, one: RegisteredException, met: str) -> RegisteredException:
    def change(now: RegisteredException) -> tuple[RegisteredException, HistoryEntry]:
        if now.state is ExceptionState.RESOLVED:
            cured = replace(now, attempts=0, retry_until="")
            return cured, done(app, _PLUGIN, "resolved", "The retry no longer finds it.")
        note = (met or NOT_AGAIN)[:_LONGEST_NOTE]
        if now.state is ExceptionState.IGNORED:
            return replace(now, retry_until=""), done(app, _PLUGIN, "failed", note)
        is_last = now.attempts >= MOST_ATTEMPTS or now.state is ExceptionState.PARKED
        state = ExceptionState.PARKED if is_last else ExceptionState.OPEN
        action = "parked" if is_last else "failed"
        return replace(now, state=state, retry_until=""), done(app, _PLUGIN, action, note)

    return written(app, as_it_stands(app, one), change)
