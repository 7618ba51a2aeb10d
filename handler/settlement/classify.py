"""From Amazon's kinds to accounting classes, with what is unknown told, never dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from handler.core.finding import Finding
from handler.core.money import Currency
from handler.settlement.classes import UNMAPPED
from handler.settlement.group import Group, Kind
from handler.settlement.profile import Marketplace, Profile, UnmappedPolicy
from handler.settlement.report import Header, SettlementReport
from handler.settlement.vocabulary import Vocabulary

# Looking for the nearest rule compares with every rule; enough for any honest file.
_MOST_PROPOSALS = 25
# Named one by one; a file with more is none that anybody maps by hand.
_MOST_NAMED = 500


@dataclass(frozen=True, slots=True)
class ClassifiedGroup:
    """A group with its place in the books."""

    group: Group
    accounting_class: str
    marketplace: Marketplace


@dataclass(frozen=True, slots=True)
class KindUse:
    """One kind as a settlement uses it: class, number of amounts, and their sum (minor units)."""

    kind: Kind
    accounting_class: str
    rows: int
    amount: int


@dataclass(frozen=True, slots=True)
class Classified:
    """All groups of a report with their classes.

    Attributes:
        groups: in the report's order.
        kinds: each kind once, the unmapped ones too.
        findings: kinds without a rule, marketplaces and currencies that are not the profile's.
    """

    groups: tuple[ClassifiedGroup, ...]
    kinds: tuple[KindUse, ...]
    findings: tuple[Finding, ...]


def classify(report: SettlementReport, vocabulary: Vocabulary, profile: Profile) -> Classified:
    """Give every group its accounting class and its marketplace."""
    classes: dict[Kind, str] = {}
    for group in report.groups:
        if group.key.kind not in classes:
            rule = vocabulary.rule(group.key.kind)
            classes[group.key.kind] = rule.accounting_class if rule else UNMAPPED
    groups = tuple(
        ClassifiedGroup(
            group,
            classes[group.key.kind],
            profile.marketplace(group.key.marketplace) or profile.home,
        )
        for group in report.groups
    )
    kinds = _kinds(report.groups, classes)
    unmapped = [use for use in kinds if use.accounting_class == UNMAPPED]
    findings = (
        *_unmapped(unmapped, report, vocabulary, profile),
        *_unknown_marketplaces(report, profile),
        *_foreign_currency(report.header, profile),
    )
    return Classified(groups, kinds, findings)


def _kinds(groups: Iterable[Group], classes: Mapping[Kind, str]) -> tuple[KindUse, ...]:
    rows: dict[Kind, int] = {}
    amounts: dict[Kind, int] = {}
    for group in groups:
        rows[group.key.kind] = rows.get(group.key.kind, 0) + group.rows
        amounts[group.key.kind] = amounts.get(group.key.kind, 0) + group.amount
    return tuple(KindUse(kind, classes[kind], rows[kind], amounts[kind]) for kind in sorted(rows))


def _unmapped(
    unmapped: list[KindUse], report: SettlementReport, vocabulary: Vocabulary, profile: Profile
) -> Iterator[Finding]:
    hold = profile.policies.unmapped is UnmappedPolicy.HOLD
    money: Currency = report.header.currency
    by_weight = sorted(unmapped, key=lambda use: (-abs(use.amount), use.kind))
    lines: dict[Kind, int] = {}
    for group in report.groups:
        kind = group.key.kind
        lines[kind] = min(lines.get(kind, group.first_line), group.first_line)
    for place, use in enumerate(by_weight[:_MOST_NAMED]):
        nearest = vocabulary.nearest(use.kind) if place < _MOST_PROPOSALS else None
        first = lines[use.kind]
        proposal = nearest.accounting_class if nearest else ""
        hint = f" The nearest rule says {proposal!r}." if proposal else ""
        fate = "holds the settlement" if hold else "is posted to suspense"
        yield Finding(
            "UNMAPPED_TRANSACTION_HELD" if hold else "UNMAPPED_TRANSACTION",
            str(use.kind),
            f"{use.rows} row(s) of {use.kind}, the first on line {first}, have no rule; their sum "
            f"of {money.text(use.amount)} {money.code} {fate}.{hint}",
            {
                "transaction_type": use.kind.transaction_type,
                "amount_type": use.kind.amount_type,
                "amount_description": use.kind.amount_description,
                "rows": use.rows,
                "amount": money.text(use.amount),
                "currency": money.code,
                "line": first,
                "proposed_class": proposal,
                "proposed_from": nearest.rule.place if nearest else "",
            },
        )
    rest = by_weight[_MOST_NAMED:]
    if rest:
        rows, amount = sum(use.rows for use in rest), money.text(sum(use.amount for use in rest))
        yield Finding(
            "UNMAPPED_TRANSACTION_HELD" if hold else "UNMAPPED_TRANSACTION",
            "more kinds",
            f"{len(rest)} more kinds have no rule, those of the smallest sums; they are {rows} "
            f"row(s) of {amount} {money.code}.",
            {"kinds": len(rest), "rows": rows, "amount": amount, "currency": money.code},
        )


def _unknown_marketplaces(report: SettlementReport, profile: Profile) -> Iterator[Finding]:
    by_name: dict[str, list[Group]] = {}
    for group in report.groups:
        by_name.setdefault(group.key.marketplace, []).append(group)
    known = [name for marketplace in profile.marketplaces for name in marketplace.names]
    unknown = [name for name in sorted(by_name) if profile.marketplace(name) is None]
    if len(unknown) > _MOST_NAMED:
        yield Finding(
            "UNKNOWN_MARKETPLACE",
            "more marketplaces",
            f"{len(unknown)} marketplaces are not the profile's; {_MOST_NAMED} are named.",
            {"marketplaces": len(unknown), "named": _MOST_NAMED},
        )
    for name in unknown[:_MOST_NAMED]:
        groups = by_name[name]
        close = get_close_matches(name, known, n=1)
        yield Finding(
            "UNKNOWN_MARKETPLACE",
            f"marketplace {name}",
            f"{sum(g.rows for g in groups)} row(s), the first on line "
            f"{min(g.first_line for g in groups)}, name the marketplace {name!r}; the profile "
            f"{profile.name!r} knows {', '.join(known)}.",
            {
                "marketplace": name,
                "rows": sum(g.rows for g in groups),
                "amount": report.header.currency.text(sum(g.amount for g in groups)),
                "nearest": close[0] if close else "",
            },
        )


def _foreign_currency(header: Header, profile: Profile) -> Iterator[Finding]:
    if header.currency.code not in profile.currencies:
        known = ", ".join(sorted(profile.currencies))
        yield Finding(
            "CURRENCY_MISMATCH",
            f"settlement {header.settlement_id}",
            f"The settlement is in {header.currency.code}; the marketplaces of the profile "
            f"{profile.name!r} settle in {known}.",
            {"found": header.currency.code, "expected": known},
        )
