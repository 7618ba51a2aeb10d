"""What `inventory` works on: bodies of decisions as JSON, NetSuite's counts as CSV, reports.

A file that is wrong is refused whole, by file, line, field, what was found and what is expected.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from handler.core.errors import RefusedRequest, UnusableFile
from handler.entrypoints.cli.csv_input import CsvRow, read_csv
from handler.entrypoints.http_inventory_schemas import (
    MOST_RECORDS,
    DecideBody,
    ListingCount,
    Order,
)
from handler.inventory.drift_pair import NetsuiteCount

_UNITS: Final = re.compile(r"-?[0-9]{1,9}")
_MOMENT: Final = re.compile(
    r"2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_BLANK: Final = re.compile(r"[ \t\r\n]*")
_MOST_SHOWN: Final = 40


class Counts(DecideBody):
    """The body of a decision; on a file, one wrong record makes all of it unusable."""

    data: Annotated[list[ListingCount], Field(min_length=1, max_length=MOST_RECORDS)]
    orders: Annotated[tuple[Order, ...], Field(max_length=10 * MOST_RECORDS)] = ()


def counts(path: str) -> Counts:
    """Return the body of a decision.

    Raises:
        UnusableFile: ``BAD_JSON``, naming file, line, field, found and expected.
    """
    content = content_of(path).removeprefix(codecs.BOM_UTF8)
    try:
        return Counts.model_validate_json(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        more = f" It has {len(faults)} faults in all." if len(faults) > 1 else ""
        raise UnusableFile(
            "BAD_JSON",
            f"{path}{_told(content, faults[0])}.{more}",
            "Mend the file, and repeat.",
        ) from None


def netsuite_counts(path: str) -> list[NetsuiteCount]:
    """Return NetSuite's counts of a file: item, location, on_hand, available.

    Raises:
        UnusableFile: ``BAD_CSV``.
    """
    rows = read_csv(path, ("item", "location"), ("on_hand", "available"))
    if not rows:
        raise UnusableFile(
            "BAD_CSV",
            f"{path}, line 2: found nothing; expected a count.",
            "Export NetSuite's counts again.",
        )
    return [_count(row) for row in rows]


def moment(text: str, option: str) -> datetime:
    """Return the moment an option names, in UTC.

    Raises:
        RefusedRequest: ``BAD_OPTION``.
    """
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        pass  # a thirteenth month, a twenty-fifth hour
    raise RefusedRequest(
        "BAD_OPTION",
        f"{option}: found {text[:_MOST_SHOWN]!r}; expected a moment with its time zone, such as "
        "2024-12-02T08:00:00Z.",
        "Mend the command.",
    )


def content_of(path: str) -> bytes:
    """Return a file's bytes.

    Raises:
        UnusableFile: it is not there, cannot be read, or is empty.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UnusableFile(
            "UNUSABLE_FILE", f"{path}: {error.strerror}.", "Name a file that can be read."
        ) from error
    if not content:
        raise UnusableFile(
            "UNUSABLE_FILE", f"{path}: the file is empty.", "Get the file again, and repeat."
        )
    return content


def _count(row: CsvRow) -> NetsuiteCount:
    on_hand, available = _units(row, "on_hand"), _units(row, "available")
    if on_hand is None and available is None:
        raise row.refused("on_hand", "whole units here or under available")
    return NetsuiteCount(row.text("item").strip(), row.text("location").strip(), on_hand, available)


def _units(row: CsvRow, column: str) -> int | None:
    text = row.cells[column].strip()
    if not text:
        return None
    if not _UNITS.fullmatch(text):
        raise row.refused(column, "whole units, such as '12' or '-3'")
    return int(text)


def _told(content: bytes, fault: Any) -> str:  # noqa: ANN401 - pydantic's own shape
    """Return where a fault is, and what was found and expected there."""
    kind, expected = str(fault["type"]), str(fault["msg"])
    if kind == "json_invalid":
        return f": found no JSON ({expected.removeprefix('Invalid JSON: ')}); expected a body"
    place: Sequence[str | int] = fault["loc"]
    found = repr(fault["input"])[:_MOST_SHOWN]
    if kind == "missing":
        found, expected = "nothing", "this field"
    elif kind == "extra_forbidden":
        expected = "no field of this name"
    field = ".".join(map(str, place)) or "(body)"
    expected = expected.removeprefix("Input should be ")
    return (
        f", line {_line(content.decode(), place)}, field {field}: found {found}; "
        f"expected {expected}"
    )


def _line(text: str, place: Sequence[str | int]) -> int:
    """Return the line of a value in JSON; of what is not there, the line of what lacks it."""
    at = _after_blanks(text, 0)
    for step in place:
        child = _child(text, at, step)
        if child is None:
            break
        at = child
    return text.count("\n", 0, at) + 1


def _child(text: str, at: int, step: str | int) -> int | None:
    """Return where the value of a name or place begins in the object or list at ``at``."""
    if text[at] not in "{[":
        return None
    decoder, is_object = json.JSONDecoder(), text[at] == "{"
    name: str | int = -1
    at = _after_blanks(text, at + 1)
    while text[at] not in "]}":
        if is_object:
            name, at = decoder.raw_decode(text, at)
            at = _after_blanks(text, _after_blanks(text, at) + 1)
        else:
            name = int(name) + 1
        if name == step:
            return at
        _, at = decoder.raw_decode(text, at)
        at = _after_blanks(text, at)
        if text[at] == ",":
            at = _after_blanks(text, at + 1)
    return None


def _after_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
