"""A line of a bank statement or feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement on the bank account.

    Attributes:
        id: the bank's or the feed's own; names the line for ever.
        date: the day the bank booked it.
        amount: minor units of ``currency``; money in is positive, money out negative.
        currency: ISO 4217 code.
        descriptor: the bank's text, as it came; may be empty.
    """

    id: str
    date: date
    amount: int
    currency: str
    descriptor: str = ""
