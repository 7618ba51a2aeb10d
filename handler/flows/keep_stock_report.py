"""Reports that tell how things stand: each replaces the last one of its kind, whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import RefusedRequest
from handler.core.finding import Finding
from handler.core.source import content_hash, unpacked
from handler.flows.decide_fbm import subject_of
from handler.flows.inventory_ports import SnapshotRecord
from handler.flows.ledger_state import stored_days
from handler.flows.register_findings import register_findings, resolve_gone
from handler.flows.registered import registered
from handler.flows.stock_files import RESULTS, ReportWish, refuse_misread
from handler.flows.stock_registry import BOTH_CHANNELS_FROM, standing
from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.ledger_equation import (
    EquationProof,
    continuity,
    detail_against_summary,
    prove_balances,
)
from handler.inventory.readers import read_report
from handler.payloads import packed

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.settle_call import RawFile
    from handler.inventory.amazon_stock import AmazonStock

Document = dict[str, Any]
_MOST_DAYS: Final = 62  # of the detail compared with a summary


def keep_report(
    app: App, raw: RawFile, report: AmazonReport, content: str, wish: ReportWish
) -> tuple[Document, bool]:
    """Keep a report in the place of the last one of its kind and marketplace.

    A summary of the ledger is proven first: its balances must follow from its movements, and agree
    with the detail of the same days.

    Args:
        app: the ports.
        raw: the report's file.
        report: as read, without errors.
        content: SHA-256 of the unpacked file.
        wish: what the caller says of it.

    Returns:
        What is answered, and whether a report made later stands already.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``BAD_SPAN``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    app.stock_mappings.load(wish.profile)
    if report.days is not None:
        refuse_misread(*report.days, app.now().astimezone(UTC).date())
    proof = prove_balances(report.balances) if report.kind is ReportKind.LEDGER_SUMMARY else None
    findings = _findings(app, report, proof, wish)
    both = sorted(row.sku for row in _in_both(report))
    told = (wish.made_at or app.now()).astimezone(UTC).replace(microsecond=0)
    document: Document = {
        "profile": wish.profile,
        "kind": str(report.kind),
        "marketplace": wish.marketplace,
        "told_at": told.isoformat(),
        "rows": report.rows,
        "both_channels": both,
        "equation": _equation(proof),
        "unknown_columns": list(report.unknown_columns),
        "exceptions": [finding.as_dict() for finding in findings],
    }
    late = False if wish.dry_run else not _record(app, raw, document, content)
    if not wish.dry_run and not late:
        _register(app, report, findings, wish)
    return {**document, "status": "superseded" if late else "kept"}, late


def kept_report(app: App, record: SnapshotRecord) -> AmazonReport:
    """Return a report that is kept, read again from the bucket.

    Raises:
        RefusedRequest: ``FILE_CHANGED``: another file lies in its place; ``FILE_NOT_FOUND``.
        OutsideFailure: a store did not answer.
    """
    source = unpacked(app.files.source(record.raw_key))
    if content_hash(source) != record.content_hash:
        raise RefusedRequest(
            "FILE_CHANGED",
            f"The file {record.raw_key!r} is not the one recorded any more.",
            "Send the report again.",
            {"key": record.raw_key},
        )
    return read_report(source)


def _record(app: App, raw: RawFile, document: Document, content: str) -> bool:
    raw.keep(app.files)
    # With the report's place, so that the table can be rebuilt from the bucket.
    packed_document = packed.pack({**document, "content_hash": content, "raw_key": raw.key})
    key = f"{RESULTS}{document['profile']}/{hashlib.sha256(packed_document).hexdigest()}.json.gz"
    app.files.keep(key, packed_document, "application/gzip")
    return app.inventory.put_snapshot(
        SnapshotRecord(
            profile=document["profile"],
            kind=document["kind"],
            marketplace=document["marketplace"],
            told_at=document["told_at"],
            content_hash=content,
            rows=document["rows"],
            raw_key=raw.key,
            result_key=key,
            recorded_at=app.now().isoformat(timespec="seconds"),
        )
    )


def _findings(
    app: App, report: AmazonReport, proof: EquationProof | None, wish: ReportWish
) -> list[Finding]:
    found = list(report.findings)
    if proof is not None:
        found += [*proof.findings, *continuity(report.balances)]
        found += _disagreements(app, report, proof, wish)
    if report.kind in BOTH_CHANNELS_FROM:
        found += [
            Finding(
                "POOL_CONFLICT",
                f"{_listings_of(wish)}{row.sku}",
                f"Line {row.line}: {row.sku} has an offer from the seller's own stock "
                f"({row.fbm_quantity if row.fbm_quantity is not None else 'of unknown'} units) and "
                "one from Amazon's.",
                {"sku": row.sku, "line": row.line, "fbm_quantity": row.fbm_quantity},
            )
            for row in _in_both(report)
        ]
    return found


def _in_both(report: AmazonReport) -> list[AmazonStock]:
    """Return a row of each SKU with an offer in both pools; a report may tell of one in a row."""
    fbm = {row.sku: row for row in report.stock if row.fbm_listing}
    fba = {row.sku for row in report.stock if row.fba_listing}
    return [row for sku, row in sorted(fbm.items()) if sku in fba]


def _disagreements(
    app: App, report: AmazonReport, proof: EquationProof, wish: ReportWish
) -> tuple[Finding, ...]:
    """Compare with the detail that is known of the same days; of very many the latest."""
    span = report.days
    if span is None:
        return ()
    first = max(span[0], span[1] - timedelta(days=_MOST_DAYS))
    totals = {
        day: state.totals for day, state in stored_days(app, wish.profile, first, span[1]).items()
    }
    return detail_against_summary(totals, report.balances, proof.interpretation)


def _register(app: App, report: AmazonReport, findings: list[Finding], wish: ReportWish) -> None:
    """Register what was found; a new whole report says of all its subjects how they are now."""
    if report.kind in BOTH_CHANNELS_FROM:
        _register_listings(app, findings, wish)
        return
    subjects = {finding.subject for finding in findings} | _balance_subjects(report)
    register_findings(app, f"stock:{wish.profile}", findings, subjects)


def _register_listings(app: App, findings: list[Finding], wish: ReportWish) -> None:
    """Register the SKUs with two offers. Of a listing's other faults the report says nothing."""
    scope = f"listing:{wish.profile}"
    app.settlements.register(registered(app, scope, findings))
    # Another kind of report may still show both.
    still = {subject_of(key) for key in standing(app, wish.profile).both_channels}

    def is_one_offer(old: Mapping[str, object]) -> bool:
        subject = str(old.get("subject", ""))
        told_here = subject.startswith(_listings_of(wish)) and old.get("code") == "POOL_CONFLICT"
        return told_here and subject not in still

    resolve_gone(app, scope, findings, is_one_offer)


def _listings_of(wish: ReportWish) -> str:
    return f"listing {wish.marketplace or 'of any marketplace'}/"


def _balance_subjects(report: AmazonReport) -> set[str]:
    days = {(row.fnsku, row.disposition, row.day) for row in report.balances}
    named = {f"FNSKU {fnsku} {disposition} on {day}" for fnsku, disposition, day in days}
    return named | {
        f"FNSKU {row.fnsku} {row.disposition} in {row.location} ({row.sku}) on {row.day}"
        for row in report.balances
    }


def _equation(proof: EquationProof | None) -> Document | None:
    if proof is None:
        return None
    return {
        "rows": proof.rows,
        "balanced": proof.balanced,
        "proven": proof.is_proven,
        **{f"read_{name}": told for name, told in proof.interpretation.as_dict().items()},
    }
