"""A CSV file that a person made, read strictly: a refusal names file, line, column and what it is.

UTF-8 with a header line; columns by name, in any order; no others than those asked for.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from handler.core.errors import UnusableFile
from handler.core.money import currency

_MOST_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row of a file.

    Attributes:
        file: as it was named.
        line: its first line, the header being 1.
        cells: column -> text; optional columns that are not there are empty.
    """

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell that must not be empty.

        Raises:
            UnusableFile: ``BAD_CSV``.
        """
        if not self.cells[column].strip():
            raise self.refused(column, "a text")
        return self.cells[column]

    def code(self, column: str = "currency") -> str:
        """Return an ISO 4217 code.

        Raises:
            UnusableFile: ``BAD_CSV``.
        """
        if currency(self.cells[column]) is None:
            raise self.refused(column, "an ISO 4217 code, such as 'CAD'")
        return self.cells[column]

    def amount(self, column: str = "amount") -> int:
        """Return an amount in minor units of the row's currency.

        Raises:
            UnusableFile: ``BAD_CSV``.
        """
        money = currency(self.code())
        assert money is not None  # nosec B101 # noqa: S101 - code() refused it
        try:
            return money.minor(self.cells[column])
        except ValueError:
            expected = f"an exact amount in {money.code}, such as {money.text(-123456)!r}"
            raise self.refused(column, expected) from None

    def day(self, column: str = "date") -> date:
        """Return a day.

        Raises:
            UnusableFile: ``BAD_CSV``.
        """
        found = iso_day(self.cells[column])
        if found is None:
            raise self.refused(column, "a day as YYYY-MM-DD")
        return found

    def refused(self, column: str, expected: str) -> UnusableFile:
        """Return the refusal of a cell."""
        found = repr(self.cells[column][:_MOST_SHOWN])
        return _bad(f"{self.file}, line {self.line}, column {column}", found, expected)


def read_csv(path: str, needed: Sequence[str], optional: Sequence[str] = ()) -> list[CsvRow]:
    """Return the rows of a CSV file; lines with nothing in them are passed over.

    Args:
        path: of the file.
        needed: columns it must have.
        optional: columns it may have.

    Raises:
        UnusableFile: ``BAD_CSV``, naming file, line, column, found and expected.
    """
    reader = csv.reader(_text(path).splitlines(keepends=True), strict=True)
    rows: list[CsvRow] = []
    names: list[str] = []
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = _header(path, start, cells, needed, optional)
                continue
            if len(cells) != len(names):
                raise _bad(f"{path}, line {start}", f"{len(cells)} cells", f"{len(names)} cells")
            found = dict.fromkeys(optional, "") | dict(zip(names, cells, strict=True))
            rows.append(CsvRow(path, start, found))
    except csv.Error as error:
        raise _bad(f"{path}, line {line}", str(error), "CSV with quotes that close") from error
    if not names:
        raise _bad(f"{path}, line 1", "nothing", f"the columns {', '.join(needed)}")
    return rows


def iso_day(text: str) -> date | None:
    """Return a day written as YYYY-MM-DD, or ``None``."""
    if len(text) != 10 or not text.isascii() or text[4] + text[7] != "--":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _text(path: str) -> str:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UnusableFile(
            "BAD_CSV", f"{path}: {error.strerror}.", "Name a CSV file that can be read."
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{content[error.start]:02X}"
        raise _bad(f"{path}, line {line}", found, "UTF-8") from error


def _header(
    path: str, line: int, cells: Sequence[str], needed: Sequence[str], optional: Sequence[str]
) -> list[str]:
    names = [cell.strip() for cell in cells]
    where = f"{path}, line {line}"
    for name in names:
        if name not in (*needed, *optional):
            known = ", ".join((*needed, *optional))
            raise _bad(where, f"the column {name[:_MOST_SHOWN]!r}", f"none but {known}")
        if names.count(name) > 1:
            raise _bad(where, f"the column {name!r} twice", "it once")
    for name in needed:
        if name not in names:
            raise _bad(where, f"no column {name!r}", f"the columns {', '.join(needed)}")
    return names


def _bad(where: str, found: str, expected: str) -> UnusableFile:
    return UnusableFile(
        "BAD_CSV", f"{where}: found {found}; expected {expected}.", "Mend the file, and repeat."
    )
