"""Listings whose count has grown too old while nobody asked about them: they get zero."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handler.inventory.decision import Action, Decision

if TYPE_CHECKING:
    from handler.inventory.listing import Listing
    from handler.inventory.policy import FbmPolicy
    from handler.inventory.published import Published


def expired(
    listings: Iterable[tuple[Listing, Published]], policy: FbmPolicy, now: datetime
) -> Iterator[Decision]:
    """Yield a decision to publish zero for each listing that nobody can vouch for any more.

    Args:
        listings: of the FBM pool, with what is known of each. One that has zero, or was expired
            before, is left alone.
        policy: of the profile.
        now: the moment of the call, in UTC.
    """
    since = now - timedelta(minutes=policy.stale_minutes)
    for listing, state in listings:
        is_old = state.source_time is not None and state.source_time < since
        if is_old and not state.is_stale and state.quantity != 0:
            yield _zero(listing, state, policy, now)


def _zero(listing: Listing, state: Published, policy: FbmPolicy, now: datetime) -> Decision:
    age = int((now - (state.source_time or now)).total_seconds()) // 60
    trace: dict[str, object] = {
        "age_minutes": age,
        "most_minutes": policy.stale_minutes,
        "result": 0,
        "source_version": state.source_version,
        "source_time": state.source_time.isoformat() if state.source_time else "",
    }
    after = replace(
        state,
        decision=state.decision + 1,
        revision=state.revision + 1,
        quantity=0,
        sent_at=now,
        # A zero accepted long ago says nothing of this one.
        accepted=None if state.accepted == 0 else state.accepted,
        is_stale=True,
        trace=trace,
    )
    return Decision(
        key=listing.key,
        action=Action.PUBLISH,
        reason="SOURCE_STALE",
        message=f"The last count is {age} minutes old, and {policy.stale_minutes} are allowed: "
        "nobody can vouch for it, so Amazon gets 0.",
        quantity=0,
        previous=state.quantity,
        number=after.decision,
        trace=trace,
        state=after,
        listing=listing,
    )
