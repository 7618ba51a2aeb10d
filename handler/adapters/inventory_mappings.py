"""The accountants' files about stock, from the mappings directory.

ledger_reasons.csv   what each event and reason of Amazon's ledger does, for every company
inventory/NAME.toml  locations, accounts and thresholds of one company
inventory/NAME.csv   its listings
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from handler.adapters.inventory_listings_table import read_listings
from handler.adapters.inventory_policies import read_policy
from handler.adapters.ledger_reasons_table import read_reasons
from handler.adapters.mapping_fault import FaultyMapping, MappingFault, shown, unusable
from handler.adapters.mapping_text import file_bytes, file_label, file_text
from handler.core.errors import RefusedRequest
from handler.flows.inventory_ports import InventoryMappings
from handler.inventory.ledger_reason import ReasonTable

if TYPE_CHECKING:
    from handler.inventory.listing import Listing
    from handler.inventory.policy import InventoryPolicy

_REASONS, _INVENTORY = "ledger_reasons.csv", "inventory"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

_Read = Callable[[str], str]


class InventoryMappingFiles:
    """An :class:`~handler.flows.inventory_ports.InventoryMappingSource` over one directory.

    A deployed package does not change under a running function, so what was read stays. What could
    not be read is tried again each time.
    """

    def __init__(self, directory: Path) -> None:
        """Read from ``directory``, when first asked."""
        self._directory = directory
        self._loaded: dict[str, InventoryMappings] = {}

    def load(self, profile: str) -> InventoryMappings:
        """Return what a profile decided about its stock.

        Raises:
            RefusedRequest: ``UNKNOWN_PROFILE``.
            UnusableMapping: the files are wrong; says where.
        """
        if profile not in self._loaded:
            self._loaded[profile] = load_inventory(self._directory, profile)
        return self._loaded[profile]

    def profiles(self) -> Sequence[str]:
        """Return the names of all profiles that keep stock, in alphabetical order."""
        return inventory_names(self._directory)


def inventory_names(directory: Path) -> list[str]:
    """Return the names of all profiles that keep stock, in alphabetical order."""
    return _stems(directory, "toml")


def load_inventory(directory: Path, profile: str) -> InventoryMappings:
    """Return what a profile decided about its stock.

    Its version is the first 16 hexadecimal digits of SHA-256 over the names and bytes of the three
    files: it changes with any edit of them, and with nothing else.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping: ``UNUSABLE_MAPPING``: the files are wrong; says where.
    """
    names = inventory_names(directory)
    # Only a name that the directory lists reaches the disk.
    if profile not in names:
        raise RefusedRequest(
            "UNKNOWN_PROFILE",
            f"No profile {shown(profile)} keeps stock; there are: {', '.join(names) or 'none'}.",
            "Name one of them, or add the files in mappings/inventory/.",
            {"found": profile, "known": names},
        )
    digest = hashlib.sha256()

    def text_of(name: str) -> str:
        # Read once: what is hashed is what is used, also while somebody saves a file.
        content = file_bytes(directory, name)
        # With its length, so that no text can move from one file to the next unseen.
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
        return file_text(content, file_label(directory, name))

    faults: list[MappingFault] = []
    reasons = _reasons(directory, text_of, faults)
    policy, listings = _profile(directory, profile, reasons, text_of, faults)
    if faults or policy is None:
        raise unusable(faults)
    return InventoryMappings(policy, tuple(listings), digest.hexdigest()[:16])


def check_inventory(directory: Path) -> list[MappingFault]:
    """Return every fault of every file about stock; none where there is no such file."""
    names = inventory_names(directory)
    faults = [
        MappingFault(
            file_label(directory, f"{_INVENTORY}/{name}.toml"),
            1,
            f"the profile name {shown(name)}",
            'at most 32 small letters, digits, "_" and "-"',
        )
        for name in names
        if not _NAME.fullmatch(name)
    ]
    faults += [
        MappingFault(
            file_label(directory, f"{_INVENTORY}/{name}.csv"),
            1,
            "listings of no profile",
            f"{name}.toml beside it",
        )
        for name in _stems(directory, "csv")
        if name not in names
    ]
    if not names and not (directory / _REASONS).exists():
        return faults

    def text_of(name: str) -> str:
        return file_text(file_bytes(directory, name), file_label(directory, name))

    reasons = _reasons(directory, text_of, faults)
    for name in names:
        _profile(directory, name, reasons, text_of, faults)
    return faults


def _reasons(directory: Path, text_of: _Read, faults: list[MappingFault]) -> ReasonTable | None:
    """Return the table of reasons, or ``None`` where it is faulty."""
    text = _try(text_of, _REASONS, faults)
    if text is None:
        return None
    rules, found = read_reasons(text, file_label(directory, _REASONS))
    faults += found
    return None if found else ReasonTable(rules)


def _profile(
    directory: Path,
    name: str,
    reasons: ReasonTable | None,
    text_of: _Read,
    faults: list[MappingFault],
) -> tuple[InventoryPolicy | None, list[Listing]]:
    """Return what the two files of a profile say; what is wrong in them goes to ``faults``."""
    policy: InventoryPolicy | None = None
    listings: list[Listing] = []
    decided, table = f"{_INVENTORY}/{name}.toml", f"{_INVENTORY}/{name}.csv"
    text = _try(text_of, decided, faults)
    if text is not None:
        policy, found = read_policy(text, file_label(directory, decided), name, reasons)
        faults += found
    text = _try(text_of, table, faults)
    if text is not None:
        seller = policy.seller if policy else ""
        listings, found = read_listings(text, file_label(directory, table), seller)
        faults += found
    return policy, listings


def _stems(directory: Path, ending: str) -> list[str]:
    paths = (directory / _INVENTORY).glob(f"*.{ending}")
    return sorted(path.stem for path in paths if path.name[0] != ".")


def _try(text_of: _Read, name: str, faults: list[MappingFault]) -> str | None:
    """Return a file's text, or ``None`` where that is the fault."""
    try:
        return text_of(name)
    except FaultyMapping as error:
        faults += error.faults
        return None
