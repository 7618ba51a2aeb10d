"""Ledger days and postings as plain values: what is stored, and what answers show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from handler.inventory.ledger_day import LedgerDay, Total, TotalKey
from handler.inventory.posting import Move, Posting, PostingKind, PostingLine

Document = dict[str, Any]


def day_document(state: LedgerDay) -> Document:
    """Return a day for storage; the same day gives the same values in the same order.

    Keys stand as lists, since a day has many thousand totals and their names never change.
    """
    return {
        "schema": 1,
        "day": state.day.isoformat(),
        "revision": state.revision,
        "told_at": state.told_at.isoformat() if state.told_at else "",
        "content_hash": state.content_hash,
        "totals": [
            [*key, total.quantity, total.rows, total.first_line]
            for key, total in sorted(state.totals.items(), key=lambda item: item[0])
        ],
        "posted": [
            [str(move.kind), *move[1:], units] for move, units in sorted(state.posted.items())
        ],
    }


def day_of(document: Mapping[str, Any]) -> LedgerDay:
    """Return the day that :func:`day_document` wrote.

    Raises:
        ValueError: it is of another schema.
    """
    if document["schema"] != 1:
        raise ValueError(f"a ledger day of schema {document['schema']!r}; expected 1")
    told_at = document["told_at"]
    return LedgerDay(
        day=date.fromisoformat(document["day"]),
        revision=document["revision"],
        told_at=datetime.fromisoformat(told_at) if told_at else None,
        content_hash=document["content_hash"],
        totals={TotalKey(*row[:-3]): Total(*row[-3:]) for row in document["totals"]},
        posted={
            Move(PostingKind(kind), *names): units for kind, *names, units in document["posted"]
        },
    )


def posting_document(posting: Posting) -> Document:
    """Return a posting as answers show it, and as the dialects take it."""
    return {
        "external_id": posting.external_id,
        "kind": str(posting.kind),
        "ledger_day": posting.ledger_day.isoformat(),
        "tran_date": posting.tran_date.isoformat(),
        "subsidiary": posting.subsidiary,
        "source": posting.source,
        "target": posting.target,
        "account": posting.account,
        "reference": posting.reference,
        "memo": posting.memo,
        "lines": [
            {
                "item": line.item,
                "quantity": line.quantity,
                "memo": line.memo,
                "fnskus": list(line.fnskus),
            }
            for line in posting.lines
        ],
    }


def posting_of(document: Mapping[str, Any]) -> Posting:
    """Return the posting that :func:`posting_document` wrote."""
    return Posting(
        external_id=document["external_id"],
        kind=PostingKind(document["kind"]),
        ledger_day=date.fromisoformat(document["ledger_day"]),
        tran_date=date.fromisoformat(document["tran_date"]),
        subsidiary=document["subsidiary"],
        source=document["source"],
        target=document["target"],
        account=document["account"],
        reference=document["reference"],
        memo=document["memo"],
        lines=tuple(
            PostingLine(line["item"], line["quantity"], line["memo"], tuple(line["fnskus"]))
            for line in document["lines"]
        ),
    )
