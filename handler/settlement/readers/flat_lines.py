"""Lines of a flat file: chunks in, lists of lines out, bounded in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from handler.core.errors import UnusableFile
from handler.core.source import read_chunk

_CHUNK = 1 << 16
# Far above any real row (under 1 kB); a file without line ends must not fill the memory.
LONGEST_LINE = 1 << 16
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def blocks(stream: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the file's lines in order, many at a time, without their ends and without a BOM.

    Raises:
        UnusableFile: a line longer than :data:`LONGEST_LINE`, UTF-16, or damaged gzip.
    """
    rest = read_chunk(stream, _CHUNK)
    if rest.startswith(_UTF16):
        raise UnusableFile(
            "UNUSABLE_FILE",
            "The file is UTF-16, which Amazon does not write: a spreadsheet saved it.",
            "Download the report again and send it unopened.",
        )
    rest = rest.removeprefix(_BOM)
    end = b"\r\n" if b"\r\n" in rest[: rest.find(b"\n") + 1] else b"\n"
    line = 1
    while True:
        lines = rest.split(end)
        rest = lines.pop()
        # Only an unfinished line can be too long without having been seen as the rest before.
        if len(rest) > LONGEST_LINE or any(len(found) > LONGEST_LINE for found in lines[:1]):
            raise UnusableFile(
                "UNUSABLE_FILE",
                f"Line {line + len(lines)} is longer than {LONGEST_LINE:,} bytes.",
                "Send the settlement report as Amazon delivers it: tab-separated lines.",
            )
        if lines:
            line += len(lines)
            yield lines
        chunk = read_chunk(stream, _CHUNK)
        if not chunk:
            break
        rest += chunk
    if rest:
        yield [rest]
