"""From a journal line back to the file's rows, by reading the raw file again.

No index of rows is kept. A line knows the kinds of its rows and the month they were posted in; the
reader that grouped them once groups them the same way again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from handler.core.source import Source
from handler.settlement import readers
from handler.settlement.group import GroupKey, Kind
from handler.settlement.grouping import Grouping
from handler.settlement.journal import Journal, JournalLine
from handler.settlement.period import Period
from handler.settlement.row import Row


class TraceKey(NamedTuple):
    """A group's key with the month in place of the day, unless a line holds one day only."""

    when: str
    kind: Kind
    marketplace: str
    channel: str
    sku_group: str
    order: str

    @classmethod
    def of(cls, key: GroupKey, grouping: Grouping) -> TraceKey:
        """Return the trace key that a group falls under."""
        when = key.day.isoformat() if grouping.by_day else _period(key.day)
        return cls(when, key.kind, key.marketplace, key.channel, key.sku_group, key.order)


@lru_cache(maxsize=1 << 10)
def _period(day: date) -> str:
    return str(Period.of(day))  # groups are many, days are few


@dataclass(frozen=True, slots=True)
class Trace:
    """How to find the rows of every line of a journal.

    Attributes:
        grouping: how the rows were told apart.
        lines: number of a line -> its keys.
    """

    grouping: Grouping
    lines: Mapping[int, frozenset[TraceKey]]

    def rows(self, source: Source, line: int) -> Iterator[Row]:
        """Yield the rows behind a line, in the file's order.

        Raises:
            KeyError: the journal has no such line.
        """
        wanted = self.lines[line]
        for row in readers.rows(source, self.grouping):
            if TraceKey.of(row.key, self.grouping) in wanted:
                yield row


def trace(journal: Journal, grouping: Grouping) -> Trace:
    """Return the trace of a journal."""
    return Trace(
        grouping, {number: _keys(line, grouping) for number, _, line in journal.numbered()}
    )


def _keys(line: JournalLine, grouping: Grouping) -> frozenset[TraceKey]:
    return frozenset(TraceKey.of(key, grouping) for key in line.groups)
