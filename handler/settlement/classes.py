"""Accounting classes: what a movement is in the books, whatever Amazon calls it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

UNMAPPED = "unmapped"


class Nature(StrEnum):
    """Which side of the books a class belongs to."""

    REVENUE = "revenue"
    CONTRA_REVENUE = "contra_revenue"
    EXPENSE = "expense"
    LIABILITY = "liability"
    ASSET = "asset"
    SETTLEMENT = "settlement"


@dataclass(frozen=True, slots=True)
class AccountingClass:
    """One row of mappings/classes.csv.

    Attributes:
        name: stable, used by rules and profiles.
        nature: which side of the books it belongs to.
        section: its group in the journal; each section has a clearing line of its own.
        label: for an accountant's eye.
        meaning: what belongs here.
        rank: place in the table, which is the order of journal lines.
    """

    name: str
    nature: Nature
    section: str
    label: str
    meaning: str
    rank: int
