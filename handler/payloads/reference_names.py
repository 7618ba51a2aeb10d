"""Every name that a profile's records may refer by, so that its ids can be written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from handler.payloads.references import KINDS, References

if TYPE_CHECKING:
    from handler.inventory.policy import InventoryPolicy
    from handler.settlement.profile import Dimensions, Profile

Name = tuple[str, str]
_ORDER: Final = {kind: place for place, kind in enumerate(KINDS)}


def names_of(
    profile: Profile | None, policy: InventoryPolicy | None, items: Iterable[str]
) -> list[Name]:
    """Return (kind, name) of all that records may name, each once, by kind and name.

    Posting periods are not among them: there is one more each month.

    Args:
        profile: whose settlements are posted, if any are.
        policy: of its stock, if it keeps any.
        items: NetSuite's items that its listings stand for.
    """
    found: set[Name] = set()
    if profile is not None:
        found.update(_of_settlements(profile))
    if policy is not None:
        found.update(_of_stock(policy))
        found.update(("item", item) for item in items)
    return sorted((name for name in found if name[1]), key=lambda name: (_ORDER[name[0]], name[1]))


def unused(names: Iterable[Name], references: References) -> list[Name]:
    """Return rows of the file that no name asks for, but for posting periods: misspelt ones.

    Args:
        names: as :func:`names_of` gave them.
        references: of the file.
    """
    known = set(names)
    numbers = {("account", name.partition(" ")[0]) for kind, name in known if kind == "account"}
    return [
        row for row in references.ids if row not in known | numbers and row[0] != "posting_period"
    ]


def _of_settlements(profile: Profile) -> Iterator[Name]:
    accounts = [
        profile.clearing,
        profile.bank,
        profile.orders_receivable,
        profile.refund_liability,
        *profile.accounts.values(),
        *(rule.account for rule in profile.rules),
    ]
    if profile.cost is not None:
        accounts += [profile.cost.cogs, *profile.cost.inventory.values()]
    for subsidiary in profile.subsidiaries.values():
        accounts += [subsidiary.due_from_home, subsidiary.due_to]
        yield "subsidiary", subsidiary.name
        yield "currency", subsidiary.currency
    yield from (("account", account) for account in accounts)
    yield "entity", profile.customer
    for marketplace in profile.marketplaces:
        yield "currency", marketplace.currency
        yield from _of_dimensions(marketplace.dimensions)
        for own in marketplace.by_channel.values():
            yield from _of_dimensions(own)
    for rule in profile.rules:
        yield from _of_dimensions(rule.dimensions)


def _of_dimensions(of: Dimensions) -> Iterator[Name]:
    yield "department", of.department
    yield "class", of.business_class
    yield "location", of.location
    yield "tax_code", of.tax_code


def _of_stock(policy: InventoryPolicy) -> Iterator[Name]:
    yield "subsidiary", policy.subsidiary
    yield from (("location", location) for location in policy.fba_locations)
    yield from (("account", account) for account in policy.accounts.values())
