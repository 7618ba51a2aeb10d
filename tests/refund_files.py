"""Settlements with sales, refunds and taxes, and their indexes, for tests across settlements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from builders import AFile, a_file, a_row, mappings

from handler.core.source import from_bytes
from handler.settlement import order_index
from handler.settlement.classes import UNMAPPED
from handler.settlement.group import Kind
from handler.settlement.order_index import OrderIndex

ORDER = "111-1111111-1111111"
MAPPINGS = mappings()
GROUPING = MAPPINGS.profile.grouping


def classify_kind(kind: Kind) -> str:
    rule = MAPPINGS.vocabulary.rule(kind)
    return rule.accounting_class if rule else UNMAPPED


def _row(kind: str, amount: str, day: str, order: str, item: str, **cells: str) -> dict[str, str]:
    return a_row(
        transaction_type=kind,
        amount=amount,
        order_id=order,
        order_item_code=item,
        posted_date=day,
        posted_date_time=f"{day} 12:00:00 UTC",
        **cells,
    )


def sale(
    amount: str = "10.00",
    day: str = "2025-08-05",
    order: str = ORDER,
    item: str = "1",
    **cells: str,
) -> dict[str, str]:
    return _row("Order", amount, day, order, item, **cells)


def refund(
    amount: str = "-10.00",
    day: str = "2025-08-20",
    order: str = ORDER,
    item: str = "1",
    **cells: str,
) -> dict[str, str]:
    return _row("Refund", amount, day, order, item, **cells)


def tax(amount: str = "1.00", **cells: str) -> dict[str, str]:
    return sale(amount, **{"amount_description": "Tax", **cells})


def withheld(amount: str = "-1.00", **cells: str) -> dict[str, str]:
    return sale(
        amount,
        amount_type="ItemWithheldTax",
        amount_description="MarketplaceFacilitatorTax-Principal",
        **cells,
    )


def a_settlement(number: int, *rows: Mapping[str, str]) -> AFile:
    """The settlement of the fortnight with a number: 1 begins on 2025-08-01."""
    start = date(2025, 8, 1) + timedelta(days=14 * (number - 1))
    end = start + timedelta(days=14)
    return a_file(
        rows,
        total=str(sum((Decimal(row["amount"]) for row in rows), Decimal("0.00"))),
        settlement_id=f"1170000{number:04}",
        start=f"{start} 10:00:00 UTC",
        end=f"{end} 10:00:00 UTC",
        deposit=f"{end + timedelta(days=2)} 10:00:00 UTC",
    )


def index_of(content: AFile | bytes) -> OrderIndex:
    raw = content if isinstance(content, bytes) else content.content()
    return order_index.build(from_bytes(raw), GROUPING, classify_kind)


def an_index(number: int, *rows: Mapping[str, str]) -> OrderIndex:
    return index_of(a_settlement(number, *rows))
