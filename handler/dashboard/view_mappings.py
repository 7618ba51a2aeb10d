"""What the pages of the mappings show and ask: a change of rules, in a form and out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.flows.mapping_rules import RuleChange
from handler.settlement.stored_rules import cells_of
from handler.settlement.vocabulary import Rule

if TYPE_CHECKING:
    from handler.flows.unmapped_values import UnmappedValue
    from handler.settlement.classes import AccountingClass

CELLS: Final = ("transaction_type", "amount_type", "amount_description")
_FIELDS: Final = (*CELLS, "accounting_class", "why", "note", "remove", "number")


@dataclass(frozen=True, slots=True)
class Section:
    """Classes of one part of the books, for a list to choose from."""

    name: str
    classes: tuple[AccountingClass, ...]


def sections(classes: Mapping[str, AccountingClass]) -> Sequence[Section]:
    """Return the classes by section, as the table has them."""
    by_name: dict[str, list[AccountingClass]] = {}
    for one in classes.values():
        by_name.setdefault(one.section.replace("_", " "), []).append(one)
    return [Section(name, tuple(found)) for name, found in by_name.items()]


def fields_of(form: Mapping[str, str]) -> dict[str, str]:
    """Return what a form of a rule says, to be sent on as it came."""
    return {name: form.get(name, "") for name in _FIELDS}


def change_of(form: Mapping[str, str]) -> RuleChange:
    """Return the change a form asks for: a rule to add, or with ``remove`` one to take away.

    Raises:
        RefusedRequest: ``BAD_FORM``: it is not one of our pages' forms.
    """
    number = form.get("number", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 6):
        raise RefusedRequest(
            "BAD_FORM",
            "The form does not say over which version of the rules it was made.",
            "Open the mappings anew and begin from there.",
        )
    transaction_type, amount_type, description = (form.get(name, "") for name in CELLS)
    note = form.get("note", "").strip()
    if form.get("remove"):
        cells = (transaction_type, amount_type, description)
        return RuleChange(int(number), remove=(cells,), note=note)
    named, why = form.get("accounting_class", ""), form.get("why", "")
    rule = Rule(transaction_type, amount_type, description, named, 0, why)
    return RuleChange(int(number), add=(rule,), note=note)


def waiting_for(change: RuleChange, values: Sequence[UnmappedValue], most: int) -> list[str]:
    """Return settlements that wait for the rules a change adds, those longest waiting first."""
    values = sorted(values, key=lambda value: value.since)
    found = {
        settlement_id: None
        for value in values
        if any(rule.matches(cells_of(*value.kind)) for rule in change.add)
        for settlement_id in value.settlements
    }
    return list(found)[:most]
