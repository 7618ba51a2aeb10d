"""The accountants' mappings, from the files of one directory.

    classes.csv         what a movement can be in the books
    vocabulary.csv      Amazon's words -> class
    profiles/NAME.toml  class -> account, for one company
    costs/NAME.csv      SKU -> cost of one unit, where a profile asks for it
    netsuite/NAME.csv   name -> NetSuite's internal id; see reference_files

Everything is checked before anything is used: a fault says file, line, found and expected.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from handler.adapters.mapping_costs import parse_costs, read_costs
from handler.adapters.mapping_fault import FaultyMapping, MappingFault, shown
from handler.adapters.mapping_profiles import parse_hint, parse_profile, read_profile
from handler.adapters.mapping_tables import (
    parse_classes,
    parse_vocabulary,
    read_classes,
    read_rules,
)
from handler.adapters.mapping_text import file_bytes, file_label, file_text
from handler.core.errors import RefusedRequest

if TYPE_CHECKING:
    from handler.settlement.classes import AccountingClass
    from handler.settlement.profile import Profile, ProfileHint
    from handler.settlement.settle import Mappings
    from handler.settlement.vocabulary import Vocabulary

__all__ = [
    "MappingFault",
    "check_all",
    "load_classes",
    "load_mappings",
    "load_profile",
    "load_vocabulary",
    "profile_hints",
    "profile_names",
]

_CLASSES, _VOCABULARY, _PROFILES = "classes.csv", "vocabulary.csv", "profiles"
_COSTS = "costs"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def load_mappings(directory: Path, profile_name: str) -> Mappings:
    """Return everything one profile needs.

    Its version is the first 16 hexadecimal digits of SHA-256 over the names and bytes of the files
    it is made of, the table of unit costs among them where the profile names one: it changes with
    any edit of them, and with nothing else.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping: ``UNUSABLE_MAPPING``: the files are wrong; says where.
    """
    from handler.settlement.settle import Mappings  # noqa: PLC0415 - hints need none of it

    digest = hashlib.sha256()

    def read(name: str) -> tuple[str, str]:
        # Read once: what is hashed is what is used, also while somebody saves a file.
        content, label = file_bytes(directory, name), file_label(directory, name)
        # With its length, so that no text can move from one file to the next unseen.
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
        return file_text(content, label), label

    profile_file = _profile_file(directory, profile_name)
    tables = [read(name) for name in (_CLASSES, _VOCABULARY, profile_file)]
    classes = parse_classes(*tables[0])
    vocabulary = parse_vocabulary(*tables[1], classes)
    profile = parse_profile(*tables[2], profile_name, classes)
    costs = parse_costs(*read(profile.cost.item_costs)) if profile.cost else {}
    return Mappings(classes, vocabulary, profile, digest.hexdigest()[:16], costs)


def load_classes(directory: Path) -> dict[str, AccountingClass]:
    """Return the accounting classes by name, in the table's order.

    Raises:
        UnusableMapping: ``UNUSABLE_MAPPING``: the file is wrong; says where.
    """
    return parse_classes(*_labelled(directory, _CLASSES))


def load_vocabulary(directory: Path, classes: Collection[str]) -> Vocabulary:
    """Return the rules from Amazon's words to ``classes``.

    Raises:
        UnusableMapping: ``UNUSABLE_MAPPING``: the file is wrong; says where.
    """
    return parse_vocabulary(*_labelled(directory, _VOCABULARY), classes)


def load_profile(directory: Path, name: str, classes: Collection[str]) -> Profile:
    """Return a company's profile, with an account for each of ``classes``.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping: ``UNUSABLE_MAPPING``: the file is wrong; says where.
    """
    return parse_profile(*_labelled(directory, _profile_file(directory, name)), name, classes)


def profile_names(directory: Path) -> list[str]:
    """Return the names of all profiles, in alphabetical order."""
    return sorted(
        path.stem for path in (directory / _PROFILES).glob("*.toml") if path.name[0] != "."
    )


def profile_hints(directory: Path) -> list[ProfileHint]:
    """Return what tells which profile a file belongs to, for every profile.

    Raises:
        UnusableMapping: ``UNUSABLE_MAPPING``: a profile is wrong, and might have claimed the file.
    """
    return [
        parse_hint(*_labelled(directory, f"{_PROFILES}/{name}.toml"), name)
        for name in profile_names(directory)
    ]


def check_all(directory: Path) -> list[MappingFault]:
    """Return every fault of every file, by file and line; none where all can be used."""
    from handler.adapters.inventory_mappings import (  # noqa: PLC0415 - not to load a profile
        check_inventory,
        inventory_names,
    )
    from handler.adapters.reference_files import check_references  # noqa: PLC0415

    faults = check_inventory(directory)
    faults += check_references(directory, {*profile_names(directory), *inventory_names(directory)})
    classes: dict[str, AccountingClass] = {}
    table = _try(directory, _CLASSES, faults)
    if table:
        classes, found = read_classes(*table)
        faults += found
    if not classes:
        # Against no classes at all, everything else would seem wrong.
        return sorted(faults)
    table = _try(directory, _VOCABULARY, faults)
    if table:
        faults += read_rules(*table, classes)[1]
    # Every table of costs, also one that only a faulty profile names.
    costs = {f"{_COSTS}/{path.name}" for path in (directory / _COSTS).glob("*.csv")}
    for file in sorted(costs | _check_profiles(directory, classes, faults)):
        table = _try(directory, file, faults)
        if table:
            faults += read_costs(*table)[1]
    return sorted(faults)


def _check_profiles(
    directory: Path, classes: Collection[str], faults: list[MappingFault]
) -> set[str]:
    """Return the tables of costs that profiles name; what is wrong in these goes to ``faults``."""
    names, costs = profile_names(directory), set()
    if not names:
        faults.append(
            MappingFault(file_label(directory, _PROFILES), 1, "no profile", "a file NAME.toml")
        )
    for name in names:
        file = f"{_PROFILES}/{name}.toml"
        if not _NAME.fullmatch(name):
            faults.append(
                MappingFault(
                    file_label(directory, file),
                    1,
                    f"the profile name {shown(name)}",
                    'at most 32 small letters, digits, "_" and "-"',
                )
            )
        table = _try(directory, file, faults)
        if table:
            profile, found = read_profile(*table, name, classes)
            faults += found
            if profile is not None and profile.cost is not None:
                costs.add(profile.cost.item_costs)
    return costs


def _profile_file(directory: Path, name: str) -> str:
    """Return the profile's file; only a name that the directory lists reaches the disk."""
    names = profile_names(directory)
    if name not in names:
        raise RefusedRequest(
            "UNKNOWN_PROFILE",
            f"There is no profile {shown(name)}; there are: {', '.join(names) or 'none'}.",
            "Name one of them, or add the file.",
            {"found": name, "known": names},
        )
    return f"{_PROFILES}/{name}.toml"


def _labelled(directory: Path, name: str) -> tuple[str, str]:
    """Return a file's text and what messages call it."""
    label = file_label(directory, name)
    return file_text(file_bytes(directory, name), label), label


def _try(directory: Path, name: str, faults: list[MappingFault]) -> tuple[str, str] | None:
    """Return a file's text and label, or ``None`` where that is the fault."""
    try:
        return _labelled(directory, name)
    except FaultyMapping as error:
        faults += error.faults
        return None
