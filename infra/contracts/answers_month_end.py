"""Answers about reserves, gaps, accruals, fees and changed mappings."""

from __future__ import annotations

from contracts.answer_kinds import (
    PAGE,
    Amount,
    AmountOrNone,
    Day,
    DayOrNone,
    Finding,
    Free,
    Month,
    Shown,
    answer,
)
from contracts.answers_settlement import (
    JournalEntry,
    LedgerChange,
)


class ReserveRow(Shown):
    """What a settlement held back and what it released."""

    settlement_id: str
    series: str
    currency: str
    start: Day
    end: Day
    opening: AmountOrNone
    released: Amount
    held: Amount
    difference: AmountOrNone
    gap: bool


class ReserveBalance(Shown):
    """What Amazon still holds of a series of settlements."""

    series: str
    currency: str
    held: Amount


class ReserveRoll(Shown):
    """The reserve of a profile, rolled forward."""

    profile: str
    rows: list[ReserveRow]
    balances: list[ReserveBalance]
    findings: list[Finding]


class Break(Shown):
    """A gap or an overlap between two settlements."""

    kind: str
    series: str
    before: str
    after: str
    start: Day
    end: Day


class Sequence(Shown):
    """Whether settlements follow one another without gaps."""

    profile: str
    settlements: int
    breaks: list[Break]
    findings: list[Finding]


class CurveBucket(Shown):
    """What was refunded of sales of one age."""

    age_days: str
    items: int
    sales: Amount
    refunded: Amount
    known: bool


class Accrual(Shown):
    """An accrual proposed, with its entry and the day it is reversed."""

    entry: JournalEntry
    reversal_date: Day
    sales: Amount
    not_refunded: Amount
    netsuite: list[Free]
    celigo: list[Free]


class AccrualProposal(Shown):
    """Refunds still to come of a month's sales; nothing is posted by itself."""

    period: Month
    currency: str
    accruals: list[Accrual]
    why_none: str
    sales_through: DayOrNone
    curve: list[CurveBucket]


class FeeJump(Shown):
    """A fee of a SKU that jumped, with the rows of the file."""

    sku: str
    marketplace: str
    currency: str
    period: Month
    fee: str
    sales: Amount
    units: int
    charged: Amount
    excess: Amount
    past: list[str]
    rows: list[Free]
    rows_in_all: int


class FeeWatch(Shown):
    """Fees of a month beside those of the months before."""

    profile: str
    period: Month
    settlement_ids: list[str]
    complete: bool
    jumps: list[FeeJump]
    findings: list[Finding]


class MappingChange(Shown):
    """What the mappings as they are now would change of a settlement."""

    settlement_id: str
    profile: str
    end: Day
    mapping_version: str
    new_mapping_version: str
    status_before: str
    status: str
    changes: list[LedgerChange]
    exceptions: list[Finding]


RESERVES = answer("ReservesAnswer", ReserveRoll)
SEQUENCE = answer("SequenceAnswer", Sequence)
ACCRUALS = answer("AccrualsAnswer", AccrualProposal)
FEES = answer("FeesAnswer", FeeWatch)
MAPPING_CHANGES = answer("MappingChangesAnswer", MappingChange, **PAGE)
