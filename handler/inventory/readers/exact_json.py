"""JSON in which nothing is lost or made up: no floats, no key twice, no `NaN`."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from handler.core.errors import UnusableFile
from handler.core.source import Source, read_chunk

MOST_BYTES: Final = 64 << 20
_CHUNK = 1 << 20
_LONGEST_NUMBER = 18
# Half a character: it cannot be written to any store again.
_HALF = re.compile("[\ud800-\udfff]")


class Inexact:
    """A number that is no whole one, or too long: whoever wants a count refuses it."""

    def __init__(self, text: str) -> None:
        """Take the number as written."""
        self._text = text

    def __repr__(self) -> str:
        return self._text


def value(source: Source) -> Any:  # noqa: ANN401
    """Return the one JSON value a file holds.

    Raises:
        UnusableFile: it is not JSON throughout, not UTF-8, or larger than :data:`MOST_BYTES`.
    """
    content = bytearray()
    with source() as stream:
        while chunk := read_chunk(stream, _CHUNK):
            content += chunk
            if len(content) > MOST_BYTES:
                unusable(f"The file is larger than {MOST_BYTES >> 20} MB.")
    try:
        return _DECODER.decode(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        unusable(f"Line {line} is not UTF-8, which JSON must be.")
    except json.JSONDecodeError as error:
        unusable(f"Line {error.lineno}, column {error.colno}: not JSON, or cut: {error.msg}.")
    except RecursionError:
        unusable("The JSON is nested too deeply.")


def is_text(found: object) -> bool:
    """Return whether a value is a text that can be stored."""
    return isinstance(found, str) and _HALF.search(found) is None


def unusable(message: str) -> NoReturn:
    """Refuse the file.

    Raises:
        UnusableFile: always.
    """
    raise UnusableFile(
        "UNUSABLE_FILE", message, "Send the answers of getInventorySummaries as they came."
    )


def _whole(text: str) -> object:
    return int(text) if len(text) <= _LONGEST_NUMBER else Inexact(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        unusable(f"An object has the key {twice[:80]!r} twice.")
    return found


def _constant(text: str) -> NoReturn:
    unusable(f"Found {text}, which is no JSON number.")


_DECODER = json.JSONDecoder(
    parse_float=Inexact, parse_int=_whole, parse_constant=_constant, object_pairs_hook=_object
)
