"""Effective fee rates of each SKU and marketplace against their own past. Exact: no float."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

from handler.core.finding import Finding
from handler.core.money import Currency, known_currency

if TYPE_CHECKING:
    from handler.settlement.period import Period


class Fee(StrEnum):
    """A fee that is watched: the referral fee by sales, the fulfilment fee by unit."""

    REFERRAL = "referral"
    FULFILMENT = "fulfilment"


@dataclass(frozen=True, slots=True)
class FeeSums:
    """What one SKU sold and cost on one marketplace in one period.

    Attributes:
        sku: the seller's.
        marketplace: where.
        currency: ISO 4217 code.
        period: a month.
        sales: minor units of goods sold, refunds left out.
        referral: minor units of referral fees on them; a cost is positive.
        fulfilment: minor units of FBA fulfilment fees on them; a cost is positive.
        units: sold.
    """

    sku: str
    marketplace: str
    currency: str
    period: Period
    sales: int
    referral: int
    fulfilment: int
    units: int


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """When a change of a rate is a jump: it must pass both thresholds.

    Attributes:
        periods: how many earlier periods with sales make the past.
        least_periods: with fewer there is nothing to compare with.
        least_units: periods with fewer units say too little.
        relative: part of the usual rate.
        referral_points: of sales; 1/100 is one percentage point.
        fulfilment_amount: minor units for each unit.
    """

    periods: int = 6
    least_periods: int = 3
    least_units: int = 5
    relative: Fraction = Fraction(1, 10)
    referral_points: Fraction = Fraction(1, 100)
    fulfilment_amount: Fraction = Fraction(10)


@dataclass(frozen=True, slots=True)
class FeeJump:
    """A rate that left its past behind.

    Attributes:
        sums: the period's figures.
        fee: which.
        rate: referral fee as a part of sales, or minor units of fulfilment fee for each unit.
        usual: median of the past.
        past: periods the median is of, oldest first.
        excess: minor units charged beyond the usual rate; below zero where it fell. Half goes to
            the even one.
    """

    sums: FeeSums
    fee: Fee
    rate: Fraction
    usual: Fraction
    past: tuple[Period, ...]
    excess: int


_Key = tuple[str, str, str]


def watch(
    sums: Iterable[FeeSums], period: Period, policy: FeePolicy | None = None
) -> tuple[FeeJump, ...]:
    """Return the jumps of ``period``, by SKU, marketplace and fee.

    Args:
        sums: of the period and of those before it, in any order; equal keys are added up, later
            periods are not looked at.
        period: the one that is judged.
        policy: how much is a jump; the defaults where ``None``.
    """
    chosen = policy or FeePolicy()
    history: dict[_Key, dict[Period, FeeSums]] = defaultdict(dict)
    for one in sums:
        months = history[one.sku, one.marketplace, one.currency]
        known = months.get(one.period)
        months[one.period] = _added(known, one) if known else one
    return tuple(
        jump
        for _, months in sorted(history.items())
        if period in months
        for fee in Fee
        for jump in _jumps(months, period, fee, chosen)
    )


def fee_findings(jumps: Iterable[FeeJump]) -> tuple[Finding, ...]:
    """Return jumps as notices with their figures."""
    return tuple(_finding(jump) for jump in jumps)


def _added(one: FeeSums, other: FeeSums) -> FeeSums:
    return FeeSums(
        one.sku,
        one.marketplace,
        one.currency,
        one.period,
        one.sales + other.sales,
        one.referral + other.referral,
        one.fulfilment + other.fulfilment,
        one.units + other.units,
    )


def _jumps(
    months: Mapping[Period, FeeSums], period: Period, fee: Fee, policy: FeePolicy
) -> Iterator[FeeJump]:
    current = _rate(months[period], fee, policy)
    rates = [(month, _rate(months[month], fee, policy)) for month in sorted(months)]
    past = [(month, rate) for month, rate in rates if month < period and rate is not None]
    past = past[-policy.periods :]
    if current is None or len(past) < policy.least_periods:
        return
    usual = Fraction(median(rate for _, rate in past))
    change = current - usual
    least = policy.referral_points if fee is Fee.REFERRAL else policy.fulfilment_amount
    if abs(change) > least and abs(change) > policy.relative * usual:
        yield FeeJump(
            sums=months[period],
            fee=fee,
            rate=current,
            usual=usual,
            past=tuple(month for month, _ in past),
            excess=round(change * _base(months[period], fee)),
        )


def _base(sums: FeeSums, fee: Fee) -> int:
    return sums.sales if fee is Fee.REFERRAL else sums.units


def _rate(sums: FeeSums, fee: Fee, policy: FeePolicy) -> Fraction | None:
    """Return the rate; ``None`` where the period says too little.

    No fulfilment fee at all means that the seller shipped: it is no rate of zero.
    """
    charged = sums.referral if fee is Fee.REFERRAL else sums.fulfilment
    base = _base(sums, fee)
    if base <= 0 or sums.units < policy.least_units:
        return None
    if fee is Fee.FULFILMENT and charged == 0:
        return None
    return Fraction(charged, base)


def _finding(jump: FeeJump) -> Finding:
    sums = jump.sums
    money = known_currency(sums.currency)
    rate, usual = _shown(jump.rate, jump.fee, money), _shown(jump.usual, jump.fee, money)
    return Finding(
        "FEE_JUMP",
        f"SKU {sums.sku} on {sums.marketplace}, {jump.fee} fee",
        f"The {jump.fee} fee of SKU {sums.sku} on {sums.marketplace} was {rate} in "
        f"{sums.period.label}, usually {usual} (median of {len(jump.past)} periods): "
        f"{money.text(jump.excess)} {money.code} over {sums.units} units.",
        {
            "period": str(sums.period),
            "rate": rate,
            "usual": usual,
            "past": [str(period) for period in jump.past],
            "excess": money.text(jump.excess),
            "currency": money.code,
            "sales": money.text(sums.sales),
            "referral": money.text(sums.referral),
            "fulfilment": money.text(sums.fulfilment),
            "units": sums.units,
        },
    )


def _shown(rate: Fraction, fee: Fee, money: Currency) -> str:
    """Return a rate for the eye: "15.00 %" or "3.22 USD a unit", the last digit rounded."""
    if fee is Fee.REFERRAL:
        return f"{Currency('', 2).text(round(rate * 10_000))} %"
    return f"{money.text(round(rate))} {money.code} a unit"
