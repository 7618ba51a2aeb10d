"""A generated year at the bank, with the truth beside it, for tests of matching."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from handler.reconciliation.bank_line import BankLine
from handler.reconciliation.expected_deposit import ExpectedDeposit
from handler.reconciliation.matching_policy import MatchingPolicy, RateRule

Group = tuple[frozenset[str], frozenset[str]]

AS_OF = date(2026, 3, 31)
START = date(2025, 1, 3)
POLICY = MatchingPolicy(
    rates=(RateRule("CAD", "USD", Fraction(69, 100), Fraction(71, 100), Fraction(7, 10)),)
)
MARKETS = [
    ("Amazon.com", "USD", "us", 0, 800_000),
    ("Amazon.com.mx", "USD", "us", 0, 90_000),  # same currency, same days: merged, near-equal
    ("Amazon.de", "EUR", "eu", 2, 400_000),
    ("Amazon.ca", "CAD", "ca", 5, 200_000),  # the bank keeps no CAD: paid in USD
]
PAYOUT = [
    "AMAZON.C6ZSV7MD DES:MARKETPLAC ID:2Z9K11 INDN:TEST INC",
    "AMZN MKTP PMTS",
    "Amazon Payments Europe S.C.A. Auszahlung",
    "AMAZON.COM SVCS PAYMENTS",
]
UNRELATED = [
    "RENT TENANT 4",
    "STRIPE TRANSFER",
    "SHOPIFY PAYOUT",
    "INTEREST",
    "ACH CREDIT",
    "",
    "AMZN MKTP US*RT4QK9 REFUND",
    "AMAZON WEB SERVICES CREDIT",
    "Amazon Prime refund",
]
AMAZON_LIKE = ["AMAZON PAYMENTS OTHER SELLER", "AMZN MKTP PMTS"]


@dataclass
class Year:
    """Settlements, bank lines, and which of them belong together."""

    expected: list[ExpectedDeposit] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)
    truth: dict[str, Group] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.year = Year()
        self.count = 0

    def line(self, day: date, amount: int, currency: str, text: str) -> str:
        self.count += 1
        name = f"L{self.rng.randrange(10**6):06}{self.count}"
        self.year.lines.append(BankLine(name, day, amount, currency, text))
        return name

    def truth(self, settlements: list[str], lines: list[str]) -> None:
        for of in settlements:
            self.year.truth[of] = (frozenset(settlements), frozenset(lines))

    def made(self) -> Year:
        for number in range(26):
            held: list[ExpectedDeposit] = []
            for market in MARKETS:
                self.settlement(number, market, held)
        self.pay_again()
        self.noise()
        return self.year

    def settlement(self, number: int, market: tuple, held: list[ExpectedDeposit]) -> None:
        rng = self.rng
        name, currency, profile, shift, typical = market
        end = START + timedelta(days=14 * number + shift)
        amount = round(typical * rng.triangular(0.5, 1.6))
        if number and rng.random() < 0.15:  # near the last one's amount, never the same
            amount = self.year.expected[-len(MARKETS)].amount + rng.choice([-1, 1, 10, -100])
        made = ExpectedDeposit(
            f"{10_000_000_000 + len(self.year.expected) * 7919}",
            amount,
            currency,
            end + timedelta(days=1),
            end,
            name,
            profile,
        )
        self.year.expected.append(made)
        self.pay(made, held)

    def pay(self, made: ExpectedDeposit, held: list[ExpectedDeposit]) -> None:
        rng, deposit = self.rng, made.deposit
        text = rng.choice(PAYOUT)
        if rng.random() < 0.1:
            text += f" {made.settlement_id}"
        day = deposit + timedelta(days=rng.choice([0, 1, 2, 2, 3, 3, 5]))
        if made.currency == "CAD":
            rate = Fraction(rng.randrange(690, 711), 1000)
            paid, currency = round(made.amount * rate), "USD"
        else:
            paid, currency = made.amount, made.currency
        draw = rng.random()
        if made.marketplace == "Amazon.com" and draw < 0.08:
            held.append(made)  # waits for its neighbour: paid in one sum
        elif held:
            first = held.pop()
            one = self.line(day, paid + first.amount, currency, rng.choice(PAYOUT))
            self.truth([first.settlement_id, made.settlement_id], [one])
        elif draw < 0.10 and currency == made.currency:
            part = rng.randrange(paid // 5, paid // 2)
            lines = [
                self.line(day, part, currency, text),
                self.line(day + timedelta(days=rng.choice([0, 1])), paid - part, currency, text),
            ]
            self.truth([made.settlement_id], lines)
        elif draw < 0.14:
            self.fail(made, day, (paid, currency, text))
        elif draw < 0.17:
            late = deposit + timedelta(days=rng.randrange(8, 40))
            self.truth([made.settlement_id], [self.line(late, paid, currency, text)])
        else:
            self.truth([made.settlement_id], [self.line(day, paid, currency, text)])

    def fail(self, made: ExpectedDeposit, day: date, paid: tuple[int, str, str]) -> None:
        amount, currency, text = paid
        how = self.rng.choice(["again", "later settlement", "open", "never"])
        if how == "never":
            self.year.lost.add(made.settlement_id)
            self.truth([made.settlement_id], [])
            return
        back = day + timedelta(days=self.rng.randrange(0, 5))
        lines = [
            self.line(day, amount, currency, text),
            self.line(back, -amount, currency, "RETURNED " + text),
        ]
        if how == "again":
            lines.append(
                self.line(back + timedelta(days=self.rng.randrange(2, 12)), amount, currency, text)
            )
        elif how == "later settlement":
            self.year.lost.add(made.settlement_id)
        self.truth([made.settlement_id], lines)

    def pay_again(self) -> None:
        """The next settlement of the market pays a lost one again; its own amount holds it."""
        expected = self.year.expected
        step = len(MARKETS)
        for place, one in enumerate(expected):
            if one.settlement_id in self.year.lost and place + step < len(expected):
                later = expected[place + step]
                expected[place + step] = ExpectedDeposit(
                    later.settlement_id,
                    later.amount,
                    later.currency,
                    later.deposit,
                    later.end,
                    later.marketplace,
                    later.profile,
                    one.amount,
                )

    def noise(self) -> None:
        rng = self.rng
        for _ in range(220):
            day = START + timedelta(days=rng.randrange(0, 400))
            currency = rng.choice(["USD", "USD", "EUR"])
            self.line(day, rng.randrange(500, 900_000), currency, rng.choice(UNRELATED))
        for _ in range(12):  # payouts of an account nobody told us of
            day = START + timedelta(days=rng.randrange(0, 400))
            self.line(day, rng.randrange(50_000, 900_000), "USD", rng.choice(AMAZON_LIKE))
        for one in rng.sample(self.year.expected, 8):  # near a true amount, on the same day
            if one.currency != "CAD":
                day = one.deposit + timedelta(days=rng.randrange(0, 5))
                near = one.amount + rng.choice([-2, -1, 1, 2, 100])
                self.line(day, near, one.currency, rng.choice(UNRELATED + AMAZON_LIKE))
        for one in rng.sample(self.year.lines, 20):  # a deposit moved on to another account
            if one.amount > 0:
                day = one.date + timedelta(days=1)
                self.line(day, -one.amount, one.currency, "TRANSFER TO SAVINGS")
        for _ in range(60):  # money out
            day = START + timedelta(days=rng.randrange(0, 400))
            text = rng.choice(["AMZN MKTP US*2K3LM9", "PAYROLL", "AMAZON ADVERTISING"])
            self.line(day, -rng.randrange(500, 600_000), "USD", text)


def a_year(seed: int) -> Year:
    """A year of 26 settlements on each of four marketplaces."""
    return _Maker(seed).made()
