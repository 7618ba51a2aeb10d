"""Posting periods: calendar months, some of them closed.

A settlement across a month end is one entry for each period. A closed period is never posted to:
what belongs there moves to the first open one.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import NamedTuple


class Period(NamedTuple):
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Period:
        """Return the period that ``day`` falls in."""
        return cls(day.year, day.month)

    @classmethod
    def parsed(cls, text: str) -> Period:
        """Read back what ``str`` writes: "2025-08".

        Raises:
            ValueError: ``text`` is not of that form.
        """
        year, month = text.split("-")
        return cls(int(year), int(month))

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def next(self) -> Period:
        """The month after."""
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    def before(self, count: int) -> Period:
        """Return the month ``count`` months earlier."""
        months = self.year * 12 + self.month - 1 - count
        return Period(months // 12, months % 12 + 1)

    @property
    def label(self) -> str:
        """NetSuite's name of the period: "Aug 2025"."""
        # Not strftime: it would follow the machine's language.
        names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return f"{names[self.month - 1]} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def open_period(period: Period, closed_through: date | None) -> Period:
    """Return ``period``, or the first open one where it is closed."""
    if closed_through is None or period.last_day > closed_through:
        return period
    closed = Period.of(closed_through)
    return closed if closed.last_day > closed_through else closed.next


def posting_date(period: Period, end: date, closed_through: date | None) -> date:
    """Return the day an entry of ``period`` carries: the settlement's end, kept within the period.

    An earlier month's share carries that month's last day; a later (reopened) one its first.
    Never a closed day.
    """
    day = min(max(end, period.first_day), period.last_day)
    if closed_through is not None and day <= closed_through:
        return period.last_day
    return day
