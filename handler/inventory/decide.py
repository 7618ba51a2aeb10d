"""Decides what quantity of the seller's own stock each listing has on Amazon.

Every decision explains itself, and the same call again writes nothing and sends nothing. Whoever
calls writes the states first, each over the revision it was read at, and sends only what was
written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handler.inventory.decision import Action, Decision, Mode
from handler.inventory.fbm_guards import (
    Case,
    Verdict,
    is_stale,
    limits,
    readable,
    registered,
    sending,
    stopped,
)
from handler.inventory.fbm_pending import PendingUnits
from handler.inventory.fbm_quantity import FbmQuantities, missing_items
from handler.inventory.fbm_shelves import Shelves, in_order
from handler.inventory.listing import Listing, ListingKey
from handler.inventory.published import Published

if TYPE_CHECKING:
    from handler.inventory.fbm_registry import FbmRegistry
    from handler.inventory.mfn_order import MfnOrder
    from handler.inventory.policy import InventoryPolicy
    from handler.inventory.source_stock import ListingSource, SourceStock

_NEVER: Final = Published(ListingKey("", "", ""))


def decide_all(
    requests: Sequence[ListingSource],
    registry: FbmRegistry,
    policy: InventoryPolicy,
    states: Mapping[ListingKey, Published],
    orders: Iterable[MfnOrder],
    now: datetime,
    mode: Mode = Mode.CHANGES,
) -> list[Decision]:
    """Return one decision for each request, in the order asked.

    A listing asked about twice is decided twice, the second time on the first one's state.

    Args:
        requests: listings with the count each is decided on.
        registry: of the profile.
        policy: of the profile.
        states: of the listings; those never decided are missing.
        orders: of the profile that may still count, whatever listing they are of.
        now: the moment of the call, in UTC.
        mode: whether only changes are sent, or everything.
    """
    batch = _Batch(registry, policy, PendingUnits(orders, registry), now, mode)
    written: dict[ListingKey, Published] = {}
    decisions = []
    for request in requests:
        known = written.get(request.key) or states.get(request.key, _NEVER)
        decision = batch.decide(request, known)
        if decision.state is not None:
            written[request.key] = decision.state
        decisions.append(decision)
    return decisions


def emission_order(decisions: Iterable[Decision]) -> list[Decision]:
    """Return what is to be sent, in the order to send it: what may lower Amazon's stock first.

    Of a listing decided twice only the last is sent, or an older quantity could arrive after it.
    """
    last: dict[ListingKey, Decision] = {}
    lowered = set()
    for decision in decisions:
        if decision.action is Action.PUBLISH:
            # Amazon may still have what the first one was to lower.
            if decision.is_decrease:
                lowered.add(decision.key)
            last.pop(decision.key, None)
            last[decision.key] = decision
    return sorted(last.values(), key=lambda decision: decision.key not in lowered)


class _Batch:
    """What the decisions of one call have in common."""

    def __init__(
        self,
        registry: FbmRegistry,
        policy: InventoryPolicy,
        pending: PendingUnits,
        now: datetime,
        mode: Mode,
    ) -> None:
        self._registry = registry
        self._quantities = FbmQuantities(registry, policy, pending)
        self._limits = limits(policy.fbm, now, mode)
        self._shelves: dict[int, Shelves] = {}
        self._time = (now, now.isoformat())
        self._policy_shown = {
            "mode": mode.value,
            "split": policy.fbm.split.value,
            "stale_minutes": policy.fbm.stale_minutes,
            "fresh_minutes": policy.fbm.fresh_minutes,
            "hold_increase_below": policy.fbm.hold_increase_below,
        }

    def decide(self, request: ListingSource, state: Published) -> Decision:
        """Return what becomes of one listing."""
        listing = registered(request, self._registry)
        if isinstance(listing, Verdict):
            return _ended(request.key, None, listing, state, {})
        source = readable(request)
        if isinstance(source, Verdict):
            return _ended(request.key, listing, source, state, {})
        case = Case(listing, source, self._in_order(source), state, self._limits)
        verdict = stopped(case)
        if verdict is not None:
            return _ended(request.key, listing, verdict, state, self._source_shown(case))
        if is_stale(case):
            return self._stale(case)
        missing = missing_items(listing, case.shelves)
        if missing:
            verdict = _incomplete(listing, missing)
            return _ended(request.key, listing, verdict, state, self._source_shown(case))
        quantity, trace = self._quantities.of(listing, case.shelves, source.time)
        trace |= self._source_shown(case)
        return _weighed(case, quantity, sending(case, quantity), trace, stale=False)

    def _in_order(self, source: SourceStock) -> Shelves:
        """Return a source's shelves; many listings may be decided on one source."""
        found = self._shelves.get(id(source))
        if found is None:
            found = self._shelves[id(source)] = in_order(source.shelves)
        return found

    def _source_shown(self, case: Case) -> dict[str, object]:
        return {
            "source_version": case.source.version,
            "source_time": self._time_shown(case.source.time),
            "policy": self._policy_shown,
        }

    def _time_shown(self, time: datetime) -> str:
        """Return a time as text; the counts of one call were mostly read at one time."""
        last, shown = self._time
        # Two equal moments of different time zones have different texts.
        if time.tzinfo is not last.tzinfo or time != last:
            shown = time.isoformat()
            self._time = (time, shown)
        return shown

    def _stale(self, case: Case) -> Decision:
        """Publish zero: nobody can vouch for a count this old."""
        age = int((self._limits.now - case.source.time).total_seconds()) // 60
        policy = self._limits.policy
        most = policy.fresh_minutes if case.state.is_stale else policy.stale_minutes
        action = sending(case, 0).action
        verdict = Verdict(
            action,
            "SOURCE_STALE",
            f"The count is {age} minutes old, and {most} are allowed: nobody can vouch for it, so "
            f"Amazon {'has' if action is Action.UNCHANGED else 'gets'} 0.",
        )
        trace = {"age_minutes": age, "most_minutes": most, "result": 0, **self._source_shown(case)}
        return _weighed(case, 0, verdict, trace, stale=True)


