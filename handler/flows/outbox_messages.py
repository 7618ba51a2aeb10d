"""A parcel's records as messages: written from its document, in the dialect a flow asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import PluginError, RefusedRequest
from handler.flows.outbox_names import message_id
from handler.flows.parcel import Parcel, ParcelKind
from handler.payloads import packed
from handler.payloads.netsuite_records import NetsuiteRecord, entry_records, stock_records

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.references import References

Document = dict[str, Any]
DIALECTS: Final = ("celigo", "netsuite")
_OF_BOOKS: Final = frozenset({"journal_entry", "deposit"})
_OF_STOCK: Final = frozenset({"inventory_adjustment", "inventory_transfer", "item_receipt"})
KINDS: Final = (*sorted(_OF_BOOKS), *sorted(_OF_STOCK))


def may_hold(parcel: Parcel, kinds: tuple[str, ...]) -> bool:
    """Return whether a parcel can have records of these kinds; of any where none is named."""
    there = _OF_STOCK if parcel.kind is ParcelKind.STOCK else _OF_BOOKS
    return not kinds or not there.isdisjoint(kinds)


def records(
    app: App, parcel: Parcel, dialect: str, references: References
) -> Mapping[str, NetsuiteRecord]:
    """Return a parcel's records by external id, in its order.

    Raises:
        RefusedRequest, UnusableMapping: they cannot be written; repeating does not help.
        OutsideFailure: the bucket did not answer.
    """
    content = app.files.read(parcel.document_key)
    try:
        made = _made(parcel.kind, packed.unpack(content), dialect, references)
    except PluginError:
        raise
    except Exception as error:
        # Whatever it is, it is this parcel's: the others must not wait behind it.
        raise RefusedRequest(
            "PARCEL_DAMAGED",
            f"The document at {parcel.document_key} cannot be read: {type(error).__name__}.",
            "Report the parcel with this text.",
        ) from error
    found = {record.external_id: record for record in made}
    missing = [name for name in parcel.external_ids if name not in found]
    if missing:
        raise RefusedRequest(
            "PARCEL_DAMAGED",
            f"The document at {parcel.document_key} has no record {missing[0]}.",
            "Report the parcel with this text: its document was changed under it.",
        )
    return {name: found[name] for name in parcel.external_ids}


def _made(
    kind: ParcelKind, document: Document, dialect: str, references: References
) -> list[NetsuiteRecord]:
    match kind:
        case ParcelKind.STOCK:
            return stock_records(document["postings"], dialect, references)
        case ParcelKind.JOURNAL:  # a stored result holds more than its document
            return entry_records(document["document"], dialect, references)
        case ParcelKind.DEPOSIT:
            return entry_records(document, dialect, references)


def message(parcel: Parcel, record: NetsuiteRecord, dialect: str) -> Document:
    """Return a record of a leased parcel as callers see it."""
    is_stock = parcel.kind is ParcelKind.STOCK
    return {
        "message_id": message_id(parcel, record.external_id),
        "external_id": record.external_id,
        "kind": record.kind,
        "profile": parcel.profile,
        "settlement_id": "" if is_stock else parcel.subject,
        "run_id": parcel.subject if is_stock else "",
        "sequence": parcel.external_ids.index(record.external_id) + 1,
        "attempt": parcel.attempts,
        "lease_id": parcel.lease,
        "leased_until": parcel.ready_at,
        "format": dialect,
        "payload": record.payload,
    }
