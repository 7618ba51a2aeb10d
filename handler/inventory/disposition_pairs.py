"""Changes of disposition: units that leave one condition and arrive in another.

Amazon writes such a change as two rows that nothing ties but FNSKU, centre, day and quantity. One
of them alone is no loss and no gain: it is posted only together with the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from handler.inventory.ledger_event import SELLABLE, UNFULFILLABLE

if TYPE_CHECKING:
    from handler.inventory.ledger_day import TotalKey
    from handler.inventory.policy import FbaLocations


def location_of(disposition: str, locations: FbaLocations) -> str:
    """Return where units of a disposition are kept; empty for one that is not known."""
    if disposition == SELLABLE:
        return locations.sellable
    return locations.unfulfillable if disposition in UNFULFILLABLE else ""


class Leg(NamedTuple):
    """One side of a change.

    Attributes:
        key: the total it is, or was a part of.
        item: NetSuite's item.
        location: of its disposition.
        units: signed: below zero where units leave.
        line: first one of the file.
    """

    key: TotalKey
    item: str
    location: str
    units: int
    line: int


class Pair(NamedTuple):
    """Two legs, or the parts of them, that belong together.

    Attributes:
        leaving: where the units were.
        arriving: where they are.
        units: how many, at least 1.
    """

    leaving: Leg
    arriving: Leg
    units: int


class Pairing(NamedTuple):
    """What the legs of one day come to.

    Attributes:
        pairs: both legs are of this day.
        across: the leaving leg is of the day before: the change straddles midnight.
        alone: what is left of this day's legs, with the units left.
    """

    pairs: tuple[Pair, ...]
    across: tuple[Pair, ...]
    alone: tuple[Leg, ...]


def pair_dispositions(today: Iterable[Leg], before: Iterable[Leg]) -> Pairing:
    """Pair the legs of one FNSKU in one centre, those of one day first.

    What left the day before and found no partner there is paired with what arrives today. So a
    day's pairs follow from that day and the day before alone.
    """
    pairs, leaving, arriving = _within(today)
    _, left_before, _ = _within(before)
    across, _, arriving = _match(left_before, arriving)
    return Pairing(tuple(pairs), tuple(across), (*leaving, *arriving))


def pair_redefinitions(legs: Iterable[Leg]) -> tuple[tuple[Pair, ...], tuple[Leg, ...]]:
    """Pair units that leave as one FNSKU with as many that come back as another.

    Two products are only tied by centre and quantity: these must agree to the unit, and no leg is
    ever divided.

    Returns:
        The pairs, and the legs that stay alone.
    """
    centres: defaultdict[tuple[str, int], list[Leg]] = defaultdict(list)
    for leg in sorted(legs):
        centres[leg.key.centre, abs(leg.units)].append(leg)
    pairs: list[Pair] = []
    alone: list[Leg] = []
    for (_, units), group in sorted(centres.items()):
        arriving = [leg for leg in group if leg.units > 0]
        for leg in (leg for leg in group if leg.units < 0):
            partner = next((one for one in arriving if one.key.fnsku != leg.key.fnsku), None)
            if partner is None:
                alone.append(leg)
            else:
                arriving.remove(partner)
                pairs.append(Pair(leg, partner, units))
        alone += arriving
    return tuple(pairs), tuple(alone)


def _within(legs: Iterable[Leg]) -> tuple[list[Pair], list[Leg], list[Leg]]:
    """Return the pairs among ``legs``, and what leaves and what arrives alone."""
    ordered = sorted(legs)
    return _match(
        [leg for leg in ordered if leg.units < 0], [leg for leg in ordered if leg.units > 0]
    )


def _match(
    leaving: Sequence[Leg], arriving: Sequence[Leg]
) -> tuple[list[Pair], list[Leg], list[Leg]]:
    """Pair within FNSKU, centre and item: equal quantities first, then as far as units reach."""
    groups: defaultdict[tuple[str, str, str], tuple[list[Leg], list[Leg]]]
    groups = defaultdict(lambda: ([], []))
    for side, legs in enumerate((leaving, arriving)):
        for leg in legs:
            groups[leg.key.fnsku, leg.key.centre, leg.item][side].append(leg)
    pairs: list[Pair] = []
    left: list[Leg] = []
    come: list[Leg] = []
    for _, (outs, ins) in sorted(groups.items()):
        pairs += _equal(outs, ins)
        pairs += _partial(outs, ins)
        left += outs
        come += ins
    return pairs, left, come


def _equal(outs: list[Leg], ins: list[Leg]) -> Iterator[Pair]:
    """Yield pairs of the same quantity, taking them off both lists."""
    for leg in list(outs):
        partner = next((one for one in ins if one.units == -leg.units), None)
        if partner is not None:
            outs.remove(leg)
            ins.remove(partner)
            yield Pair(leg, partner, partner.units)


def _partial(outs: list[Leg], ins: list[Leg]) -> Iterator[Pair]:
    """Yield pairs of what the first leg of each list has, until one list is used up."""
    while outs and ins:
        leg, partner = outs[0], ins[0]
        units = min(-leg.units, partner.units)
        yield Pair(leg, partner, units)
        _use(outs, units)
        _use(ins, -units)


def _use(legs: list[Leg], units: int) -> None:
    """Take ``units`` off the first leg; one that is used up goes."""
    rest = legs[0].units + units
    legs[:1] = [legs[0]._replace(units=rest)] if rest else []
