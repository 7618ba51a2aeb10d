"""Parcels as they come forth: of a settlement's version, of a matched deposit, of a ledger's run.

Nothing is written here. A parcel is written in one transaction with what it is made from, so that
neither is ever there without the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from handler.flows.moment import moment
from handler.flows.parcel import Parcel, ParcelKind, ParcelState
from handler.payloads import packed
from handler.payloads.dialects import postable

if TYPE_CHECKING:
    from handler.flows.inventory_ports import LedgerRun
    from handler.flows.ports import SettlementRecord

_HASH: Final = 16  # hexadecimal digits: enough to tell the deposits of one settlement apart


def settlement_group(settlement_id: str) -> str:
    """Return the group in which everything of a settlement goes out in order."""
    return f"settlement:{settlement_id}"


def run_group(run_id: str) -> str:
    """Return the group of a run's postings."""
    return f"run:{run_id}"


def of_settlement(
    record: SettlementRecord, document: Mapping[str, Any], at: datetime
) -> tuple[Parcel, ...]:
    """Return the parcel of a version, if it posts anything: a held one, and one without, do not.

    A deposit that waits for its bank line is not among its records; it comes when it is matched.

    Args:
        record: to be recorded.
        document: at its ``result_key``.
        at: now.
    """
    if record.status != "proven":
        return ()
    ids = tuple(str(entry["external_id"]) for entry in postable(document))
    place = f"{record.version:06d}-journal"
    return _parcel(record, place, ParcelKind.JOURNAL, ids, record.result_key, at)


def of_deposit(
    record: SettlementRecord, entries: Sequence[Mapping[str, Any]], key: str, at: datetime
) -> tuple[Parcel, ...]:
    """Return the parcel of a matched deposit, if it posts anything.

    The same entries of the same version make the same parcel: a match told again adds none.

    Args:
        record: of the settlement, as the match found it.
        entries: of the deposit, as documents.
        key: of the file that :func:`deposit_document` was kept at.
        at: now.
    """
    ids = tuple(str(entry["external_id"]) for entry in entries)
    place = f"{record.version:06d}-paid-{_hash(chr(10).join(ids).encode())}"
    return _parcel(record, place, ParcelKind.DEPOSIT, ids, key, at)


def deposit_document(
    record: SettlementRecord, entries: Sequence[Mapping[str, Any]]
) -> tuple[str, bytes]:
    """Return key and content of the file that a deposit's records are made from.

    The key carries the content's hash: it never changes under a parcel that names it.
    """
    content = packed.pack(
        {
            "settlement_id": record.settlement_id,
            "profile": record.profile,
            "status": "proven",
            "currency": record.currency,
            "journal_entries": list(entries),
            "deposit_entry": None,
            "exceptions": [],
        }
    )
    name = f"paid-v{record.version}-{_hash(content)}.json.gz"
    return f"results/{record.profile}/{record.settlement_id}/{name}", content


def of_run(run: LedgerRun, at: datetime) -> tuple[Parcel, ...]:
    """Return the parcel of a run, if it posts anything."""
    if not run.external_ids:
        return ()
    return (
        Parcel(
            group=run_group(run.run_id),
            place="000001-stock",
            profile=run.profile,
            kind=ParcelKind.STOCK,
            subject=run.run_id,
            external_ids=run.external_ids,
            document_key=run.result_key,
            state=ParcelState.WAITING,
            ready_at=moment(at),
            created_at=moment(at),
        ),
    )


def _parcel(
    record: SettlementRecord,
    place: str,
    kind: ParcelKind,
    ids: tuple[str, ...],
    key: str,
    at: datetime,
) -> tuple[Parcel, ...]:
    if not ids:
        return ()
    return (
        Parcel(
            group=settlement_group(record.settlement_id),
            place=place,
            profile=record.profile,
            kind=kind,
            subject=record.settlement_id,
            external_ids=ids,
            document_key=key,
            state=ParcelState.WAITING,
            ready_at=moment(at),
            created_at=moment(at),
        ),
    )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH]
