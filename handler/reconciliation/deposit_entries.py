"""Matches as journal entries: Dr Bank, Cr Clearing, with what a rate or a return leaves beside it.

The first deposit of a settlement carries the external id that the settlement's own deposit entry
has, so that NetSuite holds one of them. A return found later adds entries and changes none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.reconciliation.deposit_matching import DepositMatch, Movement, Purpose
from handler.settlement.journal import CLEARING, JournalEntry, line_without_rows
from handler.settlement.period import Period, open_period, posting_date

if TYPE_CHECKING:
    from handler.settlement.profile import Profile

FX_DIFFERENCE: Final = "fx_difference"
_FAILED: Final = "failed_transfers"
_SUFFIX: Final = {
    Purpose.DEPOSIT: "DEP",
    Purpose.RETURNED: "DEP-RET",
    Purpose.PAID_AGAIN: "DEP-AGAIN",
    Purpose.NEVER_ARRIVED: "DEP-FAIL",
}
_MEMO: Final = {
    Purpose.DEPOSIT: "Deposit from Amazon",
    Purpose.RETURNED: "Deposit from Amazon sent back by the bank",
    Purpose.PAID_AGAIN: "Deposit from Amazon paid again",
    Purpose.NEVER_ARRIVED: "Deposit from Amazon failed, paid again with a later settlement",
}


def deposit_entries(
    match: DepositMatch, profile: Profile, fx_account: str = ""
) -> tuple[JournalEntry, ...]:
    """Return the entries of a match, one for each movement.

    The entry is in the currency of the bank line. A closed period is not posted to: the entry moves
    to the first open one.

    Args:
        match: of settlements of this profile.
        profile: whose books.
        fx_account: GL account for differences of exchange.

    Raises:
        RefusedRequest: ``FX_ACCOUNT_MISSING``: there is a difference and no account for it.
    """
    count: Counter[tuple[str, Purpose]] = Counter()
    entries = []
    for movement in match.movements:
        if movement.fx and not fx_account:
            raise RefusedRequest(
                "FX_ACCOUNT_MISSING",
                f"The deposit of settlement {movement.settlement_id} leaves a difference of "
                f"exchange, and profile {profile.name} names no account for it.",
                "Name the account for differences of exchange, and match again.",
                {"settlement_id": movement.settlement_id},
            )
        count[movement.settlement_id, movement.purpose] += 1
        number = count[movement.settlement_id, movement.purpose]
        entries.append(_entry(movement, profile, fx_account, f"-{number}" if number > 1 else ""))
    return tuple(entries)


def _entry(movement: Movement, profile: Profile, fx_account: str, part: str) -> JournalEntry:
    subsidiary = profile.subsidiaries[profile.home.subsidiary]
    period = open_period(Period.of(movement.day), subsidiary.closed_through)
    memo = _MEMO[movement.purpose]
    if movement.line_id:
        memo += f" (bank line {movement.line_id})"
    return JournalEntry(
        external_id=f"AMZ-{subsidiary.code}-{movement.settlement_id}"
        f"-{_SUFFIX[movement.purpose]}{part}",
        subsidiary=subsidiary.code,
        currency=movement.currency,
        tran_date=posting_date(period, movement.day, subsidiary.closed_through),
        period=period,
        memo=f"Amazon settlement {movement.settlement_id} {subsidiary.code}: {memo}",
        lines=tuple(
            line_without_rows(
                account,
                accounting_class,
                signed,
                memo,
                "deposit",
                period,
                profile.home.dimensions,
                derived=False,
            )
            for account, accounting_class, signed in _sides(movement, profile, fx_account)
            if signed
        ),
    )


def _sides(movement: Movement, profile: Profile, fx_account: str) -> Iterator[tuple[str, str, int]]:
    """Yield account, class and signed amount of each line: debits positive, clearing first."""
    yield profile.clearing, CLEARING, -movement.clearing
    yield profile.bank, "bank_transfers", movement.bank
    yield fx_account, FX_DIFFERENCE, -movement.fx
    # A payout that came back is neither the bank's nor clearing's until Amazon pays it again.
    failed = movement.clearing + movement.fx - movement.bank
    yield profile.accounts[_FAILED], _FAILED, failed
