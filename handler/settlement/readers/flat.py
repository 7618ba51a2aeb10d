"""Reader of the flat files (V1 and V2): one pass over bytes, no object per row.

The shape is chosen for speed. A block of rows is taken apart by columns at once; the cells that
tell rows apart are looked up as one tuple in a dictionary that already knows their meaning, and the
amount's bytes in another that knows their value. What is new runs the strict grammars, and a block
with anything odd in it goes row by row: every row is checked alike, and a row like the ones before
it costs a look-up.
"""

from __future__ import annotations

from collections.abc import Iterator

from handler.core.finding import Finding
from handler.core.source import Source
from handler.settlement.group import Group, GroupKey
from handler.settlement.grouping import Grouping
from handler.settlement.readers import flat_layout
from handler.settlement.readers.encoding import Encoding
from handler.settlement.readers.flat_cells import Cells
from handler.settlement.readers.flat_columns import TAB, columns_of
from handler.settlement.readers.flat_columns_added import add_columns
from handler.settlement.readers.flat_head import FlatHead, column_names, layout_of, read_head
from handler.settlement.readers.flat_lines import TooLong, blocks, whole_blocks
from handler.settlement.readers.flat_slot import ONE
from handler.settlement.readers.flat_tables import FlatTables
from handler.settlement.report import Header, SettlementReport
from handler.settlement.row import Row

_LINES_NAMED = 20


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
    rows = _add_up(source, head, tables)
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
                cells = line.split(TAB, place + 1)
                if len(cells) > place:
                    found.add(cells[place])
    encoding = Encoding(head.header.currency.code)
    names = {encoding.text(cell).strip() for cell in found}
    return frozenset(names - {"", flat_layout.MARKETPLACE})


def rows(source: Source, grouping: Grouping) -> Iterator[Row]:
    """Yield every amount of a flat file with its row, in the file's order: the trace."""
    head = read_head(source)
    tables = FlatTables(head, grouping)
    number = 0
    with source() as stream:
        for lines in blocks(stream):
            for line in lines:
                number += 1
                cells = line.split(TAB)
                posts = tables.look_up(number, cells)
                if not posts:
                    continue
                evidence = Cells(head.columns, cells, tables.encoding.text)
                for tally, slot, coded in posts:
                    yield Row(number, tally.on(slot), coded - ONE, evidence)


def _add_up(source: Source, head: FlatHead, tables: FlatTables) -> int:
    """Add up every amount of a file; return its number of good rows."""
    rows, line = 0, 1
    with source() as stream:
        try:
            for whole, end in whole_blocks(stream):
                block: bytes | None = whole
                above = head.line + 1 - line
                if above > 0:  # lines of the head are like no others, so they go by themselves
                    top = whole[len(end) :].split(end, above)
                    block = end + top.pop() if len(top) > above else None
                    rows += _add_rows(tables, top, line)
                    line += len(top)
                if block is None:
                    continue
                good, lines = _add_block(head, tables, (block, end), line)
                rows += good
                line += lines
        except TooLong as found:
            raise found.at(line - 1) from None
    return rows


def _add_block(
    head: FlatHead, tables: FlatTables, block: tuple[bytes, bytes], line: int
) -> tuple[int, int]:
    """Add up a block by columns if that can be, else row by row; return its good rows and lines."""
    columns = columns_of(*block, head.header.settlement_id.encode(), len(head.columns))
    if columns is not None:
        added = add_columns(head, tables, columns, line)
        if added is not None:
            return added, columns.rows
    lines = block[0][len(block[1]) :].split(block[1])
    return _add_rows(tables, lines, line), len(lines)


def _add_rows(tables: FlatTables, lines: list[bytes], line: int) -> int:
    """Add up lines, the first of which is number ``line``; return how many are good rows."""
    rows = 0
    for number, text in enumerate(lines, line):
        posts = tables.look_up(number, text.split(TAB))
        rows += bool(posts)
        for tally, slot, coded in posts:
            tally.add(slot, coded, number)
    return rows


def _groups(tables: FlatTables) -> tuple[Group, ...]:
    """Return the groups in an order that depends on their content alone, not on the rows'."""
    merged: dict[GroupKey, Group] = {}
    for tally in tables.tallies():
        for group in tally.groups():
            known = merged.get(group.key)
            merged[group.key] = group if known is None else _joined(known, group)
    return tuple(merged[key] for key in sorted(merged))


def _joined(one: Group, other: Group) -> Group:
    return Group(
        one.key,
        one.rows + other.rows,
        one.amount + other.amount,
        min(one.first_line, other.first_line),
    )


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
