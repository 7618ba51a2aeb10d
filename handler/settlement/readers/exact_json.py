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

from handler.core import json_file
from handler.core.errors import UnusableFile
from handler.core.source import Source

MOST_BYTES = json_file.MOST_BYTES
# Half a character: it cannot be written to any store again.
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
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
    text = json_file.text_of(source, unusable, MOST_BYTES)
    position = _end(_BLANKS, text, 0)
    if position == len(text):
        unusable("The file is empty.")
    is_suspect = _HALF_ESCAPED.search(text) is not None
    line, counted = 1, 0
    while position < len(text):
        line += text.count("\n", counted, position)
        counted = position
        try:
            value, position = _DECODER.raw_decode(text, position)
        except json.JSONDecodeError as error:
            unusable(json_file.not_json(error))
        except RecursionError:
            unusable(f"The JSON value that begins on line {line} is nested too deeply.")
        if is_suspect:
            _refuse_halves(value, line)
        yield line, value
        position = _end(_BLANKS, text, position)


def _refuse_halves(value: Any, line: int) -> None:  # noqa: ANN401
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        unusable(f"The JSON value that begins on line {line} has {half}, half a character.")


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


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


_DECODER = json_file.decoder(unusable, fraction=Number, whole=Number)
