"""The text of a mapping file, and where in it something stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from handler.adapters.mapping_fault import MappingFault, unusable
from handler.adapters.toml_lines import TomlLines

if TYPE_CHECKING:
    from handler.adapters.mapping_shapes import ShapeFault

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def file_label(directory: Path, name: str) -> str:
    """Return what messages call a file: from the mappings directory on, never the whole path."""
    return f"{directory.resolve().name}/{name}"


def file_bytes(directory: Path, name: str) -> bytes:
    """Return a file's content.

    Raises:
        UnusableMapping: it cannot be read.
    """
    try:
        return (directory / name).read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        fault = MappingFault(
            file_label(directory, name), 1, f"no file that can be read ({reason})", "the file"
        )
        raise unusable([fault]) from error


def file_text(content: bytes, label: str) -> str:
    """Return content as text; spreadsheets and some editors put a byte order mark first.

    Raises:
        UnusableMapping: it is no UTF-8; says on which line.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = MappingFault(
            label,
            content.count(b"\n", 0, content.index(error.object) + error.start) + 1,
            f"the byte 0x{error.object[error.start]:02X}, which is no UTF-8",
            'UTF-8 (in a spreadsheet: save as "CSV UTF-8")',
        )
        raise unusable([fault]) from error


def toml_tables(
    text: str, label: str, whole: str = "tables of values"
) -> tuple[Mapping[str, object], list[MappingFault]]:
    """Return what a TOML text says, or the fault that makes it none.

    Args:
        text: of the file.
        label: what messages call the file.
        whole: what it should be, where it is not even tables.
    """
    try:
        return tomllib.loads(text), []
    except RecursionError:
        return {}, [MappingFault(label, 1, "lists in lists without end", whole)]
    except ValueError as error:
        # Also numbers too long for Python, which are no TOMLDecodeError and have no place.
        place = _PLACE.search(str(error))
        last = text.rstrip().count("\n") + 1
        line = int(place[1]) if place and place[1] else (last if place else 1)
        words = _PLACE.sub("", str(error))
        return {}, [MappingFault(label, line, f"no TOML ({words})", 'such as key = "text"')]


def located(faults: Iterable[ShapeFault], text: str, label: str) -> list[MappingFault]:
    """Return faults of a TOML text's parts with their lines."""
    found = list(faults)
    if not found:
        return []
    lines = TomlLines(text)
    return [
        MappingFault(
            label,
            lines.line(fault.path),
            fault.found + (f" (line {lines.line(fault.other)})" if fault.other else ""),
            fault.expected,
        )
        for fault in found
    ]
