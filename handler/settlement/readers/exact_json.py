"""JSON with exact numbers: a number stays the text it was written as, and never is a float.

Python's own parser would make 0.1 a binary fraction, 1e400 infinity, and let the second of two
equal keys win in silence. Here a number becomes a :class:`Number`, ``NaN`` is no JSON, and a key
that stands twice in one object is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from handler.core.errors import UnusableFile
from handler.core.source import Source, read_chunk

# A year of a large seller's transactions is below this; more would not fit the memory as objects.
MOST_BYTES = 64 << 20
_CHUNK = 1 << 20
_BLANKS = re.compile(r"[ \t\r\n]*")
_STARTS = re.compile(rb"\A(?:\xef\xbb\xbf)?[ \t\r\n]*[\[{]")


class Number(str):
    """A JSON number: its text, without zeros at the end of its decimals.

    A number's trailing zeros say nothing: 1000.0 yen is 1000. Digits that do say something stay,
    so an amount with more decimals than its currency has is still refused.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Number:
        whole, point, decimals = text.partition(".")
        if point and decimals.isdigit():
            decimals = decimals.rstrip("0")
            text = f"{whole}.{decimals}" if decimals else whole
        return super().__new__(cls, text)


def starts(first_bytes: bytes) -> bool:
    """Return whether the content is a JSON object or list."""
    return _STARTS.match(first_bytes) is not None


def values(source: Source) -> Iterator[tuple[int, Any]]:
    """Yield every JSON value of a file with the line it begins on: one, or one after another.

    Raises:
        UnusableFile: the file is empty, too large, not UTF-8, or not JSON throughout.
    """
    text = _text(source)
    position = _end(_BLANKS, text, 0)
    if position == len(text):
        unusable("The file is empty.")
    line, counted = 1, 0
    while position < len(text):
        line += text.count("\n", counted, position)
        counted = position
        try:
            value, position = _DECODER.raw_decode(text, position)
        except json.JSONDecodeError as error:
            unusable(f"Line {error.lineno}, column {error.colno}: not JSON, or cut: {error.msg}.")
        except RecursionError:
            unusable(f"The JSON value that begins on line {line} is nested too deeply.")
        yield line, value
        position = _end(_BLANKS, text, position)


def _text(source: Source) -> str:
    content = bytearray()
    with source() as stream:
        while chunk := read_chunk(stream, _CHUNK):
            content += chunk
            if len(content) > MOST_BYTES:
                unusable(f"The file is larger than {MOST_BYTES >> 20} MB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        unusable(f"Line {line} is not UTF-8, which JSON must be.")


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        unusable(f"An object has the key {twice[:80]!r} twice.")
    return found


def _constant(text: str) -> NoReturn:
    unusable(f"Found {text}, which is no JSON number.")


def unusable(message: str) -> NoReturn:
    """Refuse the file.

    Raises:
        UnusableFile: always.
    """
    raise UnusableFile(
        "UNUSABLE_FILE",
        message,
        "Send the API's answers as they came, all pages of one settlement.",
    )


_DECODER = json.JSONDecoder(
    parse_float=Number,
    parse_int=Number,
    parse_constant=_constant,
    object_pairs_hook=_object,
)
