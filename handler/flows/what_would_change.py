"""What the mappings as they are now would change in the settlements that are recorded.

Each is settled anew from its raw file, and compared with what was emitted for it; one that is held,
with what holds it.
Nothing is recorded: whoever likes the answer reposts the settlements it names.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from handler.core.errors import Conflict, RefusedRequest
from handler.flows.correct import correction
from handler.flows.ports import Page, SettlementRecord
from handler.flows.recorded_file import recorded_file
from handler.flows.unmapped_values import UNMAPPED_CODES
from handler.payloads.correction import changes_document
from handler.settlement.exchange_rate import rate_within, versioned
from handler.settlement.settle import Settled, settle

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.result import Document


def what_would_change(
    app: App, profile: str, limit: int, cursor: str = "", but: Collection[str] = ()
) -> Page[Document]:
    """Return the settlements that would come out otherwise now, the latest first.

    Args:
        app: the ports; its mappings are the ones to try.
        profile: whose settlements; every profile's where empty.
        limit: how many settlements to look at in this call, changed or not.
        cursor: where the call before ended.
        but: settlements that are not to be looked at.

    Raises:
        RefusedRequest: ``BAD_CURSOR``.
        UnusableMapping: the mappings are wrong.
        OutsideFailure: a store did not answer.
    """
    page = app.settlements.settlements(profile, limit, cursor)
    found = [would_change(app, one) for one in page.items if one.settlement_id not in but]
    return Page([document for document in found if document is not None], page.cursor)


def would_change(app: App, record: SettlementRecord) -> Document | None:
    """Return what would come out otherwise of one settlement; ``None`` where nothing would.

    One that cannot be settled anew says why, as status "unknown": it must not hide the others.

    Raises:
        UnusableMapping: the mappings are wrong.
        OutsideFailure: a store did not answer.
    """
    try:
        return _changed(app, record)
    except (Conflict, RefusedRequest) as error:
        finding = {
            "code": error.code,
            "subject": f"settlement {record.settlement_id}",
            "what": error.message,
            "severity": "error",
            "why": "Its file or its profile is no longer what it was recorded with.",
            "repair": error.repair,
            "evidence": {},
        }
        told = _document(record, record.mapping_version, "unknown")
        return told | {"exceptions": [finding]}


def _changed(app: App, record: SettlementRecord) -> Document | None:
    mappings = app.mappings.load(record.profile)
    rate = rate_within(record.mapping_version)
    if versioned(mappings.version, rate) == record.mapping_version:
        return None
    settled = settle(recorded_file(app, record), mappings, rate)
    held = [finding.as_dict() for finding in settled.findings if finding.holds]
    if record.status == "held":
        if not _frees(app, record, settled):
            return None
        changes = []
    else:
        changes = [] if held else list(correction(app, record, settled).found)
        if not held and not changes:
            return None
    told = _document(record, settled.mapping_version, settled.status)
    told["changes"] = changes_document(changes, settled.report.header.currency)
    return told | {"exceptions": held}


def _document(record: SettlementRecord, mapping_version: str, status: str) -> Document:
    return {
        "settlement_id": record.settlement_id,
        "profile": record.profile,
        "end": record.end,
        "mapping_version": record.mapping_version,
        "new_mapping_version": mapping_version,
        "status_before": record.status,
        "status": status,
        "changes": [],
        "exceptions": [],
    }


def _frees(app: App, record: SettlementRecord, settled: Settled) -> bool:
    """Return whether something that holds a settlement, or lacks a rule, would be found no more.

    Other findings look back at other settlements, which is not done here.
    """
    scope = f"settlement:{record.settlement_id}"
    left = {finding.fingerprint(scope) for finding in settled.findings}
    return any(
        one.fingerprint not in left and (one.severity == "error" or one.code in UNMAPPED_CODES)
        for one in app.settlements.exceptions_of(scope)
    )
