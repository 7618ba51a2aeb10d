"""Adding up a block of a flat file by its columns: the loop every row of a large file meets."""

from __future__ import annotations

from collections.abc import Sequence
from operator import length_hint

from handler.settlement.readers import flat_layout
from handler.settlement.readers.flat_columns import Columns
from handler.settlement.readers.flat_head import FlatHead
from handler.settlement.readers.flat_slot import Slot
from handler.settlement.readers.flat_tables import FlatTables


def add_columns(head: FlatHead, tables: FlatTables, columns: Columns, line: int) -> int | None:
    """Add up the rows of a block.

    Args:
        head: of the file.
        tables: what is known so far; told what is new.
        columns: the block.
        line: number of its first row.

    Returns:
        How many good rows it has; ``None``, with nothing added, where some cell cannot be looked
        up: it may be wrong, and the rows must be read one by one to say so.
    """
    totals = columns.column(head.columns[flat_layout.TOTAL])
    if totals.count(b"") != columns.rows:
        return None
    filled = {}
    try:
        slots = [*map(tables.days.__getitem__, columns.column(head.posted[0]))]
        for place in tables.amount_places:
            cells = columns.column(place)
            if any(cells):
                filled[place] = [*map(tables.amounts.__getitem__, cells)]
    except KeyError:
        return None
    picked = [columns.column(place) for place in tables.picked]
    for place, values in filled.items():
        _add(tables, columns, line, place, (picked, slots, values))
    return columns.rows - _without_amount(tables, columns, line, [*filled.values()])


def _add(
    tables: FlatTables,
    columns: Columns,
    line: int,
    place: int,
    cells: tuple[Sequence[Sequence[bytes]], Sequence[Slot], Sequence[int]],
) -> None:
    picked, slots, values = cells
    known, sums, left = tables.known[place], tables.sums[place], iter(values)
    for key, slot, coded in zip(zip(*picked, strict=True), slots, left, strict=True):
        try:
            sums[key][slot] += coded
        except KeyError:
            if not coded:  # an empty cell teaches nothing
                continue
            # Only what is new asks for its line, so no row pays for counting lines.
            index = columns.rows - length_hint(left) - 1
            if key not in known:
                tables.learn(line + index, columns.row(index))
            known[key].add(slot, coded, line + index)


def _without_amount(
    tables: FlatTables, columns: Columns, line: int, filled: Sequence[Sequence[int]]
) -> int:
    """Read the rows that have no amount at all; return how many of them are bad."""
    if any(0 not in values for values in filled):
        return 0
    bare = [index for index, values in enumerate(zip(*filled, strict=True)) if not any(values)]
    bad = 0
    for index in bare if filled else range(columns.rows):
        posts = tables.learn(line + index, columns.row(index))
        bad += not posts
        for tally, slot, coded in posts:
            tally.add(slot, coded, line + index)
    return bad
