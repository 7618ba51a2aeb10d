"""The two flat files, described: which columns they have and what each amount is called.

V1 spreads amounts over several columns and puts their names into the columns beside them, or into
the transaction type. Both are told here in V2's vocabulary, so that one table of rules and one
journal serve both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from handler.settlement.group import Kind

Cells = Mapping[str, str]
OTHER = "other-transaction"


@dataclass(frozen=True, slots=True)
class AmountColumn:
    """A column that may hold an amount, and what an amount there is.

    Attributes:
        name: the column.
        kind: from the row's classifying cells to the amount's kind.
    """

    name: str
    kind: Callable[[Cells], Kind]


@dataclass(frozen=True, slots=True)
class FlatLayout:
    """One flat format.

    Attributes:
        format: its name in answers.
        classifying: columns that decide an amount's kind.
        amounts: columns that hold amounts.
        posted: columns with the posting time, the most exact first; a file has one at least.
        may_lack_amount: whether a row may carry a quantity and no amount.
    """

    format: str
    classifying: tuple[str, ...]
    amounts: tuple[AmountColumn, ...]
    posted: tuple[str, ...]
    may_lack_amount: bool

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which the file is not of this format."""
        return (
            *HEADER_FACTS,
            *(name for name in self.classifying if name not in V1_OPTIONAL),
            *(column.name for column in self.amounts if column.name not in V1_OPTIONAL),
        )


TOTAL = "total-amount"
HEADER_FACTS = (
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    TOTAL,
    "currency",
)
DEPOSIT_DATE = "deposit-date"
QUANTITY = "quantity-purchased"
SKU = "sku"
ORDER = "order-id"
MARKETPLACE = "marketplace-name"
CHANNEL = "fulfillment-id"


def _v2(cells: Cells) -> Kind:
    return Kind(cells["transaction-type"], cells["amount-type"], cells["amount-description"])


FLAT_V2 = FlatLayout(
    format="flat_v2",
    classifying=("transaction-type", "amount-type", "amount-description"),
    amounts=(AmountColumn("amount", _v2),),
    posted=("posted-date-time", "posted-date"),
    may_lack_amount=False,
)


def _typed(name: str, type_column: str, amount_type: str) -> AmountColumn:
    return AmountColumn(
        name, lambda cells: Kind(cells["transaction-type"], amount_type, cells[type_column])
    )


def _item_fee(cells: Cells) -> Kind:
    # A ServiceFee is no order's fee: V2 names the service in the amount type.
    transaction, fee = cells["transaction-type"], cells["item-related-fee-type"]
    if transaction == "ServiceFee":
        return Kind(transaction, fee, "TransactionTotalAmount")
    return Kind(transaction, "ItemFees", fee)


def _other_fee(cells: Cells) -> Kind:
    transaction, reason = cells["transaction-type"], cells["other-fee-reason-description"]
    if transaction == "ServiceFee":
        return Kind(transaction, cells["item-related-fee-type"] or "OtherFees", reason)
    return Kind(transaction, "OtherFees", reason)


FLAT_V1 = FlatLayout(
    format="flat_v1",
    classifying=(
        "transaction-type",
        "shipment-fee-type",
        "order-fee-type",
        "price-type",
        "item-related-fee-type",
        "other-fee-reason-description",
        "promotion-type",
        "direct-payment-type",
    ),
    amounts=(
        _typed("price-amount", "price-type", "ItemPrice"),
        AmountColumn("item-related-fee-amount", _item_fee),
        _typed("promotion-amount", "promotion-type", "Promotion"),
        # In V1 the transaction type of such a row is V2's description.
        AmountColumn("other-amount", lambda cells: Kind(OTHER, OTHER, cells["transaction-type"])),
        _typed("shipment-fee-amount", "shipment-fee-type", "ShipmentFees"),
        _typed("order-fee-amount", "order-fee-type", "OrderFees"),
        AmountColumn(
            "misc-fee-amount", lambda cells: Kind(cells["transaction-type"], "MiscFee", "")
        ),
        AmountColumn("other-fee-amount", _other_fee),
        _typed("direct-payment-amount", "direct-payment-type", "DirectPayment"),
    ),
    posted=("posted-date",),
    may_lack_amount=True,
)
# V1 comes with 33 or with 36 columns: the older one has no promotions.
V1_OPTIONAL = frozenset({"promotion-amount", "promotion-type"})
