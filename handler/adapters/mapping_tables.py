"""The two CSV tables, from text: the accounting classes and Amazon's vocabulary.

One line is one row: a quote left open spoils its own line, not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence

from handler.adapters.mapping_fault import MappingFault, one_of, refuse, shown
from handler.settlement.classes import UNMAPPED, AccountingClass, Nature
from handler.settlement.journal import CLEARING
from handler.settlement.vocabulary import ANY, Rule, Vocabulary, equal_rank, misplaced_any

CLASS_COLUMNS = ("accounting_class", "nature", "section", "label", "meaning")
RULE_COLUMNS = (
    "transaction_type",
    "amount_type",
    "amount_description",
    "accounting_class",
    "why",
)
# The core asks for these by name: suspense, and the two sides of the deposit entry.
NEEDED_CLASSES = (UNMAPPED, "balance_brought_forward", "bank_transfers")

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def parse_classes(text: str, file_label: str) -> dict[str, AccountingClass]:
    """Return the classes by name, in the table's order.

    Args:
        text: of classes.csv.
        file_label: what messages call it.

    Raises:
        UnusableMapping: ``UNUSABLE_MAPPING``, with every fault.
    """
    classes, faults = read_classes(text, file_label)
    refuse(faults)
    return classes


def parse_vocabulary(text: str, file_label: str, classes: Collection[str]) -> Vocabulary:
    """Return the rules.

    Args:
        text: of vocabulary.csv.
        file_label: what messages call it.
        classes: names of the classes there are.

    Raises:
        UnusableMapping: ``UNUSABLE_MAPPING``, with every fault.
    """
    rules, faults = read_rules(text, file_label, classes)
    refuse(faults)
    return Vocabulary(rules)


def read_classes(
    text: str, file_label: str
) -> tuple[dict[str, AccountingClass], list[MappingFault]]:
    """Return every class that has a name, also a faulty one, with all faults of the table."""
    faults: list[MappingFault] = []
    unread: list[MappingFault] = []
    classes: dict[str, AccountingClass] = {}
    lines: dict[str, int] = {}
    for line, cells in table_rows(text, file_label, CLASS_COLUMNS, unread):
        name, nature, section, label, meaning = cells

        def fault(found: str, expected: str, line: int = line) -> None:
            faults.append(MappingFault(file_label, line, found, expected))

        if not _NAME.fullmatch(name) or name == CLEARING:
            fault(
                f"the class name {shown(name)}",
                f'small letters, digits and "_", the first a letter, other than "{CLEARING}"',
            )
        if name in lines:
            fault(f"the class {name} again", f"one row for it: line {lines[name]}")
        if nature not in list(Nature):
            fault(f"the nature {shown(nature)}", one_of(Nature))
        if not _NAME.fullmatch(section):
            fault(
                f"the section {shown(section)}",
                'small letters, digits and "_", the first a letter',
            )
        if not label.strip():
            fault(f"no label for {name}", "a label for an accountant's eye")
        lines.setdefault(name, line)
        if name not in classes:
            known = Nature(nature) if nature in list(Nature) else Nature.SETTLEMENT
            classes[name] = AccountingClass(name, known, section, label, meaning, len(classes))
    faults += [
        MappingFault(file_label, 1, f"no class {name}", "a row for it: the journal needs it")
        for name in NEEDED_CLASSES
        if name not in classes and not unread  # else it may stand in what could not be read
    ]
    return classes, unread + faults


def read_rules(
    text: str, file_label: str, classes: Collection[str]
) -> tuple[list[Rule], list[MappingFault]]:
    """Return every rule of the table, also a faulty one, with all faults."""
    faults: list[MappingFault] = []
    rules: list[Rule] = []
    for line, cells in table_rows(text, file_label, RULE_COLUMNS, faults):
        transaction_type, amount_type, description, accounting_class, why = cells
        rule = Rule(transaction_type, amount_type, description, accounting_class, line, why)
        rules.append(rule)
        if rule.accounting_class not in classes:
            faults.append(
                MappingFault(
                    file_label,
                    line,
                    f"the class {shown(rule.accounting_class)}",
                    "a class of classes.csv: " + one_of(classes, rule.accounting_class),
                )
            )
        faults += [
            MappingFault(
                file_label,
                line,
                f"{column} = {shown(cell)}",
                f'"{ANY}" only at the end, once: an exact text, a prefix{ANY}, or {ANY} alone',
            )
            for column, cell in zip(RULE_COLUMNS, cells[:3], strict=False)
            if misplaced_any(cell)
        ]
    faults += [
        MappingFault(
            file_label,
            rule.line,
            f"a rule for the same kinds as line {first.line}, of equal rank",
            "one rule: remove one of the two",
        )
        for rule, first in equal_rank(rules).items()
    ]
    return rules, faults


def table_rows(
    text: str, file_label: str, columns: Sequence[str], faults: list[MappingFault]
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with its line; what is no row of the table goes to ``faults``."""
    header = ",".join(columns)
    for line, content in enumerate(re.split(r"\r?\n", text), 1):
        if not content and line > 1:
            continue
        try:
            # Line by line: strict, and without a state that one bad row could hand to the next.
            cells = next(csv.reader([content], strict=True), [])
        except csv.Error as error:
            faults.append(MappingFault(file_label, line, f"no CSV ({error})", _quoting()))
            continue
        if line == 1:
            if cells != list(columns):
                # Nothing below can be trusted to stand in its column.
                faults.append(
                    MappingFault(file_label, 1, f"the header {content}", f"the header {header}")
                )
                return
        elif len(cells) != len(columns):
            faults.append(
                MappingFault(file_label, line, f"{len(cells)} cells", f"{len(columns)}: {header}")
            )
        else:
            yield line, cells


def _quoting() -> str:
    return 'cells with a comma or a quote in quotes, quotes doubled: "a ""b"", c"'
