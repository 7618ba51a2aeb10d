"""A month-end proposal for refunds still to come, from the seller's own refund curve.

Sales of the closing month will be refunded in later ones. What share of sales came back at which
age, in this seller's own history, says how much to expect: an entry for the accountant to judge,
with its reversal on the first of the next month. Every share is an exact fraction; nothing is
proposed from a history too short to tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from handler.settlement.journal import JournalEntry, JournalLine, line_without_rows
from handler.settlement.order_index import OrderIndex
from handler.settlement.period import Period
from handler.settlement.refund_curve import (
    RefundCurve,
    SalesHistory,
    curve_of,
    distinct,
    sales_history,
)

REFUND_LIABILITY: Final = "refund_liability"
_REFUNDS: Final = "product_refunds"


@dataclass(frozen=True, slots=True)
class RefundAccrualPolicy:
    """What a company decides about the accrual.

    Attributes:
        enabled: whether anything is proposed.
        refunds_account: contra revenue, debited.
        liability_account: what refunds are expected on, credited.
        minimum_items: order items sold long enough ago that a bucket must rest on.
    """

    enabled: bool = False
    refunds_account: str = ""
    liability_account: str = ""
    minimum_items: int = 100


@dataclass(frozen=True, slots=True)
class RefundAccrual:
    """A proposal for one entity.

    Attributes:
        entry: Dr refunds, Cr refund liability, on the last day of the closing month.
        reversal_date: the first of the next month; NetSuite reverses the entry by itself then.
        sales: minor units of the closing month's sales.
        not_refunded: what of them was not given back by the month's end.
    """

    entry: JournalEntry
    reversal_date: date
    sales: int
    not_refunded: int


@dataclass(frozen=True, slots=True)
class AccrualProposal:
    """What is proposed for a closing month.

    Attributes:
        accruals: one for each entity with something to accrue.
        curve: what they rest on; ``None`` where there is no history.
        why_none: in words, where nothing is proposed; else empty.
        sales_through: the last day whose sales are known.
    """

    accruals: tuple[RefundAccrual, ...]
    curve: RefundCurve | None
    why_none: str
    sales_through: date | None


def propose(
    indexes: Iterable[OrderIndex],
    closing: Period,
    policy: RefundAccrualPolicy,
    subsidiary_of: Callable[[str], str],
) -> AccrualProposal:
    """Propose the accrual of a month from all settlements known.

    Args:
        indexes: of one currency, in any order; one for each settlement.
        closing: the month to close.
        policy: the company's choices.
        subsidiary_of: the entity's code of a marketplace as files spell it, the empty name too.

    Raises:
        ValueError: the indexes are in several currencies.
    """
    if not policy.enabled:
        return AccrualProposal((), None, "The profile does not switch refund accruals on.", None)
    history = distinct(indexes)
    if not history:
        return AccrualProposal((), None, "Unknown: there is no settlement to learn from.", None)
    days = sales_history(history)
    found = curve_of(days, history[-1].end, policy.minimum_items)
    through = min(found.through, closing.last_day)
    if not found.known:
        thin = ", ".join(
            f"{each.name} days: {each.items}" for each in found.buckets if each.share is None
        )
        why = (
            f"Unknown: order items sold long enough ago to tell ({thin}) are fewer than "
            f"{policy.minimum_items}."
        )
        return AccrualProposal((), found, why, through)
    if through < closing.first_day:
        why = f"Unknown: no settlement reaches into {closing.label}."
        return AccrualProposal((), found, why, None)
    accruals = _accruals(days, found, closing, policy, history[0].currency, subsidiary_of)
    why = "" if accruals else f"Nothing is left to expect of the sales of {closing.label}."
    return AccrualProposal(accruals, found, why, through)


def _accruals(
    days: SalesHistory,
    found: RefundCurve,
    closing: Period,
    policy: RefundAccrualPolicy,
    currency: str,
    subsidiary_of: Callable[[str], str],
) -> tuple[RefundAccrual, ...]:
    sold: defaultdict[tuple[str, date], int] = defaultdict(int)
    left: defaultdict[tuple[str, date], int] = defaultdict(int)
    for (day, market), amount in days.sales.items():
        if Period.of(day) == closing:
            sold[subsidiary_of(market), day] += amount
            left[subsidiary_of(market), day] += amount
    for day, market, refunded, amount in days.refunds:
        if Period.of(day) == closing and refunded <= closing.last_day:
            left[subsidiary_of(market), day] -= amount
    made = []
    for code in sorted({code for code, _ in sold}):
        mine = {day: max(amount, 0) for (owner, day), amount in left.items() if owner == code}
        expected = sum(
            (found.to_come((closing.last_day - day).days) * amount for day, amount in mine.items()),
            Fraction(0),
        )
        # The only rounding of all, half up to the minor unit: the entry is an estimate anyway.
        amount = (2 * expected.numerator + expected.denominator) // (2 * expected.denominator)
        if amount > 0:
            sales = sum(amount for (owner, _), amount in sold.items() if owner == code)
            entry = _entry(amount, code, closing, policy, currency)
            made.append(RefundAccrual(entry, closing.next.first_day, sales, sum(mine.values())))
    return tuple(made)


def _entry(
    amount: int, code: str, closing: Period, policy: RefundAccrualPolicy, currency: str
) -> JournalEntry:
    memo = f"Refunds expected of the sales of {closing.label}"

    def line(account: str, accounting_class: str, signed: int) -> JournalLine:
        return line_without_rows(account, accounting_class, signed, memo, "refunds", closing)

    return JournalEntry(
        external_id=f"AMZ-{code}-REFACC-{currency}-{closing.year:04}{closing.month:02}",
        subsidiary=code,
        currency=currency,
        tran_date=closing.last_day,
        period=closing,
        memo=memo,
        lines=(
            line(policy.refunds_account, _REFUNDS, amount),
            line(policy.liability_account, REFUND_LIABILITY, -amount),
        ),
    )
