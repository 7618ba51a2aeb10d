"""What must hold whatever comes in: a value that keeps its laws, or a refusal that helps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from handler.core.errors import PluginError
from handler.core.finding import Finding
from handler.core.source import Source
from handler.flows import order_history
from handler.payloads import json_text
from handler.payloads.dialects import render
from handler.payloads.result import document
from handler.payloads.table import table
from handler.settlement import readers
from handler.settlement.settle import Mappings, Settled, settle
from handler.settlement.trace import trace

# A file of a few kB never needs more; who reads them reads each.
MOST_FINDINGS = 2_000
LONGEST_WORDS = 20_000
MOST_SHOWN = 50  # rows whose cells are looked at, as a page of an answer has them


def refusal_of(work: Callable[[], object]) -> PluginError | None:
    """Do the work; return how it was refused, ``None`` where it was not.

    Raises:
        AssertionError: a refusal says not what is wrong, or not what to do.
        Exception: whatever is no refusal of the plugin's own: the fault that is looked for.
    """
    try:
        work()
    except PluginError as error:
        refused = error
    else:
        return None
    assert refused.code, repr(refused)
    assert refused.message, refused.code
    assert refused.repair, refused.code
    written(refused.message + refused.repair)
    assert len(refused.message) < LONGEST_WORDS, len(refused.message)
    return refused


def written(value: object) -> bytes:
    """Return a value as an answer carries it: JSON that is UTF-8."""
    return json_text.dumps(value).encode()


def told(findings: Iterable[Finding]) -> None:
    """Each finding is in the catalogue, says what was found, and can be stored."""
    found = list(findings)
    assert len(found) <= MOST_FINDINGS
    for one in found:
        said = one.as_dict()
        assert said["what"], one.code
        assert said["why"], one.code
        assert said["repair"], one.code
        assert len(written(said)) < LONGEST_WORDS, one.code
        one.fingerprint("file:x")


def settled(source: Source, mappings: Mappings) -> Settled:
    """Settle a file the whole way, with all that is made of it, and hold it to its laws."""
    found = settle(source, mappings)
    report, journal = found.report, found.journal
    told(found.findings)
    history = order_history.read_orders(source, mappings)
    assert history is not None
    traced = trace(journal, mappings.profile.grouping)
    rows = list(readers.rows(source, mappings.profile.grouping))
    assert sum(row.amount for row in rows) == report.computed_total
    assert len(rows) == report.amounts
    for row in rows[:MOST_SHOWN]:
        written(dict(row.cells))
    made = document(found, "0" * 64)
    written(made)
    table(made).encode()
    if found.status == "held":
        assert any(finding.holds for finding in found.findings)
        refused = refusal_of(lambda: render(made, "csv"))
        assert refused is not None
        assert refused.code == "SETTLEMENT_HELD"
        return found
    assert report.computed_total == report.header.declared_total
    assert found.clearing_after == 0
    for entry in made["journal_entries"]:
        _balanced(entry["lines"])
    for number in list(traced.lines)[:3]:
        assert list(traced.rows(source, number))
    for dialect in ("netsuite", "celigo", "csv"):
        refusal_of(lambda dialect=dialect: render(made, dialect).text.encode())
    return found


def _balanced(lines: Iterable[dict[str, Any]]) -> None:
    """Debits are credits, digit for digit."""
    debit, credit = (
        [int(str(line[side]).replace(".", "")) for line in lines] for side in ("debit", "credit")
    )
    assert sum(debit) == sum(credit)
    assert min((*debit, *credit), default=0) >= 0
