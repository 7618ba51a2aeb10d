"""A settlement's orders in short: what a later settlement must know to place its refunds.

Refunds come weeks after their sales, and no settlement can keep all earlier files open. So each
leaves an index: one sorted line for each order item, sums only. The index stays bytes in memory and
is searched where it lies: a look-back over six large settlements costs some tens of megabytes.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from handler.core.source import Source
from handler.settlement import readers
from handler.settlement.group import Kind
from handler.settlement.grouping import Grouping
from handler.settlement.order_lines import OrderLine, parsed, seek
from handler.settlement.readers.date_range_columns import COLUMN_NAMES, ORDER_ID, SKU
from handler.settlement.row import Row

ClassifyKind = Callable[[Kind], str]

SCHEMA: Final = 1
# Inbound fees carry the shipment to the warehouse where orders carry their number.
_SHIPMENT: Final = re.compile(r"FBA[0-9A-Z]*", re.IGNORECASE)
# The same fact as each format names it, the flat files first: they are the large ones.
_ORDER: Final = (
    "order-id", "amazonorderid", "order_id", ORDER_ID,
    *(name.casefold() for name in COLUMN_NAMES[ORDER_ID]),
)  # fmt: skip
_ITEM: Final = ("order-item-code", "amazonorderitemcode", "orderitemid")
_SKU: Final = (SKU,)


class Role(StrEnum):
    """What an amount is to its order; most (fees) are nothing to it."""

    SALE = "sale"
    REFUND = "refund"
    GOODWILL = "goodwill"
    COLLECTED = "collected"
    WITHHELD = "withheld"
    NONE = ""


_ROLES: Final[Mapping[str, Role]] = {
    "product_sales": Role.SALE,
    "shipping_income": Role.SALE,
    "gift_wrap_income": Role.SALE,
    "product_refunds": Role.REFUND,
    "shipping_refunds": Role.REFUND,
    "restocking_fees": Role.REFUND,
    "chargebacks": Role.REFUND,
    "goodwill_refunds": Role.GOODWILL,
    "sales_tax_collected": Role.COLLECTED,
    "tax_retrocharges": Role.COLLECTED,
    "marketplace_facilitator_tax": Role.WITHHELD,
}


class BrokenIndex(ValueError):
    """The bytes are no index, or one of another version: it is to be made anew."""


@dataclass(frozen=True, slots=True)
class OrderIndex:
    """The orders of one settlement.

    Attributes:
        settlement_id: Amazon's number.
        currency: ISO 4217 code of every amount.
        start: first day of the settlement, in the home marketplace's zone.
        end: its last day.
        roles: each kind of the file, and what it was taken for.
        body: a line for each order item, sorted, as :meth:`OrderLine.written` writes it.
    """

    settlement_id: str
    currency: str
    start: date
    end: date
    roles: Mapping[Kind, Role]
    body: bytes

    def __len__(self) -> int:
        """How many order items it has."""
        return self.body.count(b"\n")

    def lines(self) -> Iterator[OrderLine]:
        """Yield every line, by order and item."""
        start = 0
        while start < len(self.body):
            end = self.body.index(b"\n", start)
            yield parsed(self.body[start:end])
            start = end + 1

    def of_order(self, order: str) -> tuple[OrderLine, ...]:
        """Return the items of an order; none where the settlement does not know it."""
        prefix = order.encode("utf-8", "replace") + b"\t"
        start, found = seek(self.body, prefix), []
        while self.body.startswith(prefix, start):
            end = self.body.index(b"\n", start)
            found.append(parsed(self.body[start:end]))
            start = end + 1
        return tuple(found)

    def agrees(self, classify_kind: ClassifyKind) -> bool:
        """Return whether these rules would take every kind for what it was taken for."""
        return all(role_of(classify_kind(kind)) is role for kind, role in self.roles.items())


def build(source: Source, grouping: Grouping, classify_kind: ClassifyKind) -> OrderIndex:
    """Read a settlement's orders in one pass.

    Args:
        source: the raw file.
        grouping: how the profile tells rows apart; here it dates them.
        classify_kind: the accounting class of a kind.

    Raises:
        UnusableFile: the file is no settlement report.
    """
    header = readers.header(source, grouping.settlement_id)
    roles: dict[Kind, Role] = {}
    sums: dict[str, _Sums] = {}
    for row in readers.rows(source, grouping):
        kind = row.key.kind
        role = roles.get(kind)
        if role is None:
            role = roles[kind] = role_of(classify_kind(kind))
        if role is Role.NONE:
            continue
        order = order_of(row)
        if not order:
            continue
        key = f"{order}\t{_fact(row.cells, _ITEM)}"
        found = sums.get(key)
        if found is None:
            found = sums[key] = _Sums()
        found.add(role, row)
    zone = grouping.default_zone
    return OrderIndex(
        settlement_id=header.settlement_id,
        currency=header.currency.code,
        start=header.start.day_in(zone),
        end=header.end.day_in(zone),
        roles=roles,
        # UTF-8 sorts as its text does, so the lines are sorted as bytes too. Each sum is let go as
        # its line is written: both need not be in memory whole.
        body=b"".join(sums.pop(key).line(key).written() for key in sorted(sums)),
    )


def role_of(accounting_class: str) -> Role:
    """Return what an amount of a class is to its order."""
    return _ROLES.get(accounting_class, Role.NONE)


def order_of(row: Row) -> str:
    """Return the order a row belongs to; empty where it names none, or a shipment instead."""
    order = _plain(row.key.order) or _fact(row.cells, _ORDER)
    return "" if _SHIPMENT.fullmatch(order) else order


def pack(index: OrderIndex) -> bytes:
    """Return the bytes of an index; the same index gives the same bytes."""
    head = {
        "schema": SCHEMA,
        "settlement_id": index.settlement_id,
        "currency": index.currency,
        "start": index.start.isoformat(),
        "end": index.end.isoformat(),
        "lines": len(index),
        "kinds": [[*kind, str(role)] for kind, role in sorted(index.roles.items())],
    }
    text = json.dumps(head, separators=(",", ":"))
    # The best level takes ten times as long as this one and saves a tenth.
    return gzip.compress(text.encode() + b"\n" + index.body, compresslevel=1, mtime=0)


def unpack(packed: bytes) -> OrderIndex:
    """Return the index that :func:`pack` packed.

    Raises:
        BrokenIndex: the bytes are damaged, or of another version.
    """
    try:
        text, _, body = gzip.decompress(packed).partition(b"\n")
        head = json.loads(text)
        found = OrderIndex(
            settlement_id=str(head["settlement_id"]),
            currency=str(head["currency"]),
            start=date.fromisoformat(head["start"]),
            end=date.fromisoformat(head["end"]),
            roles={Kind(*kind): Role(role) for *kind, role in head["kinds"]},
            body=body,
        )
        whole = head["schema"] == SCHEMA and head["lines"] == len(found)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise BrokenIndex(f"the order index cannot be read: {error}") from error
    if not whole:
        raise BrokenIndex("the order index is of another version, or not whole")
    return found


class _Sums:
    """A line in the making."""

    __slots__ = (
        "collected", "first_sale", "goodwill", "marketplace", "refunds", "sale", "sku", "withheld",
    )  # fmt: skip

    def __init__(self) -> None:
        self.sale = self.goodwill = self.collected = 0
        self.withheld: int | None = None
        self.first_sale: date | None = None
        self.refunds: dict[date, int] | None = None
        self.sku = self.marketplace = ""

    def add(self, role: Role, row: Row) -> None:
        """Add one amount. Of several names the least is kept, so that no order of rows matters."""
        day, amount = row.key.day, row.amount
        if role is Role.SALE:
            self.sale += amount
            if self.first_sale is None or day < self.first_sale:
                self.first_sale = day
        elif role is Role.COLLECTED:
            self.collected += amount
        elif role is Role.WITHHELD:
            self.withheld = (self.withheld or 0) + amount
        else:
            self.refunds = self.refunds or {}
            self.refunds[day] = self.refunds.get(day, 0) + amount
            if role is Role.GOODWILL:
                self.goodwill += amount
        self.sku = _least(self.sku, _fact(row.cells, _SKU))
        self.marketplace = _least(self.marketplace, row.key.marketplace)

    def line(self, key: str) -> OrderLine:
        """Return the line of the order and item that ``key`` names, parted by a tab."""
        order, item = key.split("\t")
        refunds = sorted((self.refunds or {}).items())
        return OrderLine(
            order=order,
            item=item,
            sku=self.sku,
            marketplace=_plain(self.marketplace),
            first_sale=self.first_sale,
            sale=self.sale,
            # A refund and its reversal on one day are nothing given back.
            refunds=tuple((day, amount) for day, amount in refunds if amount),
            goodwill=self.goodwill,
            collected=self.collected,
            withheld=self.withheld,
        )


def _least(one: str, other: str) -> str:
    return min(one, other) if one and other else one or other


def _fact(cells: Mapping[str, str], names: tuple[str, ...]) -> str:
    text = cells.get(names[0])  # a flat file's own name: no row of a large file goes further
    if text is None:
        folded = {name.casefold(): value for name, value in cells.items()}
        text = next((folded[name] for name in names if name in folded), "")
    return _plain(text)


def _plain(text: str) -> str:
    # Text of XML and JSON may hold the marks that part an index's lines and fields.
    return " ".join(text.split())
