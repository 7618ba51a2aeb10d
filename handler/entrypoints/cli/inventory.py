"""`python -m handler inventory ...`: decisions, what the ledger brings, and drift, on files alone.

The way is that of the HTTP steps, over the process's own memory. Exit 0 clean, 2 something to do.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from handler import wiring
from handler.core.errors import UnusableFile
from handler.core.finding import Severity
from handler.entrypoints.cli import inventory_files as files
from handler.flows.compare_stock import compare_stock
from handler.flows.decide_fbm import decide
from handler.flows.read_stock_report import read_posted
from handler.flows.stock_files import UPLOADED, ReportWish, told_by_key
from handler.inventory.amazon_report import ReportKind
from handler.inventory.decision import Mode
from handler.payloads import json_text
from handler.payloads.decision_documents import decision_document
from handler.payloads.ledger_run import in_brief
from handler.payloads.stock_dialects import render_postings
from handler.payloads.stock_tables import decisions_table, drift_table, ledger_table

if TYPE_CHECKING:
    from handler.flows.app import App

CLEAN, TO_DO = 0, 2
Document = dict[str, Any]
_A_SECOND: Final = timedelta(seconds=1)


def run(options: argparse.Namespace) -> int:
    """Do what the options name, print it, and return the exit code.

    Raises:
        UnusableFile: ``BAD_JSON``, ``BAD_CSV``, or no report known here; it names the file.
        RefusedRequest: ``UNKNOWN_PROFILE``, ``BAD_OPTION``.
        UnusableMapping: the mappings are wrong.
    """
    is_clean = _ACTIONS[options.action](options)
    return CLEAN if is_clean else TO_DO


class _Clock:
    """The time of a run: it stands still but for the second that each file takes.

    So a file named later was told later, and the same command prints the same again.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start.replace(microsecond=0)

    def __call__(self) -> datetime:
        return self._now

    def next_file(self) -> datetime:
        self._now += _A_SECOND
        return self._now


def _decide(options: argparse.Namespace) -> bool:
    clock = _Clock(_moment(options.now, "--now"))
    app = wiring.in_memory(options.mappings, clock)
    app.stock_mappings.load(options.profile)
    bodies = [(file, files.counts(file)) for file in options.files]
    calls: list[Document] = []
    for place, (file, body) in enumerate(bodies):
        if place:
            clock.next_file()
        answer = decide(
            app,
            options.profile,
            [one.source() for one in body.data],
            [one.order() for one in body.orders],
            Mode(options.mode),
        )
        data = [decision_document(one) for one in answer.decisions]
        calls.append({"file": file, "data": data, "send": list(answer.emission)})
    if options.format == "json":
        print(json_text.dumps({"profile": options.profile, "calls": calls}))
    else:
        print("\n\n".join(f"{one['file']}\n{decisions_table(one['data'])}" for one in calls))
    return all(decision["success"] for one in calls for decision in one["data"])


def _ledger(options: argparse.Namespace) -> bool:
    clock = _Clock(datetime.now(UTC))
    reports = _read(wiring.in_memory(options.mappings, clock), clock, options)
    if options.format == "table":
        print("\n\n".join(f"{one['file']}\n{ledger_table(one)}" for one in reports))
    elif options.format == "json":
        print(json_text.dumps({"profile": options.profile, "reports": reports}))
    else:
        postings = [posting for one in reports for posting in one.get("postings", ())]
        references = wiring.reference_source(options.mappings).load(options.profile)
        print(render_postings(postings, options.format, references).text.rstrip("\n"))
    return all(_is_clean(one) for one in reports)


def _drift(options: argparse.Namespace) -> bool:
    read_at = _moment(options.as_of, "--as-of").replace(microsecond=0)
    netsuite = files.netsuite_counts(options.netsuite)
    # The last report is of the moment NetSuite was read; the ones before it, of just before.
    clock = _Clock(read_at - len(options.files) * _A_SECOND)
    app = wiring.in_memory(options.mappings, clock)
    reports = _read(app, clock, options)
    document = compare_stock(app, options.profile, netsuite, read_at)
    if options.format == "json":
        shown = [in_brief(one) for one in reports]
        print(json_text.dumps({**document, "reports": shown}))
    else:
        print("\n".join((*map(_in_a_line, reports), "", drift_table(document))))
    return not _weighs(document["findings"]) and all(_is_clean(one) for one in reports)


def _read(app: App, clock: _Clock, options: argparse.Namespace) -> list[Document]:
    """Read Amazon's reports in the order given; a document for each part, with its file."""
    found: list[Document] = []
    known: set[str] = set()
    for file in options.files:
        for document in _documents(app, file, options.profile, clock.next_file()):
            run_id = document.get("run_id", "")
            if run_id in known:
                # The same content again is a replay: what it brought was said before.
                document |= {"postings": [], "status": "no_difference"}
            known |= {run_id} - {""}
            found.append({"file": file, **document})
    return found


def _documents(app: App, file: str, profile: str, made_at: datetime) -> list[Document]:
    # The file's name may hold the marketplace, as an upload's does.
    told = told_by_key(f"{UPLOADED}{profile}/{Path(file).name}")
    wish = ReportWish(profile, marketplace=told.marketplace if told else "", made_at=made_at)
    try:
        documents = read_posted(app, files.content_of(file), wish)
    except UnusableFile as error:
        where = "" if file in error.message else f"{file}: "
        raise UnusableFile(error.code, f"{where}{error.message}", error.repair) from error
    # Only a detail report without a row is answered nothing.
    return documents or [
        {
            "profile": profile,
            "kind": str(ReportKind.LEDGER_DETAIL),
            "status": "no_difference",
            "rows": 0,
            "postings": [],
            "exceptions": [],
        }
    ]


def _is_clean(report: Mapping[str, Any]) -> bool:
    return not (report["status"] == "held" or report.get("held") or _weighs(report["exceptions"]))


def _weighs(findings: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether any finding asks for somebody: a notice does not."""
    return any(one["severity"] != Severity.NOTICE for one in findings)


def _in_a_line(report: Mapping[str, Any]) -> str:
    counts = {"waiting": len(report.get("held", ())), "findings": len(report["exceptions"])}
    told = "".join(f", {of}: {count}" for of, count in counts.items() if count)
    kind, status = (str(report[name]).replace("_", " ") for name in ("kind", "status"))
    return f"{report['file']}: {kind}, {report['rows']:,} rows, {status}{told}"


def _moment(text: str, option: str) -> datetime:
    return files.moment(text, option) if text else datetime.now(UTC)


_ACTIONS: Final[Mapping[str, Callable[[argparse.Namespace], bool]]] = {
    "decide": _decide,
    "ledger": _ledger,
    "drift": _drift,
}
