"""What a settlement's page shows of its document: the way to the deposit, entries as T-accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from handler.core.money import Currency, known_currency
from handler.settlement.journal import CLEARING

Document = Mapping[str, Any]
# The way an accountant reads it; sections of a table that was edited come after these.
_SECTIONS: Final = (
    "sales", "refunds", "promotions", "taxes", "selling_fees", "fulfilment_fees", "advertising",
    "fee_tax", "other_fees", "reimbursements", "adjustments", "financing", "reserves", "transfers",
    "suspense",
)  # fmt: skip
_ACRONYMS: Final = frozenset({"fba", "mcf", "awd", "vat"})
# By order, an account can have thousands of lines: the rest is one sum, and stands in the export.
_MOST_LINES: Final = 25


@dataclass(frozen=True, slots=True)
class Step:
    """One step from sales to the deposit; amounts in minor units.

    Attributes:
        section: of the class.
        name: the class, in words.
        amount: positive where Amazon owes it.
        balance: what Amazon owes after it.
    """

    section: str
    name: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class Side:
    """A line on one side of an account; without a number no rows stand behind it."""

    memo: str
    amount: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account of an entry: its debits to the left, its credits to the right."""

    name: str
    pairs: tuple[tuple[Side | None, Side | None], ...]
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry with its accounts."""

    head: Document
    accounts: tuple[Account, ...]

    @property
    def debit(self) -> int:
        """All debits."""
        return sum(one.debit for one in self.accounts)

    @property
    def credit(self) -> int:
        """All credits."""
        return sum(one.credit for one in self.accounts)


def whole_entries(document: Document) -> Sequence[Document]:
    """Return the whole journal: a correction's own entries are only the difference."""
    entries: Sequence[Document] = document.get("whole_journal", document["journal_entries"])
    return entries


def steps(document: Document) -> Sequence[Step]:
    """Return the way from sales to what Amazon pays, class by class.

    Lines that were worked out (VAT within prices, cost of goods, what entities owe each other)
    leave the payout as it is and add up to nothing: they are no steps.
    """
    money = known_currency(document["currency"])
    sums: dict[tuple[str, str], int] = {}
    for entry in whole_entries(document):
        for line in entry["lines"]:
            if line["accounting_class"] != CLEARING and not line.get("derived"):
                key = (line["section"], line["accounting_class"])
                sums[key] = sums.get(key, 0) - _signed(line, money)
    balance, found = 0, []
    for section, name in sorted(sums, key=lambda key: (_place(key[0]), key[0])):
        amount = sums[section, name]
        balance += amount
        found.append(Step(_words(section), _words(name), amount, balance))
    return found


def waterfall(way: Sequence[Step], currency: str) -> Mapping[str, object]:
    """Return the steps as a chart, a bar for each section and one for the deposit."""
    sections: dict[str, tuple[int, int]] = {}
    for step in way:
        start = sections.get(step.section, (step.balance - step.amount, 0))[0]
        sections[step.section] = (start, step.balance)
    total = way[-1].balance if way else 0
    bars = [*sections.values(), (0, total)]
    unit = 10 ** known_currency(currency).exponent
    return {
        "kind": "waterfall",
        "labels": [*sections, "Deposit"],
        "series": [
            {
                "name": "Amount",
                "values": [[start / unit, end / unit] for start, end in bars],
                "totals": [len(sections)],
            }
        ],
        "unit": currency,
    }


def entries_shown(entries: Sequence[Document], currency: str) -> Sequence[Entry]:
    """Return entries with their lines set out by account."""
    money = known_currency(currency)
    found = []
    for entry in entries:
        by_account: dict[str, list[Document]] = {}
        for line in entry["lines"]:
            by_account.setdefault(line["account"], []).append(line)
        accounts = (_account(name, lines, money) for name, lines in by_account.items())
        found.append(Entry(entry, tuple(accounts)))
    return found


def lines_by_number(document: Document) -> Mapping[int, Document]:
    """Return the lines of the whole journal that have a number, with those that come to nothing."""
    lines = [line for entry in whole_entries(document) for line in entry["lines"]]
    return {line["line"]: line for line in [*lines, *document["nil_lines"]] if line["line"]}


def of_rows(line: Document, money: Currency) -> int:
    """Return what the rows behind a line add up to, in minor units.

    A clearing line stands on the side of what Amazon owes; all others against it.
    """
    signed = _signed(line, money)
    return signed if line["accounting_class"] == CLEARING else -signed


def _account(name: str, lines: Sequence[Document], money: Currency) -> Account:
    debits, credits_ = _side(lines, "debit", money), _side(lines, "credit", money)
    return Account(
        name,
        tuple(zip_longest(_few(debits), _few(credits_))),
        sum(one.amount for one in debits),
        sum(one.amount for one in credits_),
    )


def _side(lines: Sequence[Document], side: str, money: Currency) -> list[Side]:
    return [
        Side(line["memo"], money.minor(line[side]), line["line"] if line["row_count"] else None)
        for line in lines
        if money.minor(line[side])
    ]


def _few(sides: list[Side]) -> list[Side]:
    if len(sides) <= _MOST_LINES:
        return sides
    rest = sides[_MOST_LINES - 1 :]
    more = Side(f"{len(rest)} more lines; the export has each", sum(one.amount for one in rest))
    return [*sides[: _MOST_LINES - 1], more]


def _signed(line: Document, money: Currency) -> int:
    return money.minor(line["debit"]) - money.minor(line["credit"])


def _place(section: str) -> int:
    return _SECTIONS.index(section) if section in _SECTIONS else len(_SECTIONS)


def _words(name: str) -> str:
    words = name.split("_")
    return " ".join(
        word.upper() if word in _ACRONYMS else word if at else word.capitalize()
        for at, word in enumerate(words)
    )
