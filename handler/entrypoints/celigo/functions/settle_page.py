"""``settlePage``, a preSavePage hook: a page of settlement files, or of their rows, settled.

A settlement is either settled whole or not at all. Whether the rows of a page are the whole of one,
its own total tells: they are settled without recording first, and only what ties is recorded. Rows
that cancel out could be missing still, so the settlement that ends a page is not taken for whole
where the page may be full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import structlog

from handler.core.errors import PluginError, RefusedRequest
from handler.entrypoints.celigo.functions.flat_rows import Row, cell_text, flat_file, value_of
from handler.entrypoints.celigo.functions.page_answer import Document, PagePart, page_of
from handler.entrypoints.celigo.functions.page_end import MOST_RECORDS, why_it_may_go_on
from handler.entrypoints.celigo.functions.page_records import told_apart, unknown_record
from handler.entrypoints.celigo.functions.ready_records import ready_records
from handler.entrypoints.celigo.functions.settings_given import ANSWERS, DIALECTS, GivenSettings
from handler.flows import posted
from handler.flows.settle_call import Answer, Wish
from handler.payloads.netsuite_records import entry_records

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App

SETTINGS: Final = ("profile", "format", "answer", "exchange_rate", "page_size")
_TOTAL: Final = "total-amount"


def settle_page(app: App, options: Options, context: CallContext) -> Document:
    """Settle the files a page names, and the settlements whose rows it holds."""
    settings = GivenSettings(options, SETTINGS)
    wish = Wish(
        profile=settings.text("profile"),
        exchange_rate=settings.rate("exchange_rate"),
        dry_run=options.get("testMode") is True,
    )
    shown = _Shown(
        app,
        settings.choice("format", DIALECTS, "celigo"),
        settings.choice("answer", ANSWERS, "records") == "summary",
    )
    going_on = _going_on(options["data"], settings.count("page_size", 0, 1, MOST_RECORDS))
    parts = list(_parts(app, options, wish, shown, going_on))
    return page_of(parts, options, context.most_bytes)


@dataclass(frozen=True, slots=True)
class _GoingOn:
    """The row that ends the page, and why its settlement may go on; ``None`` where it does not."""

    row: object
    why: str


def _going_on(records: Sequence[object], page_size: int) -> _GoingOn | None:
    why = why_it_may_go_on(records, page_size)
    return _GoingOn(records[-1], why) if records and why else None


def _parts(
    app: App, options: Options, wish: Wish, shown: _Shown, going_on: _GoingOn | None
) -> Iterator[PagePart]:
    page = told_apart(options["data"], app.files.bucket)
    for record in page.unknown:
        yield PagePart(error=unknown_record(), retry=record)
    for file in page.files:
        try:
            yield shown.part(posted.settle_kept(app, file.bucket, file.key, wish), file.record)
        except PluginError as error:
            yield PagePart(error=error, retry=file.record)
    for group in (page.rows, *page.groups):
        try:
            settlements = _by_settlement(group)
        except PluginError as error:
            yield PagePart(error=error, retry=list(group))
            continue
        for name, rows in settlements.items():
            structlog.contextvars.bind_contextvars(settlement_id=name)
            try:
                _refuse_part(name, rows, going_on)
                yield shown.part(_settle_rows(app, name, rows, wish), rows)
            except PluginError as error:
                yield PagePart(error=error, retry=rows)
    structlog.contextvars.unbind_contextvars("settlement_id")  # the page is of many


def _by_settlement(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return rows by settlement, each with the row of its facts first, as the file has it.

    Raises:
        RefusedRequest: ``UNREADABLE_ROW``, ``NO_SETTLEMENT_ID``: a row says not whose it is.
    """
    found: dict[str, list[Row]] = {}
    for number, row in enumerate(rows, 1):
        name = cell_text(number, "settlement-id", value_of(row, "settlement-id")).strip()
        if not name:
            raise RefusedRequest(
                "NO_SETTLEMENT_ID",
                f"Row {number} of the page names no settlement-id, so no settlement of the page "
                "can be told to be whole.",
                "Send the rows of a V1 or V2 flat file with all their columns.",
                {"row": number},
            )
        found.setdefault(name, []).append(row)
    return {name: sorted(mine, key=lambda row: not _total(row)) for name, mine in found.items()}


