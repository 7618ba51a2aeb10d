"""What stands between a source and a quantity: each condition by itself, the first one decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from handler.inventory.decision import Action, Mode
from handler.inventory.listing import Listing, Pool

if TYPE_CHECKING:
    from handler.inventory.fbm_registry import FbmRegistry
    from handler.inventory.fbm_shelves import Shelves
    from handler.inventory.policy import FbmPolicy
    from handler.inventory.published import Published
    from handler.inventory.source_stock import ListingSource, SourceStock

# Clocks differ; a count from further ahead has a wrong time, and would never grow old.
CLOCK_SKEW: Final = timedelta(minutes=5)


class Verdict(NamedTuple):
    """What a condition says.

    Attributes:
        action: what to do.
        reason: stable code.
        message: the reason in words, with its figures.
    """

    action: Action
    reason: str
    message: str


class Limits(NamedTuple):
    """The moments and bounds one batch is judged by.

    Attributes:
        now: of the batch, in UTC.
        future: a source later than this has a wrong time.
        stale: a source before this is too old.
        fresh: after that, only a source from this on publishes again.
        reassert: what was sent before this and not acknowledged is sent again.
        mode: which decisions are sent.
        policy: of the seller's own stock.
    """

    now: datetime
    future: datetime
    stale: datetime
    fresh: datetime
    reassert: datetime
    mode: Mode
    policy: FbmPolicy


def limits(policy: FbmPolicy, now: datetime, mode: Mode) -> Limits:
    """Return the moments a batch at ``now`` is judged by."""
    return Limits(
        now,
        now + CLOCK_SKEW,
        now - timedelta(minutes=policy.stale_minutes),
        now - timedelta(minutes=policy.fresh_minutes),
        now - timedelta(minutes=policy.reassert_minutes),
        mode,
        policy,
    )


class Case(NamedTuple):
    """A listing to be decided: registered in the FBM pool, with a source that could be read.

    Attributes:
        listing: as registered.
        source: NetSuite's count.
        shelves: of it.
        state: what is known of the listing; of one never decided, all empty.
        limits: of the batch.
    """

    listing: Listing
    source: SourceStock
    shelves: Shelves
    state: Published
    limits: Limits


def registered(request: ListingSource, registry: FbmRegistry) -> Listing | Verdict:
    """Return the listing, or why no quantity of it may be published at all."""
    found = registry.quarantine.get(request.key)
    if found is not None:
        return Verdict(Action.QUARANTINED, "QUARANTINED", found.what)
    listing = registry.find(request.key)
    if listing is None:
        return Verdict(
            Action.REFUSED,
            "NOT_REGISTERED",
            f"SKU {request.key.sku} on marketplace {request.key.marketplace} is registered in no "
            "pool. Register it; a pool is never guessed.",
        )
    if listing.pool is not Pool.FBM:
        return Verdict(
            Action.QUARANTINED,
            "WRONG_POOL",
            f"SKU {request.key.sku} sells from Amazon's warehouses ({listing.origin}). A quantity "
            "sent for it would open a second offer from the seller's own stock.",
        )
    return listing


def readable(request: ListingSource) -> SourceStock | Verdict:
    """Return the source, or what of it cannot be used."""
    source = request.source
    if source is None or request.fault:
        fault = request.fault or "no source was given"
    elif source.time.tzinfo is None:
        fault = f"the source's time {source.time.isoformat()} has no time zone"
    elif source.version < 0:
        fault = f"the source's version {source.version} is below 0"
    else:
        return source
    return Verdict(
        Action.REFUSED, "SOURCE_INVALID", f"The count cannot be used: {fault}. Send it again whole."
    )


def _from_future(case: Case) -> Verdict | None:
    if case.source.time <= case.limits.future:
        return None
    return Verdict(
        Action.REFUSED,
        "SOURCE_FROM_FUTURE",
        f"The count says it was read at {case.source.time.isoformat()}, and it is "
        f"{case.limits.now.isoformat()}. Mend the clock or the time zone of the flow.",
    )


def _out_of_order(case: Case) -> Verdict | None:
    if case.source.version >= case.state.source_version:
        return None
    return Verdict(
        Action.REFUSED,
        "OUT_OF_ORDER",
        f"Version {case.source.version} of the count came after version "
        f"{case.state.source_version}, which stands.",
    )


def _contradicts_itself(case: Case) -> Verdict | None:
    if not case.shelves.conflict:
        return None
    return Verdict(
        Action.REFUSED,
        "SOURCE_CONFLICT",
        f"The count names {case.shelves.conflict}. Send each item and location once.",
    )


def _contradicts_the_known(case: Case) -> Verdict | None:
    state = case.state
    if (
        case.source.version != state.source_version
        or not state.source_print
        or state.source_print == case.shelves.print
    ):
        return None
    return Verdict(
        Action.REFUSED,
        "SOURCE_CONFLICT",
        f"Version {case.source.version} of the count was decided on before, with other shelves. "
        "Raise the version with each count.",
    )


def _parked(case: Case) -> Verdict | None:
    most = case.limits.policy.most_rejections
    if case.state.rejections < most or case.limits.mode is Mode.ASSERT:
        return None
    return Verdict(
        Action.PARKED,
        "PARKED",
        f"Amazon refused the quantity {case.state.rejections} times in a row, and {most} are "
        "allowed. Mend the listing, then re-assert it.",
    )


CONDITIONS: Final[tuple[Callable[[Case], Verdict | None], ...]] = (
    _from_future,
    _out_of_order,
    _contradicts_itself,
    _contradicts_the_known,
    _parked,
)


def stopped(case: Case) -> Verdict | None:
    """Return what the first of :data:`CONDITIONS` that applies says; ``None`` where none does."""
    for condition in CONDITIONS:
        verdict = condition(case)
        if verdict is not None:
            return verdict
    return None


def is_stale(case: Case) -> bool:
    """Return whether the source is too old to vouch for a quantity.

    Once too old, only a clearly younger one ends that, so that a flow at the edge does not switch
    a listing off and on.
    """
    since = case.limits.fresh if case.state.is_stale else case.limits.stale
    return case.source.time < since


def sending(case: Case, quantity: int) -> Verdict:
    """Return whether a decided quantity is sent: nothing small, and nothing Amazon has already."""
    before = case.state.quantity
    if before is None:
        return _uncertain(case, quantity)
    if case.limits.mode is Mode.CHANGES and _stands(case):
        if quantity == before:
            return Verdict(Action.UNCHANGED, "UNCHANGED", f"Amazon has {quantity} already.")
        least = case.limits.policy.hold_increase_below
        if 0 < before < quantity < before + least:
            return Verdict(
                Action.HELD_BACK,
                "HELD_BACK",
                f"From {before} to {quantity} is fewer than {least} more, so it waits.",
            )
    return _repeated(case, quantity, before)


def _uncertain(case: Case, quantity: int) -> Verdict:
    if case.state.decision == 0:
        return Verdict(Action.PUBLISH, "CHANGED", f"Publish {quantity} for the first time.")
    return Verdict(
        Action.PUBLISH, "NOT_ACKNOWLEDGED", f"Publish {quantity}: what Amazon has is not certain."
    )


def _repeated(case: Case, quantity: int, before: int) -> Verdict:
    if quantity != before:
        return Verdict(Action.PUBLISH, "CHANGED", f"Publish {quantity} instead of {before}.")
    if case.limits.mode is Mode.ASSERT:
        return Verdict(Action.PUBLISH, "REASSERTED", f"Publish {quantity} again.")
    return Verdict(
        Action.PUBLISH,
        "NOT_ACKNOWLEDGED",
        f"Publish {quantity} again: Amazon has not acknowledged it.",
    )


def _stands(case: Case) -> bool:
    """Return whether Amazon may be taken to have what was sent last, or to get it soon."""
    sent_at = case.state.sent_at
    return case.state.is_acknowledged or (sent_at is not None and sent_at >= case.limits.reassert)
