"""Amazon's counts against NetSuite's, like with like, each pool for itself.

The stock at Amazon is compared location by location: ending balance to on hand, fulfillable to
available. The seller's own stock is compared listing by listing, as only what is published of it is
in both systems.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handler.inventory.amazon_counts import (
    AmazonCounts,
    CountKey,
    Elsewhere,
    Measure,
    Spot,
    Unregistered,
)
from handler.inventory.drift_causes import (
    Cause,
    CauseKind,
    CountTimes,
    Difference,
    DriftFacts,
    evidence,
    propose,
)
from handler.inventory.drift_pair import (
    FbmCount,
    NetsuiteCount,
    Pair,
    drift_finding,
    unregistered_finding,
)
from handler.inventory.listing import Pool

if TYPE_CHECKING:
    from handler.core.finding import Finding
    from handler.inventory.published import Published


@dataclass(frozen=True, slots=True)
class DriftOutcome:
    """The outcome of a comparison.

    Attributes:
        times: of the counts.
        pairs: all, by pool, item, location and measure.
        unregistered: Amazon's units that no item is known for.
        uncounted: NetSuite's units at FBA locations that no report given counts.
        findings: ``STOCK_DRIFT`` of each pair beyond tolerance, ``UNREGISTERED_SKU`` of the rest.
    """

    times: CountTimes
    pairs: tuple[Pair, ...]
    unregistered: tuple[Unregistered, ...]
    uncounted: tuple[NetsuiteCount, ...]
    findings: tuple[Finding, ...]


def compare(
    amazon: AmazonCounts,
    netsuite: Iterable[NetsuiteCount],
    fbm: Iterable[FbmCount],
    facts: DriftFacts,
    tolerance: Callable[[str], int],
    fba_locations: frozenset[str],
) -> DriftOutcome:
    """Compare the two systems, whatever the order the counts come in.

    Args:
        amazon: its counts of the stock in its warehouses.
        netsuite: its counts; those of other than FBA locations are of the other pool and enter
            nothing here.
        fbm: the listings of the seller's own stock.
        facts: what the causes are sought in, and the times of the counts.
        tolerance: NetSuite's item -> units by which two counts may differ.
        fba_locations: NetSuite's locations of the stock at Amazon.
    """
    rows = [row for row in netsuite if row.location in fba_locations]
    pairs = sorted(
        (
            *_fba_pairs(amazon, _by_key(rows), facts, tolerance),
            *(pair for one in fbm if (pair := _fbm_pair(one, tolerance))),
        ),
        key=lambda pair: (pair.pool, pair.item, pair.location, pair.measure),
    )
    covered = {location for location, _ in amazon.covers}
    return DriftOutcome(
        facts.times,
        tuple(pairs),
        amazon.unregistered,
        tuple(sorted(row for row in rows if row.location not in covered and any(row[2:]))),
        (
            *(drift_finding(pair, facts.times) for pair in pairs if pair.drifts),
            *(unregistered_finding(one) for one in amazon.unregistered),
        ),
    )


def _by_key(rows: Iterable[NetsuiteCount]) -> Mapping[CountKey, int]:
    units: dict[CountKey, int] = defaultdict(int)
    for row in rows:
        for measure, told in (
            (Measure.ON_HAND, row.on_hand),
            (Measure.AVAILABLE, row.available),
        ):
            if told is not None:
                units[CountKey(row.item, row.location, measure)] += told
    return dict(units)


def _fba_pairs(
    amazon: AmazonCounts,
    netsuite: Mapping[CountKey, int],
    facts: DriftFacts,
    tolerance: Callable[[str], int],
) -> Iterator[Pair]:
    # A figure NetSuite was asked for nowhere is not one it lacks everywhere.
    asked = {key.measure for key in netsuite} or set(Measure)
    unregistered: dict[tuple[str, Measure], list[Unregistered]] = defaultdict(list)
    for one in amazon.unregistered:
        unregistered[one.location, one.measure].append(one)
    for key in amazon.units.keys() | netsuite.keys():
        place = key.location, key.measure
        if key.measure not in asked or place not in amazon.covers:
            continue
        spot = Spot(key.item, key.location)
        ours, theirs = amazon.units.get(key), netsuite.get(key)
        difference = Difference(
            spot,
            key.measure,
            (ours or 0) - (theirs or 0),
            ours is None,
            amazon.elsewhere.get(spot, Elsewhere()),
            unregistered.get(place, ()),
        )
        notes = {"notes": list(amazon.notes[key])} if amazon.notes.get(key) else {}
        yield Pair(
            Pool.FBA,
            *key,
            ours or 0,
            theirs or 0,
            _missing(ours, theirs),
            tolerance(key.item),
            None,
            propose(difference, facts) if difference.units else None,
            {**evidence(difference, facts), **notes} if difference.units else {},
        )


def _fbm_pair(one: FbmCount, tolerance: Callable[[str], int]) -> Pair | None:
    """Return the pair of a listing; ``None`` where neither system has a figure yet."""
    state = one.published
    amazon = _at_amazon(state)
    due = state.quantity if one.due is None else one.due
    if amazon is None and due is None:
        return None
    units = (amazon or 0) - (due or 0)
    known = {
        "sent": state.quantity,
        "sent_at": state.sent_at and state.sent_at.isoformat(),
        "accepted": state.accepted,
        "seen": state.seen,
        "seen_at": state.seen_at and state.seen_at.isoformat(),
        "rejections": state.rejections or None,
        "ordered": one.ordered or None,
    }
    return Pair(
        Pool.FBM,
        one.item,
        f"{state.key.marketplace}/{state.key.sku}",
        Measure.PUBLISHED,
        amazon or 0,
        due or 0,
        _missing(amazon, due),
        tolerance(one.item),
        state.key,
        _fbm_cause(one, due, units) if units else None,
        {name: value for name, value in known.items() if value is not None} if units else {},
    )


def _at_amazon(state: Published) -> int | None:
    """Return the latest that is known of Amazon's figure.

    What was seen before the last quantity was sent is older than Amazon's word that it took that.
    """
    seen_since = state.seen_at is not None and (
        state.sent_at is None or state.seen_at > state.sent_at
    )
    if state.seen is None or (state.is_acknowledged and not seen_since):
        return state.accepted
    return state.seen


def _fbm_cause(one: FbmCount, due: int | None, units: int) -> Cause:
    state = one.published
    if state.quantity is not None and not state.is_acknowledged:
        text = f"{state.quantity} was sent and Amazon has not acknowledged it"
        return Cause(CauseKind.TIMING, units, due == state.quantity, text)
    if units < 0 < one.ordered:
        taken = min(one.ordered, -units)
        text = f"Amazon sold {one.ordered} units since the quantity was sent"
        return Cause(CauseKind.TIMING, -taken, taken == -units, text)
    if due != state.quantity and state.is_acknowledged and _at_amazon(state) == state.quantity:
        text = f"NetSuite's stock changed since {state.quantity} was sent; {due} is due"
        return Cause(CauseKind.TIMING, units, True, text)
    return Cause(CauseKind.UNEXPLAINED, 0, False, f"nothing known here explains {units} units")


def _missing(amazon: int | None, netsuite: int | None) -> str:
    return "amazon" if amazon is None else "netsuite" if netsuite is None else ""
