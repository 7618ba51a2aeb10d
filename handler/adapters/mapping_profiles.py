"""A profile, from the text of its TOML file."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from handler.adapters.mapping_checks import canonical, check_references
from handler.adapters.mapping_fault import MappingFault, refuse, unusable
from handler.adapters.mapping_parts import Part, ProfileShape, read_shape
from handler.adapters.mapping_policies import check_policies
from handler.adapters.mapping_text import located, toml_tables
from handler.settlement.profile import (
    RELIEVED_BY_DEFAULT,
    AccountRule,
    ClearingPolicy,
    CostAccounts,
    CustomerPolicy,
    DepositRecord,
    Dimensions,
    Granularity,
    Marketplace,
    Policies,
    PostingPolicy,
    Profile,
    ProfileHint,
    Subsidiary,
    UnmappedPolicy,
)

if TYPE_CHECKING:
    from handler.adapters.mapping_shapes import (
        AccountsShape,
        DimensionsShape,
        MarketplaceShape,
        PoliciesShape,
        RuleShape,
        SubsidiaryShape,
        TopShape,
    )


def parse_profile(text: str, file_label: str, name: str, classes: Collection[str]) -> Profile:
    """Return the profile.

    Args:
        text: of the TOML file.
        file_label: what messages call it.
        name: of the profile.
        classes: names of the classes there are; each must have an account.

    Raises:
        UnusableMapping: ``UNUSABLE_MAPPING``, with every fault.
    """
    profile, faults = read_profile(text, file_label, name, classes)
    if profile is None:
        raise unusable(faults)
    return profile


def parse_hint(text: str, file_label: str, name: str) -> ProfileHint:
    """Return what tells whether a file belongs to the profile; accounts are not looked into.

    Raises:
        UnusableMapping: ``UNUSABLE_MAPPING``: no telling what the profile would have claimed.
    """
    tables, faults = toml_tables(text, file_label, "a profile")
    refuse(faults)
    shape, shape_faults = read_shape(tables)
    refuse(located(shape_faults, text, file_label))
    return ProfileHint(
        name=name,
        marketplaces=frozenset(shape.names),
        currencies=frozenset(part.shape.currency for part in shape.marketplaces),
    )


def read_profile(
    text: str, file_label: str, name: str, classes: Collection[str]
) -> tuple[Profile | None, list[MappingFault]]:
    """Return the profile, or ``None`` with every fault that stands in its way."""
    tables, faults = toml_tables(text, file_label, "a profile")
    if faults:
        return None, faults
    shape, shape_faults = read_shape(tables)
    wrong = frozenset(fault.path for fault in shape_faults)
    shape_faults += check_references(shape, classes)
    shape_faults += check_policies(shape, classes, wrong)
    top, accounts, policies = shape.top, shape.accounts, shape.policies
    if shape_faults or accounts is None or policies is None:
        return None, located(shape_faults, text, file_label)
    return _profile(name, shape, top, accounts, policies), []


def _profile(
    name: str,
    shape: ProfileShape,
    top: TopShape,
    accounts: AccountsShape,
    policies: PoliciesShape,
) -> Profile:
    marketplaces = tuple(_marketplace(part, shape) for part in shape.marketplaces)
    home = canonical(shape, shape.home)
    return Profile(
        name=name,
        company=top.company,
        subsidiaries={part.shape.code: _subsidiary(part.shape) for part in shape.subsidiaries},
        marketplaces=marketplaces,
        home=next(found for found in marketplaces if found.names[0] == home),
        clearing=accounts.clearing,
        bank=accounts.bank,
        accounts=dict(accounts.classes),
        rules=tuple(_rule(part.shape) for part in shape.rules),
        sku_groups={sku: group for group, skus in shape.sku_groups.items() for sku in skus},
        policies=_policies(policies),
        orders_receivable=accounts.orders_receivable,
        customer=top.customer,
        refund_liability=accounts.refund_liability if policies.refund_accrual else "",
        cost=_cost(accounts, top.item_costs),
    )


def _policies(found: PoliciesShape) -> Policies:
    return Policies(
        unmapped=UnmappedPolicy(found.unmapped),
        clearing_lines=ClearingPolicy(found.clearing_lines),
        lines_per_entry=found.lines_per_entry,
        posting=PostingPolicy(found.posting),
        relieved=RELIEVED_BY_DEFAULT if found.relieved is None else frozenset(found.relieved),
        granularity=Granularity(found.granularity),
        customers=CustomerPolicy(found.customers),
        refund_accrual_items=found.refund_accrual_items,
        deposit_record=DepositRecord(found.deposit_record),
    )


def _cost(accounts: AccountsShape, item_costs: str) -> CostAccounts | None:
    if not accounts.cogs:
        return None
    stock = {"AFN": accounts.inventory_afn, "MFN": accounts.inventory_mfn}
    inventory = {channel: account for channel, account in stock.items() if account}
    return CostAccounts(accounts.cogs, inventory, item_costs)


def _subsidiary(found: SubsidiaryShape) -> Subsidiary:
    return Subsidiary(
        code=found.code,
        name=found.name,
        currency=found.currency,
        closed_through=found.closed_through,
        due_from_home=found.due_from_home,
        due_to=found.due_to,
    )


def _marketplace(part: Part[MarketplaceShape], shape: ProfileShape) -> Marketplace:
    found = part.shape
    return Marketplace(
        names=tuple(found.names),
        country=found.country,
        currency=found.currency,
        time_zone=ZoneInfo(found.time_zone),
        subsidiary=found.subsidiary,
        dimensions=_dimensions(found),
        by_channel={
            channel: _dimensions(own)
            for channel, own in shape.by_channel.get(part.path, {}).items()
        },
        vat_percent=found.vat_percent,
    )


def _rule(rule: RuleShape) -> AccountRule:
    return AccountRule(
        accounting_class=rule.accounting_class,
        marketplace=rule.marketplace,
        channel=rule.channel,
        sku_group=rule.sku_group,
        account=rule.account,
        dimensions=_dimensions(rule),
        why=rule.why,
    )


def _dimensions(shape: DimensionsShape) -> Dimensions:
    return Dimensions(shape.department, shape.business_class, shape.location, shape.tax_code)
