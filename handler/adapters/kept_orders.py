"""Which of Amazon's orders are kept, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from handler.inventory.mfn_order import MfnOrder, newer

# A booked order counts until NetSuite is read after the booking, which no flow puts off for a week.
BOOKED_DAYS: Final = 7


def expiry(order: MfnOrder) -> datetime | None:
    """Return the moment from which an order is known no more; ``None`` while it is not booked."""
    return order.booked_at + timedelta(days=BOOKED_DAYS) if order.booked_at else None


def is_kept(order: MfnOrder, now: datetime) -> bool:
    """Return whether an order is still known at ``now``."""
    end = expiry(order)
    return end is None or end > now


def by_item(orders: Sequence[MfnOrder]) -> dict[str, MfnOrder]:
    """Return what a number of tellings say together of each order item, by its id."""
    told: dict[str, MfnOrder] = {}
    for order in orders:
        told[order.order_item_id] = newer(told.get(order.order_item_id), order)
    return told
