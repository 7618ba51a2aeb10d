"""Answers about the stock at Amazon."""

from __future__ import annotations

from contracts.answer_kinds import (
    NO_ENTRIES,
    NO_FACTS,
    PAGE,
    Amount,
    Day,
    DayOrNone,
    Finding,
    Free,
    Moment,
    MomentOrNone,
    Open,
    Shown,
    answer,
)
from contracts.answers_settlement import (
    KnownEntry,
    NetsuiteRecord,
)


class PostingBrief(Shown):
    """A posting in brief; a dry run shows its lines."""

    external_id: str
    kind: str
    ledger_day: Day
    tran_date: Day
    subsidiary: str
    source: str
    target: str
    account: str
    reference: str
    memo: str
    lines: int
    units: int


class HeldMovement(Shown):
    """A movement of the ledger that waits for a rule or an item."""

    day: Day
    fnsku: str
    sku: str
    event: str
    reason: str
    disposition: str
    centre: str
    units: int
    code: str
    line: int


class LedgerRunShown(Shown):
    """What a report of the ledger brought forth."""

    run_id: str
    profile: str
    kind: str
    version: str
    told_at: Moment
    first_day: DayOrNone
    last_day: DayOrNone
    rows: int
    postings: list[PostingBrief]
    held_units: int
    held: list[HeldMovement]
    reconciled_units: int
    exceptions: list[Finding]
    state: str
    recorded_at: Moment
    acknowledged: list[KnownEntry]
    missing: list[str]


class ReportRead(Open):
    """What became of a report: of the ledger's detail a run, of any other that it is kept."""

    profile: str
    kind: str
    rows: int
    status: str
    run_id: str = ""
    version: str = ""
    told_at: MomentOrNone = ""
    first_day: DayOrNone = ""
    last_day: DayOrNone = ""
    postings: list[Free] = NO_ENTRIES
    held_units: int = 0
    held: list[HeldMovement] = NO_ENTRIES
    reconciled_units: int = 0
    exceptions: list[Finding] = NO_ENTRIES
    marketplace: str = ""
    both_channels: list[str] = NO_ENTRIES
    equation: Free | None = None
    unknown_columns: list[str] = NO_ENTRIES


class LedgerRunRow(Shown):
    """A run in brief, and which of its postings NetSuite has."""

    run_id: str
    profile: str
    kind: str
    state: str
    first_day: DayOrNone
    last_day: DayOrNone
    told_at: Moment
    recorded_at: Moment
    acknowledged: list[KnownEntry]
    missing: list[str]


class PaidLoss(Shown):
    """A reimbursement that closed lost units."""

    reimbursement_id: str
    day: Day
    reason: str
    currency: str
    amount: Amount
    units_paid: int
    units_given: int


class LostUnits(Shown):
    """Units lost on a day, and what became of them."""

    day: Day
    fnsku: str
    lost: int
    found: int
    reimbursed: int
    open: int
    claimable: bool
    reimbursements: list[PaidLoss]


class Evidence(Shown):
    """What returns, removals and reimbursements tell of the ledger's units."""

    profile: str
    first_day: Day
    last_day: Day
    units_lost: int
    units_found: int
    units_reimbursed: int
    units_open: int
    units_claimable: int
    lost: list[LostUnits]
    returns: list[Free]
    removals: list[Free]


class DriftCounts(Shown):
    """How many places were compared, and how they came out."""

    compared: int
    agreed: int
    tolerated: int
    drifted: int
    units: int
    unregistered: int
    uncounted: int
    findings: int


class DriftTotal(Shown):
    """Units that differ for one cause."""

    pool: str
    cause: str
    pairs: int
    units: int


class DriftPair(Shown):
    """One item at one place: Amazon's number beside NetSuite's."""

    pool: str
    item: str
    location: str
    measure: str
    amazon: int | None
    netsuite: int | None
    difference: int
    tolerance: int
    drifts: bool
    missing: str
    cause: str
    explains: int
    whole: bool
    text: str
    evidence: Free


class UnregisteredStock(Shown):
    """Units at Amazon of a SKU nobody registered."""

    fnsku: str
    sku: str
    location: str
    measure: str
    units: int


class UncountedItem(Shown):
    """A count of NetSuite's that has nothing at Amazon beside it."""

    item: str
    location: str
    on_hand: int | None
    available: int | None


class DriftShown(Shown):
    """NetSuite's counts beside Amazon's last reports, like with like."""

    profile: str
    as_of: Moment
    balance_day: DayOrNone
    stock_at: MomentOrNone
    counts: DriftCounts
    totals: list[DriftTotal]
    pairs: list[DriftPair]
    unregistered: list[UnregisteredStock]
    uncounted: list[UncountedItem]
    findings: list[Finding]


class DriftPoint(Open):
    """A comparison that was kept: of everything, or (with `item`) of one item at one place."""

    as_of: MomentOrNone = ""
    compared: int = 0
    differ: int = 0
    units: int = 0
    causes: Free = NO_FACTS
    item: str = ""
    location: str = ""
    measure: str = ""
    points: list[Free] = NO_ENTRIES


REPORT = answer("ReportAnswer", ReportRead)
RUNS = answer("RunsAnswer", LedgerRunRow, **PAGE)
RUN = answer("RunAnswer", LedgerRunShown)
POSTINGS = answer("PostingsAnswer", NetsuiteRecord, **PAGE)
RUN_POSTED = answer("RunPostedAnswer", LedgerRunRow)
EVIDENCE = answer("EvidenceAnswer", Evidence)
DRIFT = answer("DriftAnswer", DriftShown)
DRIFT_HISTORY = answer("DriftHistoryAnswer", DriftPoint, **PAGE)
