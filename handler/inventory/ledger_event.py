"""What a ledger report says: one movement of units at Amazon, or a day's balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

SELLABLE: Final = "SELLABLE"
# Amazon's other names for where units are that nobody can buy.
UNFULFILLABLE: Final = frozenset(
    {
        "UNSELLABLE", "UNFULFILLABLE", "CUSTOMER_DAMAGED", "CARRIER_DAMAGED", "WAREHOUSE_DAMAGED",
        "DISTRIBUTOR_DAMAGED", "DAMAGED", "DEFECTIVE", "EXPIRED",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One row of the detail view. Rows repeat rightly and have no id.

    Attributes:
        day: Amazon's.
        fnsku: Amazon's label of the physical unit.
        asin: Amazon's product.
        sku: Amazon's MSKU.
        event: as the report writes it ("Receipts", "WhseTransfers").
        reference: shipment, removal or transfer id; may be empty.
        quantity: signed: what the balance of this disposition changed by.
        centre: fulfilment centre ("PHX7").
        disposition: upper case ("SELLABLE").
        reason: code or empty.
        country: of the centre ("US"); may be empty.
        line: of the file, counted from 1.
        unreconciled: units Amazon has not yet explained or reimbursed; ``None`` where not told.
    """

    day: date
    fnsku: str
    asin: str
    sku: str
    event: str
    reference: str
    quantity: int
    centre: str
    disposition: str
    reason: str
    country: str
    line: int
    unreconciled: int | None = None

    @property
    def kind(self) -> str:
        """The event as the table of reasons writes it: letters only, lower case."""
        return event_kind(self.event)


def event_kind(event: str) -> str:
    """Return an event's name without blanks and signs, lower case: reports spell it in two ways."""
    return "".join(letter for letter in event.lower() if letter.isalnum())


@dataclass(frozen=True, slots=True)
class LedgerBalance:
    """One row of the summary view: a day (or month) of one FNSKU, disposition and location.

    Attributes:
        day: Amazon's; the last day of the row's span where the report is by month.
        fnsku: Amazon's label of the physical unit.
        asin: Amazon's product.
        sku: Amazon's MSKU.
        disposition: upper case.
        location: country or centre, as the report is aggregated.
        start: units at the beginning.
        end: units at the end.
        movements: column in its normal form ("in transit between warehouses", "receipts",
            "customer shipments", "customer returns", "vendor returns", "warehouse transfer in/out",
            "found", "lost", "damaged", "disposed", "other events", "unknown events") -> units as
            the report writes them, signed or not.
        line: of the file, counted from 1.
    """

    day: date
    fnsku: str
    asin: str
    sku: str
    disposition: str
    location: str
    start: int
    end: int
    movements: Mapping[str, int]
    line: int
