"""A report as a table: its header, and its rows with the line each begins on.

Amazon writes tabs without quotes; Seller Central's downloads of the ledger are commas with every
cell in quotes, or tabs with cells in quotes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from handler.core.errors import UnusableFile
from handler.inventory.readers.cells import BadCell, Reading
from handler.inventory.readers.columns import Column, Header
from handler.inventory.readers.days import Days, Order, settle_order
from handler.inventory.readers.encoding import encoding
from handler.inventory.readers.faults import Faults
from handler.inventory.readers.lines import Lines

if TYPE_CHECKING:
    from handler.core.finding import Finding
    from handler.core.source import Source

Value = TypeVar("Value")
# A cell in quotes may hold line ends. A row without end must not fill the memory.
_MOST_LINES = 1000
_Plan = Sequence[tuple[int, Reading]]


class Read(NamedTuple):
    """What became of the rows.

    Attributes:
        rows: how many there are, the bad ones included.
        values: one of each good row.
        findings: of the bad ones.
    """

    rows: int
    values: tuple[Any, ...]
    findings: tuple[Finding, ...]


class Table:
    """A report whose rows are read as often as asked for.

    Attributes:
        header: its columns.
    """

    def __init__(self, source: Source) -> None:
        """Read the header of an unpacked file: its first line that is not blank.

        Raises:
            UnusableFile: the file is empty, or its text cannot be read.
        """
        self._lines = Lines(source, encoding(source))
        self._has_tabs = "\t" in next((line for line in self._lines if line.strip()), "")
        _, names = next(self._all(), (0, ()))
        if not names:
            raise UnusableFile(
                "UNUSABLE_FILE",
                "The file is empty.",
                "Request the report again; send it when Amazon says it is done.",
            )
        self.header = Header(names)

    def days(self, column: str, otherwise: Order | None = None) -> Days:
        """Return what reads the days of a column in normal form.

        The order of day and month is settled once for the whole file. Where no date settles it,
        ``otherwise`` is taken; without that, such dates are bad.

        Raises:
            UnusableFile: the file lacks the column, or its text cannot be read.
        """
        place = self.header.place(Column(column, str))
        return Days(
            settle_order(cells[place] for _, cells in self._rows() if len(cells) > place)
            or otherwise
        )

    def read(self, columns: Sequence[Column], make: Callable[[int, list[Any]], Value]) -> Read:
        """Return ``make(line, values of the columns)`` of every row that can be read.

        Args:
            columns: what is read; the values come in this order.
            make: may raise ``BadCell`` with a column and what was found.

        Raises:
            UnusableFile: the file lacks a needed column, or its text cannot be read.
        """
        readings = {column.parse: Reading(column.parse) for column in columns}
        plan = [(self.header.place(column), readings[column.parse]) for column in columns]
        faults, values, rows = Faults("line"), [], 0
        width = len(self.header.names)
        for line, cells in self._rows():
            rows += 1
            if len(cells) != width and not self._is_whole(line, cells, faults):
                continue
            cells.append("")  # what an absent column is read from
            try:
                values.append(make(line, [reading[cells[place]] for place, reading in plan]))
            except BadCell as bad:
                faults.note(line, *self._fault(bad, plan, cells))
        return Read(rows, tuple(values), tuple(faults.findings()))

    def unknown(self, columns: Iterable[Column], unused: Set[str]) -> tuple[str, ...]:
        """Return the columns that are neither read nor known, as the file names them."""
        return self.header.unknown(unused | {column.name for column in columns})

    def _is_whole(self, line: int, cells: list[str], faults: Faults) -> bool:
        """Fill up a short row; note one that is too long, or was cut, and return ``False``."""
        width = len(self.header.names)
        expected = f"{width} cells, as the header has"
        if len(cells) > width:
            faults.note(line, "", f"{len(cells)} cells", expected)
            return False
        if self._lines.is_unended:
            found = f"{len(cells)} cells and no line end: the file is cut"
            faults.note(line, self.header.names[len(cells) - 1], found, expected)
            return False
        cells.extend([""] * (width - len(cells)))
        return True

    def _fault(self, bad: BadCell, plan: _Plan, cells: Sequence[str]) -> tuple[str, str, str]:
        """Return the column, the text found and what was expected of a row that cannot be read."""
        names = (*self.header.names, "")
        if bad.column:
            return names[self.header.place(Column(bad.column, str))], bad.found, bad.expected
        for place, reading in plan:
            try:
                reading[cells[place]]
            except BadCell as again:
                return names[place], cells[place], again.expected
        return "", bad.found, bad.expected

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows under the header, with the line each begins on."""
        rows = self._all()
        next(rows)
        return rows

    def _all(self) -> Iterator[tuple[int, list[str]]]:
        """Yield header and rows; lines without any value are no rows."""
        return self._tabbed() if self._has_tabs else self._with_commas()

    def _tabbed(self) -> Iterator[tuple[int, list[str]]]:
        for first, lines in self._lines.blocks():
            for number, line in enumerate(lines, first):
                if not line or line.isspace():
                    continue
                cells = line.split("\t")
                if '"' in line:
                    cells = [_unquoted(cell) for cell in cells]
                    if not any(cell.strip() for cell in cells):
                        continue
                yield number, cells

    def _with_commas(self) -> Iterator[tuple[int, list[str]]]:
        line = 1

        def bounded() -> Iterator[str]:
            for number, text in enumerate(self._lines, 1):
                if number - line > _MOST_LINES:
                    raise UnusableFile(
                        "UNUSABLE_FILE",
                        f"The row that begins on line {line} has more than {_MOST_LINES:,} lines: "
                        "a quote is missing.",
                        "Download the report again without opening it in a spreadsheet, and send "
                        "it.",
                    )
                yield text

        reader = csv.reader(bounded(), strict=True)
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise UnusableFile(
                "UNUSABLE_FILE",
                f"The row that begins on line {line} is no row of cells in quotes: {error}. A "
                "quote is missing, or the file was cut.",
                "Download the report again without opening it in a spreadsheet, and send it.",
            ) from error


def _unquoted(cell: str) -> str:
    """Return a cell without a full pair of quotes around it."""
    bare = cell.strip()
    if len(bare) >= 2 and bare.startswith('"') and bare.endswith('"'):
        return bare[1:-1].replace('""', '"')
    return cell
