"""The grammar of a day, and whether a file writes the day or the month first.

Known forms: ``2026-08-12``, ``2026/08/12``, ``12.08.2026``, and ``08/12/2026`` or ``12/08/2026``,
each with or without a time and a zone behind it. The day is Amazon's as written: no zone is
converted.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from enum import Enum

from handler.inventory.readers.cells import BadCell

_TIME = r"[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_ZONE = r" ?(?:[A-Z]{1,5}|(?:UTC|GMT)?[+-][0-9]{2}:?[0-9]{2})"
_BEHIND = rf"(?:{_TIME})?(?:{_ZONE})?"
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})([-/])(?P<month>[0-9]{{2}})\2(?P<day>[0-9]{{2}}){_BEHIND}"
)
_POINTS = re.compile(rf"(?P<day>[0-9]{{2}})\.(?P<month>[0-9]{{2}})\.(?P<year>[0-9]{{4}}){_BEHIND}")
_SLASHES = re.compile(rf"([0-9]{{2}})/([0-9]{{2}})/([0-9]{{4}}){_BEHIND}")
_MONTH = re.compile(r"([0-9]{2})/([0-9]{4})|([0-9]{4})-([0-9]{2})")
_EXPECTED = "a day such as 2026-08-31 or 08/31/2026"


class Order(Enum):
    """Which of the two first numbers of ``08/12/2026`` is the month."""

    MONTH_FIRST = "MM/DD/YYYY"
    DAY_FIRST = "DD/MM/YYYY"


def settle_order(cells: Iterable[str]) -> Order | None:
    """Return the order of the first date that can be read in one order only.

    A day above 12 decides for the whole file. Returns ``None`` where no date does.
    """
    seen: set[str] = set()
    for cell in cells:
        if cell in seen:
            continue
        seen.add(cell)
        month_first, day_first = _both(cell.strip())
        if (month_first is None) != (day_first is None):
            return Order.DAY_FIRST if month_first is None else Order.MONTH_FIRST
    return None


class Days:
    """Reads the days of one file."""

    def __init__(self, order: Order | None) -> None:
        """Take the file's order; ``None`` where nothing settles it."""
        self._order = order

    def read(self, cell: str) -> date:
        """Return the day a cell names.

        Raises:
            BadCell: it names none, or one in another order than the rest of the file; or nothing
                in the file settles the order, and the two give different days.
        """
        found = _YEAR_FIRST.fullmatch(cell) or _POINTS.fullmatch(cell)
        if found is not None:
            day = _day(found["year"], found["month"], found["day"])
            if day is None:
                raise BadCell(_EXPECTED)
            return day
        month_first, day_first = _both(cell)
        day = day_first if self._order is Order.DAY_FIRST else month_first
        if day is None and self._order is not None and (month_first or day_first):
            raise BadCell(f"a day as {self._order.value}, as the file's other dates are")
        if self._order is None and month_first != day_first:
            raise BadCell("a day whose order of day and month some date of the file settles")
        if day is None:
            raise BadCell(_EXPECTED)
        return day

    def read_span(self, cell: str) -> date:
        """Return the day a cell names; of a month (``08/2026``, ``2026-08``) its last day.

        Raises:
            BadCell: as :meth:`read`.
        """
        found = _MONTH.fullmatch(cell)
        if found is None:
            return self.read(cell)
        first = _day(found[2] or found[3], found[1] or found[4], "01")
        if first is None:
            raise BadCell("a day, or a month such as 08/2026")
        return first.replace(day=monthrange(first.year, first.month)[1])


def _both(cell: str) -> tuple[date | None, date | None]:
    """Return a date with slashes read month first and day first; no dates where it is none."""
    found = _SLASHES.fullmatch(cell)
    if found is None:
        return None, None
    return _day(found[3], found[1], found[2]), _day(found[3], found[2], found[1])


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
