"""Targets: the readers of settlements, of stock, and of what a person's files hold."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import fuzz_laws as laws
from builders import ROOT

from handler.adapters.inventory_mappings import InventoryMappingFiles
from handler.adapters.mapping_source import MappingFiles
from handler.core.errors import RefusedRequest
from handler.core.source import Source, from_bytes, unpacked
from handler.entrypoints.cli import inventory_files, reconcile_files
from handler.inventory.readers import read_report
from handler.settlement import readers
from handler.settlement.choose_profile import choose

Target = Callable[[bytes], None]

MAPPINGS = MappingFiles(ROOT / "mappings")
STOCK = InventoryMappingFiles(ROOT / "mappings")
# Where a file names no marketplace that points to one profile.
_BY_CURRENCY = {"CAD": "ca", "GBP": "uk", "EUR": "eu"}


def settlement(content: bytes) -> None:
    """Any settlement file: told by its content, settled, rendered, traced."""
    source = from_bytes(content)
    if laws.refusal_of(lambda: readers.header(source)) is None:
        laws.refusal_of(lambda: _settled(source, ""))
        return
    # Refused as it is: each settlement of several may still be asked for by its id.
    for identity in _named(source)[:2]:
        laws.refusal_of(lambda identity=identity: _settled(source, identity))


def _named(source: Source) -> list[str]:
    from handler.settlement.readers import date_range

    found: list[str] = []

    def ids() -> None:
        plain = unpacked(source)
        if date_range.looks_like(plain):
            found.extend(date_range.settlement_ids(plain))

    laws.refusal_of(ids)
    return found


def _settled(source: Source, identity: str) -> None:
    head = readers.header(source, identity)
    names = readers.marketplaces(source)
    try:
        profile = choose(MAPPINGS.hints(), names, head.currency.code)
    except RefusedRequest:
        profile = _BY_CURRENCY.get(head.currency.code, "us")
    laws.settled(source, MAPPINGS.load(profile).only(identity))


def stock(content: bytes) -> None:
    """Any report about stock."""

    def read() -> None:
        report = read_report(from_bytes(content))
        laws.told(report.findings)
        assert report.rows >= len(report.stock) + len(report.returns)
        repr(report).encode()  # half a character would not go into any store

    laws.refusal_of(read)


_FILES: Mapping[int, Callable[[str], object]] = {
    0: reconcile_files.bank_lines,
    1: reconcile_files.netsuite_orders,
    2: reconcile_files.balances,
    3: inventory_files.netsuite_counts,
    4: inventory_files.counts,
}
_MEMORY = Path("/dev/shm")  # noqa: S108 - a file a thousand times a second
_FOLDER = tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)


def person_files(content: bytes) -> None:
    """The other side's files: bank, orders, balances, counts; the first byte chooses."""
    file = Path(_FOLDER.name) / "file.csv"
    file.write_bytes(content[1:])
    read = _FILES[(content[0] if content else 0) % len(_FILES)]
    laws.refusal_of(lambda: repr(read(str(file))).encode())
