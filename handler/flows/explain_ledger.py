"""What returns, removals and reimbursements say of the ledger's units. None of them moves any."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import RefusedRequest
from handler.flows.keep_stock_report import kept_report
from handler.flows.ledger_state import stored_days
from handler.inventory.amazon_report import ReportKind
from handler.inventory.enrichment import LedgerEvidence, enrich
from handler.payloads.ledger_evidence import evidence_document

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.inventory.totals import Totals

Document = dict[str, Any]
_LONGEST: Final = 550  # days: Amazon keeps eighteen months
_USUAL: Final = timedelta(days=90)
_EXPLAINING: Final = (
    ReportKind.RETURNS,
    ReportKind.REMOVAL_ORDERS,
    ReportKind.REMOVAL_SHIPMENTS,
    ReportKind.REIMBURSEMENTS,
)


def explain_ledger(
    app: App, profile: str, first: date | None = None, last: date | None = None
) -> Document:
    """Return what explains the ledger's units of some days: lost units and what closed them first.

    Args:
        app: the ports.
        profile: whose stock.
        first: first day; ``None`` for ninety days before the last.
        last: last day; ``None`` for today.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``BAD_SPAN``, ``FILE_CHANGED``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    app.stock_mappings.load(profile)
    today = app.now().date()
    last = last or today
    first = first or last - _USUAL
    if not timedelta(0) <= last - first < timedelta(days=_LONGEST):
        raise RefusedRequest(
            "BAD_SPAN",
            f"{first} to {last} is no span of at most {_LONGEST} days.",
            "Name a first_day that is not after last_day.",
        )
    days = stored_days(app, profile, first, last)
    evidence = _evidence(app, profile, {day: state.totals for day, state in days.items()}, today)
    return {
        "profile": profile,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        **evidence_document(evidence),
    }


def _evidence(app: App, profile: str, totals: Mapping[date, Totals], today: date) -> LedgerEvidence:
    reports = [
        kept_report(app, record)
        for record in app.inventory.snapshots(profile)
        if record.kind in _EXPLAINING
    ]
    return enrich(
        totals,
        [row for report in reports for row in report.returns],
        [row for report in reports for row in report.removals],
        [row for report in reports for row in report.reimbursements],
        today,
    )
