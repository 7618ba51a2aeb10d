"""From the rows of Amazon's ledger to cumulative totals of each day.

Rows have no id and repeat rightly, so a row cannot be known again in the next report. A total can:
identical rows are all counted, and what a later report says more or less is a difference of totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from handler.inventory.ledger_day import Total, TotalKey

if TYPE_CHECKING:
    from handler.inventory.ledger_event import LedgerEvent

RECEIPTS: Final = "receipts"
SHIPMENTS: Final = "shipments"
CUSTOMER_RETURNS: Final = "customerreturns"
VENDOR_RETURNS: Final = "vendorreturns"
WAREHOUSE_TRANSFERS: Final = "whsetransfers"
ADJUSTMENTS: Final = "adjustments"

# Events whose reference names a paper NetSuite has: the inbound shipment, the removal order. Any
# other reference would only cut one total into many.
_OF_PAPERS: Final = frozenset({RECEIPTS, VENDOR_RETURNS})

_AS_WRITTEN: Final = {
    CUSTOMER_RETURNS: "CustomerReturns",
    VENDOR_RETURNS: "VendorReturns",
    WAREHOUSE_TRANSFERS: "WhseTransfers",
}

Totals = Mapping[TotalKey, Total]


def totals_by_day(events: Iterable[LedgerEvent]) -> dict[date, dict[TotalKey, Total]]:
    """Return the totals of every day that has a row, whatever the order of the rows.

    Args:
        events: of one report. Identical rows are counted as often as they stand.
    """
    days: defaultdict[date, dict[TotalKey, Total]] = defaultdict(dict)
    for event in events:
        totals, key = days[event.day], _key(event)
        known = totals.get(key)
        totals[key] = (
            Total(event.quantity, 1, event.line)
            if known is None
            else Total(
                known.quantity + event.quantity,
                known.rows + 1,
                min(known.first_line, event.line),
            )
        )
    return dict(days)


def _key(event: LedgerEvent) -> TotalKey:
    kind = event.kind
    return TotalKey(
        fnsku=event.fnsku,
        sku=event.sku,
        centre=event.centre,
        country=event.country,
        event=kind,
        disposition=event.disposition,
        reason=event.reason,
        reference=event.reference if kind in _OF_PAPERS else "",
    )


def cause_of(key: TotalKey) -> str:
    """Return event and reason as Amazon writes them, for a line's memo ("Adjustments M")."""
    return f"{_AS_WRITTEN.get(key.event, key.event.capitalize())} {key.reason}".strip()
