"""Groups in the making."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from handler.settlement.group import Group, GroupKey

# One amount, in the digits above any sum of amounts: adding up coded amounts counts them too.
# An amount has 28 digits at most, so 10 thousand million of the largest stay below.
ONE = 1 << 128


class Slot:
    """All rows of one day (one in each zone).

    Attributes:
        days: the day in each zone.
    """

    __slots__ = ("days",)

    def __init__(self, days: Mapping[ZoneInfo, date]) -> None:
        self.days = days


class Tally:
    """What the amounts of one kind, marketplace, channel ... come to.

    Attributes:
        key: what they have in common, but for the day.
        zone: whose calendar tells the day.
        sums: each day's coded sum.
        first: the line of each day's first row.
    """

    __slots__ = ("_keys", "first", "key", "sums", "zone")

    def __init__(self, key: GroupKey, zone: ZoneInfo) -> None:
        self.key, self.zone = key, zone
        self.sums: dict[Slot, int] = {}
        self.first: dict[Slot, int] = {}
        self._keys: dict[Slot, GroupKey] = {}

    def add(self, slot: Slot, coded: int, line: int) -> None:
        """Add an amount, of the first row of its day or of a later one."""
        if slot not in self.first:
            self.first[slot] = line
        self.sums[slot] = self.sums.get(slot, 0) + coded

    def on(self, slot: Slot) -> GroupKey:
        """Return the key with the day."""
        key = self._keys.get(slot)
        if key is None:
            key = self._keys[slot] = self.key._replace(day=slot.days[self.zone])
        return key

    def groups(self) -> Iterator[Group]:
        """Yield what was added up, a group for each day."""
        for slot, coded in self.sums.items():
            rows = (coded + (ONE >> 1)) // ONE
            yield Group(self.on(slot), rows, coded - rows * ONE, self.first[slot])


# What one row adds: where, on which day, which coded amount. Most rows add one, V1's up to nine.
Posts = Sequence[tuple[Tally, Slot, int]]
Cells = tuple[bytes, ...]
