"""Refunds and their sales, across settlements: linked, aged, or told as orphans.

A refund is posted where it arrived, and the period of its sale is never reopened. What is found
here explains the month: which sales the refunds take back, and how old they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from handler.settlement.order_index import OrderIndex
from handler.settlement.order_lines import OrderLine
from handler.settlement.period import Period

# Name and last day of each bucket of ages; the last one has no end.
AGES: tuple[tuple[str, int | None], ...] = (
    ("0-30", 30),
    ("31-60", 60),
    ("61-90", 90),
    ("90+", None),
)


@dataclass(frozen=True, slots=True)
class LinkedRefund:
    """What was given back of one order item on one day, and the sale it takes back.

    Attributes:
        order: Amazon's order id.
        item: the order item code; empty where the refund names none.
        marketplace: of the refund, as spelled.
        day: the refund was posted.
        amount: minor units, below zero where money was given back.
        sale_settlement: where the sale was settled.
        sale_day: the first day of that sale.
        late: whether that was an earlier settlement.
    """

    order: str
    item: str
    marketplace: str
    day: date
    amount: int
    sale_settlement: str
    sale_day: date
    late: bool

    @property
    def sale_period(self) -> Period:
        """The month of the sale."""
        return Period.of(self.sale_day)

    @property
    def age_days(self) -> int:
        """Days from the sale to the refund; zero where Amazon dates the refund before the sale."""
        return max((self.day - self.sale_day).days, 0)


@dataclass(frozen=True, slots=True)
class OrphanRefund:
    """What was given back of one order item on one day, with no known sale; minor units."""

    order: str
    item: str
    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class Excess:
    """An order, or an item of it, of which more was given back than the known sale brought.

    Attributes:
        order: Amazon's order id.
        item: the order item code; empty where the order was compared as a whole.
        sale: minor units, over all settlements looked at.
        refunded: minor units above zero, likewise; goodwill is not counted.
        settlements: where its sales and refunds are.
    """

    order: str
    item: str
    sale: int
    refunded: int
    settlements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefundLinks:
    """Every refund of one settlement: linked or an orphan, once.

    Attributes:
        settlement_id: whose refunds these are.
        currency: ISO 4217 code of every amount.
        linked: by order, item and day.
        orphans: likewise.
        exceeding: likewise.
        looked_in: the earlier settlements looked in, the oldest first.
    """

    settlement_id: str
    currency: str
    linked: tuple[LinkedRefund, ...]
    orphans: tuple[OrphanRefund, ...]
    exceeding: tuple[Excess, ...]
    looked_in: tuple[str, ...]

    @property
    def late(self) -> tuple[LinkedRefund, ...]:
        """The refunds whose sale is in an earlier settlement."""
        return tuple(refund for refund in self.linked if refund.late)


@dataclass(frozen=True, slots=True)
class Share:
    """A number of refunds and their sum, in minor units."""

    count: int
    amount: int


def link(own: OrderIndex, earlier: Iterable[OrderIndex]) -> RefundLinks:
    """Link each refund of a settlement to its sale.

    A sale is found by order id and order item code, and by the order id alone where the refund or
    the sale names no item. Of several sales of one item the oldest counts.

    Args:
        own: the settlement's orders.
        earlier: those of earlier settlements, in any order. The settlement itself, later ones and
            those in another currency are passed over.
    """
    known = {
        index.settlement_id: index
        for index in earlier
        if index.settlement_id != own.settlement_id
        and index.currency == own.currency
        and index.end <= own.end
    }
    searched = sorted(known.values(), key=lambda index: (index.end, index.settlement_id))
    linked: list[LinkedRefund] = []
    orphans: list[OrphanRefund] = []
    exceeding: list[Excess] = []
    for order, lines in groupby(own.lines(), key=lambda line: line.order):
        mine = tuple(lines)
        if not any(line.refunds for line in mine):
            continue
        found = [(index, line) for index in searched for line in index.of_order(order)]
        found += [(own, line) for line in mine]
        for line in mine:
            sale = _sale(line, found) if line.refunds else None
            for day, amount in line.refunds:
                if sale is None:
                    orphans.append(OrphanRefund(order, line.item, day, amount))
                else:
                    linked.append(_linked(own, line, day, amount, sale))
        exceeding += _exceeding(mine, found)
    return RefundLinks(
        settlement_id=own.settlement_id,
        currency=own.currency,
        linked=tuple(linked),
        orphans=tuple(orphans),
        exceeding=tuple(exceeding),
        looked_in=tuple(index.settlement_id for index in searched),
    )


def by_period(refunds: Iterable[LinkedRefund]) -> dict[Period, Share]:
    """Return number and sum of refunds by the month of their sale, the oldest first."""
    found: dict[Period, Share] = {}
    for refund in refunds:
        had = found.get(refund.sale_period, Share(0, 0))
        found[refund.sale_period] = Share(had.count + 1, had.amount + refund.amount)
    return dict(sorted(found.items()))


def by_age(refunds: Iterable[LinkedRefund]) -> dict[str, Share]:
    """Return number and sum of refunds in every bucket of :data:`AGES`, empty ones too."""
    found = {name: Share(0, 0) for name, _ in AGES}
    for refund in refunds:
        name = bucket(refund.age_days)
        had = found[name]
        found[name] = Share(had.count + 1, had.amount + refund.amount)
    return found


def bucket(age_days: int) -> str:
    """Return the name of the bucket an age falls in."""
    return next(name for name, last in AGES if last is None or age_days <= last)


_Found = Sequence[tuple[OrderIndex, OrderLine]]
_Sale = tuple[date, date, str]


def _sale(refund: OrderLine, found: _Found) -> _Sale | None:
    """Return first day, settlement's end and settlement of the oldest sale a refund can be of."""
    sold = [pair for pair in found if pair[1].first_sale is not None]
    exact = [pair for pair in sold if pair[1].item == refund.item]
    # A format without item codes names the order only: then the order's sale is the refund's.
    near = sold if not refund.item else [pair for pair in sold if not pair[1].item]
    return min(
        (
            (line.first_sale, index.end, index.settlement_id)
            for index, line in (exact if exact and refund.item else near)
            if line.first_sale is not None
        ),
        default=None,
    )


def _linked(own: OrderIndex, line: OrderLine, day: date, amount: int, sale: _Sale) -> LinkedRefund:
    sale_day, _, settlement = sale
    return LinkedRefund(
        order=line.order,
        item=line.item,
        marketplace=line.marketplace,
        day=day,
        amount=amount,
        sale_settlement=settlement,
        sale_day=sale_day,
        late=settlement != own.settlement_id,
    )


def _exceeding(mine: Sequence[OrderLine], found: _Found) -> Iterator[Excess]:
    """Yield what this settlement's refunds of one order bring above its known sale."""
    # Where a sale or a refund names no item, only the order as a whole can be compared.
    whole = any(not line.item for _, line in found if line.first_sale or line.refunds)
    for item in [""] if whole else sorted({line.item for line in mine}):
        given_back = sum(x.refunded - x.goodwill for x in mine if whole or x.item == item)
        parts = [(index, x) for index, x in found if whole or x.item == item]
        sale = sum(line.sale for _, line in parts)
        refunded = sum(line.goodwill - line.refunded for _, line in parts)
        is_known = any(line.first_sale for _, line in parts)
        if given_back < 0 and is_known and refunded > sale:
            places = dict.fromkeys(i.settlement_id for i, x in parts if x.first_sale or x.refunds)
            yield Excess(mine[0].order, item, sale, refunded, tuple(places))
