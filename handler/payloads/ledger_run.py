"""What one report of the ledger brought forth, as answers show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from handler.payloads.ledger_documents import posting_document

if TYPE_CHECKING:
    from handler.inventory.ledger_difference import LedgerOutcome
    from handler.inventory.ledger_held import Held

Document = dict[str, Any]
_MOST_HELD: Final = 1_000  # named; the sums are exact
# What is kept beside a run's document for the plugin itself.
_OWN: Final = ("days", "content_hash", "raw_key")


def run_document(
    run_id: str,
    profile: str,
    version: str,
    told_at: datetime,
    span: tuple[date, date],
    rows: int,
    outcome: LedgerOutcome,
) -> Document:
    """Return a run in plain values.

    Args:
        run_id: names it.
        profile: whose books.
        version: of mappings and registry.
        told_at: when the report was made.
        span: first and last day.
        rows: of the whole report.
        outcome: what it brought.
    """
    return {
        "run_id": run_id,
        "profile": profile,
        "kind": "ledger_detail",
        "version": version,
        "told_at": told_at.isoformat(),
        "first_day": span[0].isoformat(),
        "last_day": span[1].isoformat(),
        "rows": rows,
        "postings": [posting_document(posting) for posting in outcome.postings],
        "held_units": sum(abs(held.units) for _, held in outcome.held),
        "held": [_held(day, held) for day, held in outcome.held[:_MOST_HELD]],
        "reconciled_units": outcome.reconciled,
        "exceptions": [finding.as_dict() for finding in outcome.findings],
    }


def _held(day: date, held: Held) -> Document:
    key = held.key
    return {
        "day": day.isoformat(),
        "fnsku": key.fnsku,
        "sku": key.sku,
        "event": key.event,
        "reason": key.reason,
        "disposition": key.disposition,
        "centre": key.centre,
        "units": held.units,
        "code": held.code,
        "line": held.line,
    }


def shown(document: Document) -> Document:
    """Return a run's document without the days' states and the report's place: the plugin's own."""
    return {name: value for name, value in document.items() if name not in _OWN}


def in_brief(document: Document) -> Document:
    """Return a report's document with its postings in brief, if it has any."""
    if "postings" not in document:
        return document
    return {**document, "postings": brief(document["postings"])}


def brief(postings: Sequence[Document]) -> list[Document]:
    """Return postings with the number of their lines and units instead of the lines."""
    return [
        {
            **{name: value for name, value in posting.items() if name != "lines"},
            "lines": len(posting["lines"]),
            "units": sum(line["quantity"] for line in posting["lines"]),
        }
        for posting in postings
    ]
