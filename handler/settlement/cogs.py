"""The cost of the goods a settlement sold, where the company books it with the settlement.

Units are counted from the rows of sales. Returned goods are not put back: a settlement tells that
money was given back, never that the goods came back in a state to be sold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, NamedTuple

from handler.core.finding import Finding
from handler.settlement.group import Kind
from handler.settlement.journal import JournalLine, line_without_rows
from handler.settlement.period import Period, open_period
from handler.settlement.profile import CostAccounts, Dimensions, Profile
from handler.settlement.report import Header
from handler.settlement.row import Row
from handler.settlement.vocabulary import fold

COST: Final = "cost_of_goods"
SOLD_CLASS: Final = "product_sales"
# (SKU, currency) -> cost of one unit in major units, exact.
UnitCosts = Mapping[tuple[str, str], Fraction]
_Place = tuple[str, Period]

# The price of the goods themselves. Other amounts of the same item repeat its quantity.
_PRICE: Final = frozenset({"principal", "ourpriceprincipal", "product sales"})
# As the report formats call the two cells, in small letters; a date-range report in its language.
_QUANTITY: Final = frozenset(
    "quantity-purchased quantity quantityshipped cantidad quantité menge quantità aantal antal "
    "数量".split()
)
_SKU: Final = frozenset({"sku", "sellersku"})
_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_HALF: Final = Fraction(1, 2)
_MOST_NAMED: Final = 50


class Sold(NamedTuple):
    """What units of one cost line have in common, with their SKU.

    Attributes:
        marketplace: its first name.
        period: the month Amazon posted the sale in.
        channel: "AFN" or "MFN".
        sku: as the file spells it.
    """

    marketplace: str
    period: Period
    channel: str
    sku: str


@dataclass(frozen=True, slots=True)
class Units:
    """Units sold.

    Attributes:
        sold: how many of each.
        unread: SKU -> rows of sales that name no quantity or no channel.
    """

    sold: Mapping[Sold, int]
    unread: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a settlement's goods.

    Attributes:
        blocks: (subsidiary, posting period) -> blocks of two lines, Dr cost, Cr stock.
        findings: units whose cost is not booked.
    """

    blocks: Mapping[_Place, Sequence[Sequence[JournalLine]]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def units_sold(
    rows: Iterable[Row], classes: Mapping[Kind, str], profile: Profile, accounts: CostAccounts
) -> Units:
    """Count the units of channels that have a stock account.

    V1 puts the quantity into a row of its own, other formats beside the price. A file that has
    such rows is counted by them alone, so that no unit counts twice.

    Args:
        rows: every amount of the file.
        classes: of every kind in it.
        profile: whose books.
        accounts: which channels' stock is the company's to book.
    """
    alone: Counter[Sold] = Counter()
    priced: Counter[Sold] = Counter()
    unread: Counter[str] = Counter()
    unread_alone: Counter[str] = Counter()
    for row in rows:
        key = row.key
        elsewhere = key.channel and key.channel not in accounts.inventory
        if classes.get(key.kind) != SOLD_CLASS or elsewhere:
            continue
        is_alone = not key.kind.amount_type and not key.kind.amount_description
        if not is_alone and fold(key.kind.amount_description) not in _PRICE:
            continue
        marketplace = profile.marketplace(key.marketplace) or profile.home
        sku, quantity = _cell(row, _SKU), _cell(row, _QUANTITY)
        if not key.channel or not _WHOLE.fullmatch(quantity):
            (unread_alone if is_alone else unread)[sku] += 1
            continue
        sold = Sold(marketplace.names[0], Period.of(key.day), key.channel, sku)
        (alone if is_alone else priced)[sold] += int(quantity)
    return Units(alone, unread_alone) if alone or unread_alone else Units(priced, unread)


def _cell(row: Row, names: Collection[str]) -> str:
    return next((text for name, text in row.cells.items() if name.casefold() in names), "")


def cost(
    units: Units, unit_costs: UnitCosts, header: Header, profile: Profile, accounts: CostAccounts
) -> Cost:
    """Return the cost of units as blocks of lines; each line is rounded once, half up."""
    scale, currency = 10**header.currency.exponent, header.currency.code
    sums: dict[tuple[str, Period, str, Dimensions], tuple[Fraction, int]] = {}
    missing: Counter[str] = Counter()
    for sold, count in sorted(units.sold.items()):
        unit_cost = unit_costs.get((sold.sku, currency))
        if unit_cost is None:
            missing[sold.sku] += count
            continue
        place = _line_place(sold, profile)
        known, so_far = sums.get(place, (Fraction(0), 0))
        sums[place] = (known + unit_cost * count * scale, so_far + count)
    blocks: dict[_Place, list[Sequence[JournalLine]]] = {}
    for (code, posted, channel, dimensions), (exact, count) in sorted(
        sums.items(), key=lambda item: (*item[0][:3], repr(item[0][3]))
    ):
        amount = int(exact + _HALF)
        if amount == 0:
            continue
        posting = open_period(posted, profile.subsidiaries[code].closed_through)
        memo = f"Cost of {count} unit{'s' * (count != 1)} sold, {channel}"
        if posting != posted:
            memo += f" ({posted.label}, closed)"
        blocks.setdefault((code, posting), []).append(
            [
                _line(accounts.cogs, amount, memo, posted, dimensions),
                _line(accounts.inventory[channel], -amount, memo, posted, dimensions),
            ]
        )
    return Cost(blocks, tuple(_findings(missing, units.unread, unit_costs, header, accounts)))


def _line_place(sold: Sold, profile: Profile) -> tuple[str, Period, str, Dimensions]:
    marketplace = profile.marketplace(sold.marketplace) or profile.home
    own = marketplace.by_channel.get(sold.channel, Dimensions()).over(marketplace.dimensions)
    # Cost is no supply: a tax code would put it on the tax return.
    dimensions = Dimensions(own.department, own.business_class, own.location)
    return marketplace.subsidiary, sold.period, sold.channel, dimensions


def _line(
    account: str, signed: int, memo: str, posted: Period, dimensions: Dimensions
) -> JournalLine:
    return line_without_rows(account, COST, signed, memo, COST, posted, dimensions)


def _findings(
    missing: Mapping[str, int],
    unread: Mapping[str, int],
    unit_costs: UnitCosts,
    header: Header,
    accounts: CostAccounts,
) -> Iterator[Finding]:
    currency = header.currency.code
    for sku, count in sorted(missing.items())[:_MOST_NAMED]:
        others = sorted(code for known, code in unit_costs if known == sku)
        has = f" a cost in {', '.join(others)} only" if others else " no cost"
        yield Finding(
            "COST_MISSING",
            f"SKU {sku or '(empty)'}",
            f"{count} unit(s) of SKU {sku!r} were sold, which has{has}; the settlement is in "
            f"{currency}. Their cost is not booked.",
            {"sku": sku, "units": count, "currency": currency, "table": accounts.item_costs},
        )
    for sku, rows in sorted(unread.items())[:_MOST_NAMED]:
        yield Finding(
            "COST_MISSING",
            f"SKU {sku or '(empty)'}, quantity",
            f"{rows} row(s) of sales of SKU {sku!r} name no whole quantity, or no channel. "
            "Their cost is not booked.",
            {"sku": sku, "rows": rows},
        )
    more = max(len(missing) - _MOST_NAMED, 0) + max(len(unread) - _MOST_NAMED, 0)
    if more:
        yield Finding(
            "COST_MISSING",
            "more SKUs",
            f"The cost of {more} more SKU(s) is not booked.",
            {"skus": more, "table": accounts.item_costs},
        )
