"""A file of JSON in which nothing is lost or made up: its text, and a parser that is strict.

Python's own parser would let the second of two equal keys win in silence, and read ``NaN``. What a
number becomes is the caller's to say, and so is the refusal.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NoReturn

from handler.core.source import Source, read_chunk

# A year of a large seller's transactions is below this; more would not fit the memory as objects.
MOST_BYTES: Final = 64 << 20
# As many values as that size has in a real file: each costs far more memory than its bytes.
MOST_VALUES: Final = 4_000_000
_CHUNK: Final = 1 << 20

Refuse = Callable[[str], NoReturn]


def text_of(source: Source, refuse: Refuse, most: int = MOST_BYTES) -> str:
    """Return a file's text, which must be UTF-8, with or without a byte order mark.

    Args:
        source: the file.
        refuse: raises, with what is wrong.
        most: bytes it may have.
    """
    content = bytearray()
    with source() as stream:
        while chunk := read_chunk(stream, _CHUNK):
            content += chunk
            if len(content) > most:
                refuse(f"The file is larger than {most >> 20} MB.")
    if content.count(b",") + content.count(b"[") + content.count(b"{") > MOST_VALUES:
        refuse(f"The file has more than {MOST_VALUES:,} values.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        refuse(f"Line {line} is not UTF-8, which JSON must be.")


def not_json(error: json.JSONDecodeError) -> str:
    """Return what is wrong with a text that is no JSON, and where."""
    return f"Line {error.lineno}, column {error.colno}: not JSON, or cut: {error.msg}."


def decoder(
    refuse: Refuse, *, fraction: Callable[[str], object], whole: Callable[[str], object]
) -> json.JSONDecoder:
    """Return a parser that refuses a key that stands twice in one object, and ``NaN``.

    Args:
        refuse: raises, with what is wrong.
        fraction: makes a value of a number with a point or an exponent, as it is written.
        whole: makes a value of any other number.
    """

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    refuse(f"An object has the key {name[:80]!r} twice.")
                seen.add(name)
        return found

    def constant(text: str) -> NoReturn:
        refuse(f"Found {text}, which is no JSON number.")

    return json.JSONDecoder(
        parse_float=fraction,
        parse_int=whole,
        parse_constant=constant,
        object_pairs_hook=members,
    )
