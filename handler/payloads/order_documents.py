"""The outcome of reconciling orders as a document. Lists are capped; the counts are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from handler.core.money import known_currency

if TYPE_CHECKING:
    from handler.payloads.result import Document
    from handler.reconciliation.orders import (
        AmountDifference,
        NetSuiteOrder,
        OrderReconciliation,
        OrderTotal,
    )

# Of each list: together they stay below what an answer may hold.
MOST_SHOWN: Final = 1_000
_T = TypeVar("_T")


def orders_document(outcome: OrderReconciliation) -> dict[str, object]:
    """Return the outcome of reconciling orders; amounts are text in major units."""
    lists = {
        "different": _capped(outcome.different, _different),
        "missing": _capped(outcome.missing, _total),
        "overdue": _capped(outcome.overdue, _order),
        "pending": _capped(outcome.pending, _order),
        "refunded": _capped(outcome.refunded, _total),
        "booked_twice": list(outcome.booked_twice[:MOST_SHOWN]),
        "findings": _capped(outcome.findings, lambda finding: finding.as_dict()),
    }
    counts = {
        "agreed": len(outcome.agreed),
        "different": len(outcome.different),
        "missing": len(outcome.missing),
        "overdue": len(outcome.overdue),
        "pending": len(outcome.pending),
        "refunded": len(outcome.refunded),
        "booked_twice": len(outcome.booked_twice),
        "findings": len(outcome.findings),
    }
    return {"counts": counts, **lists}


def _capped(values: Sequence[_T], shown: Callable[[_T], Document]) -> list[Document]:
    return [shown(value) for value in values[:MOST_SHOWN]]


def _order(order: NetSuiteOrder) -> Document:
    return {
        "order_id": order.order_id,
        "amount": known_currency(order.currency).text(order.amount),
        "currency": order.currency,
        "date": order.day.isoformat(),
        "record": order.record,
    }


def _total(total: OrderTotal) -> Document:
    money = known_currency(total.currency)
    return {
        "order_id": total.order_id,
        "sales": money.text(total.sales),
        "refunds": money.text(total.refunds),
        "currency": money.code,
        "settlement_ids": list(total.settlement_ids),
    }


def _different(one: AmountDifference) -> Document:
    money = known_currency(one.settled.currency)
    return {
        "order_id": one.order.order_id,
        "netsuite": _order(one.order),
        "settled": _total(one.settled),
        "difference": "" if one.difference is None else money.text(one.difference),
        "cause": one.cause,
    }
