"""Amazon answered a quantity, or was seen to have one: keep it, and name what nobody explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from handler.core.errors import OutsideFailure, PluginError, RefusedRequest
from handler.flows.decide_fbm import subject_of
from handler.flows.register_findings import resolve_gone
from handler.flows.registered import registered
from handler.inventory import acknowledge as transitions
from handler.inventory.fbm_guards import CLOCK_SKEW

if TYPE_CHECKING:
    from handler.core.finding import Finding
    from handler.flows.app import App
    from handler.inventory.listing import ListingKey
    from handler.inventory.mfn_order import MfnOrder
    from handler.inventory.published import Published

_ROUNDS: Final = 6
# What an answer tells of by itself; that a listing is sound only its acceptance shows.
_JUDGED: Final = ("FBM_QUANTITY_DRIFT", "LISTING_REJECTED")


class Answered(StrEnum):
    """What is told of a listing's quantity."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told.

    Attributes:
        key: the listing; its seller is the profile's where empty.
        answered: what is told.
        number: of the decision that was answered.
        quantity: taken, or seen.
        at: when it was seen, in UTC.
    """

    key: ListingKey
    answered: Answered
    number: int = 0
    quantity: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one thing told.

    Attributes:
        key: the listing.
        changed: whether it was news.
        state: as it is now; ``None`` where nothing was ever published.
        drift: what is not explained.
        refused: why it was not kept.
    """

    key: ListingKey
    changed: bool
    state: Published | None
    drift: Finding | None = None
    refused: PluginError | None = None


def acknowledge(app: App, profile: str, told: Sequence[Told]) -> list[Kept]:
    """Keep what is told, each for itself, answered in order.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    mappings = app.stock_mappings.load(profile)
    policy = mappings.policy
    seller = policy.seller
    asked = [
        replace(one, key=one.key._replace(seller=seller)) if not one.key.seller else one
        for one in told
    ]
    orders = app.inventory.orders(profile) if any(_is_sight(one) for one in asked) else ()
    kept = [_keep(app, profile, one, orders) for one in asked]
    if any(one.changed for one in kept):
        _register(app, profile, asked, kept, policy.fbm.most_rejections)
    return kept


def _register(
    app: App, profile: str, told: Sequence[Told], kept: Sequence[Kept], most_rejections: int
) -> None:
    """Register what is parked, and resolve what these answers settle."""
    changed = [(one, after) for one, after in zip(told, kept, strict=True) if after.changed]
    parked = [
        finding
        for _, after in changed
        if after.state and (finding := transitions.parked(after.state, most_rejections))
    ]
    if parked:
        app.settlements.register(registered(app, _scope(profile), parked))
    answered = {subject_of(after.key) for _, after in changed}
    # Amazon took the zero of a count that is too old: that makes the count no younger.
    sound = {
        subject_of(after.key)
        for one, after in changed
        if one.answered is Answered.ACCEPTED and after.state and not after.state.is_stale
    }

    def is_settled(old: Mapping[str, object]) -> bool:
        subject = old.get("subject")
        return subject in sound or (subject in answered and old.get("code") in _JUDGED)

    drifts = [after.drift for _, after in changed if after.drift]
    resolve_gone(app, _scope(profile), [*drifts, *parked], is_settled)


def _keep(app: App, profile: str, told: Told, orders: Iterable[MfnOrder]) -> Kept:
    if _is_sight(told) and told.at is not None and told.at > app.now() + CLOCK_SKEW:
        return Kept(told.key, changed=False, state=None, refused=_seen_in_future(told.at))
    for _ in range(_ROUNDS):
        state = app.inventory.published(profile, [told.key]).get(told.key)
        if state is None:
            return Kept(told.key, changed=False, state=None, refused=_never_published(told.key))
        after = _after(state, told)
        if after is None:
            return Kept(told.key, changed=False, state=state)
        drift = (
            transitions.drift_of(after, ordered_since(after, orders)) if _is_sight(told) else None
        )
        if drift:
            # First, as to a call that is cut off now and repeated, the sight would be no news.
            app.settlements.register(registered(app, _scope(profile), [drift]))
            # One write: the sight, and that what Amazon has is not certain.
            after = replace(after, quantity=None)
        if app.inventory.put_published(profile, [after])[0]:
            return Kept(told.key, changed=True, state=after, drift=drift)
    raise OutsideFailure(
        "STORE_BUSY",
        f"{told.key.sku} kept changing under other writers.",
        "Try again in a few seconds.",
    )


def _after(state: Published, told: Told) -> Published | None:
    match told.answered:
        case Answered.ACCEPTED:
            return transitions.accepted(state, told.number, told.quantity)
        case Answered.REJECTED:
            return transitions.rejected(state, told.number)
        case Answered.SEEN if told.at is not None:
            return transitions.seen(state, told.quantity, told.at)
    return None


def _is_sight(told: Told) -> bool:
    return told.answered is Answered.SEEN


def ordered_since(state: Published, orders: Iterable[MfnOrder]) -> int:
    """Return the units of the listing ordered since its quantity was sent."""
    if state.sent_at is None:
        return 0
    return sum(
        order.quantity
        for order in orders
        if (order.marketplace, order.sku) == (state.key.marketplace, state.key.sku)
        and order.changed_at >= state.sent_at
    )


def _scope(profile: str) -> str:
    return f"listing:{profile}"


def _never_published(key: ListingKey) -> PluginError:
    return RefusedRequest(
        "NEVER_PUBLISHED",
        f"No quantity of {key.sku} on {key.marketplace} was ever decided.",
        "Acknowledge decisions by the marketplace, SKU and number they were answered with.",
    )


def _seen_in_future(at: datetime) -> PluginError:
    return RefusedRequest(
        "SEEN_IN_FUTURE",
        f"The quantity is said to be seen at {at.isoformat()}, which is still to come. Kept, it "
        "would stand before every later one.",
        "Mend the clock or the time zone of the flow.",
    )
