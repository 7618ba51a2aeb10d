"""The top of a flat file: its column names, and the one row of facts about the whole settlement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from handler.core.errors import UnusableFile
from handler.core.money import Currency, currency
from handler.core.source import Source
from handler.settlement.readers import moments
from handler.settlement.readers.amounts import amount, decimal_mark
from handler.settlement.readers.flat_layout import (
    DEPOSIT_DATE,
    FLAT_V1,
    FLAT_V2,
    FlatLayout,
)
from handler.settlement.readers.flat_lines import blocks
from handler.settlement.readers.moments import DateOrder
from handler.settlement.report import LONGEST_ID, Header, Moment

_TAB = b"\t"


@dataclass(frozen=True, slots=True)
class FlatHead:
    """What must be known of a flat file before its rows can be read.

    Attributes:
        layout: which of the two flat formats it is.
        columns: casefolded column name -> its place.
        header: the settlement as a whole.
        line: number of the row of facts; rows of movements stand below.
        mark: the file's decimal mark.
        order: the file's order of day and month.
    """

    layout: FlatLayout
    columns: Mapping[str, int]
    header: Header
    line: int
    mark: str
    order: DateOrder

    @property
    def single(self) -> bool:
        """Whether the format has one amount column, so that each row has one amount."""
        return len(self.layout.amounts) == 1

    @property
    def posted(self) -> tuple[int, ...]:
        """Places of the posting time columns the file has, the most exact first."""
        return tuple(self.columns[name] for name in self.layout.posted if name in self.columns)


def layout_of(names: Sequence[str]) -> FlatLayout | None:
    """Return the flat format whose columns ``names`` are, or ``None``."""
    have = set(names)
    for layout in (FLAT_V2, FLAT_V1):
        if have.issuperset(layout.required) and have.intersection(layout.posted):
            return layout
    return None


def column_names(line: bytes) -> list[str]:
    """Return the column names of a header line, as they are compared."""
    return [cell.decode("utf-8", "replace").strip().casefold() for cell in line.split(_TAB)]


def read_head(source: Source) -> FlatHead:
    """Read the top of a flat file and settle its notation, from the whole file where need be.

    Raises:
        UnusableFile: the file is of neither flat format, its facts cannot be read, or its decimal
            mark or date order stays open.
    """
    lines = _numbered(source)
    try:
        names_line = next(lines)
    except StopIteration:
        _unusable("The file is empty.")
    names = column_names(names_line[1])
    layout = layout_of(names)
    if layout is None:
        _unusable(
            f"Line {names_line[0]} has not the columns of a V2 or V1 settlement report; found: "
            f"{', '.join(names)[:200]!r}."
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        _unusable(f"Line {names_line[0]} names the column {twice[0]!r} twice.")
    columns = {name: place for place, name in enumerate(names)}
    try:
        number, facts_line = next(lines)
    except StopIteration:
        _unusable("The file has column names and no rows: the settlement has no facts.")
    cells = facts_line.split(_TAB)
    if len(cells) != len(names):
        _unusable(
            f"Line {number} has {len(cells)} cells where line {names_line[0]} names {len(names)} "
            "columns."
        )
    facts = {
        name: cells[place].decode("utf-8", "replace").strip() for name, place in columns.items()
    }
    money = currency(facts["currency"])
    if money is None:
        _unusable(
            f"Line {number}, column 'currency': found {facts['currency']!r}, expected an ISO 4217 "
            "code on the first row."
        )
    mark = _mark(source, layout, columns, money)
    order = _order(source, layout, columns)
    header = _header(facts, number, money, mark, order)
    return FlatHead(layout, columns, header, number, mark, order)


def _numbered(source: Source) -> Iterator[tuple[int, bytes]]:
    """Yield (line number, line) of every line that is not blank."""
    number = 0
    with source() as stream:
        for lines in blocks(stream):
            for line in lines:
                number += 1
                if line.strip():
                    yield number, line


def _cells(source: Source, places: Sequence[int]) -> Iterator[str]:
    """Yield the cells at ``places`` below the header line that are not blank, row by row."""
    rows = _numbered(source)
    next(rows)
    for _, line in rows:
        cells = line.split(_TAB)
        for place in places:
            if place < len(cells) and cells[place].strip():
                yield cells[place].decode("utf-8", "replace")


def _mark(source: Source, layout: FlatLayout, columns: Mapping[str, int], money: Currency) -> str:
    places = [columns["total-amount"]]
    places += [columns[column.name] for column in layout.amounts if column.name in columns]
    mark = decimal_mark(_cells(source, places), money.exponent)
    if mark is None:
        sample = next(
            text
            for text in _cells(source, places)
            if amount(text, ".", money.exponent) != amount(text, ",", money.exponent)
        )
        readings = " or ".join(
            money.text(amount(sample, mark, money.exponent) or 0) for mark in (".", ",")
        )
        _unusable(
            f"The decimal mark stays open: {sample.strip()!r} can be {readings} {money.code}, and "
            "no amount in the file settles it."
        )
    return mark


def _order(source: Source, layout: FlatLayout, columns: Mapping[str, int]) -> DateOrder:
    names = ("settlement-start-date", "settlement-end-date", DEPOSIT_DATE, *layout.posted)
    places = []
    for name in names:
        first = next(_cells(source, [columns[name]]), "") if name in columns else ""
        if moments.needs_order(first):
            places.append(columns[name])
    if not places:
        return DateOrder.NOT_NEEDED
    order = moments.date_order(_cells(source, places))
    if order is None:
        sample = next(_cells(source, places))
        _unusable(
            f"The order of day and month stays open: {sample!r} can be read both ways, and no date "
            "in the file settles it."
        )
    return order


def _header(
    facts: Mapping[str, str], line: int, money: Currency, mark: str, order: DateOrder
) -> Header:
    def when(name: str) -> Moment:
        found = moments.moment(facts[name], order)
        if found is None:
            _unusable(
                f"Line {line}, column {name!r}: found {facts[name]!r}, expected {moments.EXPECTED}."
            )
        return found

    identity = facts["settlement-id"]
    if not (identity.isascii() and identity.isalnum() and len(identity) <= LONGEST_ID):
        _unusable(
            f"Line {line}, column 'settlement-id': found {identity[:80]!r}, expected letters and "
            f"digits, {LONGEST_ID} at most."
        )
    total = amount(facts["total-amount"], mark, money.exponent)
    if total is None:
        _unusable(
            f"Line {line}, column 'total-amount': found {facts['total-amount']!r}, expected an "
            f"amount in {money.code} with the decimal mark {mark!r}."
        )
    return Header(
        settlement_id=identity,
        currency=money,
        declared_total=total,
        start=when("settlement-start-date"),
        end=when("settlement-end-date"),
        deposit=when(DEPOSIT_DATE) if facts.get(DEPOSIT_DATE) else None,
    )


def _unusable(message: str) -> NoReturn:
    raise UnusableFile(
        "UNUSABLE_FILE", message, "Send the settlement report as Amazon delivers it, unopened."
    )
