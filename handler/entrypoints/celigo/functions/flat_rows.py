"""Rows of a report, as integrator.io took the file apart, put together to the flat file again.

The text of every cell is the one that came. A number stands where a number is meant: what was the
code of something and came as a number may have lost its zeros, or its last digits, on the way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from handler.core.errors import RefusedRequest

Row = Mapping[str, object]
# What JavaScript keeps of a number, whatever it is.
_EXACT_DIGITS: Final = 15
_BREAKS: Final = re.compile(r"[\t\r\n\x00]")
_CODE: Final = re.compile(r"sku|asin|reference|\b(id|code|upc|ean)\b")
_DAMAGED: Final = "\N{REPLACEMENT CHARACTER}"
_SETTLEMENT_ID: Final = "settlement-id"
_DIGITS_OF_AN_ID: Final = 11


def flat_file(rows: Sequence[Row]) -> bytes:
    """Return rows as a tab-separated file in UTF-8, with a header of all their columns.

    Raises:
        RefusedRequest: ``UNREADABLE_ROW``: a cell cannot be what the file said; says which.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["\t".join(_text(0, "header", name) for name in names)]
    lines += [
        "\t".join(cell_text(number, name, row.get(name)) for name in names)
        for number, row in enumerate(rows, 1)
    ]
    try:
        return ("\n".join(lines) + "\n").encode()
    except UnicodeEncodeError as error:
        raise RefusedRequest(
            "UNREADABLE_ROW",
            "The rows hold half of a character.",
            "Set the encoding of the file in the export to the one Amazon wrote it in.",
        ) from error


def cell_text(row: int, name: str, value: object) -> str:
    """Return what a cell of the file holds.

    Args:
        row: number of the row, for the error.
        name: of the column.
        value: as it came: text, a number, or nothing.

    Raises:
        RefusedRequest: ``UNREADABLE_ROW``.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(row, name, value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _number(row, name, Decimal(value))
    raise _unreadable(
        row,
        name,
        "is neither text nor a number",
        "Send the rows as the export's file parser makes them.",
    )


def value_of(row: Row, column: str) -> object:
    """Return the value of a column, however its name is written; ``None`` where it has none."""
    if column in row:
        return row[column]
    return next((row[name] for name in row if name.strip().casefold() == column), None)


def is_blank(row: Row) -> bool:
    """Return whether a row has no value at all, as a blank line of the file has none."""
    return all(
        value is None or (isinstance(value, str) and not value.strip()) for value in row.values()
    )


def _text(row: int, name: str, value: str) -> str:
    if _BREAKS.search(value):
        raise _unreadable(
            row,
            name,
            "holds a tab, a line break or a null",
            "The file was taken apart wrongly: set tab as the export's column delimiter, and no "
            "quotes.",
        )
    if _DAMAGED in value:
        raise _unreadable(
            row,
            name,
            "holds U+FFFD, which stands for characters lost on the way",
            "Set the encoding of the file in the export to the one Amazon wrote it in.",
        )
    return value


def _number(row: int, name: str, value: Decimal) -> str:
    text = format(value, "f")
    digits = text.lstrip("-").replace(".", "")
    if len(digits.strip("0")) > _EXACT_DIGITS:
        raise _unreadable(
            row,
            name,
            f"is a number of more than {_EXACT_DIGITS} digits, which is not kept exactly on the "
            "way",
            _AS_TEXT,
        )
    plain = re.sub(r"[^a-z0-9]+", " ", name.casefold()).strip()
    whole_id = plain == "settlement id" and len(digits) == _DIGITS_OF_AN_ID and "." not in text
    if _CODE.search(plain) and not whole_id:
        raise _unreadable(
            row, name, "is a code that came as a number, and may have lost its zeros", _AS_TEXT
        )
    return text


_AS_TEXT: Final = "Have the export hand the column over as text, as it does where nothing converts."


def _unreadable(row: int, name: str, what: str, repair: str) -> RefusedRequest:
    shown = name[:60].encode("ascii", "backslashreplace").decode()
    return RefusedRequest(
        "UNREADABLE_ROW",
        f"Row {row} of the page, column {shown!r}: it {what}.",
        repair,
        {"row": row, "column": shown},
    )
