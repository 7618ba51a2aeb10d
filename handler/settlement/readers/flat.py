"""Reader of the flat files (V1 and V2): one pass over bytes, no object per row.

The shape is chosen for speed. A row is split once; the bytes of its classifying columns are looked
up as one tuple in a dictionary that already knows their meaning, and the amount's bytes in another
that knows their value. Anything new or odd is a miss, and a miss runs the strict grammars: every
row is checked alike, and a row like the ones before it costs a look-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from handler.core.finding import Finding
from handler.core.source import Source
from handler.settlement.group import Group, GroupKey
from handler.settlement.grouping import Grouping
from handler.settlement.readers import flat_layout
from handler.settlement.readers.encoding import Encoding
from handler.settlement.readers.flat_cells import Cells
from handler.settlement.readers.flat_head import FlatHead, column_names, layout_of, read_head
from handler.settlement.readers.flat_lines import blocks
from handler.settlement.readers.flat_slot import Posts
from handler.settlement.readers.flat_tables import FlatTables
from handler.settlement.report import Header, SettlementReport
from handler.settlement.row import Row

_TAB = b"\t"
_LINES_NAMED = 20
_SETTLE_EVERY = 1 << 16


def looks_like(first_bytes: bytes) -> bool:
    """Return whether a file's first bytes hold the columns of a flat settlement report."""
    lines = first_bytes.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)
    return layout_of(column_names(lines[0].rstrip(b"\r"))) is not None


def read(source: Source, grouping: Grouping) -> SettlementReport:
    """Read a flat file into groups.

    Raises:
        UnusableFile: it is no flat settlement report, or holds more than one.
    """
    head = read_head(source)
    tables = FlatTables(head, grouping)
    rows = _add_up_single(source, head, tables) if head.single else _add_up(source, head, tables)
    groups = _groups(tables)
    return SettlementReport(
        format=head.layout.format,
        header=head.header,
        groups=groups,
        findings=(*tables.findings, *_counted(head, tables)),
        rows=rows + tables.bad_rows,
        amounts=sum(group.rows for group in groups),
        blank_lines=tables.blank_lines,
    )


def header(source: Source) -> Header:
    """Read the facts of the settlement, and no rows.

    Raises:
        UnusableFile: as :func:`read`.
    """
    return read_head(source).header


def marketplaces(source: Source) -> frozenset[str]:
    """Return the marketplaces the rows name, as spelled in the file.

    Raises:
        UnusableFile: as :func:`read`.
    """
    head = read_head(source)
    place = head.columns.get(flat_layout.MARKETPLACE)
    if place is None:
        return frozenset()
    found = set()
    with source() as stream:
        for lines in blocks(stream):
            for line in lines:
                cells = line.split(_TAB, place + 1)
                if len(cells) > place:
                    found.add(cells[place])
    encoding = Encoding(head.header.currency.code)
    names = {encoding.text(cell).strip() for cell in found}
    return frozenset(names - {"", flat_layout.MARKETPLACE})


def rows(source: Source, grouping: Grouping) -> Iterator[Row]:
    """Yield every amount of a flat file with its row, in the file's order: the trace."""
    head = read_head(source)
    tables = FlatTables(head, grouping)
    for line, cells, posts in _posts(source, head, tables):
        evidence = Cells(head.columns, cells, tables.encoding.text)
        for tally, value in posts:
            yield Row(line, tally.key, value, evidence)


def _add_up_single(source: Source, head: FlatHead, tables: FlatTables) -> int:
    """Add up a file with one amount column; return its number of good rows.

    The loop every large file goes through; :func:`_add_up` does the same for any flat file, and a
    property test holds the two equal.
    """
    values, days, width = tables.amounts, tables.days, len(head.columns)
    pick = itemgetter(*(head.columns[name] for name in tables.picked))
    (place,), posted = tables.amount_places, head.posted[0]
    number = settled = 0
    with source() as stream:
        for lines in blocks(stream):
            for line in lines:
                cells = line.split(_TAB)
                number += 1
                try:
                    if len(cells) == width:
                        days[cells[posted]].add[pick(cells)](values[cells[place]])
                        continue
                except KeyError:
                    pass
                for tally, value in tables.learn(number, cells):
                    tally.pending.append(value)
            if number >= settled + _SETTLE_EVERY:
                tables.settle()
                settled = number
    tables.settle()
    return sum(tally.rows for tally in tables.tallies())


def _add_up(source: Source, head: FlatHead, tables: FlatTables) -> int:
    """Add up any flat file; return its number of good rows."""
    rows = 0
    for _, _, posts in _posts(source, head, tables):
        rows += 1
        for tally, value in posts:
            tally.pending.append(value)
        if rows % _SETTLE_EVERY == 0:
            tables.settle()
    tables.settle()
    return rows


def _posts(
    source: Source, head: FlatHead, tables: FlatTables
) -> Iterator[tuple[int, list[bytes], Posts]]:
    """Yield line number, cells and posts of every good row; the others are noted in ``tables``."""
    values, days, width = tables.amounts, tables.days, len(head.columns)
    pick = itemgetter(*(head.columns[name] for name in tables.picked))
    places, posted = tuple(tables.amount_places), head.posted[0]
    number = 0
    with source() as stream:
        for lines in blocks(stream):
            for line in lines:
                number += 1
                cells = line.split(_TAB)
                posts: Posts = ()
                try:
                    if len(cells) == width:
                        tallies = days[cells[posted]].tallies[pick(cells)]
                        posts = [(tallies[p], values[cells[p]]) for p in places if cells[p]]
                except KeyError:
                    pass
                posts = posts or tables.learn(number, cells)
                if posts:
                    yield number, cells, posts


def _groups(tables: FlatTables) -> tuple[Group, ...]:
    """Return the groups in an order that depends on their content alone, not on the rows'."""
    merged: dict[GroupKey, Group] = {}
    for tally in tables.tallies():
        group = Group(tally.key, tally.rows, tally.amount, tally.first)
        known = merged.get(tally.key)
        if known is not None:
            group = Group(
                tally.key,
                known.rows + group.rows,
                known.amount + group.amount,
                min(known.first_line, group.first_line),
            )
        merged[tally.key] = group
    return tuple(merged[key] for key in sorted(merged))


def _counted(head: FlatHead, tables: FlatTables) -> Iterator[Finding]:
    if tables.bad_rows > len(tables.findings):
        yield Finding(
            "BAD_ROW",
            "more rows",
            f"{tables.bad_rows} rows are bad in all; the first {len(tables.findings)} faults are "
            "named.",
            {"bad_rows": tables.bad_rows, "named": len(tables.findings)},
        )
    if tables.undated:
        end = head.header.end.text
        yield Finding(
            "UNDATED_ROWS",
            f"settlement {head.header.settlement_id}",
            f"{len(tables.undated)} rows carry no posting date; they are dated to the settlement's "
            f"end, {end}.",
            {"rows": len(tables.undated), "lines": tables.undated[:_LINES_NAMED], "dated": end},
        )
