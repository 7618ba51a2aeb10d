"""Rows that could not be read: each is named with what was found and what was expected."""

from __future__ import annotations

from collections.abc import Iterator

from handler.core.finding import Finding

# Enough to repair a file by, few enough to read; the rest is counted.
MOST_NAMED = 200
_SHOWN = 80


class Faults:
    """The bad rows of one file."""

    def __init__(self, unit: str) -> None:
        """Take what the numbers count: "line" of a file, "entry" of an answer's list."""
        self._unit = unit
        self._named: list[Finding] = []
        self._bad = 0

    def note(self, number: int, column: str, found: object, expected: str) -> None:
        """Note a row whose column is not what it must be."""
        self._bad += 1
        if len(self._named) >= MOST_NAMED:
            return
        text = str(found)
        text = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
        shown = repr(text) if text else "nothing"
        place = f"column {column}: " if column else ""
        self._named.append(
            Finding(
                "BAD_INVENTORY_ROW",
                f"{self._unit} {number}",
                f"{self._unit.capitalize()} {number}, {place}found {shown}, expected {expected}.",
                {"line": number, "column": column, "found": text, "expected": expected},
            )
        )

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each named row, and one that says how many more there are."""
        yield from self._named
        more = self._bad - len(self._named)
        if more:
            yield Finding(
                "BAD_INVENTORY_ROW",
                "more rows",
                f"{more} more rows cannot be read; the first {len(self._named)} are named.",
                {"bad_rows": self._bad, "named": len(self._named)},
            )
