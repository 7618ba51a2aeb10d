"""Why the two systems may count the same units differently: a cause with its evidence.

A cause is proposed, never certain: figures that are equal need not be the same units. What explains
the whole difference is put before what explains a part of it; among equals the order below stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from handler.inventory.amazon_counts import Elsewhere, Measure, Spot, Unregistered


class CauseKind(StrEnum):
    """What may have happened, in the order it is looked for."""

    UNPOSTED_EVENTS = "unposted_events"
    MISSING_SKU = "missing_sku"
    IN_TRANSIT = "in_transit"
    RESERVED = "reserved"
    TIMING = "timing"
    SHIPMENTS_NOT_FULFILLED = "shipments_not_fulfilled"
    UNEXPLAINED = "unexplained"


REPAIRS: Final[Mapping[CauseKind, str]] = {
    CauseKind.UNPOSTED_EVENTS: "Post what waits in NetSuite and acknowledge it here; of held "
    "units, first mend what their own finding says. Then compare again.",
    CauseKind.MISSING_SKU: "Register the SKU named in the evidence with its FNSKU and NetSuite "
    "item, or move the units to the item they really are. Then compare again.",
    CauseKind.IN_TRANSIT: "Nothing while the units travel. Where NetSuite shows them as arrived, "
    "move them to the location in transit by a transfer.",
    CauseKind.RESERVED: "Nothing: the units are Amazon's to ship. They leave NetSuite's count with "
    "the orders.",
    CauseKind.TIMING: "Nothing: compare again with the next reports. Where it stays for more than "
    "two days, it is no question of time.",
    CauseKind.SHIPMENTS_NOT_FULFILLED: "Fulfil the orders in NetSuite that Amazon has shipped, and "
    "compare again.",
    CauseKind.UNEXPLAINED: "Count the movements of the item in both systems since they last "
    "agreed; the history of comparisons shows the day.",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause proposed.

    Attributes:
        kind: what may have happened.
        units: its part of the difference, Amazon's less NetSuite's; 0 where unexplained.
        whole: whether it explains all of the difference.
        text: in words, with its figure.
    """

    kind: CauseKind
    units: int
    whole: bool
    text: str


