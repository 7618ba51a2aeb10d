"""The choices a company makes once: the values behind a profile's [policies]."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UnmappedPolicy(StrEnum):
    """What happens to a settlement with a kind that no rule names."""

    SUSPENSE = "suspense"
    HOLD = "hold"


class ClearingPolicy(StrEnum):
    """Whether each section of an entry has a clearing line of its own, or the entry has one."""

    SECTION = "section"
    NET = "net"


class PostingPolicy(StrEnum):
    """Whether this entry books the sales, or only settles what was booked order by order.

    By order, the middleware has posted each order as a sale or an invoice of its own: the entry
    then relieves orders receivable, and no revenue is booked twice.
    """

    SUMMARY = "summary"
    BY_ORDER = "by_order"


class Granularity(StrEnum):
    """How fine the lines are: one for each class of the month, or one for each day, order ..."""

    SETTLEMENT = "settlement"
    DAY = "day"
    ORDER = "order"
    SKU_GROUP = "sku_group"


class CustomerPolicy(StrEnum):
    """Who owes the orders: one Amazon customer, or each buyer's own customer record."""

    AMAZON = "amazon"
    INDIVIDUAL = "individual"


class DepositRecord(StrEnum):
    """What a matched bank deposit is posted as."""

    JOURNAL_ENTRY = "journal_entry"
    DEPOSIT = "deposit"  # where NetSuite's deposit can say it: money in, all other lines credits


# What a middleware posts with an order: the rest is Amazon's own and never in an order.
RELIEVED_BY_DEFAULT = frozenset(
    "product_sales shipping_income gift_wrap_income product_refunds shipping_refunds promotions "
    "shipping_promotions sales_tax_collected marketplace_facilitator_tax "
    "regulatory_fees_collected".split()
)


@dataclass(frozen=True, slots=True)
class Policies:
    """The choices a company makes once.

    Attributes:
        unmapped: suspense account, or hold the settlement.
        clearing_lines: one for each section, or one for the whole entry.
        lines_per_entry: entries with more are split, each part balanced.
        posting: book the sales here, or relieve orders receivable.
        relieved: classes that orders posted one by one have booked already.
        granularity: how fine the lines are.
        customers: who owes the orders.
        refund_accrual_items: sold items that each age of the refund curve must rest on.
        deposit_record: what a matched bank deposit is posted as.
    """

    unmapped: UnmappedPolicy = UnmappedPolicy.SUSPENSE
    clearing_lines: ClearingPolicy = ClearingPolicy.SECTION
    lines_per_entry: int = 900
    posting: PostingPolicy = PostingPolicy.SUMMARY
    relieved: frozenset[str] = RELIEVED_BY_DEFAULT
    granularity: Granularity = Granularity.SETTLEMENT
    customers: CustomerPolicy = CustomerPolicy.AMAZON
    refund_accrual_items: int = 100
    deposit_record: DepositRecord = DepositRecord.JOURNAL_ENTRY
