"""One day of Amazon's ledger, as it was last told and as it was last posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from handler.inventory.posting import Move


class TotalKey(NamedTuple):
    """What one cumulative total is of. Rows of the ledger have no id; this is their identity.

    Attributes:
        fnsku: Amazon's label of the physical unit.
        sku: Amazon's MSKU.
        centre: fulfilment centre.
        country: of the centre.
        event: normalised ("adjustments").
        disposition: upper case.
        reason: code or empty.
        reference: of receipts and removals, whose papers NetSuite has; else empty.
    """

    fnsku: str
    sku: str
    centre: str
    country: str
    event: str
    disposition: str
    reason: str
    reference: str


@dataclass(frozen=True, slots=True)
class Total:
    """Units of one key on one day.

    Attributes:
        quantity: signed sum of all rows.
        rows: how many rows, identical ones counted as often as they stand.
        first_line: of the file; what explains the total.
    """

    quantity: int
    rows: int
    first_line: int


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """A day as it stands.

    Attributes:
        day: Amazon's.
        revision: 0 before the first posting; grows with each change, and is part of external ids.
        told_at: when the report it rests on was made, in UTC; an older report never wins.
        content_hash: of that report.
        totals: as that report gives them.
        posted: the moves emitted so far, all revisions together; no zeros.
    """

    day: date
    revision: int = 0
    told_at: datetime | None = None
    content_hash: str = ""
    totals: Mapping[TotalKey, Total] = field(default_factory=dict)
    posted: Mapping[Move, int] = field(default_factory=dict)
