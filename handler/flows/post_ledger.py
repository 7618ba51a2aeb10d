"""A detail report of Amazon's ledger: post the difference to what was posted before, once.

A run is named by profile, content, the moment the caller says the report was made, and what the
mappings and the registry say. Whoever sends the same again gets what the first one brought forth. A
run's document is in the bucket before the table names it, and the table names it together with the
days it changed, so nothing is half posted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import OutsideFailure, RefusedRequest
from handler.core.finding import Finding
from handler.flows.inventory_ports import LedgerDayRecord, LedgerRun
from handler.flows.ledger_state import stored_days
from handler.flows.netsuite_ids import refuse_too_many
from handler.flows.parcels_made import of_run
from handler.flows.register_findings import resolve_gone
from handler.flows.registered import registered
from handler.flows.stock_files import RESULTS, ReportWish, refuse_misread
from handler.flows.stock_registry import Standing, standing
from handler.inventory.identify import identified_by
from handler.inventory.ledger_difference import LedgerOutcome, difference
from handler.inventory.totals import Totals, totals_by_day
from handler.payloads import packed
from handler.payloads.ledger_documents import day_document
from handler.payloads.ledger_run import run_document, shown

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.settle_call import RawFile
    from handler.inventory.amazon_report import AmazonReport

Document = dict[str, Any]
_ROUNDS: Final = 6
_ONE_DAY: Final = timedelta(days=1)
# A transaction has room for the days of one part and for what was found; see the port.
_DAYS_OF_A_PART: Final = 40
_MOST_EXCEPTIONS: Final = 50
_LONGEST: Final = 550  # days: Amazon keeps eighteen months


@dataclass(frozen=True, slots=True)
class LedgerAnswer:
    """What a report is answered: a document for each part, in order of days.

    Attributes:
        documents: without the days' states.
        replayed: whether all of it had been recorded before.
    """

    documents: tuple[Document, ...]
    replayed: bool


def post_ledger(
    app: App, raw: RawFile, report: AmazonReport, content: str, wish: ReportWish
) -> LedgerAnswer:
    """Post what a detail report says more, or less, than is posted.

    Args:
        app: the ports.
        raw: the report's file.
        report: as read, without errors.
        content: SHA-256 of the unpacked file.
        wish: what the caller says of it.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``BAD_SPAN``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    now = standing(app, wish.profile)
    span = _span(report, wish, app.now().astimezone(UTC).date())
    if span is None:
        return LedgerAnswer((), replayed=True)
    totals = totals_by_day(report.events)
    answers = [
        _part(app, raw, _Part(part, _within(totals, part), content, len(report.events)), now, wish)
        for part in _parts(span)
    ]
    return LedgerAnswer(
        tuple(document for document, _ in answers), all(replayed for _, replayed in answers)
    )


@dataclass(frozen=True, slots=True)
class _Part:
    span: tuple[date, date]
    totals: Mapping[date, Totals]
    content: str
    rows: int


def _part(
    app: App, raw: RawFile, part: _Part, now: Standing, wish: ReportWish
) -> tuple[Document, bool]:
    """Return one part's document, and whether it was recorded before."""
    run_id = _run_id(app, wish, part, now.version)
    for _ in range(_ROUNDS):
        known = app.inventory.ledger_run(wish.profile, run_id)
        if known is not None:
            document = shown(packed.unpack(app.files.read(known.result_key)))
            if not wish.dry_run and _stands(app, known):
                # The call that recorded it may have been cut off before it came to this.
                resolve_days(app, wish.profile, part.span, _findings_of(document))
            return document, True
        outcome = _outcome(app, part, now, wish)
        document = run_document(
            run_id, wish.profile, now.version, _told_at(app, wish), part.span, part.rows, outcome
        )
        if wish.dry_run:
            return document, False
        if _record(app, raw, part, run_id, outcome, document, wish):
            resolve_days(app, wish.profile, part.span, outcome.findings)
            return document, False
    raise OutsideFailure(
        "STORE_BUSY",
        f"The ledger of {wish.profile} kept changing under other writers.",
        "Send the same report again in a few seconds: nothing is posted twice.",
    )


def _outcome(app: App, part: _Part, now: Standing, wish: ReportWish) -> LedgerOutcome:
    first, last = part.span
    stored = stored_days(app, wish.profile, first - _ONE_DAY, last + 2 * _ONE_DAY)
    return difference(
        part.totals,
        _told_at(app, wish),
        part.content,
        stored,
        now.policy,
        identified_by(now.registry),
        part.span,
    )


