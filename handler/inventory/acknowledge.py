"""What a listing's state becomes when Amazon answers a quantity, or is seen to have one.

Each function returns ``None`` where nothing changes: the answer was told before, or is about an
older decision.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from handler.core.finding import Finding

if TYPE_CHECKING:
    from handler.inventory.published import Published


def accepted(state: Published, number: int, quantity: int) -> Published | None:
    """Return the state after Amazon took ``quantity``, sent by decision ``number``.

    After a refusal of the same decision, or once another quantity was seen, it changes nothing:
    what Amazon has is not certain then, and the next decision sends again.
    """
    if number != state.decision or quantity != state.quantity:
        return None
    if state.is_acknowledged and state.rejections == 0:
        return None
    return replace(state, revision=state.revision + 1, accepted=quantity, rejections=0)


def rejected(state: Published, number: int) -> Published | None:
    """Return the state after Amazon refused decision ``number``: one refusal more in a row."""
    if number != state.decision or state.quantity is None:
        return None
    return replace(
        state, revision=state.revision + 1, quantity=None, rejections=state.rejections + 1
    )


def seen(state: Published, quantity: int, at: datetime) -> Published | None:
    """Return the state after Amazon was seen to have ``quantity``; an older sight never wins.

    Args:
        state: of the listing.
        quantity: read back, or from Amazon's notification of a changed MFN quantity.
        at: when Amazon had it, in UTC.
    """
    if state.seen_at is not None and at <= state.seen_at:
        return None
    return replace(state, revision=state.revision + 1, seen=quantity, seen_at=at)


def drift_of(state: Published, explained_by_orders: int) -> Finding | None:
    """Return ``FBM_QUANTITY_DRIFT`` where Amazon has what neither we nor an order put there.

    Only a sight later than the sending of a quantity that Amazon took can differ from it. Then
    :func:`doubted` is the state to write.

    Args:
        state: of the listing.
        explained_by_orders: units ordered since it was sent; Amazon lowers its own quantity by
            them, at once or a little later, so anything between is explained.
    """
    if (
        not state.is_acknowledged
        or state.accepted is None
        or state.seen is None
        or state.seen_at is None
        or state.sent_at is None
        or state.seen_at <= state.sent_at
        or state.accepted - explained_by_orders <= state.seen <= state.accepted
    ):
        return None
    return Finding(
        "FBM_QUANTITY_DRIFT",
        _subject(state),
        f"Amazon shows {state.seen} of SKU {state.key.sku} on marketplace "
        f"{state.key.marketplace}. It took {state.accepted}, and orders since then explain "
        f"{explained_by_orders} fewer at most.",
        {
            "seen": state.seen,
            "seen_at": state.seen_at.isoformat(),
            "accepted": state.accepted,
            "sent_at": state.sent_at.isoformat(),
            "ordered_since": explained_by_orders,
            "decision": state.decision,
        },
    )


def doubted(state: Published) -> Published | None:
    """Return the state once it is not certain what Amazon has: the next decision sends again."""
    if state.quantity is None:
        return None
    return replace(state, revision=state.revision + 1, quantity=None)


def parked(state: Published, most_rejections: int) -> Finding | None:
    """Return ``LISTING_REJECTED`` where Amazon refused as often in a row as the policy allows."""
    if state.rejections < most_rejections:
        return None
    return Finding(
        "LISTING_REJECTED",
        _subject(state),
        f"Amazon refused the quantity of SKU {state.key.sku} on marketplace "
        f"{state.key.marketplace} {state.rejections} times in a row, last decision "
        f"{state.decision}; {most_rejections} are allowed. It is parked.",
        {
            "rejections": state.rejections,
            "most_rejections": most_rejections,
            "decision": state.decision,
            "accepted": state.accepted,
        },
    )


def _subject(state: Published) -> str:
    return f"listing {state.key.marketplace}/{state.key.sku}"
