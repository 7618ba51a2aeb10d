"""Rows of one kind on one day, summed. The unit the whole settlement works on: never a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Kind(NamedTuple):
    """What Amazon calls a money movement, in the V2 report's vocabulary, as the file spells it."""

    transaction_type: str
    amount_type: str
    amount_description: str

    def __str__(self) -> str:
        return " / ".join(part or "(empty)" for part in self)


class GroupKey(NamedTuple):
    """What the rows of a group have in common.

    Attributes:
        kind: Amazon's name for the movement.
        marketplace: as the file spells it; empty where the row names none.
        channel: "AFN" (Amazon ships), "MFN" (the seller ships) or empty.
        sku_group: the profile's group of the row's SKU; empty where the profile has none.
        day: the day the row was posted, in the marketplace's own time zone.
        order: the order's number where the profile books by order; else empty.
    """

    kind: Kind
    marketplace: str
    channel: str
    sku_group: str
    day: date
    order: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """All amounts with one key.

    Attributes:
        key: what they have in common.
        rows: how many amounts (a V1 row with two amounts counts once in each of two groups).
        amount: their exact sum, in minor units of the settlement's currency.
        first_line: number of the first row in the file, the header line being 1.
    """

    key: GroupKey
    rows: int
    amount: int
    first_line: int
