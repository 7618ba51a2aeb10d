"""The reserve of a profile rolled forward, and the gaps in its settlements; both bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from handler.flows.kept_result import read_result
from handler.flows.recorded_span import latest
from handler.payloads.facts import reserve_facts
from handler.payloads.roll_forward_documents import breaks_document, reserves_document
from handler.reconciliation import reserve, sequence

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.result import Document

# Records and most reports give days: an end and the next start fall on one day or the day after.
_TOLERANCE = timedelta(days=1)


def reserves(app: App, profile: str, limit: int) -> Document:
    """Roll the reserve of a profile forward, for each currency, over its latest settlements.

    Args:
        app: the ports.
        profile: whose.
        limit: how many settlements, proven or held, to look at.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        OutsideFailure: a store did not answer.
    """
    app.mappings.load(profile)
    found = islice(latest(app, profile), limit)
    facts = [
        reserve_facts(read_result(app, record).document)
        for record in found
        if record.status == "proven"
    ]
    return {"profile": profile, **reserves_document(reserve.roll_forward(facts))}


def gaps(app: App, profile: str, limit: int) -> Document:
    """Return gaps and overlaps, by day, among a profile's latest settlements.

    Args:
        app: the ports.
        profile: whose; each of its currencies is a series of its own.
        limit: how many settlements to look at.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        OutsideFailure: the store did not answer.
    """
    app.mappings.load(profile)
    records = list(islice(latest(app, profile), limit))
    found = sequence.breaks(
        (
            sequence.Span(
                record.settlement_id,
                f"{record.profile} {record.currency}",
                _midnight(record.start),
                _midnight(record.end),
            )
            for record in records
        ),
        _TOLERANCE,
    )
    return {
        "profile": profile,
        "settlements": len(records),
        "breaks": breaks_document(found),
        "findings": [finding.as_dict() for finding in sequence.sequence_findings(found, app.now())],
    }


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
