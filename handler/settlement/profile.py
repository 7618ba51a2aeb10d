"""A company's profile: who books what where. The values behind mappings/profiles/*.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from handler.settlement.grouping import Grouping


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


@dataclass(frozen=True, slots=True)
class Dimensions:
    """NetSuite's segments of a line; empty ones are not sent."""

    department: str = ""
    business_class: str = ""
    location: str = ""
    tax_code: str = ""

    def over(self, base: Dimensions) -> Dimensions:
        """Return these dimensions, with ``base`` where they are empty."""
        return Dimensions(
            self.department or base.department,
            self.business_class or base.business_class,
            self.location or base.location,
            self.tax_code or base.tax_code,
        )


@dataclass(frozen=True, slots=True)
class Subsidiary:
    """A legal entity in NetSuite.

    Attributes:
        code: short, part of every external id.
        name: as NetSuite knows it (name or internal id).
        currency: its base currency.
        closed_through: last day of the last closed period; nothing is posted on or before it.
        due_from_home: account in its books for what the entity that gets the deposit owes it.
        due_to: account in that other entity's books for the same.
    """

    code: str
    name: str
    currency: str
    closed_through: date | None = None
    due_from_home: str = ""
    due_to: str = ""


@dataclass(frozen=True, slots=True)
class Marketplace:
    """A store front of Amazon.

    Attributes:
        names: as reports spell it; the first is its own, the others mean the same.
        country: ISO 3166 code.
        currency: ISO 4217 code that its settlements come in.
        time_zone: the zone its posting days are reckoned in.
        subsidiary: code of the entity that sells there.
        dimensions: of every line of this marketplace.
        by_channel: dimensions of its AFN or MFN rows, over the former.
        vat_percent: rate of the VAT that its prices include and the seller owes ("20", "5.5");
            empty where prices are net or Amazon withholds the tax.
    """

    names: tuple[str, ...]
    country: str
    currency: str
    time_zone: ZoneInfo
    subsidiary: str
    dimensions: Dimensions = Dimensions()
    by_channel: Mapping[str, Dimensions] = field(default_factory=dict)
    vat_percent: str = ""


@dataclass(frozen=True, slots=True)
class CostAccounts:
    """Where the cost of goods goes, for a company that books it with the settlement.

    Attributes:
        cogs: the cost's account.
        inventory: channel -> the stock account its units leave; the units of a channel without
            one are somebody else's to book.
        item_costs: the table of unit costs, as named below the mappings' folder.
    """

    cogs: str
    inventory: Mapping[str, str]
    item_costs: str


@dataclass(frozen=True, slots=True)
class AccountRule:
    """Another account or other dimensions for part of a class.

    Empty conditions hold for anything; of the rules that hold, the one with most conditions wins.

    Attributes:
        why: the accountant's reason.
    """

    accounting_class: str
    marketplace: str = ""
    channel: str = ""
    sku_group: str = ""
    account: str = ""
    dimensions: Dimensions = Dimensions()
    why: str = ""

    @property
    def conditions(self) -> tuple[str, str, str]:
        """What a row must be; casefolded marketplace, channel, SKU group."""
        return (self.marketplace.casefold(), self.channel, self.sku_group)

    def holds(self, marketplace: str, channel: str, sku_group: str) -> bool:
        """Return whether the rule is about such rows."""
        row = (marketplace.casefold(), channel, sku_group)
        return all(want in ("", have) for want, have in zip(self.conditions, row, strict=True))


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
    """

    unmapped: UnmappedPolicy = UnmappedPolicy.SUSPENSE
    clearing_lines: ClearingPolicy = ClearingPolicy.SECTION
    lines_per_entry: int = 900
    posting: PostingPolicy = PostingPolicy.SUMMARY
    relieved: frozenset[str] = RELIEVED_BY_DEFAULT
    granularity: Granularity = Granularity.SETTLEMENT
    customers: CustomerPolicy = CustomerPolicy.AMAZON
    refund_accrual_items: int = 100


@dataclass(frozen=True)
class Profile:
    """One company's choices, validated.

    Attributes:
        name: of the profile, and of the folder under raw-settlements/.
        company: for an accountant's eye.
        subsidiaries: code -> entity.
        marketplaces: every store front it sells on.
        home: the marketplace that rows without one belong to; its subsidiary gets the deposit.
        clearing: the clearing account.
        bank: the account the deposits arrive on.
        accounts: accounting class -> GL account, complete.
        rules: finer accounts.
        sku_groups: SKU -> group, for rules that ask for one.
        policies: the choices.
        orders_receivable: the account that orders posted one by one stand on.
        customer: NetSuite's customer "Amazon", the entity of receivable lines.
        refund_liability: account of refunds expected; empty where none are accrued.
        only: the one settlement that is read, of a file that holds several; empty in every profile
            as written, set for a single call.
        cost: the accounts of the cost of goods; ``None`` where it is booked elsewhere.
    """

    name: str
    company: str
    subsidiaries: Mapping[str, Subsidiary]
    marketplaces: tuple[Marketplace, ...]
    home: Marketplace
    clearing: str
    bank: str
    accounts: Mapping[str, str]
    rules: tuple[AccountRule, ...] = ()
    sku_groups: Mapping[str, str] = field(default_factory=dict)
    policies: Policies = Policies()
    orders_receivable: str = ""
    customer: str = ""
    refund_liability: str = ""
    only: str = ""
    cost: CostAccounts | None = None

    @cached_property
    def _by_name(self) -> Mapping[str, Marketplace]:
        return {
            name.casefold(): marketplace
            for marketplace in self.marketplaces
            for name in marketplace.names
        }

    def marketplace(self, name: str) -> Marketplace | None:
        """Return the marketplace a report calls ``name``; the home one for an empty name."""
        return self._by_name.get(name.casefold()) if name else self.home

    @property
    def currencies(self) -> frozenset[str]:
        """Every currency its settlements come in."""
        return frozenset(marketplace.currency for marketplace in self.marketplaces)

    @cached_property
    def grouping(self) -> Grouping:
        """How a reader must tell rows apart so that this profile can book them."""
        return Grouping(
            default_zone=self.home.time_zone,
            zones={name: found.time_zone for name, found in self._by_name.items()},
            sku_groups=self.sku_groups,
            by_order=self.policies.granularity is Granularity.ORDER,
            by_day=self.policies.granularity is Granularity.DAY,
            settlement_id=self.only,
        )

    def relieves(self, accounting_class: str) -> bool:
        """Return whether rows of a class settle orders that are in the books already."""
        policies = self.policies
        return policies.posting is PostingPolicy.BY_ORDER and accounting_class in policies.relieved

    def booking(
        self, accounting_class: str, marketplace: Marketplace, channel: str, sku_group: str
    ) -> tuple[str, Dimensions]:
        """Return the account and the dimensions of rows of one class."""
        base = marketplace.by_channel.get(channel, Dimensions()).over(marketplace.dimensions)
        found = [
            rule
            for rule in self.rules
            if rule.accounting_class == accounting_class
            and any(rule.holds(name, channel, sku_group) for name in marketplace.names)
        ]
        if not found:
            return self.accounts[accounting_class], base
        rule = max(found, key=lambda r: [bool(c) for c in r.conditions].count(True))
        return rule.account or self.accounts[accounting_class], rule.dimensions.over(base)


@dataclass(frozen=True, slots=True)
class ProfileHint:
    """What tells whether a file belongs to a profile, without building the profile."""

    name: str
    marketplaces: frozenset[str]
    currencies: frozenset[str]
