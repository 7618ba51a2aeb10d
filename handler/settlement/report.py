"""What a reader hands on: the facts of the settlement and its groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handler.core.finding import Finding
from handler.core.money import Currency
from handler.settlement.group import Group

# Characters. It is part of keys in every store, and of NetSuite's external ids.
LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as a report gives it.

    Attributes:
        text: as written.
        instant: in UTC, where the report gave a time and a zone; else ``None``.
        day: the calendar day as written, for reports that give no more.
    """

    text: str
    instant: datetime | None
    day: date

    def day_in(self, zone: ZoneInfo) -> date:
        """Return the calendar day in ``zone``."""
        return self.instant.astimezone(zone).date() if self.instant else self.day


@dataclass(frozen=True, slots=True)
class Header:
    """What a report says of the settlement as a whole.

    Attributes:
        settlement_id: Amazon's number.
        currency: of every amount.
        declared_total: what Amazon pays (or, below zero, asks), in minor units.
        start: beginning of the settlement.
        end: end of the settlement.
        deposit: day the transfer to the bank starts; ``None`` where the report gives none.
    """

    settlement_id: str
    currency: Currency
    declared_total: int
    start: Moment
    end: Moment
    deposit: Moment | None


@dataclass(frozen=True, slots=True)
class SettlementReport:
    """One settlement as read.

    Attributes:
        format: "flat_v2", "flat_v1", ...
        header: the settlement as a whole.
        groups: every readable amount, grouped, in a fixed order.
        findings: rows that could not be read, and what was noticed on the way.
        rows: rows with content below the header line, the row of header facts left out.
        amounts: how many amounts were read.
        blank_lines: lines with nothing in them.
    """

    format: str
    header: Header
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]
    rows: int
    amounts: int
    blank_lines: int

    @property
    def computed_total(self) -> int:
        """The exact sum of every amount, reserves included, in minor units."""
        return sum(group.amount for group in self.groups)
