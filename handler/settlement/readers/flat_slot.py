"""Groups in the making."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from handler.settlement.group import GroupKey


class Tally:
    """A group in the making.

    Attributes:
        pending: values not yet summed. Appending is the cheapest thing a row can do, and summing a
            list is done in C; :meth:`settle` does so now and then.
    """

    __slots__ = ("amount", "first", "key", "pending", "rows")

    def __init__(self, key: GroupKey, line: int) -> None:
        self.key, self.first = key, line
        self.rows = self.amount = 0
        self.pending: list[int] = []

    def settle(self) -> None:
        """Sum what is pending."""
        self.rows += len(self.pending)
        self.amount += sum(self.pending)
        self.pending.clear()


# What one row adds: tally and value, once for each amount. Most rows have one, V1's up to nine.
Posts = Sequence[tuple[Tally, int]]
Cells = tuple[bytes, ...]


class Slot:
    """All rows of one day (one in each zone).

    Attributes:
        days: the day in each zone.
        tallies: classifying cells -> amount column -> tally.
        add: classifying cells -> what takes a value, for formats with a single amount column.
    """

    __slots__ = ("add", "days", "tallies")

    def __init__(self, days: Mapping[ZoneInfo, date]) -> None:
        self.days = days
        self.tallies: dict[Cells, dict[int, Tally]] = {}
        self.add: dict[Cells, Callable[[int], None]] = {}
