"""The grammar of a cell: strict whole numbers, texts, codes, and yes or no.

The grammar is ours: `5.0`, `1,000`, `1_000` and other scripts' digits are no whole numbers, though
Python or a spreadsheet would take some of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

# Above any count of units; a cell of thousands of digits is none.
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_YES_NO = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
_MOST_KEPT = 1 << 20


class BadCell(Exception):
    """A cell that is not what it must be.

    Attributes:
        expected: in words.
        column: in normal form; empty where the one who reads the cells knows it.
        found: the cell; empty likewise.
    """

    def __init__(self, expected: str, column: str = "", found: str = "") -> None:
        """Say what was expected, and of which column where the reader cannot know."""
        super().__init__(expected)
        self.expected, self.column, self.found = expected, column, found


class Reading(dict[str, Any]):
    """Cell -> value. The same cells come again and again: each is read once and its value shared.

    Looking up a cell raises ``BadCell`` where it is not of the form.
    """

    def __init__(self, parse: Callable[[str], object]) -> None:
        """Take what reads a cell without surrounding blanks."""
        super().__init__()
        self._parse = parse

    def __missing__(self, cell: str) -> Any:  # noqa: ANN401
        value = self._parse(cell.strip())
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[cell] = value
        return value


def text(cell: str) -> str:
    """Return the cell."""
    return cell


def name(cell: str) -> str:
    """Return the cell.

    Raises:
        BadCell: it is empty.
    """
    if not cell:
        raise BadCell("a text")
    return cell


def code(cell: str) -> str:
    """Return the cell in upper case; it may be empty."""
    return cell.upper()


def needed_code(cell: str) -> str:
    """Return the cell in upper case.

    Raises:
        BadCell: it is empty.
    """
    return name(cell).upper()


def whole(cell: str) -> int:
    """Return a whole number.

    Raises:
        BadCell: it is none, or empty.
    """
    if _WHOLE.fullmatch(cell) is None:
        raise BadCell("a whole number: digits only, with or without a sign")
    return int(cell)


def whole_or_none(cell: str) -> int | None:
    """Return a whole number, or ``None`` for an empty cell.

    Raises:
        BadCell: it is something else.
    """
    return whole(cell) if cell else None


def yes_or_no(cell: str) -> bool | None:
    """Return whether the cell says yes, or ``None`` for an empty one.

    Raises:
        BadCell: it is something else.
    """
    if cell and cell.lower() not in _YES_NO:
        raise BadCell("Yes or No")
    return _YES_NO.get(cell.lower())
