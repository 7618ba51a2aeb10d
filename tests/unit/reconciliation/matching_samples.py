"""Deposits and bank lines for tests: valid by default, override one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from handler.reconciliation.bank_line import BankLine
from handler.reconciliation.deposit_matching import DepositMatching
from handler.reconciliation.deposits import match
from handler.reconciliation.expected_deposit import ExpectedDeposit
from handler.reconciliation.matching_policy import MatchingPolicy, RateRule

DEPOSIT_DAY = date(2025, 8, 17)
AS_OF = date(2025, 12, 31)
PAYOUT = "AMAZON.C6ZSV7MD DES:MARKETPLAC"
CAD_TO_USD = RateRule("CAD", "USD", Fraction(70, 100), Fraction(74, 100), Fraction(72, 100))


def a_deposit(settlement_id: str = "11700000001", amount: int = 100_000, **changes):
    """A settlement of Amazon.com that pays 1,000.00 USD from August 17."""
    made = ExpectedDeposit(
        settlement_id, amount, "USD", DEPOSIT_DAY, DEPOSIT_DAY - timedelta(days=2), "Amazon.com",
        "demo",
    )  # fmt: skip
    return replace(made, **changes)


def a_line(name: str = "B1", amount: int = 100_000, days: int = 2, **changes) -> BankLine:
    """A bank line ``days`` after the deposit date that names Amazon."""
    made = BankLine(name, DEPOSIT_DAY + timedelta(days=days), amount, "USD", PAYOUT)
    return replace(made, **changes)


def matched(deposits, lines, decisions=(), as_of: date = AS_OF, **policy) -> DepositMatching:
    """The outcome of matching, with the default policy and a rate from CAD to USD."""
    policy.setdefault("rates", (CAD_TO_USD,))
    return match(deposits, lines, MatchingPolicy(**policy), as_of=as_of, decisions=decisions)


def codes(found: DepositMatching) -> list[str]:
    """The codes of the findings."""
    return [finding.code for finding in found.findings]
