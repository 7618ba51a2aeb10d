"""Answers about the bank, orders and the clearing account."""

from __future__ import annotations

from pydantic import Field

from contracts.answer_kinds import (
    NO_ENTRIES,
    Amount,
    AmountOrNone,
    Day,
    DayOrNone,
    Finding,
    Free,
    Shown,
    answer,
)
from contracts.answers_settlement import (
    JournalEntry,
)


class Movement(Shown):
    """What a bank line moved of a settlement."""

    settlement_id: str
    purpose: str
    line_id: str
    date: Day
    currency: str
    bank: Amount
    clearing: Amount
    fx: Amount


class DepositMatch(Shown):
    """Bank lines that paid settlements, with the entries to post."""

    kind: str
    settlement_ids: list[str]
    line_ids: list[str]
    paid_again_by: str
    score: int
    reasons: list[str]
    decided: bool
    movements: list[Movement]
    deposit_entries: list[JournalEntry]
    netsuite: list[Free]
    celigo: list[Free]


class DepositDecision(Shown):
    """What to send back among `decisions` to choose this candidate."""

    settlement_ids: list[str]
    line_ids: list[str]
    paid_again_by: str
    together: bool


class DepositCandidate(Shown):
    """One way bank lines and settlements could fit."""

    kind: str
    settlement_ids: list[str]
    line_ids: list[str]
    paid_again_by: str
    score: int
    reasons: list[str]
    decision: DepositDecision


class DepositQuestion(Shown):
    """Something a person must decide."""

    settlement_ids: list[str]
    line_ids: list[str]
    why: str
    left_out: int
    candidates: list[DepositCandidate]


class UnmatchedDeposit(Shown):
    """A settlement whose money was not seen."""

    settlement_id: str
    amount: Amount
    currency: str
    deposit_date: DayOrNone


class BankLineShown(Shown):
    """A bank line as it was sent."""

    id: str
    date: Day
    amount: Amount
    currency: str
    descriptor: str
    settlement_ids: list[str] = NO_ENTRIES


class WithoutBankLine(Shown):
    """A settlement that waits for no bank line."""

    settlement_id: str
    total: Amount
    currency: str
    state: str
    why: str


class Move(Shown):
    """A settlement that moved to its next state, or why it did not."""

    settlement_id: str
    from_: str = Field(alias="from")
    to: str
    error: Free | None


class DepositMatches(Shown):
    """Bank lines matched to settlements; what is not certain is a question."""

    profile: str
    as_of: Day
    matches: list[DepositMatch]
    questions: list[DepositQuestion]
    unmatched_deposits: list[UnmatchedDeposit]
    unmatched_lines: list[BankLineShown]
    findings: list[Finding]
    recorded_before: list[BankLineShown]
    without_bank_line: list[WithoutBankLine]
    moves: list[Move] = NO_ENTRIES
    registered: int = 0


class NetsuiteOrder(Shown):
    """An order as NetSuite has it."""

    order_id: str
    amount: Amount
    currency: str
    date: Day
    record: str


class SettledOrder(Shown):
    """An order as it was settled."""

    order_id: str
    sales: Amount
    refunds: Amount
    currency: str
    settlement_ids: list[str]


class OrderDifference(Shown):
    """An order whose amounts differ."""

    order_id: str
    netsuite: NetsuiteOrder
    settled: SettledOrder
    difference: AmountOrNone
    cause: str


class OrderCounts(Shown):
    """How many of each; the lists are capped, these are not."""

    agreed: int
    different: int
    missing: int
    overdue: int
    pending: int
    refunded: int
    booked_twice: int
    findings: int


class OrdersCompared(Shown):
    """NetSuite's orders beside what was settled for them."""

    as_of: Day
    settlement_ids: list[str]
    counts: OrderCounts
    different: list[OrderDifference]
    missing: list[SettledOrder]
    overdue: list[NetsuiteOrder]
    pending: list[NetsuiteOrder]
    refunded: list[SettledOrder]
    booked_twice: list[str]
    findings: list[Finding]
    registered: int = 0


class ClearingCause(Shown):
    """Why a balance differs."""

    kind: str
    entry: str
    amount: Amount
    text: str


class ClearingRow(Shown):
    """A settlement's balance here and in NetSuite."""

    settlement_id: str
    currency: str
    ours: Amount
    netsuite: Amount
    difference: Amount
    deposited: bool
    causes: list[ClearingCause]
    moved: list[Free]
    state: str


class ClearingCompared(Shown):
    """NetSuite's clearing account beside ours."""

    rows: list[ClearingRow]
    unattributed: list[Free]
    findings: list[Finding]
    moves: list[Move] = NO_ENTRIES
    registered: int = 0


DEPOSITS = answer("DepositsAnswer", DepositMatches)
ORDERS = answer("OrdersAnswer", OrdersCompared)
CLEARING = answer("ClearingAnswer", ClearingCompared)
