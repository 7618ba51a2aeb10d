"""Amazon answered a quantity, or was seen to have one: keep it, and name what nobody explains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from handler.core.errors import OutsideFailure, PluginError, RefusedRequest
from handler.core.finding import Finding
from handler.flows.app import App
from handler.flows.decide_fbm import subject_of
from handler.flows.register_findings import register_findings
from handler.inventory import acknowledge as transitions
from handler.inventory.listing import ListingKey
from handler.inventory.mfn_order import MfnOrder
from handler.inventory.published import Published

_ROUNDS: Final = 6


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
    changed = [one for one in kept if one.changed]
    if changed:
        findings = [one.drift for one in changed if one.drift]
        parked = (
            transitions.parked(one.state, policy.fbm.most_rejections)
            for one in changed
            if one.state
        )
        findings += [finding for finding in parked if finding]
        subjects = {subject_of(one.key) for one in changed}
        register_findings(app, f"listing:{profile}", findings, subjects)
    return kept


def _keep(app: App, profile: str, told: Told, orders: Iterable[MfnOrder]) -> Kept:
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


def _never_published(key: ListingKey) -> PluginError:
    return RefusedRequest(
        "NEVER_PUBLISHED",
        f"No quantity of {key.sku} on {key.marketplace} was ever decided.",
        "Acknowledge decisions by the marketplace, SKU and number they were answered with.",
    )
