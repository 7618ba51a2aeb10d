"""One wrong place in a mapping file, and the error that names all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches

from handler.core.errors import UnusableMapping

_MOST_NAMED = 10
_LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True, order=True)
class MappingFault:
    """One wrong place.

    Attributes:
        file: as an accountant knows it: "mappings/profiles/us.toml".
        line: counted from 1; of a missing thing, the line it is missing under.
        found: what stands there.
        expected: what should.
    """

    file: str
    line: int
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: found {self.found}; expected {self.expected}"

    def as_dict(self) -> dict[str, object]:
        """Return the fault as plain values, for answers."""
        return {
            "file": self.file,
            "line": self.line,
            "found": self.found,
            "expected": self.expected,
        }


class FaultyMapping(UnusableMapping):
    """A mapping file is wrong, with every place as a value."""

    faults: tuple[MappingFault, ...] = ()


def refuse(faults: Iterable[MappingFault]) -> None:
    """Do nothing where there is no fault.

    Raises:
        UnusableMapping: there is one; the message names the first ten, ``details`` all.
    """
    found = list(faults)
    if found:
        raise unusable(found)


def unusable(faults: Iterable[MappingFault]) -> FaultyMapping:
    """Return the error that names ``faults``, the first ten in its message."""
    ordered = sorted(faults)
    named = [str(fault) for fault in ordered[:_MOST_NAMED]]
    if len(ordered) > _MOST_NAMED:
        named.append(f"... and {len(ordered) - _MOST_NAMED} more")
    error = FaultyMapping(
        "UNUSABLE_MAPPING",
        "\n".join(named),
        "Correct the lines named; nothing was posted.",
        {"faults": [fault.as_dict() for fault in ordered]},
    )
    error.faults = tuple(ordered)
    return error


def one_of(names: Iterable[str], wrong: str = "") -> str:
    """Return what was expected where only some names are allowed, the nearest alone if many."""
    known = list(names)
    if len(known) <= 12:
        return "one of " + ", ".join(known) if known else "none: there is none to refer to"
    near = get_close_matches(wrong, known, n=1)
    return f"one of the {len(known)} there are" + (f", such as {near[0]}" if near else "")


def shown(value: object) -> str:
    """Return a value as the file spells it, cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        short = value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 3] + "..."
        return json.dumps(short, ensure_ascii=False)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, Sequence):
        return "a list" if value else "an empty list"
    return str(value)[:_LONGEST_TEXT]
