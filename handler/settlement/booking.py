"""Which line of which entry a group belongs to: the company's policies, applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handler.settlement.classes import AccountingClass
from handler.settlement.classify import ClassifiedGroup
from handler.settlement.journal import JournalLine
from handler.settlement.period import Period, open_period
from handler.settlement.profile import CustomerPolicy, Dimensions, Granularity, Profile


class LineKey(NamedTuple):
    """What the rows of one journal line have in common, in the order lines are sorted by."""

    subsidiary: str
    posting: Period
    posted: Period
    rank: int
    section: str
    accounting_class: str
    account: str
    dimensions: tuple[str, str, str, str]
    detail: str
    entity: str
    marketplace: str


def line_key(
    found: ClassifiedGroup, classes: Mapping[str, AccountingClass], profile: Profile
) -> LineKey:
    """Return the line that a classified group belongs to."""
    key, marketplace = found.group.key, found.marketplace
    accounting_class = classes[found.accounting_class]
    account, dimensions = profile.booking(
        found.accounting_class, marketplace, key.channel, key.sku_group
    )
    entity = ""
    if profile.relieves(found.accounting_class):
        account = profile.orders_receivable
        # A receivable line without a buyer's order has nobody else to stand on.
        if profile.policies.customers is CustomerPolicy.AMAZON or not key.order:
            entity = profile.customer
    posted = Period.of(key.day)
    closed_through = profile.subsidiaries[marketplace.subsidiary].closed_through
    return LineKey(
        subsidiary=marketplace.subsidiary,
        posting=open_period(posted, closed_through),
        posted=posted,
        rank=accounting_class.rank,
        section=accounting_class.section,
        accounting_class=found.accounting_class,
        account=account,
        dimensions=(
            dimensions.department,
            dimensions.business_class,
            dimensions.location,
            dimensions.tax_code,
        ),
        detail=_detail(found, profile),
        entity=entity,
        # Marketplaces share a line unless something asks them apart: VAT rates differ by country.
        marketplace=marketplace.names[0] if marketplace.vat_percent else "",
    )


def _detail(found: ClassifiedGroup, profile: Profile) -> str:
    key = found.group.key
    match profile.policies.granularity:
        case Granularity.DAY:
            return key.day.isoformat()
        case Granularity.ORDER:
            return key.order
        case Granularity.SKU_GROUP:
            return key.sku_group
        case Granularity.SETTLEMENT:
            return ""


def line(
    key: LineKey,
    members: Sequence[ClassifiedGroup],
    classes: Mapping[str, AccountingClass],
    profile: Profile,
) -> JournalLine:
    """Return the line of all groups with one key."""
    net = sum(found.group.amount for found in members)
    memo = classes[key.accounting_class].label
    if key.detail:
        memo += f", {key.detail}"
    if key.posted != key.posting:
        memo += f" ({key.posted.label}, closed)"
    return JournalLine(
        account=key.account,
        accounting_class=key.accounting_class,
        debit=max(-net, 0),  # Amazon took it: a cost
        credit=max(net, 0),  # Amazon owes it: an income
        memo=memo,
        row_count=sum(found.group.rows for found in members),
        groups=tuple(found.group.key for found in members),
        section=key.section,
        period=key.posted,
        dimensions=Dimensions(*key.dimensions),
        entity=key.entity,
        order=key.detail if profile.policies.granularity is Granularity.ORDER else "",
    )
