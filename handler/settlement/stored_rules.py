"""Rules an accountant has added while the plugin runs, laid over the deployed vocabulary.

A stored rule takes the place of the table's row for the same kinds. One that says what the table
says changes nothing, not even the version: when a deployment brings the rule in the table, what was
settled with the stored one stands as it is settled anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from handler.settlement.vocabulary import ANY, Rule, Vocabulary, fold, misplaced_any

if TYPE_CHECKING:
    from handler.settlement.settle import Mappings

MOST_RULES: Final = 500
_LONGEST_CELL: Final = 200  # characters; Amazon's longest description has some 80
_LONGEST_WHY: Final = 500
_CELLS: Final = ("transaction_type", "amount_type", "amount_description")


def with_rules(mappings: Mappings, rules: Sequence[Rule]) -> Mappings:
    """Return mappings with stored rules over the table's, and the version that makes of them."""
    deployed = {rule.cells: rule for rule in mappings.vocabulary.rules}
    told = {
        rule.cells: rule
        for rule in rules
        if rule.accounting_class in mappings.classes and not _says(deployed.get(rule.cells), rule)
    }
    if not told:
        return mappings
    kept = [rule for cells, rule in deployed.items() if cells not in told]
    return replace(
        mappings,
        vocabulary=Vocabulary([*kept, *told.values()]),
        version=_version(mappings.version, told),
    )


def rule_faults(rule: Rule, classes: Collection[str]) -> list[str]:
    """Return what is wrong with a rule somebody wants to add: field, found, expected."""
    faults = []
    texts = (rule.transaction_type, rule.amount_type, rule.amount_description)
    for name, text in zip(_CELLS, texts, strict=True):
        if len(text) > _LONGEST_CELL or not text.isprintable():
            faults.append(
                f"{name}: found {len(text)} characters or some that cannot be seen; expected at "
                f"most {_LONGEST_CELL} on one line"
            )
        elif misplaced_any(text):
            faults.append(
                f'{name}: found {text!r}; expected "{ANY}" only at the end, once: an exact text, '
                f"a prefix{ANY}, or {ANY} alone"
            )
    if all(cell in ("", ANY) for cell in rule.cells):
        faults.append("the three cells: found a rule for anything; expected a word of Amazon's")
    if rule.accounting_class not in classes:
        faults.append(
            f"accounting_class: found {rule.accounting_class[:80]!r}; expected a class of "
            "mappings/classes.csv"
        )
    if len(rule.why) > _LONGEST_WHY or not rule.why.isprintable():
        faults.append(
            f"why: found {len(rule.why)} characters or some that cannot be seen; expected at most "
            f"{_LONGEST_WHY} on one line"
        )
    return faults


def stored(rule: Rule) -> Rule:
    """Return a rule as it is kept: its blanks as they are compared, and no line of the table."""
    return Rule(
        " ".join(rule.transaction_type.split()),
        " ".join(rule.amount_type.split()),
        " ".join(rule.amount_description.split()),
        rule.accounting_class.strip(),
        0,
        rule.why.strip(),
    )


def changed(
    rules: Sequence[Rule], add: Sequence[Rule], remove: Collection[tuple[str, str, str]]
) -> tuple[Rule, ...]:
    """Return stored rules after a change: one for the same kinds takes the other's place.

    Args:
        rules: as they are.
        add: as :func:`stored` gives them.
        remove: the folded cells of those to take away.
    """
    by_cells = {rule.cells: rule for rule in rules if rule.cells not in remove}
    by_cells.update({rule.cells: rule for rule in add})
    return tuple(by_cells[cells] for cells in sorted(by_cells))


def cells_of(transaction_type: str, amount_type: str, description: str) -> tuple[str, str, str]:
    """Return what identifies a rule: its cells as they are compared."""
    return fold(transaction_type), fold(amount_type), fold(description)


def _says(deployed: Rule | None, rule: Rule) -> bool:
    return deployed is not None and deployed.accounting_class == rule.accounting_class


def _version(version: str, told: Mapping[tuple[str, str, str], Rule]) -> str:
    digest = hashlib.sha256(f"{version}\nstored rules\n".encode())
    for cells in sorted(told):
        # Every text with its length, so that none can move from one to the next unseen.
        for text in (*cells, told[cells].accounting_class):
            digest.update(f"{len(text.encode())}\n{text}".encode())
    return digest.hexdigest()[:16]
