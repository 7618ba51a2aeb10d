"""A row of the raw file, found again: the trace from a journal line back to its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from handler.settlement.group import GroupKey


class Row(NamedTuple):
    """An amount found again in the raw file.

    Attributes:
        line: its number in the file, the header line being 1.
        key: the group it belongs to.
        amount: in minor units.
        cells: every cell of the row that is not empty, as evidence.
    """

    line: int
    key: GroupKey
    amount: int
    cells: Mapping[str, str]