class CountTimes(NamedTuple):
    """Of when the counts are.

    Attributes:
        read_at: when NetSuite was read, in UTC.
        balance_day: Amazon's last day in the ledger's summary.
        stock_at: when the report of stock was made, in UTC.
    """

    read_at: datetime
    balance_day: date | None = None
    stock_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DriftFacts:
    """What else is known when counts are compared. What is not known is left out.

    Attributes:
        times: of the counts.
        unposted: net units that NetSuite will have more (or fewer) when what is held and what it
            has not acknowledged is posted.
        unposted_ids: external ids of these postings and names of what is held.
        moved_since: net units of the ledger after its last balance day.
        recent_shipments: units shipped on the last two days of the ledger, above zero.
        unfulfilled: units the ledger shipped and NetSuite's orders have not fulfilled.
        registered: items with an FBA listing; ``None`` where not asked.
    """

    times: CountTimes
    unposted: Mapping[Spot, int] = field(default_factory=dict)
    unposted_ids: Mapping[Spot, tuple[str, ...]] = field(default_factory=dict)
    moved_since: Mapping[Spot, int] = field(default_factory=dict)
    recent_shipments: Mapping[Spot, int] = field(default_factory=dict)
    unfulfilled: Mapping[Spot, int] = field(default_factory=dict)
    registered: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference to explain.

    Attributes:
        spot: item and location.
        measure: which figures differ.
        units: Amazon's less NetSuite's; not 0.
        missing_at_amazon: whether Amazon's reports do not name the item there.
        elsewhere: of the spot.
        unregistered: units of no item, of the same location and measure.
    """

    spot: Spot
    measure: Measure
    units: int
    missing_at_amazon: bool
    elsewhere: Elsewhere
    unregistered: Sequence[Unregistered]


def propose(difference: Difference, facts: DriftFacts) -> Cause:
    """Return the likeliest cause of a difference of the FBA pool."""
    part: Cause | None = None
    for look in _LOOKS:
        for cause in look(difference, facts):
            if cause.whole:
                return cause
            part = part or cause
    return part or Cause(
        CauseKind.UNEXPLAINED, 0, False, f"nothing known here explains {difference.units} units"
    )


def evidence(difference: Difference, facts: DriftFacts) -> dict[str, object]:
    """Return every figure the causes were sought in, whichever was proposed; no zeros."""
    spot, elsewhere = difference.spot, difference.elsewhere
    figures: dict[str, object] = {
        "unposted": facts.unposted.get(spot, 0),
        "unposted_ids": list(facts.unposted_ids.get(spot, ())),
        "unregistered": [f"{one.fnsku or one.sku}: {one.units}" for one in difference.unregistered],
        "inbound": elsewhere.inbound,
        "between_centres": elsewhere.transfers,
        "reserved_orders": elsewhere.reserved_orders,
        "reserved": elsewhere.reserved,
        "moved_since": facts.moved_since.get(spot, 0),
        "recent_shipments": facts.recent_shipments.get(spot, 0),
        "unfulfilled": facts.unfulfilled.get(spot, 0),
    }
    return {name: figure for name, figure in figures.items() if figure}


def _fits(kind: CauseKind, difference: int, units: int, text: str) -> Iterator[Cause]:
    """Yield a cause where ``units`` go the way of the difference and not beyond it."""
    if units and (units > 0) == (difference > 0) and abs(units) <= abs(difference):
        yield Cause(kind, units, units == difference, text)


def _unposted(difference: Difference, facts: DriftFacts) -> Iterator[Cause]:
    units = facts.unposted.get(difference.spot, 0)
    text = f"{units:+} units of Amazon's ledger are held or not acknowledged by NetSuite"
    # They are for NetSuite's books, which have no other figure than on hand to post to; what is
    # not on hand is not available either.
    yield from _fits(CauseKind.UNPOSTED_EVENTS, difference.units, units, text)


def _missing_sku(difference: Difference, facts: DriftFacts) -> Iterator[Cause]:
    kind, item = CauseKind.MISSING_SKU, difference.spot.item
    registered = facts.registered
    if difference.missing_at_amazon and registered is not None and item not in registered:
        text = f"no FBA listing is registered for item {item}, so nothing of Amazon's is counted"
        yield Cause(kind, difference.units, True, text)
    for one in difference.unregistered:
        text = (
            f"Amazon has {one.units} units of {one.fnsku} (SKU {one.sku}), registered for no item"
        )
        yield from _fits(kind, difference.units, -one.units, text)


def _in_transit(difference: Difference, _: DriftFacts) -> Iterator[Cause]:
    inbound, transfers = difference.elsewhere.inbound, difference.elsewhere.transfers
    for units, where in (
        (inbound, "on the way to Amazon"),
        (transfers, "between Amazon's centres"),
        (inbound + transfers, "on the way to Amazon or between its centres"),
    ):
        text = f"{units} units are {where}, and NetSuite counts them as there"
        yield from _fits(CauseKind.IN_TRANSIT, difference.units, -units, text)


def _reserved(difference: Difference, _: DriftFacts) -> Iterator[Cause]:
    if difference.measure is not Measure.AVAILABLE:
        return  # what is reserved is on hand in both systems
    for units, why in (
        (difference.elsewhere.reserved, "orders, transfers or processing"),
        (difference.elsewhere.reserved_orders, "customers' orders"),
    ):
        text = f"Amazon keeps {units} units back for {why}, and NetSuite counts them as available"
        yield from _fits(CauseKind.RESERVED, difference.units, -units, text)


def _timing(difference: Difference, facts: DriftFacts) -> Iterator[Cause]:
    """Yield movements between the two counts; more of them than needed explain it as well."""
    units = difference.units
    moved = -facts.moved_since.get(difference.spot, 0)
    if moved and (moved > 0) == (units > 0):
        yield _at_most(units, moved, f"Amazon's ledger has {-moved:+} units after its count")
    shipped = facts.recent_shipments.get(difference.spot, 0)
    if shipped > 0:
        # Either system may be the first to know of a shipment.
        signed = shipped if units > 0 else -shipped
        yield _at_most(units, signed, f"{shipped} units were shipped in the last two days")


def _at_most(difference: int, units: int, text: str) -> Cause:
    whole = abs(units) >= abs(difference)
    return Cause(CauseKind.TIMING, difference if whole else units, whole, text)


def _unfulfilled(difference: Difference, facts: DriftFacts) -> Iterator[Cause]:
    units = facts.unfulfilled.get(difference.spot, 0)
    text = f"Amazon shipped {units} units that NetSuite's orders have not fulfilled"
    yield from _fits(CauseKind.SHIPMENTS_NOT_FULFILLED, difference.units, -units, text)


_LOOKS: Final[tuple[Callable[[Difference, DriftFacts], Iterator[Cause]], ...]] = (
    _unposted, _missing_sku, _in_transit, _reserved, _timing, _unfulfilled,
)  # fmt: skip
