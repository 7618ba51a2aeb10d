"""`python -m handler mappings diff`: what the mappings as they are would change in the books."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handler import wiring
from handler.flows.what_would_change import what_would_change
from handler.payloads import json_text
from handler.payloads.text_columns import columns
from handler.settings import read_settings

if TYPE_CHECKING:
    from handler.flows.app import App

_NOTHING, _SOMETHING = 0, 2
_PAGE = 20


def run(options: argparse.Namespace) -> int:
    """Print what would change in recorded settlements; 0 nothing, 2 something."""
    app = wiring.build(read_settings())
    if options.mappings:
        app = replace(
            app, mappings=wiring.ruled(wiring.mapping_source(options.mappings), app.rules)
        )
    found = list(_all(app, options.profile))
    if options.format == "json":
        print(json_text.dumps(found))
    else:
        for document in found:
            print("\n".join(_table(document)))
            print()
        print(f"{len(found)} settlement(s) would change. `repost` posts the difference."
              if found else "Nothing would change.")  # fmt: skip
    return _SOMETHING if found else _NOTHING


def _all(app: App, profile: str) -> Iterator[Mapping[str, Any]]:
    cursor = ""
    while True:
        page = what_would_change(app, profile, _PAGE, cursor)
        yield from page.items
        if not page.cursor:
            return
        cursor = page.cursor


def _table(document: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"Settlement {document['settlement_id']} of profile {document['profile']}, to "
        f"{document['end']}: mappings {document['mapping_version']} -> "
        f"{document['new_mapping_version']}"
    )
    for one in document["exceptions"]:
        word = "still held" if document["status_before"] == "held" else "held"
        yield f"  would be {word}: {one['code']}: {one['what']}"
    if document["status_before"] == "held" and document["status"] == "proven":
        yield "  would be proven; it is held."
    if document["changes"]:
        yield from columns(
            ("Subsidiary", "Period", "Account", "Class", "Posted>", "Wanted>", "Delta>"),
            (
                (
                    change["subsidiary"],
                    change["posting_period"],
                    change["account"],
                    change["accounting_class"],
                    change["posted"],
                    change["wanted"],
                    change["delta"],
                )
                for change in document["changes"]
            ),
        )
