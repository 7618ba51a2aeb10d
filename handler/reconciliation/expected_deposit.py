"""A payout that a settlement announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ExpectedDeposit:
    """What a settlement with a positive total leads one to expect at the bank.

    Attributes:
        settlement_id: Amazon's number.
        amount: minor units of ``currency``; positive. Nothing is paid out for other totals.
        currency: ISO 4217 code of the settlement.
        deposit: the day the transfer starts; the settlement's end where the report gives none.
        end: the last day of the settlement.
        marketplace: as the profile names it ("Amazon.de"); a hint only, may be empty.
        profile: name of the profile; payouts of two are never merged.
        failed_before: minor units that this settlement pays *again* because the bank sent an
            earlier payout back: the sum of its rows of class "failed_transfers"; zero for most.
    """

    settlement_id: str
    amount: int
    currency: str
    deposit: date
    end: date
    marketplace: str = ""
    profile: str = ""
    failed_before: int = 0
