"""What a profile's policies ask of its other parts: accounts, customers, groups and tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from handler.adapters.mapping_checks import CLASS, NOT_CLEARING, canonical
from handler.adapters.mapping_fault import one_of, shown
from handler.adapters.mapping_shapes import (
    AccountsShape,
    PoliciesShape,
    ShapeFault,
    SubsidiaryShape,
)
from handler.settlement.cogs import SOLD_CLASS
from handler.settlement.profile import RELIEVED_BY_DEFAULT

if TYPE_CHECKING:
    from handler.adapters.mapping_parts import Part, ProfileShape
    from handler.adapters.toml_lines import Path

# Where VAT taken out of prices goes; see settlement/vat.py.
_TAX_CLASS = "sales_tax_collected"


def check_policies(
    shape: ProfileShape, classes: Collection[str], wrong: Collection[Path]
) -> Iterator[ShapeFault]:
    """Yield what the policies ask for and the rest of the profile does not give.

    Args:
        shape: the profile's parts.
        classes: names of the classes there are.
        wrong: paths that are faulty by themselves: what stands there is no longer known.
    """
    found = [*_entities(shape), *_vat(shape, classes)]
    if shape.policies is not None:
        found += _relieved(shape.policies, classes)
        found += _granularity(shape, shape.policies)
    if shape.accounts is not None and shape.policies is not None:
        found += _refund_accrual(shape.policies, shape.accounts)
    if shape.accounts is not None:
        found += _clearing(shape.accounts)
        found += _costs(shape, shape.accounts)
        if shape.policies is not None and shape.policies.posting == "by_order":
            found += _by_order(shape, shape.accounts, shape.policies)
    yield from (fault for fault in found if fault.path not in wrong)


def _by_order(
    shape: ProfileShape, accounts: AccountsShape, policies: PoliciesShape
) -> Iterator[ShapeFault]:
    if not accounts.orders_receivable:
        yield ShapeFault(
            ("accounts", "orders_receivable"),
            'no orders_receivable with posting = "by_order"',
            "the account that orders posted one by one stand on",
        )
    if policies.customers == "amazon" and not shape.top.customer:
        yield ShapeFault(
            ("customer",),
            'no customer with posting = "by_order"',
            'NetSuite\'s customer for Amazon, at the top of the file, or customers = "individual"',
        )
    relieved = RELIEVED_BY_DEFAULT if policies.relieved is None else policies.relieved
    if accounts.cogs and SOLD_CLASS in relieved:
        yield ShapeFault(
            ("accounts", "cogs"),
            'cogs with posting = "by_order"',
            "one of the two: orders posted one by one book the cost of their goods themselves",
        )


def _relieved(policies: PoliciesShape, classes: Collection[str]) -> Iterator[ShapeFault]:
    places: dict[str, Path] = {}
    for place, name in enumerate(policies.relieved or []):
        path: Path = ("policies", "relieved", place)
        if name not in classes:
            yield ShapeFault(path, f"the class {shown(name)}", CLASS + one_of(classes, name))
        elif name in places:
            yield ShapeFault(path, f"the class {name} again", "each class once", places[name])
        places.setdefault(name, path)


def _refund_accrual(policies: PoliciesShape, accounts: AccountsShape) -> Iterator[ShapeFault]:
    if policies.refund_accrual and not accounts.refund_liability:
        yield ShapeFault(
            ("accounts", "refund_liability"),
            "no refund_liability with refund_accrual = true",
            "the account that expected refunds are credited to",
        )


def _granularity(shape: ProfileShape, policies: PoliciesShape) -> Iterator[ShapeFault]:
    if policies.customers == "individual" and policies.granularity != "order":
        yield ShapeFault(
            ("policies", "customers"),
            f'customers = "individual" with granularity = "{policies.granularity}"',
            'granularity = "order": a line of several orders has no one customer',
        )
    if policies.granularity == "sku_group" and not shape.sku_groups:
        yield ShapeFault(
            ("policies", "granularity"),
            'granularity = "sku_group" without groups',
            'SKUs by group in [sku_groups]: "GROUP" = ["SKU1", ...]',
        )


def _clearing(accounts: AccountsShape) -> Iterator[ShapeFault]:
    for name in ("orders_receivable", "refund_liability", "cogs", "inventory_afn", "inventory_mfn"):
        if accounts.clearing and getattr(accounts, name) == accounts.clearing:
            yield ShapeFault(("accounts", name), f"the clearing account as {name}", NOT_CLEARING)


def _costs(shape: ProfileShape, accounts: AccountsShape) -> Iterator[ShapeFault]:
    inventory = [name for name in ("inventory_afn", "inventory_mfn") if getattr(accounts, name)]
    if not accounts.cogs:
        if inventory or shape.top.item_costs:
            named = (*inventory, "item_costs")[0]
            yield ShapeFault(
                ("accounts", "cogs"), f"no cogs beside {named}", "the account of the cost of goods"
            )
        return
    if not shape.top.item_costs:
        yield ShapeFault(
            ("item_costs",),
            "no item_costs beside cogs",
            'the table of unit costs, at the top of the file: item_costs = "costs/NAME.csv"',
        )
    if not inventory:
        yield ShapeFault(
            ("accounts", "inventory_afn"),
            "neither inventory_afn nor inventory_mfn beside cogs",
            "the account of the stock whose cost is booked",
        )
    for name in inventory:
        if getattr(accounts, name) == accounts.cogs:
            yield ShapeFault(
                ("accounts", name),
                f"the account {shown(accounts.cogs)} for cogs and {name}",
                "two accounts: the cost moves from one to the other",
            )


def _entities(shape: ProfileShape) -> Iterator[ShapeFault]:
    clearing = shape.accounts.clearing if shape.accounts else ""
    selling = {part.shape.subsidiary for part in shape.marketplaces}
    home = canonical(shape, shape.home)
    paid = {part.shape.subsidiary for part in shape.marketplaces if home in part.shape.names[:1]}
    for part in shape.subsidiaries:
        given = {name: getattr(part.shape, name) for name in ("due_from_home", "due_to")}
        for name, account in given.items():
            if account and account == clearing:
                yield ShapeFault(
                    (*part.path, name), f"the clearing account as {name}", NOT_CLEARING
                )
        if all(given.values()):
            continue
        if any(given.values()):
            lacking = next(name for name, account in given.items() if not account)
            yield _lacking(part, lacking, f"no {lacking} for {part.shape.code}")
        elif paid and part.shape.code in selling - paid:
            yield _lacking(
                part, "due_from_home", f"no due_from_home and no due_to for {part.shape.code}"
            )


def _lacking(part: Part[SubsidiaryShape], name: str, found: str) -> ShapeFault:
    return ShapeFault(
        (*part.path, name),
        found,
        "both: due_from_home in its own books, due_to in those of the entity Amazon pays",
    )


def _vat(shape: ProfileShape, classes: Collection[str]) -> Iterator[ShapeFault]:
    for part in shape.marketplaces:
        if part.shape.vat_percent and _TAX_CLASS not in classes:
            yield ShapeFault(
                (*part.path, "vat_percent"),
                f"vat_percent, and no class {_TAX_CLASS}",
                f"the class {_TAX_CLASS} in classes.csv: its account takes the VAT",
            )
