"""What waits to be taken to NetSuite: a parcel of records, and the order it is delivered in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ParcelKind(StrEnum):
    """What the records are, and so how its document is read."""

    JOURNAL = "journal"  # a settlement's entries, or those of a correction
    DEPOSIT = "deposit"  # the entries of a matched bank deposit
    STOCK = "stock"  # the postings of a run of Amazon's ledger


class ParcelState(StrEnum):
    """Where a parcel stands.

    WAITING: to be taken once ``ready_at`` has come. LEASED: a flow has it until ``ready_at``; then
    it is to be taken again. DELIVERED: a webhook's target has taken all of it, and has until
    ``ready_at`` to acknowledge; then it is to be taken again. PARKED: given up, for a person.
    DONE: NetSuite has acknowledged every record.
    """

    WAITING = "waiting"
    LEASED = "leased"
    DELIVERED = "delivered"
    PARKED = "parked"
    DONE = "done"


# Those that time alone makes ready to be taken (again): all but the parked and the done.
COMING = (ParcelState.WAITING, ParcelState.LEASED, ParcelState.DELIVERED)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Records for NetSuite that came forth together, written in one transaction with what they are.

    Which of its records NetSuite has acknowledged stands with the settlement or the run, not here:
    there is one truth, and a parcel that missed it is mended when it is next looked at.

    Attributes:
        group: "settlement:<id>" or "run:<id>". Within a group parcels go out one after the other.
        place: in the group; sorts as the order of delivery does, and is never used twice.
        profile: whose books.
        kind: what the records are.
        subject: settlement id, or run id.
        external_ids: of the records, in order.
        document_key: of the file in the bucket they are made from.
        state: where it stands.
        ready_at: ISO 8601 in UTC, to the second: when it may be taken (again).
        created_at: ISO 8601 in UTC.
        attempts: how often it was handed out since it last got anywhere.
        lease: names who has it; empty where nobody has.
        holder: name of the key or the webhook that has it, for a reader.
        leased: external ids that were handed out under the lease.
        accepted: external ids that a webhook's target has taken, and NetSuite not acknowledged.
        last_error: why the last attempt failed, for a reader; empty where none did.
        failed: whether a record of the lease came back with a fault: the rest waits with it.
        revision: 1, 2, ...: a writer that read an older one must read again.
    """

    group: str
    place: str
    profile: str
    kind: ParcelKind
    subject: str
    external_ids: tuple[str, ...]
    document_key: str
    state: ParcelState
    ready_at: str
    created_at: str
    attempts: int = 0
    lease: str = ""
    holder: str = ""
    leased: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    last_error: str = ""
    failed: bool = False
    revision: int = 1
