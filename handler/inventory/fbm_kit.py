"""How many kits the seller can ship: all of a kit from one location, wherever orders ship from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from handler.inventory.listing import Component


class Kits(NamedTuple):
    """Kits on the shelves, before any order.

    Attributes:
        feasible: kits, over all locations.
        slack: item -> the fewest units no kit needs, over the locations that hold a kit: so many
            can be sold by themselves before the first kit breaks, wherever they ship from.
    """

    feasible: int
    slack: Mapping[str, int]


def kits_on(counted: Mapping[str, Mapping[str, int]], needs: Sequence[Component]) -> Kits:
    """Return the kits that ``counted`` holds: at each location its scarcest component decides.

    Args:
        counted: item -> location -> units; a count below zero holds no kit, as one of zero.
        needs: what one kit takes; each item once.
    """
    feasible = 0
    slack: dict[str, int] = {}
    for location in counted[needs[0].item]:
        here = [(item, need, max(0, counted[item].get(location, 0))) for item, need in needs]
        kits = min(units // need for _, need, units in here)
        if kits == 0:
            continue
        feasible += kits
        for item, need, units in here:
            spare = units - kits * need
            slack[item] = min(slack.get(item, spare), spare)
    return Kits(feasible, slack)


def broken_by(kits: Kits, sold: Mapping[str, int]) -> dict[str, int]:
    """Return how many kits units sold by themselves may break, by item; where none, it is left out.

    An order does not say where it ships from, so the worst is taken: to break j kits takes at least
    the slack and j units more.

    Args:
        kits: on the shelves.
        sold: item -> units of pending orders of other listings.
    """
    return {
        item: units - kits.slack[item]
        for item, units in sold.items()
        if item in kits.slack and units > kits.slack[item]
    }