def _record(
    app: App,
    raw: RawFile,
    part: _Part,
    run_id: str,
    outcome: LedgerOutcome,
    document: Document,
    wish: ReportWish,
) -> bool:
    """Write a run; return False where another writer came first."""
    posted = tuple(posting.external_id for posting in outcome.postings)
    refuse_too_many(
        len(posted),
        f"The ledger of {part.span[0]} to {part.span[1]}",
        "Raise lines_per_posting in the inventory policy, or send fewer days at a time.",
    )
    # All that a run is, so that the table can be rebuilt from the bucket.
    own = {"content_hash": part.content, "raw_key": raw.key}
    days_told = [day_document(day) for day in outcome.days]
    content = packed.pack({**document, **own, "days": days_told})
    key = f"{RESULTS}{wish.profile}/{hashlib.sha256(content).hexdigest()}.json.gz"
    raw.keep(app.files)
    app.files.keep(key, content, "application/gzip")
    told = _told_at(app, wish).isoformat(timespec="seconds")
    run = LedgerRun(
        run_id=run_id,
        profile=wish.profile,
        kind="ledger_detail",
        content_hash=part.content,
        version=str(document["version"]),
        told_at=told,
        first_day=part.span[0].isoformat(),
        last_day=part.span[1].isoformat(),
        external_ids=posted,
        netsuite_ids=(),
        state="ready" if posted else "posted",
        raw_key=raw.key,
        result_key=key,
        recorded_at=app.now().isoformat(timespec="seconds"),
    )
    days = [
        LedgerDayRecord(
            day=day.day,
            revision=day.revision,
            told_at=day.told_at.isoformat() if day.told_at else "",
            content_hash=day.content_hash,
            result_key=key,
        )
        for day in outcome.days
    ]
    met = registered(app, _scope(wish.profile), outcome.findings)[:_MOST_EXCEPTIONS]
    return app.inventory.post_ledger(run, days, met, of_run(run, app.now()))


def resolve_days(
    app: App, profile: str, span: tuple[date, date], findings: Sequence[Finding]
) -> None:
    """Resolve what waited in these days and waits no more.

    Raises:
        OutsideFailure: the store did not answer.
    """

    def is_of_these_days(finding: Mapping[str, Any]) -> bool:
        evidence = finding.get("evidence")
        told = evidence if isinstance(evidence, Mapping) else {}
        first, last = str(told.get("first_day", "")), str(told.get("last_day", ""))
        return bool(first) and span[0].isoformat() <= first and last <= span[1].isoformat()

    resolve_gone(app, _scope(profile), findings, is_of_these_days)


def _told_at(app: App, wish: ReportWish) -> datetime:
    # To the second: that is how it is kept, and what a report is compared by.
    return (wish.made_at or app.now()).astimezone(UTC).replace(microsecond=0)


def _run_id(app: App, wish: ReportWish, part: _Part, version: str) -> str:
    """Name a run. A moment the caller tells is part of it: Amazon may go back to what it said."""
    first, last = part.span
    told = _told_at(app, wish).isoformat() if wish.made_at else ""
    identity = f"{wish.profile}\n{part.content}\n{version}\n{first}\n{last}\n{told}"
    return f"{wish.profile}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"


def _stands(app: App, run: LedgerRun) -> bool:
    """Return whether the days of a run still rest on its report."""
    first, last = date.fromisoformat(run.first_day), date.fromisoformat(run.last_day)
    days = app.inventory.ledger_days(run.profile, first, last)
    return all(day.content_hash == run.content_hash for day in days)


def _findings_of(document: Document) -> list[Finding]:
    return [
        Finding(told["code"], told["subject"], told["what"], told["evidence"])
        for told in document["exceptions"]
    ]


def _scope(profile: str) -> str:
    return f"ledger:{profile}"


def _span(report: AmazonReport, wish: ReportWish, today: date) -> tuple[date, date] | None:
    """Return the first and last day a report covers; ``None`` where it has no row and no span."""
    found = report.days
    first = wish.first_day or (found[0] if found else None)
    last = wish.last_day or (found[1] if found else None)
    if first is None or last is None:
        return None
    if first > last or (found and not (first <= found[0] and found[1] <= last)):
        raise RefusedRequest(
            "BAD_SPAN",
            f"The report is said to cover {first} to {last}, and its rows are of "
            f"{f'{found[0]} to {found[1]}' if found else 'no day'}.",
            "Name the days the report was asked for, or none.",
        )
    refuse_misread(first, last, today)
    if (last - first).days >= _LONGEST:
        raise RefusedRequest(
            "BAD_SPAN",
            f"The report covers {first} to {last}: more days than Amazon keeps.",
            f"Send at most {_LONGEST} days; see whether a date is misread.",
        )
    return first, last


def _parts(span: tuple[date, date]) -> Iterator[tuple[date, date]]:
    first, last = span
    while first <= last:
        end = min(last, first + (_DAYS_OF_A_PART - 1) * _ONE_DAY)
        yield first, end
        first = end + _ONE_DAY


def _within(totals: Mapping[date, Totals], span: tuple[date, date]) -> Mapping[date, Totals]:
    return {day: found for day, found in totals.items() if span[0] <= day <= span[1]}
