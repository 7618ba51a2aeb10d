"""The stock's books made anew from the bucket: runs of Amazon's ledger, and the last reports.

A run's document holds all that the table knew of it, and of the days it changed. So it is recorded
as it was and not worked out again: that would need the listings registered over HTTP, which are
lost with the table, and would take back what has no listing any more. Of the other reports the
latest of each kind is read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from handler.core.errors import PluginError, RefusedRequest
from handler.core.finding import CATALOGUE, Finding
from handler.core.source import content_hash, unpacked
from handler.flows.inventory_ports import LedgerDayRecord, LedgerRun
from handler.flows.kept_listings import LISTINGS, kept_listings, last_of_each
from handler.flows.parcels_made import of_run
from handler.flows.post_ledger import resolve_days
from handler.flows.read_stock_report import read_raw
from handler.flows.registered import registered
from handler.flows.settle_call import RawFile
from handler.flows.state_ports import Bucket, KeptFile, Noted
from handler.flows.state_replay import parked
from handler.flows.stock_files import RESULTS, ReportWish
from handler.payloads import packed

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import Files
    from handler.inventory.listing import ListingKey

Document = dict[str, Any]
_SHAPE: Final = re.compile(rf"{RESULTS}[^/]+/[0-9a-f]{{64}}\.json\.gz")
_LONGEST_CALL: Final = timedelta(minutes=15)  # Lambda's own limit
_MOST_EXCEPTIONS: Final = 50


@dataclass(frozen=True, slots=True)
class Stock:
    """What was made anew of the stock's books.

    Attributes:
        runs: of the ledger.
        there: runs that were there already.
        reports: the latest of each kind, read again.
        listings: registered over HTTP.
        contents: SHA-256 of every report they rest on.
    """

    runs: int
    there: int
    reports: int
    listings: int
    contents: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Run:
    """A run's document in short; read again when it is recorded."""

    file: KeptFile
    run_id: str
    profile: str
    days: tuple[tuple[str, int], ...]
    content: str


def rebuild_stock(app: App, bucket: Bucket, noted: list[Noted]) -> Stock:
    """Record every run and report the bucket tells of, where it is not recorded.

    Raises:
        OutsideFailure: a store did not answer: run it again.
    """
    listings = _listings(app, bucket)
    runs: dict[str, _Run] = {}
    reports: dict[tuple[str, str, str], tuple[str, KeptFile]] = {}
    contents = set[str]()
    for file in sorted(bucket.listing(RESULTS), key=lambda one: (one.written_at, one.key)):
        if not _SHAPE.fullmatch(file.key):
            continue
        document = packed.unpack(app.files.read(file.key))
        if "run_id" in document:
            run = _run(file, document)
            # A call that lost a race kept what it would have recorded, and then what it did.
            runs[run.run_id] = run
            contents.add(run.content)
        elif "content_hash" in document:  # without it, the raw file is received again
            contents.add(document["content_hash"])
            reports[_place(document)] = max(
                reports.get(_place(document), ("", file)),
                (document["told_at"], file),
                key=lambda told: told[0],
            )
    there, pending = 0, []
    for run in _without_doubles(list(runs.values()), noted):
        if app.inventory.ledger_run(run.profile, run.run_id) is None:
            pending.append(run)
        else:
            there += 1
    left = _recorded(app, pending)
    noted.extend(_not_recorded(run) for run in left)
    for _, file in reports.values():
        _keep_report(app, file, noted)
    return Stock(
        runs=len(pending) - len(left),
        there=there,
        reports=len(reports),
        listings=listings,
        contents=frozenset(contents - {""}),
    )


def _listings(app: App, bucket: Bucket) -> int:
    """Register what was registered over HTTP, at its last revision; return how many are new."""
    files = (kept_listings(app.files.read(file.key)) for file in bucket.listing(LISTINGS))
    new = 0
    known: dict[str, dict[ListingKey, int]] = {}
    for (profile, key), one in sorted(last_of_each(files).items()):
        if profile not in known:
            there = app.inventory.listings(profile)
            known[profile] = {each.listing.key: each.revision for each in there}
        before = known[profile].get(key, 0)
        # Each over the one before it, as a listing is always written.
        for revision in range(before + 1, one.revision + 1):
            app.inventory.put_listing(profile, replace(one, revision=revision))
        new += before < one.revision
    return new


def _recorded(app: App, pending: Sequence[_Run]) -> Sequence[_Run]:
    """Record runs, each after those whose days it goes on from; return what is left."""
    left = list(pending)
    while left:
        waits = [run for run in left if not _record(app, run)]
        if len(waits) == len(left):
            return left
        left = waits
    return left


def _run(file: KeptFile, document: Document) -> _Run:
    days = document["days"]
    known = document.get("content_hash", "") or (days[0]["content_hash"] if days else "")
    return _Run(
        file=file,
        run_id=document["run_id"],
        profile=document["profile"],
        days=tuple((day["day"], day["revision"]) for day in days),
        content=known,
    )


