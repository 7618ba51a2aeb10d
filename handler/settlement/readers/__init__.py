"""Readers: each turns one report format into groups of rows. The content decides which."""

from __future__ import annotations

from collections.abc import Iterator

from handler.settlement.grouping import Grouping
from handler.settlement.readers import flat
from handler.settlement.report import Header, SettlementReport
from handler.settlement.row import Row
from handler.settlement.source import Source, unpacked


def read(source: Source, grouping: Grouping) -> SettlementReport:
    """Read a settlement file of any known format, packed with gzip or not.

    Raises:
        UnusableFile: the content is of no known format, or cannot be read as what it seems.
    """
    return flat.read(unpacked(source), grouping)


def rows(source: Source, grouping: Grouping) -> Iterator[Row]:
    """Yield every amount of a settlement file with its row, in the file's order.

    Raises:
        UnusableFile: as :func:`read`.
    """
    return flat.rows(unpacked(source), grouping)


def header(source: Source) -> Header:
    """Read the facts of a settlement, and no rows.

    Raises:
        UnusableFile: as :func:`read`.
    """
    return flat.header(unpacked(source))


def marketplaces(source: Source) -> frozenset[str]:
    """Return the marketplaces the rows of a file name, as spelled there.

    Raises:
        UnusableFile: as :func:`read`.
    """
    return flat.marketplaces(unpacked(source))
