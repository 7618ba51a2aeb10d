"""What the refunds of a settlement give to say: late ones, orphans, refunds above the sale."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from handler.core.finding import Finding
from handler.core.money import Currency, known_currency
from handler.settlement.late_refunds import Excess, OrphanRefund, RefundLinks, by_age, by_period

# Enough to look up one by one; the rest is counted.
MOST_NAMED: Final = 20
# Amazon's own retention of settlement reports.
_KEPT: Final = "Amazon keeps settlement reports for about 90 days"


def findings(links: RefundLinks) -> tuple[Finding, ...]:
    """Return the findings of a settlement's refunds; none of them holds it."""
    money = known_currency(links.currency)
    return (*_exceeding(links, money), *_late(links, money), *_orphans(links, money))


def _late(links: RefundLinks, money: Currency) -> Iterator[Finding]:
    late = links.late
    if not late:
        return
    total = sum(refund.amount for refund in late)
    periods = by_period(late)
    named = "; ".join(
        f"{period}: {share.count}, {money.text(share.amount)}" for period, share in periods.items()
    )
    yield Finding(
        "LATE_REFUND",
        f"settlement {links.settlement_id}",
        f"{len(late)} refund(s) of {money.text(total)} {money.code} take back sales of earlier "
        f"settlements, by the period of the sale: {named}. They are posted where they arrived; "
        "the period of the sale is not reopened.",
        {
            "count": len(late),
            "amount": money.text(total),
            "currency": money.code,
            "by_period": [
                f"{period}: {share.count}, {money.text(share.amount)}"
                for period, share in periods.items()
            ],
            "by_age_in_days": [
                f"{age}: {share.count}, {money.text(share.amount)}"
                for age, share in by_age(late).items()
            ],
        },
    )


def _orphans(links: RefundLinks, money: Currency) -> Iterator[Finding]:
    orders = [
        (order, tuple(refunds)) for order, refunds in groupby(links.orphans, lambda one: one.order)
    ]
    if not links.looked_in:
        # The first settlement of all: every refund of an older sale is one, and naming each would
        # say the same thing again and again.
        named, rest = [], orders
    else:
        orders.sort(key=lambda pair: (-abs(_sum(pair[1])), pair[0]))
        named, rest = orders[:MOST_NAMED], orders[MOST_NAMED:]
    looked = (
        f"the {len(links.looked_in)} earlier settlement(s) looked in ({', '.join(links.looked_in)})"
        if links.looked_in
        else "this settlement, and no earlier one is known"
    )
    for order, refunds in named:
        yield Finding(
            "ORPHAN_REFUND",
            f"order {order}",
            f"{money.text(_sum(refunds))} {money.code} of order {order} was refunded, and its "
            f"sale is neither in this settlement nor in {looked}. The look-back is bounded, and "
            f"{_KEPT}.",
            {
                "order": order,
                "order_item_codes": sorted({one.item for one in refunds if one.item}),
                "amount": money.text(_sum(refunds)),
                "currency": money.code,
                "days": sorted({one.day.isoformat() for one in refunds}),
                "looked_in": list(links.looked_in),
            },
        )
    if rest:
        total = sum(_sum(refunds) for _, refunds in rest)
        more = "more " if named else ""
        yield Finding(
            "ORPHAN_REFUND",
            f"settlement {links.settlement_id}, {more}orders",
            f"{len(rest)} {more}order(s) with refunds of {money.text(total)} {money.code} have no "
            f"sale in {'this settlement nor in ' if links.looked_in else ''}{looked}. The "
            f"look-back is bounded, and {_KEPT}.",
            {
                "orders": len(rest),
                "amount": money.text(total),
                "currency": money.code,
                "looked_in": list(links.looked_in),
            },
        )


def _exceeding(links: RefundLinks, money: Currency) -> Iterator[Finding]:
    found = sorted(links.exceeding, key=lambda one: (one.sale - one.refunded, one.order, one.item))
    for one in found[:MOST_NAMED]:
        item = f", item {one.item}" if one.item else ""
        yield Finding(
            "REFUND_EXCEEDS_SALE",
            f"order {one.order}{item}",
            f"{money.text(one.refunded)} {money.code} was given back of order {one.order}{item}, "
            f"and its known sale brought {money.text(one.sale)}: {money.text(_over(one))} more.",
            {
                "order": one.order,
                "order_item_code": one.item,
                "sale": money.text(one.sale),
                "refunded": money.text(one.refunded),
                "excess": money.text(_over(one)),
                "currency": money.code,
                "settlements": list(one.settlements),
            },
        )
    rest = found[MOST_NAMED:]
    if rest:
        over = sum(_over(one) for one in rest)
        yield Finding(
            "REFUND_EXCEEDS_SALE",
            f"settlement {links.settlement_id}, more orders",
            f"{len(rest)} more refunds exceed their sales by {money.text(over)} {money.code}.",
            {"refunds": len(rest), "excess": money.text(over), "currency": money.code},
        )


def _over(one: Excess) -> int:
    return one.refunded - one.sale


def _sum(refunds: tuple[OrphanRefund, ...]) -> int:
    return sum(refund.amount for refund in refunds)