def _incomplete(listing: Listing, missing: Sequence[str]) -> Verdict:
    return Verdict(
        Action.REFUSED,
        "SOURCE_INCOMPLETE",
        f"The count names no location at all for {', '.join(missing)}, which SKU "
        f"{listing.key.sku} needs. Send the item with its locations; 0 where it has none left.",
    )


def _ended(
    key: ListingKey,
    listing: Listing | None,
    verdict: Verdict,
    state: Published,
    trace: Mapping[str, object],
) -> Decision:
    """Return a decision that decides no quantity and writes nothing."""
    return Decision(
        key,
        verdict.action,
        verdict.reason,
        verdict.message,
        None,
        state.quantity,
        state.decision,
        trace,
        None,
        listing,
    )


def _weighed(
    case: Case, quantity: int, verdict: Verdict, trace: Mapping[str, object], *, stale: bool
) -> Decision:
    """Return a decision on a quantity, with the state it leaves."""
    known = case.state
    sent = verdict.action is Action.PUBLISH
    state = _after(case, quantity, trace, stale=stale) if sent else _noted(case, stale=stale)
    return Decision(
        case.listing.key,
        verdict.action,
        verdict.reason,
        verdict.message,
        quantity,
        known.quantity,
        known.decision + sent,
        trace,
        state,
        case.listing,
    )


def _after(case: Case, quantity: int, trace: Mapping[str, object], *, stale: bool) -> Published:
    """Return the state after a quantity is sent."""
    known, source = case.state, case.source
    # Sent again after another quantity that may have arrived, an equal one accepted long ago says
    # nothing: it must be acknowledged anew.
    doubtful = known.accepted == quantity and not known.is_acknowledged
    return Published(
        case.listing.key,
        known.decision + 1,
        known.revision + 1,
        quantity,
        case.limits.now,
        None if doubtful else known.accepted,
        known.rejections,
        known.seen,
        known.seen_at,
        source.version,
        _source_time(case),
        case.shelves.print,
        stale,
        trace,
    )


def _noted(case: Case, *, stale: bool) -> Published | None:
    """Return the state after a newer source left the quantity as it is; ``None`` for a replay.

    The newer version is kept, or an older one could win afterwards.
    """
    known, source = case.state, case.source
    time = _source_time(case)
    if (known.source_version, known.source_time, known.source_print, known.is_stale) == (
        source.version,
        time,
        case.shelves.print,
        stale,
    ):
        return None
    return replace(
        known,
        revision=known.revision + 1,
        source_version=source.version,
        source_time=time,
        source_print=case.shelves.print,
        is_stale=stale,
    )


def _source_time(case: Case) -> datetime:
    """Return the time to keep: of one version told twice, the later one."""
    known, source = case.state, case.source
    if known.source_time is None or known.source_version != source.version:
        return source.time
    return max(known.source_time, source.time)
