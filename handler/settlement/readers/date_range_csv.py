"""The date-range file as CSV: encoding, delimiter, header under a preamble, records.

All three are settled from the content. The header is the first line whose cells name the needed
columns in any known language, whatever stands above it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from handler.core.errors import UnusableFile
from handler.core.source import Source
from handler.settlement.readers.date_range_columns import NEEDED
from handler.settlement.readers.date_range_locale import COLUMNS, folded
from handler.settlement.readers.flat_lines import blocks

# A preamble has seven lines or so. The bound keeps a large file of another format from being
# searched to its end.
LONGEST_PREAMBLE = 1000
# UTF-8 first: text in another encoding is almost never valid UTF-8. ISO-8859-15 gives every byte a
# meaning, so Japanese is told by its header, which no Western reading makes sense of.
_ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "cp932")
_DELIMITERS = (",", ";", "\t")
# The widest report has 31 columns; far wider lines would cost time in each language and encoding.
_MOST_COLUMNS = 400
# A quoted cell may hold line ends. A record without end must not fill the memory.
_MOST_LINES = 1000


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How a date-range file is written.

    Attributes:
        encoding: of the whole file.
        delimiter: comma, semicolon or tab.
        line: number of the header line.
        names: the columns as the file names them.
        columns: canonical name of a known column -> its place.
        preamble: the lines above the header.
    """

    encoding: str
    delimiter: str
    line: int
    names: tuple[str, ...]
    columns: Mapping[str, int]
    preamble: tuple[str, ...]

    def name(self, column: str) -> str:
        """Return what the file calls a canonical column it has."""
        return self.names[self.columns[column]]


def has_header(source: Source) -> bool:
    """Return whether the file is a date-range report by its header."""
    try:
        top = _top(source)
    except UnusableFile:
        return False
    return any(_find_header(top, encoding) for encoding in _ENCODINGS)


def read_layout(source: Source) -> CsvLayout:
    """Settle how the file is written.

    Raises:
        UnusableFile: it has no date-range header, names a column twice, or is in no known encoding
            throughout.
    """
    top = _top(source)
    seen: CsvLayout | None = None
    for encoding in _ENCODINGS:
        layout = _find_header(top, encoding)
        if layout is not None:
            seen = seen or layout
            if _first_undecodable(source, encoding) is None:
                _refuse_twins(layout)
                return layout
    if seen is not None:
        raise unusable(
            f"Line {_first_undecodable(source, seen.encoding)} is not {seen.encoding.upper()} text "
            f"as the header on line {seen.line} is, and no encoding fits the whole file."
        )
    raise unusable(
        f"No line of the first {LONGEST_PREAMBLE} names the columns of a date-range report: "
        f"{', '.join(NEEDED)}, or their translations."
    )


def records(source: Source, layout: CsvLayout) -> Iterator[tuple[int, list[str]]]:
    """Yield number of the first line and cells of each record below the header, blank ones too.

    Raises:
        UnusableFile: a quote is left open, or something stands behind a closing one.
    """
    lines = _below(source, layout)
    start = layout.line + 1

    def bounded() -> Iterator[str]:
        for number, line in enumerate(lines, layout.line + 1):
            if number - start > _MOST_LINES:
                raise unusable(
                    f"Line {start}: the record that begins there has more than {_MOST_LINES:,} "
                    "lines; a quote is missing."
                )
            yield line

    reader = csv.reader(bounded(), delimiter=layout.delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise unusable(f"Line {start}: found a record that is no CSV ({error}).") from error
        yield start, cells
        start = layout.line + reader.line_num + 1


def unusable(message: str) -> UnusableFile:
    """Return the refusal of a file that cannot be read."""
    return UnusableFile(
        "UNUSABLE_FILE", message, "Send the date-range report as Amazon delivers it, unopened."
    )


def _top(source: Source) -> list[bytes]:
    found: list[bytes] = []
    with source() as stream:
        for lines in blocks(stream):
            found += lines[: LONGEST_PREAMBLE - len(found)]
            if len(found) >= LONGEST_PREAMBLE:
                break
    return found


def _find_header(top: list[bytes], encoding: str) -> CsvLayout | None:
    for number, line in enumerate(top, 1):
        for delimiter in _DELIMITERS:
            if not len(NEEDED) <= line.count(delimiter.encode()) < _MOST_COLUMNS:
                continue
            try:
                names = next(csv.reader([line.decode(encoding)], delimiter=delimiter), [])
            except (UnicodeDecodeError, csv.Error):
                continue
            known = [COLUMNS.get(folded(name), "") for name in names]
            if set(NEEDED) <= set(known):
                places = {name: place for place, name in enumerate(known) if name}
                above = tuple(text.decode(encoding, "replace") for text in top[: number - 1])
                shown = tuple(name.strip() for name in names)
                return CsvLayout(encoding, delimiter, number, shown, places, above)
    return None


def _refuse_twins(layout: CsvLayout) -> None:
    places: dict[str, int] = {}
    for place, name in enumerate(layout.names):
        meaning = COLUMNS.get(folded(name), folded(name))
        first = places.setdefault(meaning, place)
        if first != place:
            raise unusable(
                f"Line {layout.line} names the column {meaning!r} twice: as "
                f"{layout.names[first]!r} and as {layout.names[place]!r}."
            )


def _first_undecodable(source: Source, encoding: str) -> int | None:
    """Return the number of the first line that is not text in ``encoding``, if there is one."""
    number = 1
    with source() as stream:
        for lines in blocks(stream):
            try:
                b"\n".join(lines).decode(encoding)
            except UnicodeDecodeError as error:
                return number + error.object[: error.start].count(b"\n")
            number += len(lines)
    return None


def _below(source: Source, layout: CsvLayout) -> Iterator[str]:
    number = 0
    with source() as stream:
        for lines in blocks(stream):
            for line in lines:
                number += 1
                if number > layout.line:
                    yield line.removesuffix(b"\r").decode(layout.encoding) + "\n"
