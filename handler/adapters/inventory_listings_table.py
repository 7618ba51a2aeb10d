"""mappings/inventory/NAME.csv, from text: the listings of one profile.

A cell of a wrong form is a fault of the file. What the cells say of each other is the registry's
matter: one contradiction must not stop the other listings.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from typing import Final

from handler.adapters.mapping_fault import MappingFault, one_of, shown
from handler.adapters.mapping_tables import table_rows
from handler.inventory.components import components_from
from handler.inventory.listing import Component, Listing, ListingKey, Pool, Rules

_REQUIRED: Final = ("marketplace", "sku", "pool")
_TEXT: Final = (re.compile(r"\S(?:.*\S)?"), "text without blanks at its ends")
# A number out of its range contradicts nothing else in the file: the registry says so.
_WHOLE: Final = (re.compile(r"-?(?:0|[1-9][0-9]{0,8})"), 'a whole number, such as "5"')

# column -> the form of a cell that is not empty, and its name; in the order of the documentation
_FORMS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "seller": (re.compile(r"[A-Z0-9]{8,20}"), 'Amazon\'s seller id, such as "A3TH9S8BH6GOGM"'),
    "marketplace": (
        re.compile(r"[A-Z0-9]{8,20}"), 'Amazon\'s marketplace id, such as "ATVPDKIKX0DER"'
    ),
    "sku": (_TEXT[0], "the SKU as Amazon spells it, without blanks at its ends"),
    "pool": (re.compile("|".join(Pool)), one_of(Pool)),
    "item": (_TEXT[0], "NetSuite's item: " + _TEXT[1]),
    "fnsku": (re.compile(r"[A-Z0-9]{10}"), "10 of A-Z and 0-9"),
    "components": _TEXT,
    "share": _WHOLE,
    "safety": _WHOLE,
    "cap": _WHOLE,
    "weight": _WHOLE,
    "locations": (
        re.compile(r"[^|\s](?:[^|]*[^|\s])?(?:\|[^|\s](?:[^|]*[^|\s])?)*"),
        'locations with "|" between them, without blanks beside it',
    ),
    "tolerance": _WHOLE,
    "product_type": (re.compile(r"[A-Z][A-Z0-9_]*"), 'Amazon\'s product type, such as "PRODUCT"'),
}  # fmt: skip


def read_listings(text: str, label: str, seller: str) -> tuple[list[Listing], list[MappingFault]]:
    """Return the listings of every row that can be read, with all faults of the table.

    Args:
        text: of the table; its columns are found by the names in its first line.
        label: what messages call it, and where the listings come from.
        seller: of the rows that name none.
    """
    faults: list[MappingFault] = []
    listings: list[Listing] = []
    columns = _columns(text, label, faults)
    for line, values in table_rows(text, label, columns, faults) if columns else ():
        before = len(faults)
        cells = dict(zip(columns, values, strict=True))
        faults += [
            MappingFault(label, line, f"{column} = {shown(cell)}", _FORMS[column][1])
            for column, cell in cells.items()
            if not (_FORMS[column][0].fullmatch(cell) if cell else column not in _REQUIRED)
        ]
        components: tuple[Component, ...] = ()
        try:
            components = components_from(cells.get("components", ""))
        except ValueError as error:
            found = f"components = {shown(cells['components'])}"
            faults.append(MappingFault(label, line, found, str(error)))
        if len(faults) == before:
            listings.append(_listing(cells, components, seller, f"{label}:{line}"))
    return listings, faults


def _columns(text: str, label: str, faults: list[MappingFault]) -> list[str]:
    """Return the columns in the file's order; none where the first line is wrong."""
    header = re.split(r"\r?\n", text, maxsplit=1)[0]

    def fault(found: str, expected: str) -> None:
        faults.append(MappingFault(label, 1, found, expected))

    try:
        columns = next(csv.reader([header], strict=True), [])
    except csv.Error as error:
        fault(f"no CSV ({error})", "the columns' names, with commas between them")
        return []
    before = len(faults)
    for place, column in enumerate(columns):
        if column not in _FORMS:
            fault(f"the unknown column {shown(column)}", "one of " + ", ".join(_FORMS))
        elif column in columns[:place]:
            fault(f"the column {column} again", "each column once")
    for column in _REQUIRED:
        if column not in columns:
            fault(f"no column {column}", f"the columns {', '.join(_REQUIRED)} at least")
    return columns if len(faults) == before else []


def _listing(
    cells: Mapping[str, str], components: tuple[Component, ...], seller: str, origin: str
) -> Listing:
    cell = cells.get
    default = Rules()

    def units(column: str, empty: int) -> int:
        text = cell(column)
        return int(text) if text else empty

    cap, locations = cell("cap"), cell("locations")
    return Listing(
        ListingKey(cell("seller") or seller, cells["marketplace"], cells["sku"]),
        Pool(cells["pool"]),
        cell("item", ""),
        cell("fnsku", ""),
        components,
        Rules(
            share=units("share", default.share),
            safety=units("safety", default.safety),
            cap=int(cap) if cap else None,
            weight=units("weight", default.weight),
            locations=frozenset(locations.split("|")) if locations else frozenset(),
            tolerance=units("tolerance", default.tolerance),
        ),
        cell("product_type") or "PRODUCT",
        origin,
    )
