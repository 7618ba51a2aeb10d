"""NetSuite's orders against what Amazon settled for them: exact, with a tolerance of zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handler.core.finding import Finding
from handler.core.money import known_currency

OVERDUE_DAYS = 30


@dataclass(frozen=True, slots=True)
class NetSuiteOrder:
    """A sale as NetSuite has it.

    Attributes:
        order_id: Amazon's.
        amount: minor units of ``currency``, as the buyer paid it.
        currency: ISO 4217 code.
        day: of the order.
        record: NetSuite's own id, for the eye.
    """

    order_id: str
    amount: int
    currency: str
    day: date
    record: str = ""


@dataclass(frozen=True, slots=True)
class SettledOrder:
    """What one settlement holds of an order; an order may come in several.

    Attributes:
        order_id: Amazon's.
        currency: ISO 4217 code of the settlement.
        sales: minor units of its sale rows that NetSuite's amount stands for (not the fees).
        refunds: minor units of its refund rows, below zero.
        settlement_id: where the rows are.
    """

    order_id: str
    currency: str
    sales: int
    refunds: int
    settlement_id: str


@dataclass(frozen=True, slots=True)
class OrderTotal:
    """An order over all settlements given, in one currency; amounts in minor units."""

    order_id: str
    currency: str
    sales: int
    refunds: int
    settlement_ids: tuple[str, ...]

    @property
    def refund_only(self) -> bool:
        """Whether its sale was settled before what is looked at here."""
        return self.sales == 0 and self.refunds != 0


@dataclass(frozen=True, slots=True)
class AmountDifference:
    """An order that both have, with different amounts.

    Attributes:
        order: NetSuite's; of one booked twice, the first.
        settled: Amazon's.
        difference: NetSuite's less Amazon's, in minor units; ``None`` in two currencies.
        cause: the likely one, in words.
    """

    order: NetSuiteOrder
    settled: OrderTotal
    difference: int | None
    cause: str


@dataclass(frozen=True, slots=True)
class OrderReconciliation:
    """The outcome; every order id is in exactly one of the first six, by order id.

    Attributes:
        agreed: same amount.
        different: other amount or currency.
        missing: settled, not in NetSuite.
        pending: in NetSuite, not settled yet, and not for long.
        overdue: in NetSuite, and not settled for longer than orders take.
        refunded: in NetSuite, and only its refund is here: its sale was settled before.
        booked_twice: ids that NetSuite has more than one record of; they are judged by the first.
        findings: for the register.
    """

    agreed: tuple[OrderTotal, ...]
    different: tuple[AmountDifference, ...]
    missing: tuple[OrderTotal, ...]
    pending: tuple[NetSuiteOrder, ...]
    overdue: tuple[NetSuiteOrder, ...]
    refunded: tuple[OrderTotal, ...]
    booked_twice: tuple[str, ...]
    findings: tuple[Finding, ...]


def reconcile_orders(
    orders: Iterable[NetSuiteOrder],
    settled: Iterable[SettledOrder],
    *,
    as_of: date,
    overdue_days: int = OVERDUE_DAYS,
) -> OrderReconciliation:
    """Reconcile NetSuite's orders to settlements, whatever the order they come in.

    Args:
        orders: NetSuite's.
        settled: Amazon's, summed over settlements here.
        as_of: the day that age is reckoned to.
        overdue_days: an order not settled longer than this is overdue.
    """
    books: dict[str, list[NetSuiteOrder]] = defaultdict(list)
    for order in orders:
        books[order.order_id].append(order)
    for records in books.values():
        records.sort(key=lambda order: (order.day, order.record, order.currency, order.amount))
    totals = _totals(settled)
    agreed, different, refunded = [], [], []
    for order_id in sorted(books.keys() & totals.keys()):
        order = books[order_id][0]
        total = _of_currency(totals[order_id], order.currency)
        if total.refund_only:
            refunded.append(total)
        elif (total.sales, total.currency) == (order.amount, order.currency):
            agreed.append(total)
        else:
            different.append(_difference(order, total))
    unsettled = [books[order_id][0] for order_id in sorted(books.keys() - totals.keys())]

    def late(order: NetSuiteOrder) -> bool:
        return (as_of - order.day).days > overdue_days

    overdue = [order for order in unsettled if late(order)]
    missing = [total for key in sorted(totals.keys() - books.keys()) for total in totals[key]]
    twice = [order_id for order_id in sorted(books) if len(books[order_id]) > 1]
    return OrderReconciliation(
        agreed=tuple(agreed),
        different=tuple(different),
        missing=tuple(missing),
        pending=tuple(order for order in unsettled if not late(order)),
        overdue=tuple(overdue),
        refunded=tuple(refunded),
        booked_twice=tuple(twice),
        findings=(
            *(_different_finding(one) for one in different),
            *(_missing_finding(one) for one in missing),
            *(_overdue_finding(one, as_of) for one in overdue),
            *(_twice_finding(books[one]) for one in twice),
        ),
    )


def _totals(settled: Iterable[SettledOrder]) -> Mapping[str, Sequence[OrderTotal]]:
    parts: dict[str, dict[str, list[SettledOrder]]] = defaultdict(lambda: defaultdict(list))
    for one in settled:
        parts[one.order_id][one.currency].append(one)
    return {
        order_id: [
            OrderTotal(
                order_id=order_id,
                currency=code,
                sales=sum(one.sales for one in found),
                refunds=sum(one.refunds for one in found),
                settlement_ids=tuple(sorted({one.settlement_id for one in found})),
            )
            for code, found in sorted(by_currency.items())
        ]
        for order_id, by_currency in parts.items()
    }


def _of_currency(totals: Sequence[OrderTotal], code: str) -> OrderTotal:
    return next((total for total in totals if total.currency == code), totals[0])


def _difference(order: NetSuiteOrder, total: OrderTotal) -> AmountDifference:
    if order.currency != total.currency:
        return AmountDifference(order, total, None, "NetSuite has the order in another currency")
    difference = order.amount - total.sales
    if difference == total.refunds:
        cause = "NetSuite has the order net of its refund"
    elif order.amount == 0:
        cause = "NetSuite has the order with no amount"
    elif total.sales and order.amount % total.sales == 0 and order.amount > 0:
        cause = f"NetSuite has the order {order.amount // total.sales} times over"
    elif difference > 0:
        cause = "part of the order is not settled, or NetSuite counts tax or shipping that is not"
    else:
        cause = "NetSuite lacks part of the order, such as an item, tax or shipping"
    return AmountDifference(order, total, difference, cause)


def _different_finding(one: AmountDifference) -> Finding:
    ours, theirs = known_currency(one.settled.currency), known_currency(one.order.currency)
    settled, booked = ours.text(one.settled.sales), theirs.text(one.order.amount)
    return Finding(
        "ORDER_AMOUNT",
        f"order {one.order.order_id}",
        f"NetSuite has order {one.order.order_id} with {booked} {theirs.code}, Amazon settled "
        f"{settled} {ours.code}: {one.cause}.",
        {
            "netsuite": booked,
            "netsuite_currency": theirs.code,
            "settled": settled,
            "settled_currency": ours.code,
            "difference": "" if one.difference is None else ours.text(one.difference),
            "settlements": list(one.settled.settlement_ids),
            "record": one.order.record,
        },
    )


def _missing_finding(total: OrderTotal) -> Finding:
    money = known_currency(total.currency)
    what = "refunded" if total.refund_only else "settled"
    amount = money.text(total.refunds if total.refund_only else total.sales)
    return Finding(
        "ORDER_MISSING",
        f"order {total.order_id}",
        f"Amazon {what} {amount} {money.code} of order {total.order_id}, and NetSuite does not "
        "have it.",
        {
            "sales": money.text(total.sales),
            "refunds": money.text(total.refunds),
            "currency": money.code,
            "settlements": list(total.settlement_ids),
        },
    )


def _overdue_finding(order: NetSuiteOrder, as_of: date) -> Finding:
    money = known_currency(order.currency)
    days = (as_of - order.day).days
    return Finding(
        "ORDER_OVERDUE",
        f"order {order.order_id}",
        f"Order {order.order_id} of {order.day.isoformat()}, {money.text(order.amount)} "
        f"{money.code}, is in NetSuite and not settled after {days} days.",
        {
            "amount": money.text(order.amount),
            "currency": money.code,
            "day": order.day.isoformat(),
            "days": days,
            "record": order.record,
        },
    )


def _twice_finding(records: Sequence[NetSuiteOrder]) -> Finding:
    first = records[0]
    return Finding(
        "ORDER_BOOKED_TWICE",
        f"order {first.order_id}",
        f"NetSuite has {len(records)} records of order {first.order_id}.",
        {"records": [one.record for one in records], "count": len(records)},
    )
