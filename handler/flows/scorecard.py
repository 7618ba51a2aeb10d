"""The scorecard of a profile: what the stores tell, read page by page and bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Final

from handler.core.errors import RefusedRequest
from handler.flows.app import App
from handler.flows.exception_ports import OPEN, ExceptionList, RegisteredException
from handler.flows.inventory_ports import DriftRun
from handler.flows.page import Page, T
from handler.flows.ports import SettlementRecord
from handler.payloads import packed
from handler.payloads.result import Document
from handler.payloads.scorecard_documents import scorecard_document
from handler.reconciliation.scorecard import months_until
from handler.reconciliation.scorecard_books import SettledFact, close_days, payouts_equal
from handler.reconciliation.scorecard_signals import (
    ErrorFact,
    LastStock,
    PairFact,
    StockFact,
    errors_cured,
    stock_same,
)
from handler.reconciliation.state import SettlementState

PAGES: Final = 20
_PAGE: Final = 200


def scorecard(app: App, profile: str, months: int) -> Document:
    """Answer the four questions for the last months, the running one the last.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping, OutsideFailure: the mappings are wrong; a store did not answer.
    """
    app.mappings.load(profile)  # a name nobody knows is refused, not answered with "unknown"
    now = app.now()
    first = months_until(now.date(), months)[0].first_day.isoformat()
    store = app.settlements
    records, lacks = _read(
        lambda at: store.settlements(profile, _PAGE, at), lambda one: one.end < first, "settlements"
    )
    still, lacks_open = _read(
        lambda at: store.exceptions(_PAGE, at, OPEN), lambda _: False, "open exceptions"
    )
    cured, lacks_cured = _read(
        lambda at: store.exceptions(_PAGE, at, ExceptionList("resolved")),
        lambda one: (one.resolved_at or one.last_seen) < first,
        "resolved exceptions",
    )
    runs, lacks_runs = _read(
        lambda at: app.inventory.drift_runs(profile, _PAGE, at),
        lambda run: run.as_of < first,
        "comparisons of stock",
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


def _read(
    page_at: Callable[[str], Page[T]], too_old: Callable[[T], bool], what: str
) -> tuple[list[T], list[str]]:
    """Return a list, the latest first, back to what is too old, and whether it was cut off."""
    found: list[T] = []
    cursor = ""
    for _ in range(PAGES):
        page = page_at(cursor)
        for one in page.items:
            if too_old(one):
                return found, []
            found.append(one)
        cursor = page.cursor
        if not cursor:
            return found, []
    return found, [f"Only the latest {len(found)} {what} were read."]


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
    return SettledFact(
        settlement_id=record.settlement_id,
        end=date.fromisoformat(record.end),
        state=SettlementState(record.state),
        varies=record.declared_total != record.computed_total or record.settlement_id in troubled,
        # A held version had no entries: what came after it corrected none.
        adjusted=any(one.status == "proven" and one.version < record.version for one in versions),
        recorded=datetime.fromisoformat(min(one.recorded_at for one in versions)).date(),
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
    return ErrorFact(one.code, one.severity, subject, datetime.fromisoformat(one.first_seen), at)
