"""What NetSuite is asked to do with stock: adjustments, transfers and receipts of one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class PostingKind(StrEnum):
    """NetSuite's record."""

    ADJUSTMENT = "adjustment"
    TRANSFER = "transfer"
    RECEIPT = "receipt"


class Move(NamedTuple):
    """What the books should say of one cause on one day: units that went somewhere.

    The name of a quantity, never the quantity itself: of two reports the difference is taken move
    by move.

    Attributes:
        kind: NetSuite's record.
        item: NetSuite's item.
        source: location the units leave; empty for an adjustment and a receipt.
        target: location the units come to; of an adjustment, where it is made.
        account: of an adjustment; else empty.
        cause: event and reason, for the line's memo ("Adjustments M").
        reference: shipment or removal order; empty where the ledger names none that matters.
    """

    kind: PostingKind
    item: str
    source: str
    target: str
    account: str
    cause: str
    reference: str


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One line.

    Attributes:
        item: NetSuite's item.
        quantity: of an adjustment signed and not 0; of a transfer and a receipt at least 1.
        memo: the cause, for a reader.
        fnskus: the physical units it is about.
    """

    item: str
    quantity: int
    memo: str
    fnskus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Posting:
    """One record for NetSuite.

    Attributes:
        external_id: letters, digits, "_" and "-"; the same for the same difference, in any run.
        kind: NetSuite's record.
        ledger_day: the day at Amazon.
        tran_date: the day in NetSuite: the ledger's, or the first open one after a closed period.
        subsidiary: NetSuite's.
        source: location the units of a transfer leave; else empty.
        target: location of an adjustment or receipt; where a transfer's units come to.
        account: of an adjustment; else empty.
        reference: of a receipt: the shipment, which names the transfer order; else empty.
        memo: for a reader.
        lines: fewer than 1,000; no line's quantity is 0.
    """

    external_id: str
    kind: PostingKind
    ledger_day: date
    tran_date: date
    subsidiary: str
    source: str
    target: str
    account: str
    reference: str
    memo: str
    lines: tuple[PostingLine, ...]
