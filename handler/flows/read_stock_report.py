"""A report about stock came, by HTTP or by upload: read it, and do what its kind asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handler.core.errors import RefusedRequest, UnusableFile
from handler.core.source import content_hash, unpacked
from handler.flows.keep_stock_report import keep_report
from handler.flows.post_ledger import post_ledger
from handler.flows.posted import POSTED, file_scope, unusable
from handler.flows.registered import refused, registered
from handler.flows.settle_call import RawFile
from handler.flows.stock_files import ReportWish, posted, told_by_key
from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.fbm_guards import CLOCK_SKEW
from handler.inventory.readers import read_report

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]


def read_posted(app: App, content: bytes, wish: ReportWish) -> list[Document]:
    """Read a report that came with the call.

    Raises:
        RefusedRequest: ``EMPTY_BODY``, and as :func:`read_raw`.
        UnusableFile, UnusableMapping, OutsideFailure: as :func:`read_raw`.
    """
    return read_raw(app, posted(content), wish)


def read_kept(app: App, bucket: str, key: str, wish: ReportWish) -> list[Document]:
    """Read a report of the plugin's own bucket, under raw-inventory/ or raw-posted/.

    Raises:
        RefusedRequest: ``FOREIGN_FILE``, ``FILE_NOT_FOUND``, and as :func:`read_raw`.
        UnusableFile, UnusableMapping, OutsideFailure: as :func:`read_raw`.
    """
    wish = report_wish(app, bucket, key, wish)
    return read_raw(app, RawFile(key, app.files.source(key)), wish)


def report_wish(app: App, bucket: str, key: str, wish: ReportWish) -> ReportWish:
    """Return a wish with what the file's key says of it.

    Raises:
        RefusedRequest: ``FOREIGN_FILE``: it is not one of the profile's files in the bucket.
    """
    told = told_by_key(key)
    is_own = told.profile == wish.profile if told else _is_posted(key)
    if bucket != app.files.bucket or not is_own or "\\" in key:
        raise RefusedRequest(
            "FOREIGN_FILE",
            f"The file is not one of {wish.profile}'s reports about stock.",
            f"Name a file of bucket {app.files.bucket} under raw-inventory/{wish.profile}/.",
        )
    if told is None:
        return wish
    return replace(
        wish,
        marketplace=wish.marketplace or told.marketplace,
        made_at=wish.made_at or told.made_at,
    )


def read_raw(app: App, raw: RawFile, wish: ReportWish) -> list[Document]:
    """Read a report, post or keep what it says, and answer a document for each part of it.

    A report with a row that cannot be read is held: nothing of it is posted or kept, and what is
    wrong is in the register, by file and line.

    Raises:
        RefusedRequest: the call is wrong (``UNKNOWN_PROFILE``, ``BAD_SPAN``,
            ``REPORT_FROM_FUTURE``).
        UnusableFile: it is no report known here; kept as evidence and registered.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    app.stock_mappings.load(wish.profile)
    if wish.made_at is not None and wish.made_at > app.now() + CLOCK_SKEW:
        raise RefusedRequest(
            "REPORT_FROM_FUTURE",
            f"The report is said to be made at {wish.made_at.isoformat()}, which is still to come. "
            "It would stand before every report made until then.",
            "Name the moment Amazon made it, in its time zone, or none.",
        )
    source = unpacked(raw.source)
    content = content_hash(source)
    try:
        report = read_report(source)
    except UnusableFile as error:
        if not wish.dry_run:
            raw.keep(app.files)  # the evidence
            refused(app, file_scope(raw.key), unusable(raw.key, error))
        raise
    if any(finding.holds for finding in report.findings):
        return [_held(app, raw, report, wish)]
    if report.kind is ReportKind.LEDGER_DETAIL:
        answer = post_ledger(app, raw, report, content, wish)
        documents = [
            {**document, "status": "posted" if document["postings"] else "no_difference"}
            for document in answer.documents
        ]
    else:
        document, _ = keep_report(app, raw, report, content, wish)
        documents = [document]
    if not wish.dry_run:
        app.settlements.resolve(file_scope(raw.key), app.now().isoformat(timespec="seconds"))
    return documents


def _held(app: App, raw: RawFile, report: AmazonReport, wish: ReportWish) -> Document:
    if not wish.dry_run:
        raw.keep(app.files)
        scope = file_scope(raw.key)
        app.settlements.register(registered(app, scope, report.findings))
    return {
        "profile": wish.profile,
        "kind": str(report.kind),
        "status": "held",
        "rows": report.rows,
        "exceptions": [finding.as_dict() for finding in report.findings],
    }


def _is_posted(key: str) -> bool:
    return key.startswith(POSTED) and key.isprintable() and ".." not in key
