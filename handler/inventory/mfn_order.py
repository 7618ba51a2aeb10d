"""An order for the seller's own stock that NetSuite may not know of yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MfnOrder:
    """One item of an Amazon order that the seller ships.

    It takes units out of the pool until NetSuite's own count has it. Shipped units count too: they
    have left the shelf, and NetSuite still shows them.

    Attributes:
        order_item_id: Amazon's; an item is counted once, however often it is told.
        order_id: Amazon's.
        marketplace: id.
        sku: the listing's.
        quantity: units ordered and not cancelled; 0 where all are cancelled.
        changed_at: when Amazon says it last changed, in UTC; an older telling never wins.
        booked_at: when NetSuite booked it, in UTC; a source read before that does not have it yet.
    """

    order_item_id: str
    order_id: str
    marketplace: str
    sku: str
    quantity: int
    changed_at: datetime
    booked_at: datetime | None = None

    def counts_against(self, source_time: datetime) -> bool:
        """Return whether a NetSuite count of ``source_time`` still has this order's units."""
        return self.quantity > 0 and (self.booked_at is None or self.booked_at > source_time)


def newer(known: MfnOrder | None, told: MfnOrder) -> MfnOrder:
    """Return what is known of an order item after it was told (again).

    Of two tellings the one that changed later wins; of the same moment, the larger quantity, as it
    oversells nothing. A booking is never forgotten, and of two the later moment stands.
    """
    if known is None:
        return told
    ahead = max((known, told), key=lambda order: (order.changed_at, order.quantity))
    booked = [one.booked_at for one in (known, told) if one.booked_at is not None]
    return MfnOrder(
        ahead.order_item_id,
        ahead.order_id,
        ahead.marketplace,
        ahead.sku,
        ahead.quantity,
        ahead.changed_at,
        max(booked, default=None),
    )
