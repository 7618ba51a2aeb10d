"""Lines of a report: bytes in, numbered lines of text out, bounded in memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from handler.core.errors import UnusableFile
from handler.core.source import Source, read_chunk

_CHUNK = 1 << 18
# Far above any real row (under 4 kB); a file without line ends must not fill the memory.
LONGEST_LINE = 1 << 16


class Lines:
    """The lines of a file, as often as asked for.

    Attributes:
        is_unended: whether the last line was reached and no line end follows it: it may be cut.
    """

    def __init__(self, source: Source, encoding: str) -> None:
        """Take an unpacked file and the encoding that reads all of it."""
        self._source, self._encoding = source, encoding
        self.is_unended = False

    def blocks(self) -> Iterator[tuple[int, list[str]]]:
        """Yield many lines at a time, without their ends, with the number of the first.

        Raises:
            UnusableFile: a line is longer than :data:`LONGEST_LINE`, or the gzip file is damaged.
        """
        decoder = codecs.getincrementaldecoder(self._encoding)()
        number, rest, self.is_unended = 1, "", False
        with self._source() as stream:
            while chunk := read_chunk(stream, _CHUNK):
                # The two halves of a line end may come in two chunks.
                lines = (rest + decoder.decode(chunk)).replace("\r\n", "\n").split("\n")
                if len(longest := max(lines, key=len)) > LONGEST_LINE:
                    raise UnusableFile(
                        "UNUSABLE_FILE",
                        f"Line {number + lines.index(longest)} is longer than {LONGEST_LINE:,} "
                        "characters.",
                        "Send the report as Amazon delivers it: one row in one line.",
                    )
                rest = lines.pop()
                yield number, lines
                number += len(lines)
        # A character cut in two is shown, so that it does not vanish without a word.
        rest = rest.removesuffix("\r") + ("\ufffd" if decoder.getstate()[0] else "")
        if rest:
            self.is_unended = True
            yield number, [rest]

    def __iter__(self) -> Iterator[str]:
        """Yield line by line, each with its end as the csv module wants it."""
        for _, lines in self.blocks():
            for line in lines:
                yield line + "\n"
