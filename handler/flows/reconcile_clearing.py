"""NetSuite's clearing account against everything handed over for it, and who is cleared by it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from handler.core.errors import PluginError, RefusedRequest
from handler.flows.kept_deposits import kept_deposit
from handler.flows.moves import DONE, move
from handler.flows.recorded_span import latest
from handler.flows.register_findings import register_findings
from handler.payloads import stored
from handler.payloads.clearing_documents import clearing_document
from handler.payloads.facts import our_deposit, our_entries
from handler.reconciliation.clearing import (
    ClearingReconciliation,
    ClearingRow,
    reconcile_clearing,
)
from handler.reconciliation.state import SettlementEvent, SettlementState

if TYPE_CHECKING:
    from handler.core.finding import Finding
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord
    from handler.payloads.result import Document
    from handler.reconciliation.clearing_causes import BookedEntry, BookedTotal, OurEntry

MOST_SETTLEMENTS: Final = 200
_NUMBER: Final = re.compile(r"(?<!\d)[0-9]{8,}(?!\d)")


@dataclass(frozen=True, slots=True)
class AskedClearing:
    """A call to reconcile the clearing account.

    Attributes:
        totals: NetSuite's balance of each settlement; then only these settlements are looked at.
        entries: NetSuite's entries on the clearing account instead.
        profile: with entries: the latest settlements of this profile are looked at; without it,
            those the entries name.
    """

    totals: tuple[BookedTotal, ...] = ()
    entries: tuple[BookedEntry, ...] = ()
    profile: str = ""


def compare_clearing(app: App, asked: AskedClearing, *, record: bool = False) -> Document:
    """Reconcile NetSuite's clearing account with ours.

    Args:
        app: the ports.
        asked: the call.
        record: move deposited settlements whose balance in NetSuite is zero to cleared, and put
            the findings into the register, under "clearing:<profile>".

    Raises:
        RefusedRequest: ``TOO_MANY_SETTLEMENTS``.
        OutsideFailure: a store did not answer.
    """
    records = {one.settlement_id: one for one in _records(app, asked)}
    ours = [entry for one in records.values() for entry in _ours(app, one)]
    outcome = reconcile_clearing(ours, asked.entries, asked.totals)
    document = clearing_document(outcome, {of: one.state for of, one in records.items()})
    if record:
        document["moves"] = [
            _clear(app, records[settlement_id]) for settlement_id in _zero(outcome, records)
        ]
        document["registered"] = _register(app, asked, outcome, records, ours)
    return document


def _records(app: App, asked: AskedClearing) -> list[SettlementRecord]:
    found: Iterable[SettlementRecord | None]
    if asked.profile and not asked.totals:
        app.mappings.load(asked.profile)  # a misspelt one has no settlements, and would seem fine
        found = islice(latest(app, asked.profile), MOST_SETTLEMENTS)
    else:
        named = [one.settlement_id for one in asked.totals]
        for entry in asked.entries:
            named += _NUMBER.findall(f"{entry.external_id} {entry.memo}")
        names = list(dict.fromkeys(named))
        if len(names) > MOST_SETTLEMENTS:
            raise RefusedRequest(
                "TOO_MANY_SETTLEMENTS",
                f"{len(names)} settlements are named.",
                f"Send those of at most {MOST_SETTLEMENTS} at once.",
                {"most": MOST_SETTLEMENTS},
            )
        found = (app.settlements.get(name) for name in names)
    return [
        one
        for one in found
        if one is not None and one.status == "proven" and asked.profile in ("", one.profile)
    ]


def _ours(app: App, record: SettlementRecord) -> Iterator[OurEntry]:
    document: Document = {}
    for version in app.settlements.versions(record.settlement_id):
        if version.status == "proven":
            document = stored.unpack(app.files.read(version.result_key)).document
            yield from our_entries(document)
    if record.declared_total <= 0:
        return
    kept = kept_deposit(app, record)
    if kept is not None:
        yield from our_deposit(document, kept.journal())
    elif record.state in DONE:
        yield from our_deposit(document)


def _zero(
    outcome: ClearingReconciliation, records: Mapping[str, SettlementRecord]
) -> Iterator[str]:
    """Yield the deposited settlements that stand at zero in NetSuite, as they do here.

    A zero that is made of faults that cancel out (nothing posted at all, say) clears nobody.
    """
    rows: dict[str, list[ClearingRow]] = defaultdict(list)
    for row in outcome.rows:
        rows[row.settlement_id].append(row)
    for settlement_id, found in rows.items():
        even = all(row.netsuite == row.ours == 0 and not row.causes for row in found)
        if records[settlement_id].state in DONE and even:
            yield settlement_id


def _clear(app: App, record: SettlementRecord) -> Document:
    shown: Document = {"settlement_id": record.settlement_id, "from": record.state}
    if record.state == SettlementState.CLEARED:
        return {**shown, "to": record.state, "error": None}
    try:
        after = move(app, record.settlement_id, SettlementEvent.CLEAR, record.version)
    except PluginError as error:
        told = {"code": error.code, "message": error.message, "retryable": error.retryable}
        return {**shown, "to": record.state, "error": told}
    return {**shown, "to": after.state, "error": None}


def _register(
    app: App,
    asked: AskedClearing,
    outcome: ClearingReconciliation,
    records: Mapping[str, SettlementRecord],
    ours: Sequence[OurEntry],
) -> int:
    """Register each finding under the profile it is about; one about nobody's under the first."""
    owners = {f"settlement {of}": one.profile for of, one in records.items()}
    owners |= {f"entry {one.external_id}": records[one.settlement_id].profile for one in ours}
    nobodys = asked.profile or next(iter(owners.values()), "unknown")
    looked_at = {*owners, *(f"settlement {one.settlement_id}" for one in asked.totals)}
    looked_at |= {f"entry {one.record or one.external_id}" for one in asked.entries}
    by_profile: dict[str, list[Finding]] = {of: [] for of in (*owners.values(), nobodys)}
    for finding in outcome.findings:
        by_profile[owners.get(finding.subject, nobodys)].append(finding)
    return sum(
        register_findings(app, f"clearing:{profile}", found, looked_at)
        for profile, found in by_profile.items()
    )
