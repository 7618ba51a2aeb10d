"""A table of unit costs, from text: what one unit of each SKU cost the company."""

from __future__ import annotations

import re
from fractions import Fraction

from handler.adapters.mapping_fault import MappingFault, refuse, shown
from handler.adapters.mapping_tables import table_rows
from handler.core.money import currency

COST_COLUMNS = ("sku", "unit_cost", "currency")
# More decimals than a currency has: an average cost is rarely whole cents. Lines are rounded, once.
_COST = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?")
_SKU = re.compile(r"\S(?:.*\S)?")


def parse_costs(text: str, file_label: str) -> dict[tuple[str, str], Fraction]:
    """Return (SKU, currency) -> cost of one unit in major units, exact.

    Args:
        text: of the table.
        file_label: what messages call it.

    Raises:
        UnusableMapping: ``UNUSABLE_MAPPING``, with every fault.
    """
    costs, faults = read_costs(text, file_label)
    refuse(faults)
    return costs


def read_costs(
    text: str, file_label: str
) -> tuple[dict[tuple[str, str], Fraction], list[MappingFault]]:
    """Return every cost that can be read, with all faults of the table."""
    faults: list[MappingFault] = []
    costs: dict[tuple[str, str], Fraction] = {}
    lines: dict[tuple[str, str], int] = {}
    for line, (sku, unit_cost, code) in table_rows(text, file_label, COST_COLUMNS, faults):

        def fault(found: str, expected: str, line: int = line) -> None:
            faults.append(MappingFault(file_label, line, found, expected))

        if not _SKU.fullmatch(sku):
            fault(f"sku = {shown(sku)}", "the SKU as Amazon spells it, without blanks at its ends")
        if currency(code) is None:
            fault(f"currency = {shown(code)}", 'a currency code of ISO 4217, such as "EUR"')
        if not _COST.fullmatch(unit_cost):
            fault(
                f"unit_cost = {shown(unit_cost)}",
                'digits with "." and at most 6 decimals, such as "12.3456"',
            )
            continue
        if (sku, code) in lines:
            first = lines[sku, code]
            fault(f"a cost of {shown(sku)} in {code} again", f"one row for it: line {first}")
        lines.setdefault((sku, code), line)
        costs.setdefault((sku, code), Fraction(unit_cost))
    return costs, faults
