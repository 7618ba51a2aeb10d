"""`python -m handler settle FILE`: the whole way on this machine, nothing stored."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from handler import wiring
from handler.core.errors import RefusedRequest, UnusableFile
from handler.core.source import Source, content_hash
from handler.entrypoints.cli.local_file import local_source
from handler.entrypoints.cli.printing import print_document, print_rows
from handler.flows import order_history
from handler.payloads.result import document
from handler.settlement import readers
from handler.settlement.choose_profile import choose
from handler.settlement.settle import Mappings, settle
from handler.settlement.trace import trace

if TYPE_CHECKING:
    from handler.flows.order_history import History
    from handler.flows.ports import MappingSource

PROVEN, HELD = 0, 2


def run(options: argparse.Namespace) -> int:
    """Settle a file and print it; 0 proven, 2 held."""
    source = local_source(options.file)
    known = wiring.mapping_source(options.mappings)
    mappings = mappings_for(source, options.profile, known, options.settlement)
    history = _history(source, mappings, options.history)
    settled = history.told(settle(source, mappings, options.exchange_rate))
    result = document(settled, content_hash(source))
    result["late_refunds"] = order_history.late_refunds(history)
    if options.explain is not None:
        found = trace(settled.journal, mappings.profile.grouping)
        print_rows(result, found, source, options.explain, options.format)
    else:
        print_document(result, options.format, wiring.reference_source(options.mappings))
    return HELD if settled.status == "held" else PROVEN


def _history(source: Source, mappings: Mappings, files: Sequence[str]) -> History:
    earlier = []
    for file in files:
        try:
            earlier.append(order_history.read_orders(local_source(file), mappings.only("")))
        except UnusableFile as error:
            # Not as it is: the reader would take it for a fault of the file to settle.
            raise RefusedRequest(
                "UNUSABLE_HISTORY", f"{file}: {error.message}", error.repair
            ) from error
    own = order_history.read_orders(source, mappings)
    return order_history.beside(own, source, mappings, earlier)


def mappings_for(
    source: Source, profile: str, known: MappingSource, settlement_id: str = ""
) -> Mappings:
    """Return the mappings to settle a file with; the profile is found from the file if not named.

    Raises:
        UnusableFile: the file is no settlement report.
        UnusableMapping: the mappings are wrong.
        RefusedRequest: several profiles fit, or none.
    """
    if not profile:
        header = readers.header(source, settlement_id)
        profile = choose(known.hints(), readers.marketplaces(source), header.currency.code)
        print(f"Profile {profile!r} taken: the file is its own.", file=sys.stderr)
    return known.load(profile).only(settlement_id)
