"""The scorecard of a profile: what the stores tell, read page by page and bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.flows.exception_ports import OPEN, ExceptionList, RegisteredException
from handler.payloads import packed
from handler.payloads.scorecard_documents import scorecard_document
from handler.reconciliation.scorecard import Answer, Status, months_until
from handler.reconciliation.scorecard_books import (
    IN_THE_BOOKS,
    SettledFact,
    close_days,
    payouts_equal,
)
from handler.reconciliation.scorecard_signals import (
    ErrorFact,
    LastStock,
    PairFact,
    StockFact,
    errors_cured,
    stock_same,
)
from handler.reconciliation.state import SettlementState

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.inventory_ports import DriftRun
    from handler.flows.page import Page, T
    from handler.flows.ports import SettlementRecord
    from handler.payloads.result import Document

PAGES: Final = 20
_PAGE: Final = 200
# Of each of these every version is read, one reading after the other.
_MOST_CORRECTED: Final = 10


def scorecard(app: App, profile: str, months: int) -> Document:
    """Answer the four questions for the last months, the running one the last.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping, OutsideFailure: the mappings are wrong; a store did not answer.
    """
    app.mappings.load(profile)  # a name nobody knows is refused, not answered with "unknown"
    now = app.now()
    first = months_until(now.date(), months)[0].first_day.isoformat()
    most = PAGES * _PAGE
    records, lacks = _settlements(app, profile, first, most)
    still, lacks_open, cured, lacks_cured = _exceptions(app, first, most)
    runs, lacks_runs = _read(
        lambda size, at: app.inventory.drift_runs(profile, size, at),
        lambda run: run.as_of < first,
        "comparisons of stock",
        most,
    )
    troubled = frozenset(_troubles(still))
    facts = [_settled(app, record, troubled) for record in records]
    answers = (
        payouts_equal(facts, now.date(), months, [*lacks, *lacks_open]),
        stock_same(map(_stock, runs), _last(app, runs), now, months, lacks_runs),
        close_days(facts, now.date(), months, lacks),
        errors_cured(map(_error, [*still, *cured]), now, months, [*lacks_open, *lacks_cured]),
    )
    return scorecard_document(profile, now, months, answers)


def in_brief(app: App, profiles: Sequence[str], months: int, most: int) -> Sequence[Document]:
    """Answer the four questions for several profiles, of few readings.

    A figure that what was not read could change is ``None``, and nothing is good then. A fault that
    is known stays one. Trends and rows are left out; :func:`scorecard` has them.

    Args:
        app: the ports.
        profiles: whose.
        months: as many as :func:`scorecard` looks at.
        most: how many of each list are read.

    Raises:
        OutsideFailure: a store did not answer.
    """
    now = app.now()
    today, first = now.date(), months_until(now.date(), months)[0].first_day.isoformat()
    # The register is one for all profiles.
    still, lacks_open, cured, lacks_cured = _exceptions(app, first, most)
    troubled = frozenset(_troubles(still))
    errors = errors_cured(map(_error, [*still, *cured]), now, months, [*lacks_open, *lacks_cured])
    errors = _careful(errors, cut_off=bool(lacks_cured))
    found = []
    for profile in profiles:
        records, lacks = _settlements(app, profile, first, most)
        corrected = [place for place, one in enumerate(records) if one.version > 1]
        if len(corrected) > _MOST_CORRECTED:
            records = records[: corrected[_MOST_CORRECTED]]
            lacks = [_cut_off(records, "settlements")]
        facts = [_settled(app, record, troubled) for record in records]
        # The latest comparison alone makes figure and status.
        runs = list(app.inventory.drift_runs(profile, 1).items)
        payouts = payouts_equal(facts, today, months, [*lacks, *lacks_open])
        answers = (
            _careful(payouts, cut_off=bool(lacks or lacks_open)),
            stock_same(map(_stock, runs), _last(app, runs), now, months),
            _careful(close_days(facts, today, months, lacks), cut_off=bool(lacks)),
            errors,
        )
        brief = [replace(one, trend={}, rows=(), more=0) for one in answers]
        found.append(scorecard_document(profile, now, months, brief))
    return found


def _careful(answer: Answer, *, cut_off: bool) -> Answer:
    """Return an answer without what the part of a list that was not read could make false."""
    if not cut_off:
        return answer
    # Of payouts, too few in a hundred are bad: of all of them they may be less.
    is_share = answer.question == "payouts_equal" and answer.status is Status.BAD
    return replace(answer, figure=None, status=Status.ATTENTION if is_share else answer.status)


def _settlements(
    app: App, profile: str, first: str, most: int
) -> tuple[list[SettlementRecord], list[str]]:
    return _read(
        lambda size, at: app.settlements.settlements(profile, size, at),
        lambda one: one.end < first,
        "settlements",
        most,
    )


def _exceptions(
    app: App, first: str, most: int
) -> tuple[list[RegisteredException], list[str], list[RegisteredException], list[str]]:
    """Return the open exceptions, then those resolved since a day, each with what was cut off."""
    store = app.settlements
    still, lacks_open = _read(
        lambda size, at: store.exceptions(size, at, OPEN),
        lambda _: False,
        "open exceptions",
        most,
    )
    cured, lacks_cured = _read(
        lambda size, at: store.exceptions(size, at, ExceptionList("resolved")),
        lambda one: (one.resolved_at or one.last_seen) < first,
        "resolved exceptions",
        most,
    )
    return still, lacks_open, cured, lacks_cured


def _read(
    page_at: Callable[[int, str], Page[T]], too_old: Callable[[T], bool], what: str, most: int
) -> tuple[list[T], list[str]]:
    """Return a list, the latest first, back to what is too old, and whether it was cut off."""
    found: list[T] = []
    cursor = ""
    for _ in range(PAGES):
        if len(found) == most:
            break
        page = page_at(min(_PAGE, most - len(found)), cursor)
        for one in page.items:
            if too_old(one):
                return found, []
            found.append(one)
        cursor = page.cursor
        if not cursor:
            return found, []
    return found, [_cut_off(found, what)]


def _cut_off(found: Sequence[object], what: str) -> str:
    return f"Only the latest {len(found)} {what} were read."


def _troubles(still: list[RegisteredException]) -> Iterator[str]:
    """Yield the settlements that open errors are about, and whatever else they are about."""
    for one in still:
        if one.severity == "error":
            kind, _, rest = one.scope.partition(":")
            if kind == "settlement":
                yield rest
            yield str(one.finding.get("subject", "")).removeprefix("settlement ")


def _settled(app: App, record: SettlementRecord, troubled: frozenset[str]) -> SettledFact:
    versions = app.settlements.versions(record.settlement_id) if record.version > 1 else [record]
    # A correction that is not acknowledged yet still has the day of what it corrects.
    is_there = SettlementState(record.state) in IN_THE_BOOKS
    posted = record.moved_at.get(SettlementState.POSTED, "") if is_there else ""
    return SettledFact(
        settlement_id=record.settlement_id,
        end=date.fromisoformat(record.end),
        state=SettlementState(record.state),
        varies=record.declared_total != record.computed_total or record.settlement_id in troubled,
        # A held version had no entries: what came after it corrected none.
        adjusted=any(one.status == "proven" and one.version < record.version for one in versions),
        posted=datetime.fromisoformat(posted).date() if posted else None,
    )


def _stock(run: DriftRun) -> StockFact:
    as_of = datetime.fromisoformat(run.as_of)
    return StockFact(as_of, run.compared, len(run.differences), run.units)


def _last(app: App, runs: list[DriftRun]) -> LastStock | None:
    if not runs:
        return None
    try:
        document = packed.unpack(app.files.read(runs[0].result_key))
    except RefusedRequest:
        return None
    names = ("item", "location", "measure", "amazon", "netsuite")
    drifting = [pair for pair in document["pairs"] if pair["drifts"]]
    counts = document["counts"]
    return LastStock(
        tuple(PairFact(*(pair[name] for name in names)) for pair in drifting),
        counts["drifted"],
        counts["unregistered"] + counts["uncounted"],
    )


def _error(one: RegisteredException) -> ErrorFact:
    at = datetime.fromisoformat(one.resolved_at) if one.resolved_at else None
    subject = str(one.finding.get("subject", ""))
    since = one.opened_at or one.first_seen  # what came anew is as old as that
    return ErrorFact(one.code, one.severity, subject, datetime.fromisoformat(since), at)
