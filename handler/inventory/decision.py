"""What was decided for one FBM listing, and why."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from handler.inventory.listing import Listing, ListingKey
    from handler.inventory.published import Published


class Mode(StrEnum):
    """Which decisions are sent."""

    CHANGES = "changes"  # what differs from what Amazon has
    ASSERT = "assert"  # everything, parked listings too: the daily full re-assertion


class Action(StrEnum):
    """What is to be done with a decided listing."""

    PUBLISH = "publish"  # send the patch
    UNCHANGED = "unchanged"  # Amazon has this quantity
    HELD_BACK = "held_back"  # a small increase that waits
    REFUSED = "refused"  # older than what is known, or no usable input
    QUARANTINED = "quarantined"  # its registration contradicts itself
    PARKED = "parked"  # Amazon refused it too often


class Decision(NamedTuple):
    """The answer for one listing.

    Attributes:
        key: the listing.
        action: what to do.
        reason: stable code ("CHANGED", "REASSERTED", "SOURCE_STALE", "OUT_OF_ORDER" ...).
        message: the reason in words, with its figures.
        quantity: what Amazon should have; ``None`` where nothing was decided.
        previous: what was sent last; ``None`` where unknown.
        number: of the decision; the acknowledgement names it. 0 where nothing was ever sent.
        trace: inputs, rule by rule, result; plain values.
        state: to be written before anything is sent; ``None`` where nothing changed.
        listing: as registered; ``None`` where it is not.
    """

    key: ListingKey
    action: Action
    reason: str
    message: str
    quantity: int | None
    previous: int | None
    number: int
    trace: Mapping[str, object]
    state: Published | None
    listing: Listing | None = None

    @property
    def is_decrease(self) -> bool:
        """Whether it lowers what Amazon has, or may do so: such are sent first."""
        return (
            self.action is Action.PUBLISH
            and self.quantity is not None
            and (self.previous is None or self.quantity < self.previous)
        )
