"""What is known of a listing's quantity on Amazon: what was sent, accepted, and seen there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.inventory.listing import ListingKey


@dataclass(frozen=True, slots=True)
class Published:
    """The state of one FBM listing.

    Attributes:
        key: the listing.
        decision: 1, 2, ...: grows with each quantity sent.
        revision: grows with each write; a writer that read an older one must read again.
        quantity: the last one sent; ``None`` where what Amazon has is not known (never sent,
            refused, or seen to be different).
        sent_at: when it was sent, in UTC.
        accepted: the last quantity Amazon acknowledged; ``None`` before the first, and while the
            same quantity, sent again after another, is not acknowledged anew.
        rejections: refusals in a row.
        seen: what Amazon was last seen to have; ``None`` where never.
        seen_at: when, in UTC.
        source_version: of the source last decided on.
        source_time: of it, in UTC.
        source_print: SHA-256 of its shelves: the same version with others is another source.
        is_stale: whether zero was sent because the source was too old.
        trace: how the last quantity came about, as the answer showed it; plain values.
    """

    key: ListingKey
    decision: int = 0
    revision: int = 0
    quantity: int | None = None
    sent_at: datetime | None = None
    accepted: int | None = None
    rejections: int = 0
    seen: int | None = None
    seen_at: datetime | None = None
    source_version: int = 0
    source_time: datetime | None = None
    source_print: str = ""
    is_stale: bool = False
    trace: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_acknowledged(self) -> bool:
        """Whether Amazon has taken the last quantity sent."""
        return self.quantity is not None and self.accepted == self.quantity
