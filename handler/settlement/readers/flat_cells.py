"""A row's cells by their column names, decoded only when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence


class Cells(Mapping[str, str]):
    """The cells of one row that are not empty; a million rows are traced, few are looked at."""

    __slots__ = ("_cells", "_columns", "_text")

    def __init__(
        self,
        columns: Mapping[str, int],
        cells: Sequence[bytes],
        text: Callable[[bytes], str],
    ) -> None:
        """Take a row as it was split; ``text`` decodes a cell as the file is encoded."""
        self._columns, self._cells, self._text = columns, cells, text

    def __getitem__(self, name: str) -> str:
        text = self._text(self._cells[self._columns[name]]).strip()
        if not text:
            raise KeyError(name)
        return text

    def __iter__(self) -> Iterator[str]:
        # Decoded first: text has more blanks than bytes have, the no-break space among them.
        return (name for name, at in self._columns.items() if self._text(self._cells[at]).strip())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))
