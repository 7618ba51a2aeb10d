"""Plain tables for a terminal: columns as wide as their widest cell, figures to the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def columns(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a table; a title that ends in ">" stands over a column that is set to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    names = [title.removesuffix(">") for title in titles]
    widths = [max(len(row[at]) for row in (names, *cells)) for at in range(len(names))]
    for row in (names, *cells):
        line = (
            cell.rjust(width) if title.endswith(">") else cell.ljust(width)
            for cell, width, title in zip(row, widths, titles, strict=True)
        )
        yield "  " + "  ".join(line).rstrip()


def section(title: str, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a table under its title, and nothing where it has no rows."""
    found = list(rows)
    if found:
        yield from ("", title, *columns(titles, found))
