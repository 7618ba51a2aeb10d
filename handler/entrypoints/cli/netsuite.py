"""`python -m handler netsuite check|ids`: NetSuite's rules and its internal ids, on files alone."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handler import wiring
from handler.core.errors import UnusableFile
from handler.entrypoints.netsuite_check import checked, payloads_in
from handler.inventory.listing import Pool
from handler.payloads import json_text
from handler.payloads.reference_names import Name, names_of, unused
from handler.payloads.text_columns import columns

if TYPE_CHECKING:
    from handler.inventory.policy import InventoryPolicy
    from handler.payloads.references import References

CLEAN, TO_DO = 0, 2
_MISSING: Final = "missing"


def run(options: argparse.Namespace) -> int:
    """Run one action; 0 clean, 2 something to do."""
    return _check(options.file) if options.action == "check" else _ids(options)


def _check(path: str) -> int:
    outcomes = checked(payloads_in(_read(path)))
    for number, one in enumerate(outcomes, start=1):
        name = " ".join(text for text in (one["record"], one["external_id"]) if text)
        print(f"{number}. {name or 'no record'}: {'ok' if one['success'] else 'refused'}")
        for error in one["errors"]:
            print(f"   {error['message']}")
    refused = sum(1 for one in outcomes if not one["success"])
    print(f"{len(outcomes) - refused} of {len(outcomes)} record(s) would be taken.")
    return TO_DO if refused or not outcomes else CLEAN


def _read(path: str) -> object:
    try:
        return json_text.loads(Path(path).read_bytes())
    except OSError as error:
        raise UnusableFile(
            "UNUSABLE_FILE", f"{path}: {error.strerror}.", "Name a file of records."
        ) from error
    except ValueError as error:
        raise UnusableFile(
            "UNUSABLE_FILE",
            f"{path}: found no JSON ({error}); expected records for NetSuite.",
            "Save what `settle --format netsuite` or an answer's data holds.",
        ) from error


def _ids(options: argparse.Namespace) -> int:
    profile: str = options.profile
    references = wiring.reference_source(options.mappings).load(profile)
    names = _names(profile, options.mappings)
    found = [(kind, name, references.find(kind, name)) for kind, name in names]
    missing = sum(1 for *_, internal_id in found if not internal_id)
    strange = unused(names, references)
    if options.format == "csv":
        _write(found, references)
    else:
        rows = [(kind, name, internal_id or _MISSING) for kind, name, internal_id in found]
        print("\n".join(columns(("Kind", "Name", "Internal id>"), rows)))
        for kind, name in strange:
            print(f"{references.file}: nothing of this profile is called {kind},{name}")
        print(f"{missing} of {len(found)} have no internal id; {_consequence(references)}")
    return TO_DO if missing or strange else CLEAN


def _names(profile: str, mappings: str) -> list[Name]:
    stock = wiring.stock_mapping_source(mappings)
    policy: InventoryPolicy | None = None
    items: set[str] = set()
    if profile in stock.profiles():
        kept = stock.load(profile)
        # Only Amazon's stock is posted: the seller's own is NetSuite's already.
        policy = kept.policy
        items = {one.item for one in kept.listings if one.pool is Pool.FBA}
    return names_of(wiring.mapping_source(mappings).load(profile).profile, policy, items)


def _consequence(references: References) -> str:
    if references.strict:
        return "records that need one are refused."
    return f"they go out as names. With a row strict,, in {references.file} they are refused."


def _write(found: list[tuple[str, str, str]], references: References) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("kind", "name", "internal_id"))
    if references.strict:
        writer.writerow(("strict", "", ""))
    # What is digits is an id itself and needs no row, unless the file gives it another.
    writer.writerows(row for row in found if row[1] != row[2])
    periods = [(kind, name) for kind, name in references.ids if kind == "posting_period"]
    writer.writerows((*period, references.ids[period]) for period in periods)
