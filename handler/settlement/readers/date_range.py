"""Reader of Seller Central's date-range report: CSV, ten locales, several settlements in a file.

The report covers days, not settlements, and lumps fees. It is the poorer source: where Amazon's
settlement file is to be had, settle that one. A settlement is read from here only by its id, and
proven only where the file holds its payout and every row that makes it up.
"""

from __future__ import annotations

from collections.abc import Iterator

from handler.core.source import Source
from handler.settlement.grouping import Grouping
from handler.settlement.readers import movement
from handler.settlement.readers.date_range_columns import MARKETPLACE
from handler.settlement.readers.date_range_csv import has_header, read_layout, records
from handler.settlement.readers.date_range_findings import findings
from handler.settlement.readers.date_range_head import DateRangeHead, read_head
from handler.settlement.readers.date_range_rows import DateRangeRow, read_rows
from handler.settlement.readers.date_range_survey import Survey, survey
from handler.settlement.readers.movement import Movement
from handler.settlement.report import Header, SettlementReport
from handler.settlement.row import Row

FORMAT = "date_range"


def looks_like(source: Source) -> bool:
    """Return whether the file is a date-range report, by the header under its preamble."""
    return has_header(source)


def settlement_ids(source: Source) -> tuple[str, ...]:
    """Return the settlements a file has rows of, in the order they first appear.

    Raises:
        UnusableFile: it is no date-range report, or its notation stays open.
    """
    head = read_head(source)
    return tuple(survey(read_rows(source, head)).parts)


def read(source: Source, grouping: Grouping, settlement_id: str = "") -> SettlementReport:
    """Read one settlement of a date-range report into groups.

    Args:
        source: the file, unpacked.
        grouping: how rows are told apart.
        settlement_id: which one; may be left out where the file holds one only.

    Raises:
        UnusableFile: ``UNUSABLE_FILE``: it is no date-range report, its notation stays open, or it
            has nothing of the settlement; ``MIXED_SETTLEMENTS``: it holds several and none is
            asked for.
    """
    head, found, chosen = _open(source, settlement_id)
    part = found.parts[chosen]
    groups = movement.groups(_movements(source, head, chosen), grouping)
    return SettlementReport(
        format=FORMAT,
        header=found.header(chosen, head.money),
        groups=groups,
        findings=tuple(findings(found, chosen, head)),
        rows=part.moved.rows + part.deferred.rows + part.payouts.rows + found.bad_rows(chosen),
        amounts=sum(group.rows for group in groups),
        blank_lines=found.blank_lines,
    )


def rows(source: Source, grouping: Grouping, settlement_id: str = "") -> Iterator[Row]:
    """Yield every amount of one settlement with its row, in the file's order: the trace.

    Raises:
        UnusableFile: as :func:`read`.
    """
    head, _, chosen = _open(source, settlement_id)
    yield from movement.rows(_movements(source, head, chosen), grouping)


def header(source: Source, settlement_id: str = "") -> Header:
    """Read the facts of one settlement, and no groups.

    Raises:
        UnusableFile: as :func:`read`.
    """
    head, found, chosen = _open(source, settlement_id)
    return found.header(chosen, head.money)


def marketplaces(source: Source) -> frozenset[str]:
    """Return the marketplaces the rows of the whole file name, as spelled there.

    Raises:
        UnusableFile: it is no date-range report.
    """
    layout = read_layout(source)
    place = layout.columns.get(MARKETPLACE)
    if place is None:
        return frozenset()
    names = {cells[place].strip() for _, cells in records(source, layout) if place < len(cells)}
    return frozenset(names - {""})


def _open(source: Source, settlement_id: str) -> tuple[DateRangeHead, Survey, str]:
    head = read_head(source)
    found = survey(read_rows(source, head))
    return head, found, found.choose(settlement_id, head.money)


def _movements(source: Source, head: DateRangeHead, settlement_id: str) -> Iterator[Movement]:
    """Yield the movements of a settlement: its rows but payouts and what is deferred."""
    for row in read_rows(source, head):
        if (
            isinstance(row, DateRangeRow)
            and row.settlement_id == settlement_id
            and not row.deferred
            and not row.is_payout
        ):
            yield from row.movements()
