"""Which encoding a report's text is in: UTF-8, else one of those Amazon wrote in earlier years."""

from __future__ import annotations

import codecs
import re
from typing import Final

from handler.core.source import Source, read_chunk

_CHUNK = 1 << 20
_FULL_KANA = re.compile("[\u3041-\u30fe]")
# What cp932 makes of single Western letters such as "Ä" and "ß".
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_LAST: Final = "iso-8859-1"  # gives every byte a meaning


def encoding(source: Source) -> str:
    """Return the name of the encoding that reads the whole file.

    Japanese reports of earlier years are cp932, Western ones cp1252. Much Western text decodes as
    cp932 too, so that is taken only where it brings forth more kana of full width than of half
    width. A character cut off by the end of the file says nothing.

    Raises:
        UnusableFile: a gzip file is cut or damaged.
    """
    if _kana(source, "utf-8-sig") is not None:
        return "utf-8-sig"
    japanese = _kana(source, "cp932")
    if japanese is not None and japanese > 0:
        return "cp932"
    return "cp1252" if _kana(source, "cp1252") is not None else _LAST


def _kana(source: Source, name: str) -> int | None:
    """Return full less half kana of the decoded text, or ``None`` where it does not decode."""
    decoder = codecs.getincrementaldecoder(name)()
    found = 0
    with source() as stream:
        while chunk := read_chunk(stream, _CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError:
                return None
            if name == "cp932":
                found += len(_FULL_KANA.findall(text)) - len(_HALF_KANA.findall(text))
    return found
