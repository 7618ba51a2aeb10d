"""From the posting time of a row to its day: every row of a file asks, few ask for the first time.

A report has as many posting times as orders, but few hours. So an hour's day is worked out once by
the grammar and the calendar, and another time in the same hour costs a look at its minutes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from handler.settlement.readers import moments
from handler.settlement.readers.flat_slot import Slot
from handler.settlement.readers.moments import DateOrder
from handler.settlement.report import Moment

# The rows of an order stand together and share their time, so few are asked for again later.
_MOST_MOMENTS = 1 << 10
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_CLOCK = re.compile(rb"00(:00:00)")


@cache
def _clocks() -> frozenset[bytes]:
    """Return every ``:MM:SS`` of an hour; a leap second is the grammar's to judge."""
    return frozenset(b":%02d:%02d" % (i // 60, i % 60) for i in range(3600))


class Days(dict[bytes, Slot]):
    """Posting time cell -> the slot of its day. A cell not seen before is looked up by its hour."""

    def __init__(self, order: DateOrder, zones: Sequence[ZoneInfo]) -> None:
        super().__init__()
        self._order, self._zones = order, zones
        self._slots: dict[tuple[date, ...], Slot] = {}
        # Where the hour of a cell ends; a file writes all its times alike.
        self._end = 0
        # What stands before and behind the minutes and seconds -> the slot of that whole hour.
        self._hours: dict[tuple[bytes, bytes], Slot] = {}

    def __missing__(self, cell: bytes) -> Slot:
        end = self._end
        slot = None
        if cell[end : end + 6] in _clocks():
            slot = self._hours.get((cell[:end], cell[end + 6 :]))
        if slot is None:
            slot = self.learn(cell)
            if slot is None:
                raise KeyError(cell)
        if len(self) >= _MOST_MOMENTS:
            self.clear()
        self[cell] = slot
        return slot

    def learn(self, cell: bytes) -> Slot | None:
        """Return the slot of a posting time by the grammar, or ``None`` where it is no time."""
        found = moments.moment(cell.decode("ascii", "replace"), self._order)
        if found is None:
            return None
        slot = self.of(found)
        clock = _CLOCK.search(cell.translate(_DIGITS_TO_ZERO))
        if clock is not None and found.instant is not None:
            hour = found.instant.replace(minute=0, second=0)
            last = Moment("", hour + timedelta(minutes=59, seconds=59), found.day)
            # An hour that holds a midnight of some zone (India's half hours) is not one day.
            if self.of(Moment("", hour, found.day)) is slot is self.of(last):
                end = clock.start(1)
                self._end = end
                self._hours[cell[:end], cell[end + 6 :]] = slot
        return slot

    def of(self, when: Moment) -> Slot:
        """Return the slot of the day that ``when`` is in each zone."""
        days = tuple(when.day_in(zone) for zone in self._zones)
        if days not in self._slots:
            self._slots[days] = Slot(dict(zip(self._zones, days, strict=True)))
        return self._slots[days]
