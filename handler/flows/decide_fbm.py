"""Decide what the seller's own stock has on Amazon: read, decide, write, and only then answer.

What is answered was written before, each listing over the revision it was read at. Where another
call came first, those listings are read and decided again; the older count loses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handler.core.finding import Finding
from handler.flows import mfn_orders
from handler.flows.register_findings import register_findings
from handler.flows.stock_registry import Standing, standing
from handler.inventory.decide import decide_all, emission_order
from handler.inventory.decision import Action, Decision, Mode

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.inventory.listing import ListingKey
    from handler.inventory.mfn_order import MfnOrder
    from handler.inventory.published import Published
    from handler.inventory.source_stock import ListingSource

_ROUNDS: Final = 6


@dataclass(frozen=True, slots=True)
class FbmAnswer:
    """What a call is answered.

    Attributes:
        decisions: in the order asked.
        emission: places in ``decisions`` of what is to be sent, in the order to send it.
    """

    decisions: tuple[Decision, ...]
    emission: tuple[int, ...]


def decide(
    app: App,
    profile: str,
    asked: Sequence[ListingSource],
    told: Sequence[MfnOrder] = (),
    mode: Mode = Mode.CHANGES,
    *,
    dry_run: bool = False,
) -> FbmAnswer:
    """Decide listings.

    Args:
        app: the ports.
        profile: whose stock.
        asked: listings with NetSuite's count for each; their seller is the profile's where empty.
        told: orders the caller knows NetSuite may not have; kept before anything is decided.
        mode: whether only changes are sent, or everything.
        dry_run: decide on what is known, write nothing.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping, OutsideFailure: the files are wrong; a store did not answer.
    """
    now = standing(app, profile)
    requests = [_of_seller(one, now.policy.seller) for one in asked]
    if not dry_run:
        mfn_orders.tell(app, profile, told)
    orders = mfn_orders.counting(app, profile, _earliest(requests, app.now()))
    if dry_run:
        states = _states(app, profile, requests)
        known = [*orders, *told]
        decisions = decide_all(requests, now.registry, now.policy, states, known, app.now(), mode)
    else:
        decisions, were_stale = _decided(app, profile, now, requests, orders, mode)
        register_decisions(app, profile, decisions, now, were_stale=were_stale)
    places = {id(decision): place for place, decision in enumerate(decisions)}
    emission = tuple(places[id(decision)] for decision in emission_order(decisions))
    return FbmAnswer(tuple(decisions), emission)


def _decided(
    app: App,
    profile: str,
    now: Standing,
    requests: Sequence[ListingSource],
    orders: Sequence[MfnOrder],
    mode: Mode,
) -> tuple[list[Decision], bool]:
    """Return decisions whose states are written, and whether any listing's count was too old."""
    done: dict[int, Decision] = {}
    were_stale = False
    left = list(range(len(requests)))
    found: list[Decision] = []
    for _ in range(_ROUNDS):
        some = [requests[place] for place in left]
        states = _states(app, profile, some)
        were_stale = were_stale or any(state.is_stale for state in states.values())
        found = decide_all(some, now.registry, now.policy, states, orders, app.now(), mode)
        lost = _write(app, profile, found, states)
        done.update(
            (place, decision)
            for place, decision in zip(left, found, strict=True)
            if decision.key not in lost
        )
        left, found = (
            [place for place in left if place not in done],
            [one for place, one in zip(left, found, strict=True) if place not in done],
        )
        if not left:
            return [done[place] for place in range(len(requests))], were_stale
        # Orders may have come meanwhile, with whatever came first.
        orders = mfn_orders.counting(app, profile, _earliest(requests, app.now()))
    # The others are written, so they must be answered: only these are refused.
    done.update((place, _contended(decision)) for place, decision in zip(left, found, strict=True))
    return [done[place] for place in range(len(requests))], were_stale


def _contended(decision: Decision) -> Decision:
    return decision._replace(
        action=Action.REFUSED,
        reason="STORE_BUSY",
        message=f"SKU {decision.key.sku} kept changing under other writers. Send it again in a few "
        "seconds.",
        quantity=None,
        state=None,
    )


def _write(
    app: App,
    profile: str,
    decisions: Sequence[Decision],
    before: Mapping[ListingKey, Published],
) -> frozenset[ListingKey]:
    """Write the last state of each listing; return the listings another writer came first on."""
    last: dict[ListingKey, Published] = {
        one.key: one.state for one in decisions if one.state is not None
    }
    # A listing decided twice in one call is written once, over what was read.
    states = [_over(state, before.get(key)) for key, state in last.items()]
    if not states:
        return frozenset()
    wrote = app.inventory.put_published(profile, states)
    return frozenset(
        state.key for state, is_written in zip(states, wrote, strict=True) if not is_written
    )


def _over(state: Published, before: Published | None) -> Published:
    revision = before.revision + 1 if before else 1
    return state if state.revision == revision else replace(state, revision=revision)


def _states(
    app: App, profile: str, requests: Sequence[ListingSource]
) -> Mapping[ListingKey, Published]:
    return app.inventory.published(profile, list(dict.fromkeys(one.key for one in requests)))


def _earliest(requests: Sequence[ListingSource], now: datetime) -> datetime:
    return min((one.source.time for one in requests if one.source), default=now)


def _of_seller(request: ListingSource, seller: str) -> ListingSource:
    if request.key.seller:
        return request
    return request._replace(key=request.key._replace(seller=seller))


_STALE: Final = "SOURCE_STALE"


def register_decisions(
    app: App, profile: str, decisions: Sequence[Decision], now: Standing, *, were_stale: bool
) -> None:
    """Keep in the register what somebody must look at; a count that is fresh again is resolved.

    Where all is well, and was, the register is not even asked.
    """
    found = [finding for one in decisions if (finding := _finding(one, now)) is not None]
    if found or were_stale:
        subjects = {subject_of(one.key) for one in decisions}
        register_findings(app, f"listing:{profile}", found, subjects)


def _finding(one: Decision, now: Standing) -> Finding | None:
    registered = now.registry.quarantine.get(one.key)
    if registered is not None:
        return registered  # as the report that showed it names it: one fault, registered once
    evidence = {"marketplace": one.key.marketplace, "sku": one.key.sku, "reason": one.reason}
    if one.action is Action.QUARANTINED:
        return Finding("LISTING_QUARANTINED", subject_of(one.key), one.message, evidence)
    if one.action is Action.PARKED:
        return Finding("LISTING_REJECTED", subject_of(one.key), one.message, evidence)
    if one.reason == _STALE:
        return Finding(_STALE, subject_of(one.key), one.message, evidence)
    return None


def subject_of(key: ListingKey) -> str:
    """Return what the register calls a listing."""
    return f"listing {key.marketplace}/{key.sku}"
