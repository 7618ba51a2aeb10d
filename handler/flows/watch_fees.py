"""The fee watch of a profile for a month: effective rates against the months before."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from handler.flows.fee_facts import FeeFacts
from handler.flows.recorded_file import recorded_file
from handler.flows.recorded_span import latest
from handler.reconciliation.fee_watch import FeePolicy, fee_findings, watch

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.result import Document
    from handler.settlement.period import Period

# Each is read from its raw file, and a caller waits 29 s at most.
MOST_SETTLEMENTS: Final = 40


def watch_fees(app: App, profile: str, period: Period) -> Document:
    """Return the fees that jumped in a month, with the rows behind each.

    Looked at are the profile's settlements of the month and of the months before it that make the
    past, at most forty, the latest; ``complete`` says whether those are all.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``, ``FILE_NOT_FOUND``.
        UnusableMapping: the mappings are wrong.
        OutsideFailure: a store did not answer.
    """
    mappings = app.mappings.load(profile)
    first = period.before(FeePolicy().periods).first_day
    touching = (
        record
        for record in latest(app, profile, first)
        if record.status == "proven" and record.start <= period.last_day.isoformat()
    )
    records = list(islice(touching, MOST_SETTLEMENTS + 1))
    used = records[:MOST_SETTLEMENTS]
    facts = FeeFacts()
    for record in used:
        facts.read(recorded_file(app, record), mappings, period, record.settlement_id)
    jumps = watch(facts.sums, period)
    return {
        "profile": profile,
        "period": str(period),
        "settlement_ids": [record.settlement_id for record in used],
        "complete": len(records) <= MOST_SETTLEMENTS,
        "jumps": facts.shown(jumps),
        "findings": [finding.as_dict() for finding in fee_findings(jumps)],
    }