def _without_doubles(every: Sequence[_Run], noted: list[Noted]) -> Iterator[_Run]:
    """Yield runs of which no two say they made the same revision of a day.

    The later one counts where it is later by more than any call takes: it found the revision not
    recorded yet. Else nobody can tell.
    """
    claims: dict[tuple[str, str, int], list[_Run]] = {}
    for run in every:
        for day, revision in run.days:
            claims.setdefault((run.profile, day, revision), []).append(run)
    dropped: set[str] = set()
    for (profile, day, revision), several in claims.items():
        *others, last = several
        for other in others:
            dropped.add(other.run_id)
            if last.file.written_at - other.file.written_at > _LONGEST_CALL:
                continue
            dropped.add(last.run_id)
            noted.append(
                Noted(
                    "TWO_RESULTS",
                    f"ledger of {profile}, {day}",
                    f"Runs {other.run_id} and {last.run_id} both made revision {revision}, and "
                    "nobody can tell which was recorded.",
                    "See which one's postings NetSuite has, move the other's file out of the "
                    f"bucket ({other.file.key} or {last.file.key}), and rebuild again.",
                )
            )
    yield from (run for run in every if run.run_id not in dropped)


def _record(app: App, one: _Run) -> bool:
    """Record a run as its document tells it; False where days it goes on from are not there yet."""
    document = packed.unpack(app.files.read(one.file.key))
    at = one.file.written_at
    external_ids = tuple(posting["external_id"] for posting in document["postings"])
    run = LedgerRun(
        run_id=one.run_id,
        profile=one.profile,
        kind=document["kind"],
        content_hash=one.content,
        version=document["version"],
        told_at=document["told_at"],
        first_day=document["first_day"],
        last_day=document["last_day"],
        external_ids=external_ids,
        netsuite_ids=(),
        state="ready" if external_ids else "posted",
        raw_key=document.get("raw_key", ""),
        result_key=one.file.key,
        recorded_at=at.isoformat(timespec="seconds"),
    )
    days = [
        LedgerDayRecord(
            day=date.fromisoformat(day["day"]),
            revision=day["revision"],
            told_at=day["told_at"],
            content_hash=day["content_hash"],
            result_key=one.file.key,
        )
        for day in document["days"]
    ]
    then = replace(app, now=lambda: at)
    findings = [
        Finding(told["code"], told["subject"], told["what"], told["evidence"], told["repair"])
        for told in document["exceptions"]
        if told["code"] in CATALOGUE
    ]
    met = registered(then, f"ledger:{one.profile}", findings)[:_MOST_EXCEPTIONS]
    if not app.inventory.post_ledger(run, days, met, parked(of_run(run, at))):
        return False
    span = (date.fromisoformat(run.first_day), date.fromisoformat(run.last_day))
    resolve_days(then, one.profile, span, findings)
    return True


def _place(document: Document) -> tuple[str, str, str]:
    """Return what a report takes the place of."""
    return (document["profile"], document["kind"], document["marketplace"])


def _keep_report(app: App, file: KeptFile, noted: list[Noted]) -> None:
    """Read the last report of its kind again, as of the moment it was made."""
    document = packed.unpack(app.files.read(file.key))
    then = replace(app, now=lambda: file.written_at, files=cast("Files", _OnlyMissing(app.files)))
    wish = ReportWish(
        profile=document["profile"],
        marketplace=document["marketplace"],
        made_at=datetime.fromisoformat(document["told_at"]),
    )
    key = document["raw_key"]
    try:
        if content_hash(unpacked(app.files.source(key))) == document["content_hash"]:
            read_raw(then, RawFile(key, app.files.source(key)), wish)
            return
        said = "another file lies in its place"
    except PluginError as error:
        if error.retryable:
            raise
        said = f"{error.code}: {error.message}"
    noted.append(Noted("REPORT_NOT_REBUILT", key, f"It was not read: {said}.", "Send a later one."))


class _OnlyMissing:
    """The bucket, into which nothing is written that is there."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the bucket has
        return getattr(self._files, name)

    def keep(self, key: str, content: bytes, content_type: str) -> None:
        """Keep a file; its key carries its content's hash."""
        try:
            self._files.source(key)
        except RefusedRequest:
            self._files.keep(key, content, content_type)


def _not_recorded(run: _Run) -> Noted:
    days = ", ".join(f"{day} (revision {revision})" for day, revision in run.days[:3])
    return Noted(
        "RUN_NOT_REBUILT",
        f"run {run.run_id}",
        f"It goes on from what is not there: {days}.",
        "Restore the last version of what is missing under results/inventory/ (the bucket is "
        "versioned), and rebuild again.",
    )
