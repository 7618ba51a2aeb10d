"""The settlements of a date-range file: a file covers days, and so parts of several settlements.

A `Transfer` row states what a settlement paid out: that is its declared total, and no movement.
Rows that Amazon defers are in no payout yet, so they are not the settlement's either, whatever id
they carry; they are told in a notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from handler.core.errors import UnusableFile
from handler.core.finding import Finding
from handler.core.money import Currency
from handler.settlement.readers.date_range_rows import BadRow, DateRangeRow
from handler.settlement.report import Header, Moment

# Enough to repair a file by, few enough to read; the rest is counted.
_MOST_FAULTS = 50
_LINES_NAMED = 20
_SHOWN = 20  # settlements named in a message
_TOLD = 200  # and in its details


def when(moment: Moment) -> datetime:
    """Return a moment for comparing; one that is only a day counts as its beginning."""
    return moment.instant or datetime.combine(moment.day, time(), UTC)


@dataclass(slots=True)
class Span:
    """First and last moment of some rows."""

    first: Moment | None = None
    last: Moment | None = None

    def add(self, moment: Moment) -> None:
        """Stretch over ``moment``."""
        if self.first is None or when(moment) < when(self.first):
            self.first = moment
        if self.last is None or when(moment) >= when(self.last):
            self.last = moment

    def __str__(self) -> str:
        return f"{self.first.text} to {self.last.text}" if self.first and self.last else ""


@dataclass(slots=True)
class Sum:
    """Number and sum of some rows, in minor units, with the first lines."""

    rows: int = 0
    amount: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int, amount: int) -> None:
        """Count a row."""
        self.rows += 1
        self.amount += amount
        if len(self.lines) < _LINES_NAMED:
            self.lines.append(line)


@dataclass(slots=True)
class Part:
    """What a file holds of one settlement.

    Attributes:
        moved: rows that are its movements.
        deferred: rows that carry its id and are held back by Amazon.
        payouts: its Transfer rows; their sum is below zero where money was paid out.
        paid: when the last of them was.
        span: of its movements.
        late: movements released after it was paid, with their sum.
        bad_rows: rows of it that cannot be relied on.
        releases: when each of its movements was released, with its line and total.
    """

    moved: Sum = field(default_factory=Sum)
    deferred: Sum = field(default_factory=Sum)
    payouts: Sum = field(default_factory=Sum)
    paid: Moment | None = None
    span: Span = field(default_factory=Span)
    late: Sum = field(default_factory=Sum)
    bad_rows: int = 0
    releases: list[tuple[datetime, int, int]] = field(default_factory=list)

    @property
    def declared(self) -> int | None:
        """What Amazon says it paid, in minor units; ``None`` where no Transfer row does."""
        return -self.payouts.amount if self.payouts.rows else None

    @property
    def complete(self) -> bool:
        """Whether its rows add up to its payout."""
        return self.declared == self.moved.amount and not self.bad_rows


@dataclass(slots=True)
class Survey:
    """What a file holds, in one pass.

    Attributes:
        parts: settlement id -> its part, in the file's order.
        unsettled: deferred rows that are in no settlement yet.
        span: of every row of the file.
        blank_lines: lines with nothing in them.
        faults: of bad rows, the first ones, each with the settlement its row names.
        unplaced: bad rows whose settlement is not certain.
    """

    parts: dict[str, Part] = field(default_factory=dict)
    unsettled: Sum = field(default_factory=Sum)
    span: Span = field(default_factory=Span)
    blank_lines: int = 0
    faults: list[tuple[str | None, Finding]] = field(default_factory=list)
    unplaced: int = 0

    def part(self, settlement_id: str) -> Part:
        """Return the part of a settlement, a new one where it has none yet."""
        return self.parts.setdefault(settlement_id, Part())

    def bad_rows(self, settlement_id: str) -> int:
        """Return how many bad rows are, or may be, of a settlement."""
        return self.parts[settlement_id].bad_rows + self.unplaced

    def bad(self, settlement_id: str) -> Iterator[Finding]:
        """Yield the faults that are, or may be, a settlement's, and how many more there are."""
        named = [fault for owner, fault in self.faults if owner in (None, "", settlement_id)]
        yield from named[:_MOST_FAULTS]
        rows = self.bad_rows(settlement_id)
        lines = {fault.evidence["line"] for fault in named[:_MOST_FAULTS]}
        if rows > len(lines):
            yield Finding(
                "BAD_ROW",
                "more rows",
                f"{rows} rows are bad in all; those of {len(lines)} are named.",
                {"bad_rows": rows, "named": len(lines)},
            )

    def choose(self, settlement_id: str, money: Currency) -> str:
        """Return the settlement to read: the one asked for, or the only one.

        Raises:
            UnusableFile: ``MIXED_SETTLEMENTS``: there are several and none is asked for. None is
                picked, not even the only complete one: the others would be left out unseen.
                ``UNUSABLE_FILE``: there is none, or not the one asked for.
        """
        names = list(self.parts)
        if not names or self.span.first is None:
            first = f" {self.faults[0][1].what}" if self.faults else ""
            raise UnusableFile(
                "UNUSABLE_FILE",
                f"No row of the file can be read and names a settlement.{first}",
                "Download the report again; deferred transactions alone are no settlement.",
                {"faults": [fault.what for _, fault in self.faults[:10]]},
            )
        if settlement_id in self.parts:
            return settlement_id
        if settlement_id or len(names) > 1:
            raise UnusableFile(
                "UNUSABLE_FILE" if settlement_id else "MIXED_SETTLEMENTS",
                (f"The file has no row of settlement {settlement_id}; it has"
                 if settlement_id else "The file holds rows of several settlements:")
                + f" {', '.join(f'{one} ({self._told(one, money)})' for one in names[:_SHOWN])}"
                + (f" and {len(names) - _SHOWN} more." if len(names) > _SHOWN else "."),
                "Settle it once for each, and say which: `--settlement ID`, or ?settlement_id=ID.",
                {
                    "settlement_ids": names[:_TOLD],
                    "complete": [name for name in names[:_TOLD] if self.parts[name].complete],
                },
            )  # fmt: skip
        return names[0]

    def header(self, settlement_id: str, money: Currency) -> Header:
        """Return the facts of a settlement.

        Start and end are those of its rows and its payout in the file. Without a Transfer row the
        total is what the rows come to: nothing is proven by it, and a finding holds the settlement.
        """
        part = self.parts[settlement_id]
        own = [found for found in (part.span.first, part.span.last, part.paid) if found]
        moments = own or [found for found in (self.span.first, self.span.last) if found]
        start, end = min(moments, key=when), max(moments, key=when)
        declared = part.moved.amount if part.declared is None else part.declared
        return Header(settlement_id, money, declared, start, end, part.paid)

    def _told(self, name: str, money: Currency) -> str:
        part = self.parts[name]
        if part.declared is None:
            return f"{part.moved.rows} rows, no Transfer row"
        state = "complete" if part.complete else f"its rows come to {money.text(part.moved.amount)}"
        return f"{part.moved.rows} rows, pays {money.text(part.declared)}, {state}"


