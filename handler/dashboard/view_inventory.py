"""What the list of listings shows of each pool. A figure nobody told is none, never a zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handler.inventory.listing import Pool

if TYPE_CHECKING:
    from handler.flows.inventory_page import ListedStock
    from handler.inventory.policy import FbmPolicy
    from handler.inventory.published import Published


@dataclass(frozen=True, slots=True)
class FbmLine:
    """One listing of the seller's own stock.

    Attributes:
        available: NetSuite's units (of a kit: whole kits), as the quantity was decided on.
        held_back: of these, what is not published.
        published: what Amazon was told may be sold.
        accepted: what Amazon last acknowledged.
        words: where it stands, the worst first.
    """

    available: int | None
    held_back: int | None
    published: int | None
    accepted: int | None
    words: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether what is published is not what is available."""
        return bool(self.held_back)


def fbm_line(stock: ListedStock, policy: FbmPolicy, now: datetime) -> FbmLine | None:
    """Return what a line shows of the seller's own stock; ``None`` for Amazon's."""
    if stock.listing.pool is not Pool.FBM:
        return None
    state = stock.published
    quarantined = ("quarantined",) if stock.quarantine else ()
    if state is None:
        return FbmLine(None, None, None, None, (*quarantined, "undecided"))
    available, published = available_in(state.trace), published_of(state)
    known = available is not None and published is not None
    return FbmLine(
        available,
        (available or 0) - (published or 0) if known else None,
        published,
        state.accepted,
        (*quarantined, *_words(state, policy, now)),
    )


def available_in(trace: Mapping[str, object]) -> int | None:
    """Return the units NetSuite had, by a decision's trace; ``None`` where it used none."""
    kits, items = trace.get("kits"), trace.get("items")
    if isinstance(kits, Mapping):
        return _whole(kits.get("feasible"))
    if isinstance(items, Sequence) and len(items) == 1 and isinstance(items[0], Mapping):
        return _whole(items[0].get("available"))
    return None


def published_of(state: Published) -> int | None:
    """Return what Amazon was told, also where it refused that or was seen to have another."""
    return state.quantity if state.quantity is not None else _whole(state.trace.get("result"))


def _words(state: Published, policy: FbmPolicy, now: datetime) -> tuple[str, ...]:
    words = []
    if state.rejections >= policy.most_rejections:
        words.append("parked")
    elif state.rejections:
        words.append("refused")
    if state.is_stale:
        words.append("stale")
    elif (
        state.source_time is not None
        and now - state.source_time > timedelta(minutes=policy.stale_minutes)
        and state.quantity != 0
    ):
        words.append("overdue")
    if state.is_acknowledged:
        words.append("acknowledged")
    elif state.quantity is not None:
        words.append("sent")
    elif not state.rejections:
        words.append("uncertain")
    return tuple(words)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
