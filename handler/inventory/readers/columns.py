"""The header of a report: names in one normal form, and what is read from which column."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import NamedTuple

from handler.core.errors import UnusableFile


def normal(name: str) -> str:
    """Return a column's name as readers know it: lower case, letters and digits only.

    Amazon writes the same column "Starting Warehouse Balance" and "StartingWarehouseBalance".
    """
    return "".join(letter for letter in name.lower() if letter.isalnum())


class Column(NamedTuple):
    """What a reader takes from one column.

    Attributes:
        name: in normal form.
        parse: cell without surrounding blanks -> value; raises ``BadCell``.
        optional: whether some variants of the report lack it; it is read as empty then.
    """

    name: str
    parse: Callable[[str], object]
    optional: bool = False


class Header:
    """The columns of one file.

    Attributes:
        names: as the file writes them, in its order.
    """

    def __init__(self, names: Sequence[str]) -> None:
        """Take the cells of the header line.

        Raises:
            UnusableFile: a column stands twice.
        """
        self.names = tuple(name.strip() for name in names)
        self._places: dict[str, int] = {}
        for place, name in enumerate(self.names):
            if self._places.setdefault(normal(name), place) != place and name:
                raise UnusableFile(
                    "UNUSABLE_FILE",
                    f"The header has the column {name[:80]!r} twice.",
                    "Download the report again and send it unopened.",
                )

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def place(self, column: Column) -> int:
        """Return where a column stands; one place behind the last where the file lacks it.

        Raises:
            UnusableFile: the file lacks it, and no variant of the report does.
        """
        if column.name not in self._places and not column.optional:
            raise UnusableFile(
                "UNUSABLE_FILE",
                f"The report lacks the column {column.name!r} (blanks, signs and case aside); its "
                f"columns are {self.text}.",
                "Download the report again with all columns, and send it unopened.",
            )
        return self._places.get(column.name, len(self.names))

    def unknown(self, known: Set[str]) -> tuple[str, ...]:
        """Return the columns that are not among ``known``, as the file names them."""
        return tuple(name for name in self.names if name and normal(name) not in known)

    @property
    def text(self) -> str:
        """The names for a message, cut where they are many."""
        text = ", ".join(self.names)
        return repr(text if len(text) <= 400 else text[:400] + "...")
