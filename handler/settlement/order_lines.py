"""A line of an order index, as a value and as bytes, and how lines are found among sorted bytes."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class OrderLine(NamedTuple):
    """An item of an order in one settlement; amounts in minor units, as the file signs them.

    Attributes:
        order: Amazon's order id.
        item: the order item code; empty where the file names none.
        sku: the seller's.
        marketplace: as the file spells it.
        first_sale: the first day of its sale rows; ``None`` where the settlement has none.
        sale: price, shipping and gift wrap, without tax and discounts.
        refunds: what was given back on each day, days in order; goodwill and chargebacks too.
        goodwill: the part of the refunds that was given beyond the sale.
        collected: tax the buyer paid, retrocharges too.
        withheld: tax Amazon withheld; ``None`` where it withheld none, which is not zero.
    """

    order: str
    item: str
    sku: str
    marketplace: str
    first_sale: date | None
    sale: int
    refunds: tuple[tuple[date, int], ...]
    goodwill: int
    collected: int
    withheld: int | None

    @property
    def refunded(self) -> int:
        """Sum of the refunds; zero or below, unless more was taken back than refunded."""
        return sum(amount for _, amount in self.refunds)

    def written(self) -> bytes:
        """Return the line as bytes with its end; no text of it may hold a tab or a line end."""
        fields = (
            self.order,
            self.item,
            self.sku,
            self.marketplace,
            self.first_sale.isoformat() if self.first_sale else "",
            str(self.sale or ""),
            ",".join(f"{day.isoformat()}:{amount}" for day, amount in self.refunds),
            str(self.goodwill or ""),
            str(self.collected or ""),
            "" if self.withheld is None else str(self.withheld),
        )
        return "\t".join(fields).encode("utf-8", "replace") + b"\n"


def parsed(line: bytes) -> OrderLine:
    """Return the line that :meth:`OrderLine.written` wrote, given without its end."""
    order, item, sku, market, first, sale, refunds, goodwill, collected, withheld = (
        line.decode().split("\t")
    )
    pairs = (pair.split(":") for pair in refunds.split(",") if pair)
    return OrderLine(
        order=order,
        item=item,
        sku=sku,
        marketplace=market,
        first_sale=date.fromisoformat(first) if first else None,
        sale=int(sale or 0),
        refunds=tuple((date.fromisoformat(day), int(amount)) for day, amount in pairs),
        goodwill=int(goodwill or 0),
        collected=int(collected or 0),
        withheld=int(withheld) if withheld else None,
    )


def seek(body: bytes, prefix: bytes) -> int:
    """Return where the first line stands that is not before ``prefix``."""
    low, high = 0, len(body)
    while low < high:
        middle = (low + high) // 2
        start = max(body.rfind(b"\n", low, middle) + 1, low)
        if body[start : start + len(prefix)] < prefix:
            low = body.index(b"\n", middle) + 1
        else:
            high = start
    return low
