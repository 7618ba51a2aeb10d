"""The records of a page told apart: names of files, rows of a report, and groups of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handler.core.errors import RefusedRequest
from handler.entrypoints.celigo.functions.flat_rows import Row, is_blank


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file of the plugin's bucket that a record names.

    Attributes:
        bucket: the plugin's own where the record names none.
        key: of the file.
        record: as it came.
    """

    bucket: str
    key: str
    record: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return another field of the record, empty where it is none or no text."""
        value = self.record.get(name)
        return value.strip() if isinstance(value, str) else ""


@dataclass(slots=True)
class PageRecords:
    """What a page holds.

    Attributes:
        files: the files its records name.
        rows: its rows of a report that are not blank.
        groups: rows that came together as one record, as an export that groups hands them over.
        unknown: records that are none of these.
    """

    files: list[NamedFile] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    groups: list[Sequence[Row]] = field(default_factory=list)
    unknown: list[object] = field(default_factory=list)


def told_apart(records: Iterable[object], bucket: str) -> PageRecords:
    """Return what ``records`` are. No column of Amazon's reports is called ``key``.

    Args:
        records: the page.
        bucket: the plugin's own, for records that name none.
    """
    page = PageRecords()
    for record in records:
        if isinstance(record, Mapping) and "key" in record:
            key, named = record["key"], record.get("bucket") or bucket
            if isinstance(key, str) and isinstance(named, str):
                page.files.append(NamedFile(named, key, record))
            else:
                page.unknown.append(record)
        elif isinstance(record, Mapping):
            if not is_blank(record):
                page.rows.append(record)
        elif isinstance(record, list) and all(isinstance(row, Mapping) for row in record):
            page.groups.append([row for row in record if not is_blank(row)])
        else:
            page.unknown.append(record)
    return page


def unknown_record() -> RefusedRequest:
    """Return the error of a record that is neither a file's name nor a row."""
    return RefusedRequest(
        "BAD_RECORD",
        'The record is neither a file ({"bucket", "key"}) nor a row of a report.',
        "Send the rows as the export's file parser makes them, or the names of files.",
    )
