"""What the parts of a profile say about each other, and about the classes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from handler.adapters.mapping_fault import one_of, shown
from handler.adapters.mapping_shapes import RuleShape, ShapeFault

if TYPE_CHECKING:
    from handler.adapters.mapping_parts import Part, ProfileShape
    from handler.adapters.toml_lines import Path

_SEGMENTS = ("department", "business_class", "location", "tax_code")
CLASS = "a class of classes.csv: "


def check_references(shape: ProfileShape, classes: Collection[str]) -> Iterator[ShapeFault]:
    """Yield every fault between parts that are right by themselves."""
    yield from _subsidiaries(shape)
    yield from _marketplaces(shape)
    yield from _accounts(shape, classes)
    yield from _rules(shape, classes)
    yield from _ties(shape)
    yield from _sku_groups(shape)


def canonical(shape: ProfileShape, name: str) -> str:
    """Return the first name of the marketplace called ``name``, which its other names mean too."""
    for part in shape.marketplaces:
        if name.casefold() in [other.casefold() for other in part.shape.names]:
            return part.shape.names[0]
    return name


def _subsidiaries(shape: ProfileShape) -> Iterator[ShapeFault]:
    places: dict[str, Path] = {}
    for part in shape.subsidiaries:
        code, path = part.shape.code, (*part.path, "code")
        if code and code in places:
            yield ShapeFault(path, f"the code {shown(code)} again", "each code once", places[code])
        places.setdefault(code, path)


def _marketplaces(shape: ProfileShape) -> Iterator[ShapeFault]:
    places: dict[str, Path] = {}
    for part in shape.marketplaces:
        if part.shape.subsidiary and part.shape.subsidiary not in shape.codes:
            yield ShapeFault(
                (*part.path, "subsidiary"),
                f"the subsidiary {shown(part.shape.subsidiary)}",
                one_of(shape.codes, part.shape.subsidiary),
            )
        for place, name in enumerate(part.shape.names):
            path = (*part.path, "names", place)
            if name.casefold() in places:
                yield ShapeFault(
                    path,
                    f"the marketplace {shown(name)} again",
                    "each name once in the profile, capitals or not",
                    places[name.casefold()],
                )
            places.setdefault(name.casefold(), path)
    if shape.home and not _known(shape.home, shape.names):
        yield ShapeFault(
            ("home",), f"the marketplace {shown(shape.home)}", one_of(shape.names, shape.home)
        )


def _accounts(shape: ProfileShape, classes: Collection[str]) -> Iterator[ShapeFault]:
    if shape.accounts is None:
        return
    accounts = shape.accounts
    if accounts.bank and accounts.bank == accounts.clearing:
        yield ShapeFault(
            ("accounts", "bank"),
            f"the clearing account {shown(accounts.bank)} as bank",
            "two accounts: the deposit moves from one to the other",
        )
    for name, account in accounts.classes.items():
        path = ("accounts", "classes", name)
        if name not in classes:
            yield ShapeFault(
                path, f"an account for the class {shown(name)}", CLASS + one_of(classes, name)
            )
        if account == accounts.clearing:
            yield ShapeFault(path, f"the clearing account for {name}", NOT_CLEARING)
    if shape.accounted is None:
        return
    for name in classes:
        if name not in shape.accounted:
            yield ShapeFault(
                ("accounts", "classes", name),
                f"no account for the class {name}",
                f'{name} = "number and name" in [accounts.classes]',
            )


NOT_CLEARING = "another account: clearing could not return to zero"


def _rules(shape: ProfileShape, classes: Collection[str]) -> Iterator[ShapeFault]:
    for part in shape.rules:
        rule = part.shape
        if rule.accounting_class and rule.accounting_class not in classes:
            yield ShapeFault(
                (*part.path, "class"),
                f"the class {shown(rule.accounting_class)}",
                CLASS + one_of(classes, rule.accounting_class),
            )
        if rule.marketplace and not _known(rule.marketplace, shape.names):
            yield ShapeFault(
                (*part.path, "marketplace"),
                f"the marketplace {shown(rule.marketplace)}",
                one_of(shape.names, rule.marketplace),
            )
        if rule.sku_group and rule.sku_group not in shape.sku_groups:
            yield ShapeFault(
                (*part.path, "sku_group"),
                f"the SKU group {shown(rule.sku_group)}",
                one_of(shape.sku_groups, rule.sku_group),
            )
        if rule.account and shape.accounts and rule.account == shape.accounts.clearing:
            yield ShapeFault((*part.path, "account"), "the clearing account", NOT_CLEARING)
        changes = rule.account or any(getattr(rule, segment) for segment in _SEGMENTS)
        if part.sound and not changes:
            yield ShapeFault(
                part.path,
                "a rule that changes nothing",
                "an account, department, netsuite_class, location or tax_code",
            )


def _ties(shape: ProfileShape) -> Iterator[ShapeFault]:
    """Yield the rules between which no row could choose."""
    for first, second in combinations(shape.rules, 2):
        if first.shape.accounting_class != second.shape.accounting_class:
            continue
        one, other = _conditions(shape, first), _conditions(shape, second)
        sound = first.sound and second.sound
        same_count = one.count("") == other.count("")
        overlap = all(not a or not b or a == b for a, b in zip(one, other, strict=True))
        if sound and same_count and overlap:
            as_other = "the same conditions as" if one == other else "as many conditions as"
            yield ShapeFault(
                second.path,
                f"a rule for {second.shape.accounting_class} with {as_other} another that "
                "holds for the same rows",
                "conditions that exclude each other, or one more in one of the two",
                first.path,
            )


def _conditions(shape: ProfileShape, part: Part[RuleShape]) -> tuple[str, str, str]:
    rule = part.shape
    return (canonical(shape, rule.marketplace).casefold(), rule.channel, rule.sku_group)


def _sku_groups(shape: ProfileShape) -> Iterator[ShapeFault]:
    places: dict[str, Path] = {}
    for group, skus in shape.sku_groups.items():
        for place, sku in enumerate(skus):
            if sku in places:
                yield ShapeFault(
                    ("sku_groups", group, place),
                    f"the SKU {shown(sku)} again",
                    "each SKU once",
                    places[sku],
                )
            places.setdefault(sku, ("sku_groups", group, place))


def _known(name: str, names: Collection[str]) -> bool:
    return name.casefold() in [known.casefold() for known in names]
