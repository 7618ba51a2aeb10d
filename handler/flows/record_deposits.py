"""Record matched deposits: move their settlements from posted to deposited, register what is left.

A match is recorded whole or not at all: where one of its settlements is not posted yet, none moves.
What was recorded stays where a later one is refused; the same call again does the rest.

What a match posts is kept in the bucket before the settlement moves, and waits in the outbox from
the move on. A call cut off after the move is matched again: to the same entries, the same parcel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from handler.core.errors import PluginError
from handler.flows.kept_deposits import keep_deposit
from handler.flows.match_deposits import Asked, Matched, match_deposits, subjects
from handler.flows.moves import DONE, add_parcels, known, move
from handler.flows.parcels_made import deposit_document, of_deposit
from handler.flows.register_findings import register_findings
from handler.payloads.kept_deposit import KeptDeposit, KeptLine
from handler.reconciliation.state import SettlementEvent, SettlementState, advance

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.parcel import Parcel
    from handler.flows.ports import SettlementRecord
    from handler.payloads.deposit_documents import EntryDocuments
    from handler.payloads.result import Document
    from handler.reconciliation.deposit_matching import DepositMatch


def record_deposits(app: App, asked: Asked) -> Document:
    """Match bank lines and record what matched.

    Findings go to the register under "bank:<profile>". The answer's ``moves`` say what became of
    each settlement; a refused one carries the error.

    Raises:
        RefusedRequest, UnusableMapping: as :func:`match_deposits`.
        OutsideFailure: a store did not answer; what was recorded stays, and the call can be sent
            again.
    """
    found = match_deposits(app, asked)
    moves: list[Document] = []
    for match, entries in zip(found.outcome.matches, found.entries, strict=True):
        moves += _record_match(app, found, match, entries)
    for record, _ in found.without_line:
        moves.append(_move(app, record))
    scope = f"bank:{asked.profile}"
    exceptions = register_findings(app, scope, found.outcome.findings, subjects(found))
    return {**found.document, "moves": moves, "registered": exceptions}


def _record_match(
    app: App, found: Matched, match: DepositMatch, entries: EntryDocuments
) -> Sequence[Document]:
    owners = [found.records[of] for of in match.candidate.settlement_ids]
    refusals = [(owner, _refusal(app, owner)) for owner in owners]
    if any(error is not None for _, error in refusals):
        return [_shown(owner, "", error) for owner, error in refusals]
    moves = []
    for owner in owners:
        moved = _move(app, owner, _parcels(app, owner, entries[owner.settlement_id]))
        moves.append(moved)
        if moved["error"] is None:
            keep_deposit(app, owner, _kept(owner, found, match, entries))
    return moves


def _refusal(app: App, owner: SettlementRecord) -> PluginError | None:
    state = known(app, owner.settlement_id).state
    try:
        if state not in DONE:
            advance(SettlementState(state), SettlementEvent.DEPOSIT)
    except PluginError as error:
        return error
    return None


def _parcels(
    app: App, owner: SettlementRecord, entries: Sequence[Mapping[str, Any]]
) -> Sequence[Parcel]:
    key, content = deposit_document(owner, entries)
    parcels = of_deposit(owner, entries, key, app.now())
    if parcels:
        app.files.keep(key, content, "application/gzip")
    return parcels


def _move(app: App, owner: SettlementRecord, parcels: Sequence[Parcel] = ()) -> Document:
    if owner.state in DONE and not parcels:
        return _shown(owner, owner.state, None)
    try:
        if owner.state in DONE:
            add_parcels(app, owner.settlement_id, owner.version, parcels)
            return _shown(owner, owner.state, None)
        event, version = SettlementEvent.DEPOSIT, owner.version
        after = move(app, owner.settlement_id, event, version, parcels)
    except PluginError as error:
        if error.retryable and error.code not in ("BUSY", "CHANGED_MEANWHILE"):
            raise
        return _shown(owner, "", error)
    return _shown(owner, after.state, None)


def _kept(
    owner: SettlementRecord, found: Matched, match: DepositMatch, entries: EntryDocuments
) -> KeptDeposit:
    lines = [found.lines[of] for of in match.candidate.line_ids]
    return KeptDeposit(
        settlement_id=owner.settlement_id,
        total=owner.declared_total,
        kind=str(match.candidate.kind),
        settlement_ids=match.candidate.settlement_ids,
        lines=tuple(KeptLine(line.id, line.amount, line.currency) for line in lines),
        entries=tuple(entries[owner.settlement_id]),
    )


def _shown(owner: SettlementRecord, state: str, error: PluginError | None) -> Document:
    told = error and {
        "code": error.code,
        "message": error.message,
        "repair": error.repair,
        "retryable": error.retryable,
    }
    return {
        "settlement_id": owner.settlement_id,
        "from": owner.state,
        "to": state or owner.state,
        "error": told,
    }
