"""Journal entries: the values, and what holds for each of them alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from handler.settlement.group import GroupKey
from handler.settlement.period import Period
from handler.settlement.profile import Dimensions

CLEARING = "clearing"
_NO_DIMENSIONS = Dimensions()


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of an entry: one side only, in minor units, never negative.

    Attributes:
        account: the GL account.
        accounting_class: a class of mappings/classes.csv, or "clearing".
        debit: minor units; zero where the line is a credit.
        credit: minor units; zero where the line is a debit.
        memo: for the accountant's eye.
        row_count: amounts of the file behind the line.
        groups: which; a clearing line repeats those of the lines it stands against.
        section: the class's section.
        period: the month Amazon posted the rows in, also where a closed month moved them.
        dimensions: NetSuite's segments.
        entity: NetSuite's customer, on receivable lines.
        order: the order's number, where lines go by order.
        derived: worked out, not in the file: due to another entity, VAT taken out of prices, cost
            of goods. Derived lines of an entry add up to zero.
    """

    account: str
    accounting_class: str
    debit: int
    credit: int
    memo: str
    row_count: int
    groups: tuple[GroupKey, ...]
    section: str
    period: Period
    dimensions: Dimensions = _NO_DIMENSIONS
    entity: str = ""
    order: str = ""
    derived: bool = False

    @property
    def signed(self) -> int:
        """Debit positive, credit negative, in minor units."""
        return self.debit - self.credit


def line_without_rows(
    account: str,
    accounting_class: str,
    signed: int,
    memo: str,
    section: str,
    period: Period,
    dimensions: Dimensions = _NO_DIMENSIONS,
    *,
    derived: bool = True,
) -> JournalLine:
    """Return a line that no row of the file stands behind.

    Args:
        signed: minor units, debit positive.
        derived: ``False`` for the lines of a deposit, which a bank line stands behind.
    """
    return JournalLine(
        account=account,
        accounting_class=accounting_class,
        debit=max(signed, 0),
        credit=max(-signed, 0),
        memo=memo,
        row_count=0,
        groups=(),
        section=section,
        period=period,
        dimensions=dimensions,
        derived=derived,
    )


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A NetSuite journal entry.

    Attributes:
        external_id: the same for the same settlement, period and subsidiary, for ever.
        subsidiary: code of the entity.
        currency: ISO 4217 code of every amount.
        tran_date: the day it carries.
        period: the posting period it goes to.
        memo: for the accountant's eye.
        lines: in order; the first is a clearing line wherever there is one.
    """

    external_id: str
    subsidiary: str
    currency: str
    tran_date: date
    period: Period
    memo: str
    lines: tuple[JournalLine, ...]

    @property
    def imbalance(self) -> int:
        """Debits less credits; zero in every right entry."""
        return sum(line.signed for line in self.lines)


@dataclass(frozen=True, slots=True)
class Journal:
    """Everything a settlement posts.

    Attributes:
        entries: one for each subsidiary and period, more where the line limit splits one.
        nil_lines: classes whose rows sum to nothing: NetSuite takes no empty line, but their rows
            stay traceable here.
        deposit: Dr Bank, Cr Clearing, to be made when the bank line is matched; for a negative
            total Dr Clearing, Cr what is owed to Amazon; ``None`` for a zero total.
        moved: (from, to, rows, net) of what a closed period moved, net in minor units.
    """

    entries: tuple[JournalEntry, ...]
    nil_lines: tuple[JournalLine, ...]
    deposit: JournalEntry | None
    moved: tuple[tuple[Period, Period, int, int], ...] = ()

    def numbered(self) -> Iterator[tuple[int, JournalEntry | None, JournalLine]]:
        """Yield every line with its number through the whole journal; nil lines come last."""
        number = 0
        for entry in self.entries:
            for line in entry.lines:
                number += 1
                yield number, entry, line
        for line in self.nil_lines:
            number += 1
            yield number, None, line
