"""What Amazon and the bank truly did, and what NetSuite's accounts must say of it in the end.

Nothing here asks the plugin: each kind of row has its class written down, and each amount is summed
as it stands in the file.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from builders import a_file, a_row, mappings

from handler.settlement.profile import ProfileHint
from handler.settlement.settle import Mappings
from handler.settlement.vocabulary import Rule, Vocabulary

PROFILE = "test"
CLEARING, BANK = "1050 Clearing", "1010 Bank"
FIRST_END = date(2025, 8, 15)
Kind = tuple[str, str, str]
PRINCIPAL: Kind = ("Order", "ItemPrice", "Principal")
CLASS_OF: Mapping[Kind, str] = {
    PRINCIPAL: "product_sales",
    ("Order", "ItemPrice", "Shipping"): "shipping_income",
    ("Order", "ItemFees", "Commission"): "referral_fees",
    ("Refund", "ItemPrice", "Principal"): "product_refunds",
    ("Refund", "ItemFees", "Commission"): "referral_fee_refunds",
}
OTHER_CLASSES = ("other_income", "advertising", "other_selling_fees")


_SHIPPED = mappings()  # read once for all runs


class EditedMappings:
    """The accountants' mappings, edited while flows run."""

    def __init__(self) -> None:
        """Begin with what is shipped."""
        self._now = _SHIPPED
        self.class_of = dict(CLASS_OF)

    def load(self, profile: str) -> Mappings:
        """Return the one profile there is."""
        assert profile == PROFILE
        return self._now

    def hints(self) -> list[ProfileHint]:
        """Say what belongs to it."""
        return [ProfileHint(PROFILE, frozenset({"Amazon.com"}), frozenset({"USD"}))]

    def remap(self, kind: Kind, accounting_class: str) -> None:
        """Put a kind of row under another class."""
        old = self._now
        rules = [rule for rule in old.vocabulary.rules if rule.cells != Rule(*kind, "", 0).cells]
        self.class_of[kind] = accounting_class
        version = "v" + "-".join(self.class_of.values())
        vocabulary = Vocabulary([*rules, Rule(*kind, accounting_class, 1)])
        self._now = replace(old, vocabulary=vocabulary, version=version)


@dataclass
class Report:
    """A settlement as Amazon last told it.

    Attributes:
        number: 1, 2, ...: each follows the one before by two weeks.
        rows: kind, cents, day of the period.
        edition: how often it was corrected.
    """

    number: int
    rows: list[tuple[Kind, int, int]]
    edition: int = 0

    @property
    def settlement_id(self) -> str:
        """Amazon's number."""
        return f"1170000{self.number:04}"

    @property
    def total(self) -> int:
        """Cents that Amazon pays."""
        return sum(cents for _, cents, _ in self.rows)

    @property
    def paid_on(self) -> date:
        """The day the bank has it."""
        return FIRST_END + timedelta(days=14 * self.number + 3)

    def content(self) -> bytes:
        """The file."""
        end = FIRST_END + timedelta(days=14 * self.number)
        rows = [
            a_row(
                transaction_type=kind[0],
                amount_type=kind[1],
                amount_description=kind[2],
                amount=_text(cents),
                order_id=f"111-0000000-{self.number:03}{place:04}",
                order_item_code=f"{self.number:04}{place:04}",
                posted_date_time=f"{end - timedelta(days=day)} 12:00:00 UTC",
                posted_date=str(end - timedelta(days=day)),
            )
            for place, (kind, cents, day) in enumerate(self.rows)
        ]
        return a_file(
            rows,
            settlement_id=self.settlement_id,
            total=_text(self.total),
            start=f"{end - timedelta(days=14)} 00:00:00 UTC",
            end=f"{end} 00:00:00 UTC",
            deposit=f"{end + timedelta(days=2)} 00:00:00 UTC",
        ).content()

    def corrected(self, rng: random.Random) -> None:
        """Move an amount from one kind to another; what is paid stays."""
        cents = rng.randint(1, 500)
        taken = rng.randrange(len(self.rows))
        kind, had, day = self.rows[taken]
        self.rows[taken] = (kind, had - cents, day)
        self.rows.append((rng.choice(list(CLASS_OF)), cents, rng.randint(1, 13)))
        self.edition += 1


def new_report(number: int, rng: random.Random) -> Report:
    """Return a settlement that pays something, an amount no other one pays."""
    rows = [(PRINCIPAL, 100_000 * number + rng.randint(10_000, 90_000), 5)]
    for _ in range(rng.randint(0, 5)):
        kind = rng.choice(list(CLASS_OF))
        gives = kind[1] == "ItemPrice" and kind[0] == "Order"
        rows.append((kind, rng.randint(1, 900) * (1 if gives else -1), rng.randint(1, 13)))
    return Report(number, rows)


@dataclass
class FlowWorld:
    """All of it.

    Attributes:
        mapped: the mappings as they are now.
        reports: every settlement so far.
    """

    mapped: EditedMappings = field(default_factory=EditedMappings)
    reports: list[Report] = field(default_factory=list)

    def bank_lines(self) -> list[dict[str, Any]]:
        """Return what the bank's feed has."""
        return [
            {
                "id": f"bank-{report.number}",
                "date": str(report.paid_on),
                "amount": _text(report.total),
                "currency": "USD",
                "descriptor": f"AMAZON.COM SVCS SETTLEMENT {report.settlement_id}",
            }
            for report in self.reports
        ]

    def balances(self) -> dict[str, Decimal]:
        """Return what each account must say: debits less credits, without zeros."""
        cents: Counter[str] = Counter()
        for report in self.reports:
            for kind, amount, _ in report.rows:
                cents[f"acct {self.mapped.class_of[kind]}"] -= amount
            cents[BANK] += report.total
        return {account: Decimal(sum_) / 100 for account, sum_ in cents.items() if sum_}


def _text(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def at(day: date) -> datetime:
    """Return the noon of a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
