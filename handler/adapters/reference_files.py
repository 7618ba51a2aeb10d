"""NetSuite's internal ids as the accountants wrote them down: mappings/netsuite/<profile>.csv.

    kind,name,internal_id
    strict,,
    account,1190,212
    subsidiary,Demo Goods Inc.,2

The row ``strict,,`` is there where no name may go out without an id.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from handler.adapters.mapping_fault import FaultyMapping, MappingFault, one_of, refuse, shown
from handler.adapters.mapping_tables import table_rows
from handler.adapters.mapping_text import file_bytes, file_label, file_text
from handler.payloads.references import KINDS, References

COLUMNS: Final = ("kind", "name", "internal_id")
_FOLDER, _STRICT = "netsuite", "strict"
_NAME: Final = re.compile(r"\S(?:.*\S)?")
_ID: Final = re.compile(r"[1-9][0-9]{0,18}")


class ReferenceFiles:
    """A :class:`~handler.flows.ports.ReferenceSource` over a directory of mappings.

    A deployed package does not change under a running function, so what was read stays. What could
    not be read is tried again each time.
    """

    def __init__(self, directory: Path) -> None:
        """Use the accountants' directory.

        Args:
            directory: the one that holds ``netsuite/``.
        """
        self._directory = directory
        self._loaded: dict[str, References] = {}

    def load(self, profile: str) -> References:
        """Return the ids of a profile; none where it has no such file.

        Raises:
            UnusableMapping: the file is wrong; says where.
        """
        if profile not in self._loaded:
            self._loaded[profile] = load_references(self._directory, profile)
        return self._loaded[profile]


def load_references(directory: Path, profile: str) -> References:
    """Return the ids of a profile; none where it has no such file.

    Raises:
        UnusableMapping: ``UNUSABLE_MAPPING``: the file is wrong; says where.
    """
    name = f"{_FOLDER}/{profile}.csv"
    label = file_label(directory, name)
    # Only a name that the directory lists reaches the disk.
    if profile not in _names(directory):
        return References(file=label)
    references, faults = read_references(file_text(file_bytes(directory, name), label), label)
    refuse(faults)
    return references


def check_references(directory: Path, profiles: Collection[str]) -> list[MappingFault]:
    """Return every fault of every file of ids; none where there is no such file.

    Args:
        directory: the accountants'.
        profiles: names of those there are.
    """
    faults: list[MappingFault] = []
    for profile in _names(directory):
        name = f"{_FOLDER}/{profile}.csv"
        label = file_label(directory, name)
        if profile not in profiles:
            known = one_of(sorted(profiles), profile)
            faults.append(
                MappingFault(label, 1, f"ids of no profile {shown(profile)}", f"{known}, as NAME")
            )
        try:
            faults += read_references(file_text(file_bytes(directory, name), label), label)[1]
        except FaultyMapping as error:
            faults += error.faults
    return faults


def read_references(text: str, label: str) -> tuple[References, list[MappingFault]]:
    """Return every id that can be read, with all faults of the table.

    Args:
        text: of the table.
        label: what messages call it.
    """
    faults: list[MappingFault] = []
    ids: dict[tuple[str, str], str] = {}
    lines: dict[tuple[str, str], int] = {}
    for line, (kind, name, internal_id) in table_rows(text, label, COLUMNS, faults):

        def fault(found: str, expected: str, line: int = line) -> None:
            faults.append(MappingFault(label, line, found, expected))

        marks = kind == _STRICT
        if marks and (name or internal_id):
            fault(f"{_STRICT} with a name or an id", f"{_STRICT},,")
        elif not marks and kind not in KINDS:
            fault(f"kind = {shown(kind)}", f"one of {', '.join((_STRICT, *KINDS))}")
        elif not marks and not _NAME.fullmatch(name):
            fault(f"name = {shown(name)}", "the name as mappings spell it, no blanks at its ends")
        elif not marks and not _ID.fullmatch(internal_id):
            fault(f"internal_id = {shown(internal_id)}", "NetSuite's internal id: digits alone")
        if (kind, name) in lines:
            again = f"{_STRICT}" if marks else f"the {kind} {shown(name)}"
            fault(f"{again} again", f"one row for it: line {lines[kind, name]}")
        lines.setdefault((kind, name), line)
        if not marks:
            ids.setdefault((kind, name), internal_id)
    return References(ids, (_STRICT, "") in lines, label), faults


def _names(directory: Path) -> list[str]:
    paths = (directory / _FOLDER).glob("*.csv")
    return sorted(path.stem for path in paths if path.name[0] != ".")
