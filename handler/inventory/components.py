"""What a kit is made of: how it is written, and how rows that name an item twice add up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from handler.inventory.listing import Component, Pool

NOTATION: Final = (
    'items joined with "+", each with "*" and its quantity where one kit takes more than one, such '
    'as "2201*2+2202"; an item whose name has one of these signs goes by its internal id'
)
_PART: Final = re.compile(
    r"(?P<item>[^+*\s](?:[^+*]*[^+*\s])?)(?:\*(?P<quantity>[0-9]{1,6}))?", re.ASCII
)


def components_of(rows: Iterable[Component]) -> tuple[Component, ...]:
    """Return each item once, by name, with the units of all its rows.

    Two rows of one item mean that a kit takes both: to count only one of them oversells the kit.
    """
    units: Counter[str] = Counter()
    for item, quantity in rows:
        units[item] += quantity
    return tuple(Component(item, units[item]) for item in sorted(units))


def components_from(text: str) -> tuple[Component, ...]:
    """Return what "2201*2+2202" says, summed; of an empty text, nothing.

    "FBM:2201" is 2201: a kit takes the seller's own stock. "FBA:2201" stays as it is written, and
    the registry quarantines the kit.

    Raises:
        ValueError: the text has another form; the message is what was expected.
    """
    if not text:
        return ()
    rows = []
    for part in text.split("+"):
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise ValueError(NOTATION)
        item = found["item"].removeprefix(f"{Pool.FBM}:").strip()
        if not item:
            raise ValueError(NOTATION)
        rows.append(Component(item, int(found["quantity"] or 1)))
    return components_of(rows)
