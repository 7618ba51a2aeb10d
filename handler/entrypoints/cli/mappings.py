"""`python -m handler mappings check [FILE]`: what is wrong, and what would stay unmapped."""

from __future__ import annotations

import argparse

from handler import wiring
from handler.entrypoints.cli.local_file import local_source
from handler.entrypoints.cli.settle import mappings_for
from handler.settlement import readers
from handler.settlement.classes import UNMAPPED
from handler.settlement.classify import classify

_FINE, _WRONG = 0, 1


def run(options: argparse.Namespace) -> int:
    """Check the mappings, and a file against them; 0 where there is nothing to do."""
    faults = wiring.mapping_faults(options.mappings)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} fault(s) in the mappings.")
        return _WRONG
    print("The mappings are sound.")
    return _file(options) if options.file else _FINE


def _file(options: argparse.Namespace) -> int:
    source = local_source(options.file)
    mappings = mappings_for(source, options.profile, wiring.mapping_source(options.mappings))
    report = readers.read(source, mappings.profile.grouping)
    classified = classify(report, mappings.vocabulary, mappings.profile)
    unmapped = [use for use in classified.kinds if use.accounting_class == UNMAPPED]
    known = len(classified.kinds) - len(unmapped)
    print(f"{options.file}: {known} of {len(classified.kinds)} kinds have a rule.")
    for finding in (*report.findings, *classified.findings):
        print(f"  {finding.entry.severity.upper()} {finding.code}: {finding.what}")
        print(f"    Repair: {finding.repair or finding.entry.repair}")
    return _WRONG if unmapped or any(found.holds for found in classified.findings) else _FINE
