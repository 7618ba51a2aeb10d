"""A company's profile: who books what where. The values behind mappings/profiles/*.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from handler.settlement.grouping import Grouping
from handler.settlement.policies import (
    RELIEVED_BY_DEFAULT,
    ClearingPolicy,
    CustomerPolicy,
    DepositRecord,
    Granularity,
    Policies,
    PostingPolicy,
    UnmappedPolicy,
)

__all__ = [
    "RELIEVED_BY_DEFAULT",
    "AccountRule",
    "ClearingPolicy",
    "CostAccounts",
    "CustomerPolicy",
    "DepositRecord",
    "Dimensions",
    "Granularity",
    "Marketplace",
    "Policies",
    "PostingPolicy",
    "Profile",
    "ProfileHint",
    "Subsidiary",
    "UnmappedPolicy",
]


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
    policies: Policies = field(default_factory=Policies)
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