def _refuse_part(name: str, rows: Sequence[Row], going_on: _GoingOn | None) -> None:
    """Refuse rows that cannot be a whole settlement, or of which more may follow.

    Raises:
        RefusedRequest: ``PARTIAL_SETTLEMENT``, ``SETTLEMENT_TWICE``.
    """
    facts = sum(1 for row in rows if _total(row))
    if not facts:
        raise _partial(name, "the row that names its total is not among them")
    if facts > 1:
        raise RefusedRequest(
            "SETTLEMENT_TWICE",
            f"The page holds settlement {name} {facts} times over.",
            "Have the export take up each report once: a report that comes twice is one file more.",
            {"settlement_id": name},
        )
    if len(rows) == facts:
        raise _partial(name, "no row of a movement is among them")
    if going_on is not None and any(row is going_on.row for row in rows):
        raise _partial(name, f"its rows end the page, and {going_on.why}")


def _settle_rows(app: App, name: str, rows: Sequence[Row], wish: Wish) -> Answer:
    """Settle one settlement's rows.

    Raises:
        RefusedRequest: ``PARTIAL_SETTLEMENT``; nothing is recorded.
        PluginError: as :func:`~handler.flows.posted.settle_posted`.
    """
    content = flat_file(rows)
    trial = posted.settle_posted(app, content, replace(wish, dry_run=True)).document
    if trial["declared_total"] != trial["computed_total"]:
        codes = _codes(trial)
        raise _partial(
            name,
            f"they add up to {trial['computed_total']} {trial['currency']} where Amazon declares "
            f"{trial['declared_total']} ({codes})",
        )
    return posted.settle_posted(app, content, wish)


def _total(row: Row) -> bool:
    value = value_of(row, _TOTAL)
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _partial(name: str, why: str) -> RefusedRequest:
    return RefusedRequest(
        "PARTIAL_SETTLEMENT",
        f"The page does not hold settlement {name} as a whole for certain: {why}. Nothing of it is "
        "recorded.",
        "Raise the export's page size so that the file is one page, and name it as page_size in "
        "the settings; or group the rows by settlement-id; or send the file by POST /v1/uploads "
        "or by S3.",
        {"settlement_id": name},
    )


def _codes(document: Document | Any) -> str:  # noqa: ANN401
    return ", ".join(sorted({found["code"] for found in document["exceptions"]}))


class _Shown:
    """What a flow is shown of a settled settlement."""

    def __init__(self, app: App, dialect: str, summary: bool) -> None:
        self._app = app
        self._dialect = dialect
        self._summary = summary

    def part(self, answer: Answer, retry: object) -> PagePart:
        document: Document = dict(answer.document)
        if document["status"] == "held":
            name = document["settlement_id"]
            held = RefusedRequest(
                "SETTLEMENT_HELD",
                f"Settlement {name} is held and posts nothing: {_codes(document)}.",
                "Repair what its exceptions name, and send it again.",
                {"settlement_id": name},
            )
            return PagePart(error=held, retry=retry)
        data = [_summary(answer)] if self._summary else self._records(answer)
        return PagePart(data, recorded=answer.record is not None)

    def _records(self, answer: Answer) -> list[Document]:
        document = answer.document
        profile, name = str(document["profile"]), str(document["settlement_id"])
        return ready_records(
            self._app,
            entry_records(document, self._dialect, self._app.references.load(profile)),
            f"settlement:{name}" if answer.record else "",
            {"settlement_id": name, "profile": profile, "format": self._dialect},
        )


def _summary(answer: Answer) -> Document:
    document: Document = dict(answer.document)
    record = answer.record
    names = (
        "settlement_id", "profile", "status", "currency", "declared_total", "start", "end",
        "deposit_date", "rows",
    )  # fmt: skip
    return {
        **{name: document[name] for name in names},
        "external_ids": [entry["external_id"] for entry in document["journal_entries"]],
        "version": record.version if record else 0,
        "state": record.state if record else "",
        "replayed": answer.replayed,
    }