def survey(rows: Iterable[DateRangeRow | BadRow | None]) -> Survey:
    """Return what the rows of a file are, settlement by settlement."""
    found = Survey()
    for row in rows:
        if row is None:
            found.blank_lines += 1
        elif isinstance(row, BadRow):
            _add_bad(found, row)
        else:
            found.span.add(row.posted)
            _add(found, row)
    for part in found.parts.values():
        for released, line, amount in part.releases:
            if part.paid is not None and released > when(part.paid):
                part.late.add(line, amount)
        part.releases.clear()
    return found


def _add_bad(found: Survey, row: BadRow) -> None:
    if row.settlement_id:
        found.part(row.settlement_id).bad_rows += 1
    else:
        found.unplaced += 1
    if len(found.faults) < 10 * _MOST_FAULTS:
        found.faults += [(row.settlement_id, fault) for fault in row.faults]


def _add(found: Survey, row: DateRangeRow) -> None:
    if not row.settlement_id:
        found.unsettled.add(row.line, row.total)
        return
    part = found.part(row.settlement_id)
    if row.is_payout:
        part.payouts.add(row.line, row.total)
        if part.paid is None or when(row.posted) >= when(part.paid):
            part.paid = row.posted
    elif row.deferred:
        part.deferred.add(row.line, row.total)
    else:
        part.moved.add(row.line, row.total)
        part.span.add(row.posted)
        if row.released is not None:
            part.releases.append((when(row.released), row.line, row.total))
