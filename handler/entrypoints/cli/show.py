"""`python -m handler show SETTLEMENT_ID`: a stored settlement, as `settle` prints it."""

from __future__ import annotations

import argparse

from handler import wiring
from handler.entrypoints.cli.printing import print_document, print_rows
from handler.entrypoints.cli.settle import HELD, PROVEN
from handler.flows.kept_result import missing, read_result
from handler.flows.recorded_file import recorded_file
from handler.settings import read_settings


def run(options: argparse.Namespace) -> int:
    """Print a stored settlement; 0 proven, 2 held."""
    app = wiring.build(read_settings())
    record = app.settlements.get(options.settlement_id)
    if record is None:
        raise missing(options.settlement_id)
    result = read_result(app, record)
    if options.explain is not None:
        source = recorded_file(app, record)
        print_rows(result.document, result.trace, source, options.explain, options.format)
    else:
        print_document(result.document, options.format, app.references)
    return HELD if record.status == "held" else PROVEN
