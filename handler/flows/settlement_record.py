"""What is remembered of a settling: its record, and that of a correction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from handler.flows.netsuite_ids import refuse_too_many
from handler.flows.ports import SettlementRecord

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.result import Document
    from handler.settlement.settle import Settled


def new_record(
    app: App, settled: Settled, identity: tuple[str, str, str], raw_key: str, version: int
) -> SettlementRecord:
    """Return the record of a settling.

    Args:
        app: the ports.
        settled: what came of it.
        identity: profile, content hash, mapping version.
        raw_key: where the raw file lies.
        version: the next one.

    Raises:
        RefusedRequest: ``TOO_MANY_RECORDS``.
    """
    header = settled.report.header
    names = (
        () if settled.status == "held" else tuple(e.external_id for e in settled.journal.entries)
    )
    _refuse_too_many(header.settlement_id, len(names))
    zone = settled.profile.home.time_zone
    profile, content, mapping = identity
    return SettlementRecord(
        settlement_id=header.settlement_id,
        profile=profile,
        status=settled.status,
        version=version,
        content_hash=content,
        mapping_version=mapping,
        format=settled.report.format,
        currency=header.currency.code,
        declared_total=header.declared_total,
        computed_total=settled.report.computed_total,
        start=header.start.day_in(zone).isoformat(),
        end=header.end.day_in(zone).isoformat(),
        external_ids=names,
        raw_key=raw_key,
        # The version too: a correction back to what was before is another document.
        result_key=f"results/{profile}/{header.settlement_id}/v{version}-{content[:16]}-{mapping}"
        ".json.gz",
        recorded_at=app.now().isoformat(timespec="seconds"),
        state=settled.status,
    )


def correcting(
    record: SettlementRecord, in_books: SettlementRecord, whole: Document
) -> SettlementRecord:
    """Return the record of a correction: its own entries, and what NetSuite has acknowledged.

    One with nothing to post stands where the settlement stood: nobody will acknowledge it.

    Raises:
        RefusedRequest: ``TOO_MANY_RECORDS``.
    """
    entries = cast("list[Document]", whole["journal_entries"])
    names = tuple(str(entry["external_id"]) for entry in entries)
    _refuse_too_many(record.settlement_id, len(names) + len(in_books.netsuite_ids))
    state = record.state if names else in_books.state
    return replace(
        record,
        external_ids=names,
        netsuite_ids=in_books.netsuite_ids,
        state=state,
        moments=in_books.moments,
    )


def _refuse_too_many(settlement_id: str, records: int) -> None:
    refuse_too_many(
        records,
        f"Settlement {settlement_id}",
        "Raise lines_per_entry of the profile, or post by settlement instead of by order.",
    )
