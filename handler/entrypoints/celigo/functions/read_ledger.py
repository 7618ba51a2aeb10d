"""``readLedgerRows``, a preSavePage hook: Amazon's reports about stock, read and posted.

The ledger is posted by the difference of what a day says now to what it said before, and nothing in
a report tells that rows are missing from it. So rows are read only from a page that can be nothing
but the whole report; of a part, the missing rows would be taken back as if they never were. Rows
are never given back to be tried again: sent later, they would count as newer than what was read
since. The name of a file may come again at any time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import PluginError, RefusedRequest
from handler.entrypoints.celigo.functions.flat_rows import flat_file
from handler.entrypoints.celigo.functions.page_answer import Document, PagePart, page_of
from handler.entrypoints.celigo.functions.page_end import MOST_RECORDS, why_it_may_go_on
from handler.entrypoints.celigo.functions.page_records import NamedFile, told_apart, unknown_record
from handler.entrypoints.celigo.functions.ready_records import ready_records
from handler.entrypoints.celigo.functions.settings_given import ANSWERS, DIALECTS, GivenSettings
from handler.flows import read_stock_report
from handler.flows.stock_files import ReportWish
from handler.payloads.ledger_run import brief
from handler.payloads.netsuite_records import stock_records

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App

SETTINGS: Final = ("profile", "format", "answer", "marketplace", "page_size")


def read_ledger_rows(app: App, options: Options, context: CallContext) -> Document:
    """Read the reports a page names, or the one report whose rows it holds."""
    settings = GivenSettings(options, SETTINGS)
    wish = ReportWish(
        settings.profile(),
        marketplace=settings.text("marketplace"),
        dry_run=options.get("testMode") is True,
    )
    shown = _Shown(
        app,
        settings.choice("format", DIALECTS, "celigo"),
        settings.choice("answer", ANSWERS, "records") == "summary",
        wish.dry_run,
    )
    page_size = settings.count("page_size", 0, 1, MOST_RECORDS)
    return page_of(list(_parts(app, options, wish, shown, page_size)), options, context.most_bytes)


def _parts(
    app: App, options: Options, wish: ReportWish, shown: _Shown, page_size: int
) -> Iterator[PagePart]:
    page = told_apart(options["data"], app.files.bucket)
    for record in (*page.unknown, *page.groups):
        yield PagePart(error=unknown_record(), retry=record)
    for file in page.files:
        try:
            told = _wish_of(file, wish)
            documents = read_stock_report.read_kept(app, file.bucket, file.key, told)
            yield from shown.parts(documents, file.record)
        except PluginError as error:
            yield PagePart(error=error, retry=file.record)
    if page.rows:
        try:
            _refuse_part(options, page_size)
            content = flat_file(page.rows)
            yield from shown.parts(read_stock_report.read_posted(app, content, wish), None)
        except PluginError as error:
            yield PagePart(error=error)


def _refuse_part(options: Options, page_size: int) -> None:
    """Refuse a page that may hold a part of a report.

    Raises:
        RefusedRequest: ``PARTIAL_REPORT``.
    """
    index = options.get("pageIndex")
    if not page_size:
        why = "the settings do not name the export's page size, by which a whole one is told"
    elif isinstance(index, bool) or index != 0:
        why = f"it is page {index!r} of the export, counted from 0"
    else:
        why = why_it_may_go_on(options["data"], page_size)
    if not why:
        return
    raise RefusedRequest(
        "PARTIAL_REPORT",
        f"The page may hold a part of a report: {why}. A part would take back units that the "
        "missing rows moved, so nothing of it is read.",
        'Set the export\'s page size above the rows of a report, the same number as "page_size" '
        "in its settings, and let it take up one report a run; or send the files by POST "
        "/v1/uploads or by S3, and their names to this function.",
    )


def _wish_of(file: NamedFile, wish: ReportWish) -> ReportWish:
    made = file.text("made_at")
    return replace(
        wish,
        marketplace=file.text("marketplace") or wish.marketplace,
        made_at=_moment(made) if made else None,
    )


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise RefusedRequest(
            "BAD_RECORD",
            f"The record's made_at is {text[:60]!r}; expected is a moment with its zone.",
            'Write it as "2026-11-25T10:15:00Z", or leave it out.',
        )
    return found.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a flow is shown of a report that was read."""

    app: App
    dialect: str
    summary: bool
    dry_run: bool

    def parts(self, documents: Sequence[Document], retry: object) -> Iterator[PagePart]:
        for document in documents:
            if document["status"] == "held":
                yield PagePart(error=_held(document), retry=retry)
                continue
            data = [_summary(document)] if self.summary else self._records(document)
            if data:
                yield PagePart(data, recorded=not self.dry_run)

    def _records(self, document: Document) -> list[Document]:
        postings: Sequence[Mapping[str, Any]] = document.get("postings", ())
        if not postings:
            return []
        run, profile = str(document["run_id"]), str(document["profile"])
        return ready_records(
            self.app,
            stock_records(postings, self.dialect, self.app.references.load(profile)),
            "" if self.dry_run else f"run:{run}",
            {"run_id": run, "profile": profile, "format": self.dialect},
        )


def _held(document: Document) -> RefusedRequest:
    first = document["exceptions"][0]
    return RefusedRequest(
        "REPORT_HELD",
        f"Nothing of the report is posted or kept: {len(document['exceptions'])} of its rows "
        f"cannot be read. The first: {first['what']}",
        "Mend what its exceptions name, and send it again.",
    )


def _summary(document: Document) -> Document:
    names = (
        "profile", "kind", "status", "rows", "run_id", "first_day", "last_day", "told_at",
        "held_units",
    )  # fmt: skip
    return {
        **{name: document[name] for name in names if name in document},
        "postings": brief(document.get("postings", ())),
    }
