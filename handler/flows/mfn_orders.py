"""Orders for the seller's own stock, told by flows or by Amazon, until NetSuite counts them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.inventory.mfn_order import MfnOrder

# A booked order is remembered for a while, so that an old message about it is known for old.
_REMEMBERED: Final = timedelta(days=7)


def tell(app: App, profile: str, orders: Sequence[MfnOrder]) -> int:
    """Keep what is told of orders; the same again changes nothing.

    Returns:
        How many changed what was known.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    app.stock_mappings.load(profile)
    return app.inventory.tell_orders(profile, orders) if orders else 0


def counting(app: App, profile: str, earliest: datetime) -> list[MfnOrder]:
    """Return the orders that a count of ``earliest`` or later may still lack.

    Cancelled ones and those booked long ago are forgotten on the way.
    """
    known = app.inventory.orders(profile)
    ended = app.now() - _REMEMBERED
    over = [order for order in known if order.changed_at < ended and _is_over(order, ended)]
    if over:
        app.inventory.forget_orders(profile, over)
    return [order for order in known if order.counts_against(earliest)]


def _is_over(order: MfnOrder, ended: datetime) -> bool:
    return order.quantity == 0 or (order.booked_at is not None and order.booked_at < ended)
