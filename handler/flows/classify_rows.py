"""Where single rows belong in the books, as settling a whole file would decide it.

It asks the vocabulary and the accounts that settling asks, so that a flow that books row by row, or
a screen that shows an accountant a rule's effect, can never differ from a journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from handler.core.errors import PluginError, RefusedRequest
from handler.settlement.booking import line_key
from handler.settlement.classes import UNMAPPED
from handler.settlement.classify import ClassifiedGroup
from handler.settlement.group import Group, GroupKey, Kind
from handler.settlement.profile import Profile, UnmappedPolicy
from handler.settlement.vocabulary import ANY, Rule

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.settlement.settle import Mappings

# Looking for the nearest rule compares with every rule; as many as settling proposes for one file.
_MOST_PROPOSALS: Final = 25
_DIMENSIONS: Final = ("department", "class", "location", "tax_code")


@dataclass(frozen=True, slots=True)
class RowKind:
    """What a row of a settlement report says of itself, but its amount.

    Attributes:
        transaction_type: as the report spells it ("Order").
        amount_type: as the report spells it ("ItemPrice").
        amount_description: as the report spells it ("Principal").
        marketplace: as the report spells it ("Amazon.ca"); empty for the profile's home.
        fulfillment: "AFN" (Amazon ships), "MFN" (the seller ships) or empty.
        sku: the seller's; empty where the row is about none.
    """

    transaction_type: str
    amount_type: str
    amount_description: str
    marketplace: str = ""
    fulfillment: str = ""
    sku: str = ""

    @property
    def kind(self) -> Kind:
        """The movement, as the vocabulary is asked for it."""
        return Kind(self.transaction_type, self.amount_type, self.amount_description)


@dataclass(frozen=True, slots=True)
class ClassifiedRow:
    """A row's place in the books.

    Attributes:
        accounting_class: of mappings/classes.csv.
        account: the GL account, or orders receivable where orders have booked the sale already.
        rule: how the vocabulary's rule matched: "exact", "prefix" (a cell ends in ``*``) or "any"
            (a cell is ``*``).
        rule_line: the rule's line in mappings/vocabulary.csv; 0 for a rule that is stored.
        dimensions: department, class, location, tax_code; those that are set.
        entity: of a receivable line; empty elsewhere.
        subsidiary: code of the legal entity whose books it belongs to.
    """

    accounting_class: str
    account: str
    rule: str
    rule_line: int
    dimensions: Mapping[str, str] = field(default_factory=dict)
    entity: str = ""
    subsidiary: str = ""


def classify_rows(
    app: App, profile: str, rows: Sequence[RowKind]
) -> list[ClassifiedRow | PluginError]:
    """Classify rows, each for itself, in order.

    A row that no rule names is answered with ``UNMAPPED_TRANSACTION``; its details hold the class
    that the nearest rule proposes, and what the profile does with such rows. A marketplace that is
    not the profile's is answered with ``UNKNOWN_MARKETPLACE``.

    Args:
        app: the ports.
        profile: whose books.
        rows: what to classify.

    Raises:
        RefusedRequest: ``UNKNOWN_PROFILE``.
        UnusableMapping: the mappings are wrong.
    """
    asked = _Asked(app.mappings.load(profile), app.now().date())
    return [asked.row(row) for row in rows]


class _Asked:
    """The mappings of one call, each kind looked up once."""

    def __init__(self, mappings: Mappings, day: date) -> None:
        self._mappings = mappings
        self._day = day
        self._rules: dict[Kind, Rule | None] = {}
        self._unmapped: dict[Kind, RefusedRequest] = {}

    def row(self, row: RowKind) -> ClassifiedRow | PluginError:
        profile, kind = self._mappings.profile, row.kind
        if kind not in self._rules:
            self._rules[kind] = self._mappings.vocabulary.rule(kind)
        rule = self._rules[kind]
        if rule is None or rule.accounting_class == UNMAPPED:
            if kind not in self._unmapped:
                self._unmapped[kind] = self._no_rule(kind)
            return self._unmapped[kind]
        marketplace = profile.marketplace(row.marketplace)
        if marketplace is None:
            return _unknown_marketplace(row.marketplace, profile)
        key = GroupKey(
            kind,
            row.marketplace,
            row.fulfillment,
            profile.sku_groups.get(row.sku, ""),
            self._day,
        )
        found = ClassifiedGroup(Group(key, 1, 0, 0), rule.accounting_class, marketplace)
        line = line_key(found, self._mappings.classes, profile)
        named = zip(_DIMENSIONS, line.dimensions, strict=True)
        return ClassifiedRow(
            rule.accounting_class,
            line.account,
            _matched(rule),
            rule.line,
            {name: value for name, value in named if value},
            line.entity,
            line.subsidiary,
        )

    def _no_rule(self, kind: Kind) -> RefusedRequest:
        mappings, profile = self._mappings, self._mappings.profile
        few = len(self._unmapped) < _MOST_PROPOSALS
        nearest = mappings.vocabulary.nearest(kind) if few else None
        proposal = nearest.accounting_class if nearest else ""
        holds = profile.policies.unmapped is UnmappedPolicy.HOLD
        fate = "holds its settlement" if holds else "is posted to suspense"
        hint = f" The nearest rule says {proposal!r}." if proposal else ""
        return RefusedRequest(
            "UNMAPPED_TRANSACTION",
            f"{kind} has no rule; such a row {fate}.{hint}",
            "Add a rule on the page Mappings or to mappings/vocabulary.csv, and retry.",
            {
                "proposed_class": proposal,
                "proposed_from": nearest.rule.place if nearest else "",
                "unmapped": str(profile.policies.unmapped),
                "account": "" if holds else profile.accounts[UNMAPPED],
            },
        )


def _matched(rule: Rule) -> str:
    open_cells = [cell for cell in rule.cells if cell.endswith(ANY)]
    if not open_cells:
        return "exact"
    return "any" if ANY in open_cells else "prefix"


def _unknown_marketplace(name: str, profile: Profile) -> RefusedRequest:
    known = [known for marketplace in profile.marketplaces for known in marketplace.names]
    return RefusedRequest(
        "UNKNOWN_MARKETPLACE",
        f"The marketplace is {name!r}; the profile {profile.name!r} knows {', '.join(known)}.",
        "Add the marketplace to the profile, or name the profile it belongs to.",
        {"marketplace": name, "known": known},
    )
