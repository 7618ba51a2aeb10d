"""Readers: each turns one report format into groups of rows. The content decides which."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from handler.core.errors import UnusableFile
from handler.core.source import Source, read_chunk, unpacked
from handler.settlement.grouping import Grouping
from handler.settlement.readers import flat
from handler.settlement.report import Header, SettlementReport
from handler.settlement.row import Row

# Enough to know XML, JSON and the columns of a flat file by.
_FIRST_BYTES = 1 << 16


def read(source: Source, grouping: Grouping) -> SettlementReport:
    """Read a settlement file of any known format, packed with gzip or not.

    Raises:
        UnusableFile: the content is of no known format, or cannot be read as what it seems; the
            file holds several settlements and ``grouping`` names none, or one it does not hold.
    """
    plain = unpacked(source)
    reader, wanted = _reader(plain), grouping.settlement_id
    if _holds_several(reader):
        several: SettlementReport = reader.read(plain, grouping, wanted)
        return several
    found: SettlementReport = reader.read(plain, grouping)
    _refuse_another(found.header, wanted)
    return found


def rows(source: Source, grouping: Grouping) -> Iterator[Row]:
    """Yield every amount of a settlement file with its row, in the file's order.

    Raises:
        UnusableFile: as :func:`read`.
    """
    plain = unpacked(source)
    reader = _reader(plain)
    if _holds_several(reader):
        yield from reader.rows(plain, grouping, grouping.settlement_id)
    else:
        yield from reader.rows(plain, grouping)


def header(source: Source, settlement_id: str = "") -> Header:
    """Read the facts of a settlement, and no rows.

    Raises:
        UnusableFile: as :func:`read`.
    """
    plain = unpacked(source)
    reader = _reader(plain)
    if _holds_several(reader):
        several: Header = reader.header(plain, settlement_id)
        return several
    found: Header = reader.header(plain)
    _refuse_another(found, settlement_id)
    return found


def _holds_several(reader: ModuleType) -> bool:
    return hasattr(reader, "settlement_ids")


def _refuse_another(found: Header, wanted: str) -> None:
    if wanted and found.settlement_id != wanted:
        raise UnusableFile(
            "WRONG_SETTLEMENT",
            f"The file is of settlement {found.settlement_id!r}, not of {wanted!r}.",
            "Leave the settlement unnamed, or send its own file.",
        )


def marketplaces(source: Source) -> frozenset[str]:
    """Return the marketplaces the rows of a file name, as spelled there.

    Raises:
        UnusableFile: as :func:`read`.
    """
    plain = unpacked(source)
    found: frozenset[str] = _reader(plain).marketplaces(plain)
    return found


def _reader(source: Source) -> ModuleType:
    """Return the reader of a file. The others are imported only where a file asks for them.

    What is none of the others is read as a flat file, which says what it lacks.
    """
    with source() as stream:
        first = read_chunk(stream, _FIRST_BYTES)
    if flat.looks_like(first):
        return flat
    from handler.settlement.readers import (  # noqa: PLC0415
        date_range,
        finances_transactions,
        finances_v0,
        settlement_xml,
    )

    for reader in (settlement_xml, finances_v0, finances_transactions):
        if reader.looks_like(first):
            return reader
    return date_range if date_range.looks_like(source) else flat
