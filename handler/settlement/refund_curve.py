"""A seller's own refund curve: which share of the sales came back at which age, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from handler.settlement.late_refunds import AGES, link
from handler.settlement.order_index import OrderIndex

# The last bucket has no end; sales are held against it once they are this old.
_LAST_DAY: Final = 120
_LAST_BUCKET: Final = AGES[-1][0]


@dataclass(frozen=True, slots=True)
class BucketShare:
    """How much of the sales came back at the ages of one bucket.

    Attributes:
        name: of the bucket, as in ``late_refunds.AGES``.
        items: order items sold long enough ago to have left the bucket.
        sales: their sum in minor units.
        refunded: what was given back of them at these ages, above zero.
        by_age: the same by age in days.
        share: refunded by sales; ``None`` where the history is too short: unknown, not zero.
    """

    name: str
    items: int
    sales: int
    refunded: int
    by_age: Mapping[int, int]
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class RefundCurve:
    """Shares of sales refunded, by age; the currency is the history's.

    Attributes:
        through: the last day of the history.
        buckets: one for each of ``late_refunds.AGES``.
    """

    through: date
    buckets: tuple[BucketShare, ...]

    @property
    def known(self) -> bool:
        """Whether it can carry a proposal; the bucket without an end may stay unknown."""
        return all(each.share is not None for each in self.buckets if each.name != _LAST_BUCKET)

    def to_come(self, age: int) -> Fraction:
        """Return the share still to be refunded of what is not refunded at ``age`` days."""
        before = after = Fraction(0)
        for each in self.buckets:
            if not each.share:
                continue
            late = sum(amount for days, amount in each.by_age.items() if days > age)
            after += Fraction(late, each.sales)
            before += Fraction(each.refunded - late, each.sales)
        if before >= 1 or after <= 0:
            return Fraction(0)
        return min(after / (1 - before), Fraction(1))


@dataclass(frozen=True, slots=True)
class SalesHistory:
    """What was sold and given back, by the day of the sale.

    Attributes:
        sales: (day, marketplace) -> minor units.
        items: day -> order items sold.
        refunds: (day of the sale, marketplace, day, minor units given back).
    """

    sales: Mapping[tuple[date, str], int]
    items: Mapping[date, int]
    refunds: Sequence[tuple[date, str, date, int]]


def curve(indexes: Iterable[OrderIndex], minimum_items: int) -> RefundCurve | None:
    """Return the seller's refund curve, or ``None`` without any history.

    Raises:
        ValueError: the indexes are in several currencies.
    """
    history = distinct(indexes)
    return curve_of(sales_history(history), history[-1].end, minimum_items) if history else None


def distinct(indexes: Iterable[OrderIndex]) -> list[OrderIndex]:
    """Return each settlement once, the oldest first.

    Raises:
        ValueError: they are in several currencies.
    """
    history = {index.settlement_id: index for index in indexes}
    currencies = sorted({index.currency for index in history.values()})
    if len(currencies) > 1:
        raise ValueError(f"one curve is of one currency, not of {', '.join(currencies)}")
    return sorted(history.values(), key=lambda index: (index.end, index.settlement_id))


def sales_history(history: Sequence[OrderIndex]) -> SalesHistory:
    """Return the sales with their refunds, of settlements with the oldest first."""
    sales: defaultdict[tuple[date, str], int] = defaultdict(int)
    items: defaultdict[date, int] = defaultdict(int)
    refunds: list[tuple[date, str, date, int]] = []
    for place, index in enumerate(history):
        for line in index.lines():
            if line.first_sale is not None:
                sales[line.first_sale, line.marketplace] += line.sale
                items[line.first_sale] += 1
        refunds.extend(
            (refund.sale_day, refund.marketplace, refund.day, -refund.amount)
            for refund in link(index, history[:place]).linked
        )
    return SalesHistory(sales, items, refunds)


def curve_of(days: SalesHistory, through: date, minimum_items: int) -> RefundCurve:
    """Return the curve of a history that ends on ``through``."""
    buckets = []
    first = 0
    for name, last in AGES:
        last_day = _LAST_DAY if last is None else last
        observed = {day for day in days.items if day + timedelta(days=last_day) <= through}
        by_age: defaultdict[int, int] = defaultdict(int)
        for sold, _, day, amount in days.refunds:
            age = max((day - sold).days, 0)
            if sold in observed and first <= age <= last_day:
                by_age[age] += amount
        items = sum(days.items[day] for day in observed)
        sales = sum(amount for (day, _), amount in days.sales.items() if day in observed)
        refunded = sum(by_age.values())
        enough = items >= max(minimum_items, 1) and sales > 0
        share = Fraction(refunded, sales) if enough else None
        buckets.append(BucketShare(name, items, sales, refunded, dict(by_age), share))
        first = last_day + 1
    return RefundCurve(through, tuple(buckets))
