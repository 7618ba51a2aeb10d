"""Lines of a flat file: chunks in, blocks of whole lines out, bounded in memory."""

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


class TooLong(Exception):
    """A line is longer than :data:`LONGEST_LINE`: this many lines below the last block's."""

    def __init__(self, below: int) -> None:
        super().__init__(below)
        self.below = below

    def at(self, last: int) -> UnusableFile:
        """Return what to say of it, ``last`` being the number of the last block's last line."""
        return UnusableFile(
            "UNUSABLE_FILE",
            f"Line {last + self.below} is longer than {LONGEST_LINE:,} bytes.",
            "Send the settlement report as Amazon delivers it: tab-separated lines.",
        )


def whole_blocks(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the file's lines in order, many at a time, and their end, which leads each line.

    The file's BOM is left out. Nobody counts lines here: that would cost a
    large file more than finding their ends does.

    Raises:
        TooLong: a line is; who reads knows its number.
        UnusableFile: UTF-16, or damaged gzip.
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
    if not rest:
        return
    rest = end + rest
    while True:
        stop = rest.rfind(end)
        lines, rest = rest[:stop], rest[stop:]
        longest = LONGEST_LINE + len(end)
        # Only a line begun in an earlier chunk, or not ended in this one, can be too long.
        if len(lines) > longest and lines.find(end, 1) not in range(1, longest + 1):
            raise TooLong(1)
        if len(rest) > longest:
            raise TooLong(lines.count(end) + 1)
        if lines:
            yield lines, end
        chunk = read_chunk(stream, _CHUNK)
        if not chunk:
            break
        rest += chunk
    if len(rest) > len(end):
        yield rest, end


def blocks(stream: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the file's lines in order, many at a time, without their ends and without a BOM.

    Raises:
        UnusableFile: a line longer than :data:`LONGEST_LINE`, UTF-16, or damaged gzip.
    """
    last = 0
    try:
        for block, end in whole_blocks(stream):
            lines = block[len(end) :].split(end)
            last += len(lines)
            yield lines
    except TooLong as found:
        raise found.at(last) from None
