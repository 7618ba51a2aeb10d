"""What settlements hold of each order, from their order indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from handler.reconciliation.orders import SettledOrder
from handler.settlement.classes import UNMAPPED

if TYPE_CHECKING:
    from handler.settlement.group import Kind
    from handler.settlement.order_index import ClassifyKind, OrderIndex
    from handler.settlement.settle import Mappings


def settled_orders(index: OrderIndex) -> Iterator[SettledOrder]:
    """Yield the orders of one settlement.

    Sales are price, shipping and gift wrap, before discounts and without tax.
    """
    for order, lines in groupby(index.lines(), key=lambda line: line.order):
        items = list(lines)
        yield SettledOrder(
            order_id=order,
            currency=index.currency,
            sales=sum(line.sale for line in items),
            refunds=sum(line.refunded for line in items),
            settlement_id=index.settlement_id,
        )


def all_settled(indexes: Iterable[OrderIndex]) -> Iterator[SettledOrder]:
    """Yield the orders of several settlements; those without sale and refund are left out."""
    for index in indexes:
        yield from (one for one in settled_orders(index) if one.sales or one.refunds)


def classifier(mappings: Mappings) -> ClassifyKind:
    """Return what tells the accounting class of a kind; it remembers what it was asked."""
    known: dict[Kind, str] = {}

    def classify_kind(kind: Kind) -> str:
        if kind not in known:
            rule = mappings.vocabulary.rule(kind)
            known[kind] = rule.accounting_class if rule else UNMAPPED
        return known[kind]

    return classify_kind
