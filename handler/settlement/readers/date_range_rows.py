"""Rows of a date-range file, each read strictly: what it says, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from handler.core.finding import Finding
from handler.core.source import Source
from handler.settlement.readers import date_range_dates
from handler.settlement.readers.date_range_columns import (
    DATE,
    DESCRIPTION,
    FULFILLMENT,
    MARKETPLACE,
    ORDER_ID,
    RELEASE,
    SETTLEMENT,
    SKU,
    STATUS,
    TOTAL,
    TYPE,
)
from handler.settlement.readers.date_range_csv import records
from handler.settlement.readers.date_range_head import DateRangeHead
from handler.settlement.readers.date_range_kinds import english_type, kind
from handler.settlement.readers.date_range_locale import (
    CHANNELS,
    DEFERRED,
    STATUSES,
    TRANSFER,
    folded,
)
from handler.settlement.readers.movement import Movement
from handler.settlement.report import LONGEST_ID, Moment

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class DateRangeRow:
    """A row that can be relied on.

    Attributes:
        line: number of its first line in the file.
        settlement_id: empty where it is in no settlement yet.
        transaction_type: in English where known.
        posted: when Amazon posted it.
        values: canonical column and minor units of each amount that is not zero.
        total: their sum, as the row itself states it.
        deferred: whether Amazon still holds the money back.
        released: when it was released, where the row says.
        cells: file's column name -> cell, of those that are not empty.
        texts: canonical name -> cell, of the columns that tell rows apart.
    """

    line: int
    settlement_id: str
    transaction_type: str
    posted: Moment
    values: tuple[tuple[str, int], ...]
    total: int
    deferred: bool
    released: Moment | None
    cells: Mapping[str, str]
    texts: Mapping[str, str]

    @property
    def is_payout(self) -> bool:
        """Whether it states money paid out: a Transfer above zero puts money back instead."""
        return self.transaction_type == TRANSFER and self.total <= 0

    def movements(self) -> Iterator[Movement]:
        """Yield its amounts; one of zero, without a column, where it has none."""
        for column, value in self.values or (("", 0),):
            yield Movement(
                line=self.line,
                kind=kind(self.transaction_type, column, self.texts.get(DESCRIPTION, "")),
                amount=value,
                posted=self.posted,
                marketplace=self.texts.get(MARKETPLACE, ""),
                channel=CHANNELS.get(folded(self.texts.get(FULFILLMENT, "")), ""),
                sku=self.texts.get(SKU, ""),
                order=self.texts.get(ORDER_ID, ""),
                cells=self.cells,
            )


@dataclass(slots=True)
class BadRow:
    """A row that cannot be relied on.

    Attributes:
        line: number of its first line in the file.
        settlement_id: as it names it; ``None`` where even that is not certain.
        faults: everything wrong with it.
    """

    line: int
    settlement_id: str | None = None
    faults: list[Finding] = field(default_factory=list)

    def note(self, column: str, found: str, expected: str) -> None:
        """Note a fault: the column as the file names it, the text found, what was expected."""
        shown = found if len(found) <= _SHOWN else found[:_SHOWN] + "..."
        self.faults.append(
            Finding(
                "BAD_ROW",
                f"line {self.line}, column {column}",
                f"Line {self.line}, column '{column}': found {shown}, expected {expected}.",
                {"line": self.line, "column": column, "found": shown, "expected": expected},
            )
        )


def read_rows(source: Source, head: DateRangeHead) -> Iterator[DateRangeRow | BadRow | None]:
    """Yield every row in the file's order; ``None`` for a blank line.

    Raises:
        UnusableFile: the CSV itself is broken.
    """
    for line, cells in records(source, head.layout):
        yield _row(line, cells, head) if any(cell.strip() for cell in cells) else None


def _row(line: int, cells: list[str], head: DateRangeHead) -> DateRangeRow | BadRow:
    layout, bad = head.layout, BadRow(line)
    if len(cells) != len(layout.names):
        expected = f"{len(layout.names)} cells, as line {layout.line} names columns"
        bad.note("(whole row)", f"{len(cells)} cells", expected)
        return bad
    texts = {name: cells[place].strip() for name, place in layout.columns.items()}
    identity = texts[SETTLEMENT]
    is_plain = identity.isascii() and identity.isalnum() and len(identity) <= LONGEST_ID
    if identity and not is_plain:
        bad.note(layout.name(SETTLEMENT), repr(identity), "letters and digits, or nothing")
    else:
        bad.settlement_id = identity
    deferred = STATUSES.get(folded(texts.get(STATUS, ""))) == DEFERRED
    if not identity and not deferred:
        bad.note(layout.name(SETTLEMENT), "nothing", "a settlement, as the row is not deferred")
    posted = _moment(texts[DATE], DATE, head, bad)
    released = _moment(texts[RELEASE], RELEASE, head, bad) if texts.get(RELEASE) else None
    values = _values(texts, head, bad)
    total = _amount(texts[TOTAL], TOTAL, head, bad)
    if not texts[TYPE]:
        bad.note(layout.name(TYPE), "nothing", "a type of transaction")
    if total is not None and values is not None and sum(values.values()) != total:
        bad.note(
            layout.name(TOTAL),
            repr(texts[TOTAL]),
            f"{head.money.text(sum(values.values()))}, the sum of the row's amounts"
            + _unknown(cells, head),
        )
    if bad.faults or posted is None or values is None or total is None:
        return bad
    return DateRangeRow(
        line=line,
        settlement_id=identity,
        transaction_type=english_type(texts[TYPE]),
        posted=posted,
        values=tuple((name, value) for name, value in values.items() if value),
        total=total,
        deferred=deferred,
        released=released,
        cells={n: c.strip() for n, c in zip(layout.names, cells, strict=True) if c.strip()},
        texts=texts,
    )


def _moment(text: str, column: str, head: DateRangeHead, bad: BadRow) -> Moment | None:
    found = date_range_dates.moment(text, head.dates)
    if found is None:
        shown = repr(text) if text else "nothing"
        bad.note(head.layout.name(column), shown, date_range_dates.EXPECTED)
    return found


def _values(texts: Mapping[str, str], head: DateRangeHead, bad: BadRow) -> dict[str, int] | None:
    """Return the amounts of a row. Empty cells are none: Japanese reports leave them so."""
    found = {name: _amount(texts[name], name, head, bad) for name in head.amounts if texts[name]}
    values = {name: value for name, value in found.items() if value is not None}
    return values if len(values) == len(found) else None


def _amount(text: str, column: str, head: DateRangeHead, bad: BadRow) -> int | None:
    value = head.amount(text)
    if value is None:
        bad.note(
            head.layout.name(column),
            repr(text) if text else "nothing",
            f"an amount in {head.money.code}: digits with the decimal mark {head.mark!r} and at "
            f"most {head.money.exponent} decimals",
        )
    return value


def _unknown(cells: list[str], head: DateRangeHead) -> str:
    """Return a hint at columns that are not known and hold an amount other than zero."""
    known = set(head.layout.columns.values())
    names = [
        repr(head.layout.names[place])
        for place, cell in enumerate(cells)
        if place not in known and head.amount(cell)
    ]
    return f" (not counted, as the column is not known: {', '.join(names)})" if names else ""
