"""Answers about settlements."""

from __future__ import annotations

from pydantic import Field

from contracts.answer_kinds import (
    NO_ENTRIES,
    NO_FACTS,
    PAGE,
    Amount,
    Camel,
    Day,
    DayOrNone,
    Finding,
    Free,
    Moment,
    Month,
    Open,
    Shown,
    answer,
)


class JournalLine(Open):
    """A line of a journal entry; one of debit and credit is zero."""

    line: int | None
    account: str
    accounting_class: str
    section: str
    debit: Amount
    credit: Amount
    memo: str
    row_count: int
    department: str = ""
    class_: str = Field(default="", alias="class")
    location: str = ""
    tax_code: str = ""
    entity: str = ""
    order_id: str = ""
    derived: bool = False


class JournalEntry(Shown):
    """A journal entry: its debits are its credits."""

    external_id: str
    tran_date: Day
    posting_period: Month
    period_name: str
    subsidiary: str
    subsidiary_name: str
    currency: str
    exchange_rate: str = ""
    memo: str
    lines: list[JournalLine]
    reversal_date: str = ""
    record: str = ""


class DepositEntry(JournalEntry):
    """The entry that brings the clearing account to zero."""

    post: str = ""


class Clearing(Shown):
    """The clearing account before and after the deposit."""

    account: str
    before_deposit: Amount
    deposit: Amount
    after_deposit: Amount


class KindUse(Shown):
    """What one kind of row was taken for, and how much it came to."""

    transaction_type: str
    amount_type: str
    amount_description: str
    accounting_class: str
    rows: int
    amount: Amount


class Law(Shown):
    """A law of the proof, and whether it holds."""

    law: str
    says: str
    kept: bool
    figures: Free


class LedgerChange(Shown):
    """What an account has, should have, and the difference."""

    subsidiary: str
    posting_period: Month
    account: str
    accounting_class: str
    order_id: str
    posted: Amount
    wanted: Amount
    delta: Amount


class SettlementDocument(Open):
    """A settlement, settled: its journal with the proof. A held one has no entries."""

    schema_: int = Field(alias="schema")
    settlement_id: str
    format: str
    currency: str
    declared_total: Amount
    computed_total: Amount
    status: str
    profile: str
    company: str
    mapping_version: str
    content_hash: str
    start: Day
    end: Day
    deposit_date: DayOrNone
    rows: int
    amounts: int
    blank_lines: int
    journal_entries: list[JournalEntry]
    nil_lines: list[JournalLine]
    deposit_entry: DepositEntry | None
    clearing: Clearing
    vocabulary: list[KindUse]
    proof: list[Law]
    exceptions: list[Finding]
    late_refunds: Free = NO_FACTS
    exchange_rate: str = ""
    corrects: list[str] = NO_ENTRIES
    changes: list[LedgerChange] = NO_ENTRIES
    whole_journal: list[JournalEntry] = NO_ENTRIES


class SettlementRow(Shown):
    """A settlement as it is recorded."""

    settlement_id: str
    profile: str
    status: str
    state: str
    version: int
    format: str
    currency: str
    declared_total: Amount
    computed_total: Amount
    start: Day
    end: Day
    external_ids: list[str]
    moved_at: dict[str, str]
    netsuite_ids: Free
    content_hash: str
    mapping_version: str
    raw_key: str
    recorded_at: Moment


class SettlementVersion(Shown):
    """One version of a settlement: the first, or a correction."""

    version: int
    status: str
    external_ids: list[str]
    mapping_version: str
    recorded_at: Moment


class Links(Shown):
    """Where its parts are."""

    self_: str = Field(alias="self")
    journal: str = ""
    rows: str = ""


class SettlementStatus(SettlementRow):
    """A settlement with its clearing account, exceptions and versions."""

    clearing: Clearing
    exceptions: list[Finding]
    versions: list[SettlementVersion]
    links: Links


class FileRow(Shown):
    """A row of Amazon's file, as it stands there."""

    file_line: int
    amount: Amount
    transaction_type: str
    amount_type: str
    amount_description: str
    marketplace: str
    day: Day
    cells: Free


class KnownEntry(Shown):
    """An entry with NetSuite's internal id."""

    external_id: str
    internal_id: str


class Acknowledgement(Shown):
    """Which entries NetSuite has, and which not."""

    settlement_id: str
    state: str
    version: int
    acknowledged: list[KnownEntry]
    missing: list[str]


class NetsuiteRecord(Camel):
    """What is to be posted, in the format asked for: document, REST call, or flat record."""

    external_id: str = ""


SETTLED = answer("SettledAnswer", SettlementDocument)
SETTLEMENTS = answer("SettlementsAnswer", SettlementRow, **PAGE)
SETTLEMENT = answer("SettlementAnswer", SettlementStatus)
JOURNAL = answer("JournalAnswer", NetsuiteRecord)
ROWS = answer("RowsAnswer", FileRow, **PAGE)
ACKNOWLEDGED = answer("AcknowledgedAnswer", Acknowledgement)
