"""The deposit entry: what brings the clearing account back to zero."""

from __future__ import annotations

from handler.settlement.journal import CLEARING, JournalEntry, JournalLine, line_without_rows
from handler.settlement.period import Period, open_period, posting_date
from handler.settlement.profile import Profile
from handler.settlement.report import Header


def deposit_entry(header: Header, profile: Profile) -> JournalEntry | None:
    """Return the entry that empties the clearing account, or ``None`` for a zero total.

    A positive total is a bank deposit: Dr Bank, Cr Clearing, to be posted when the bank line is
    matched. A negative one is never paid out: Dr Clearing, Cr what is owed to Amazon; the next
    settlement's "Payable to Amazon" row relieves that account, and its "Successful charge" row
    moves it to the card.
    """
    total = header.declared_total
    if total == 0:
        return None
    subsidiary = profile.subsidiaries[profile.home.subsidiary]
    if total > 0:
        other, accounting_class = profile.bank, "bank_transfers"
        memo, when = "Deposit from Amazon", header.deposit or header.end
    else:
        other, accounting_class = (
            profile.accounts["balance_brought_forward"],
            "balance_brought_forward",
        )
        memo, when = "Owed to Amazon, carried to the next settlement", header.end
    day = when.day_in(profile.home.time_zone)
    period = open_period(Period.of(day), subsidiary.closed_through)

    def line(account: str, of_class: str, signed: int) -> JournalLine:
        dimensions = profile.home.dimensions
        return line_without_rows(
            account, of_class, signed, memo, "deposit", period, dimensions, derived=False
        )

    return JournalEntry(
        external_id=f"AMZ-{subsidiary.code}-{header.settlement_id}-DEP",
        subsidiary=subsidiary.code,
        currency=header.currency.code,
        tran_date=posting_date(period, day, subsidiary.closed_through),
        period=period,
        memo=f"Amazon settlement {header.settlement_id} {subsidiary.code}: {memo}",
        lines=(line(profile.clearing, CLEARING, -total), line(other, accounting_class, total)),
    )
