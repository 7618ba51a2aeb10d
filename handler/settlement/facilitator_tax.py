"""Tax that Amazon collects and remits itself nets to zero in every order, or is told.

The seller neither owes nor owns this tax: what the buyer paid and what Amazon withheld cancel out.
An order without withheld tax is the seller's own to declare (as in the UK) and is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from handler.core.finding import Finding
from handler.core.money import Currency, known_currency
from handler.core.source import Source
from handler.settlement import readers
from handler.settlement.group import Kind
from handler.settlement.grouping import Grouping
from handler.settlement.order_index import ClassifyKind, OrderIndex, Role, order_of, role_of

MOST_NAMED: Final = 20
# Lines named of one order: an order with more has its first ones named.
_MOST_LINES: Final = 20
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class OpenTax:
    """An order whose tax does not cancel out; minor units.

    Attributes:
        order: Amazon's order id.
        collected: what the buyer paid, retrocharges too.
        withheld: what Amazon withheld, below zero where it did.
    """

    order: str
    collected: int
    withheld: int

    @property
    def open(self) -> int:
        """What is left; above zero Amazon withheld too little, below too much."""
        return self.collected + self.withheld


@dataclass(slots=True)
class _Rows:
    """The tax rows of one order, found again in the raw file."""

    collected: list[int] = field(default_factory=list)
    withheld: list[int] = field(default_factory=list)


def open_tax(index: OrderIndex) -> Iterator[OpenTax]:
    """Yield each order with withheld tax that does not net to zero, by order id."""
    for order, lines in groupby(index.lines(), key=lambda line: line.order):
        mine = tuple(lines)
        if all(line.withheld is None for line in mine):
            continue
        found = OpenTax(
            order,
            sum(line.collected for line in mine),
            sum(line.withheld or 0 for line in mine),
        )
        if found.open:
            yield found


def check(
    index: OrderIndex, source: Source, grouping: Grouping, classify_kind: ClassifyKind
) -> tuple[Finding, ...]:
    """Return a warning for each order whose facilitator tax stays open, the largest first.

    The file is read again only where there is something to tell: for the rows' lines.

    Args:
        index: the settlement's orders.
        source: its raw file.
        grouping: how the index was made.
        classify_kind: likewise.

    Raises:
        UnusableFile: the file is no settlement report.
    """
    found = sorted(open_tax(index), key=lambda one: (-abs(one.open), one.order))
    if not found:
        return ()
    named, rest = found[:MOST_NAMED], found[MOST_NAMED:]
    rows = _rows({one.order for one in named}, source, grouping, classify_kind)
    money = known_currency(index.currency)
    findings = [_finding(one, rows[one.order], index, money) for one in named]
    if rest:
        left = sum(one.open for one in rest)
        findings.append(
            Finding(
                "FACILITATOR_TAX_OPEN",
                f"settlement {index.settlement_id}, more orders",
                f"{len(rest)} more orders have withheld tax that does not cancel out; "
                f"{money.text(left)} {money.code} is left of them together.",
                {"orders": len(rest), "open": money.text(left), "currency": money.code},
            )
        )
    return tuple(findings)


def _rows(
    orders: set[str], source: Source, grouping: Grouping, classify_kind: ClassifyKind
) -> Mapping[str, _Rows]:
    found = {order: _Rows() for order in orders}
    roles: dict[Kind, Role] = {}
    for row in readers.rows(source, grouping):
        kind = row.key.kind
        role = roles.get(kind)
        if role is None:  # kinds are few, and most rows are of none that counts
            role = roles[kind] = role_of(classify_kind(kind))
        if role not in (Role.COLLECTED, Role.WITHHELD):
            continue
        rows = found.get(order_of(row))
        if rows is None:
            continue
        if role is Role.COLLECTED:
            rows.collected.append(row.line)
        else:
            rows.withheld.append(row.line)
    return found


def _finding(one: OpenTax, rows: _Rows, index: OrderIndex, money: Currency) -> Finding:
    lines = sorted({*rows.collected, *rows.withheld})
    shown = f"...{one.order[-_SHOWN:]}"
    return Finding(
        "FACILITATOR_TAX_OPEN",
        # The line tells orders with the same ending apart.
        f"settlement {index.settlement_id}, order {shown} of line {lines[0] if lines else 0}",
        f"Order {shown}, lines {', '.join(map(str, lines[:_MOST_LINES]))}: the buyer paid "
        f"{money.text(one.collected)} {money.code} of tax and Amazon withheld "
        f"{money.text(one.withheld)}; {money.text(one.open)} is left, expected is nothing.",
        {
            "order": shown,
            "collected": money.text(one.collected),
            "withheld": money.text(one.withheld),
            "open": money.text(one.open),
            "currency": money.code,
            "lines_collected": rows.collected[:_MOST_LINES],
            "lines_withheld": rows.withheld[:_MOST_LINES],
        },
    )
