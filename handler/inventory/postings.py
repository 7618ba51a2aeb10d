"""From the moves of a day to the records NetSuite takes: dated, grouped, split and named."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from handler.inventory.posting import Move, Posting, PostingKind, PostingLine

if TYPE_CHECKING:
    from handler.inventory.policy import InventoryPolicy

# NetSuite refuses a record of 1,000 lines, whatever a policy allows.
MOST_LINES: Final = 999
_SHORT: Final = {
    PostingKind.ADJUSTMENT: "ADJ",
    PostingKind.TRANSFER: "TRF",
    PostingKind.RECEIPT: "RCP",
}
_NOT_IN_ID: Final = re.compile(r"[^A-Za-z0-9_-]")


class _Header(NamedTuple):
    """What all lines of one record share."""

    kind: PostingKind
    source: str
    target: str
    account: str
    reference: str


def tran_date(day: date, policy: InventoryPolicy) -> date:
    """Return the day in NetSuite: the ledger's, or the first open one after a closed period."""
    closed = policy.closed_through
    return day if closed is None or day > closed else closed + timedelta(days=1)


def postings_of(
    day: date,
    revision: int,
    moves: Mapping[Move, int],
    policy: InventoryPolicy,
    fnskus: Mapping[str, tuple[str, ...]],
) -> tuple[Posting, ...]:
    """Return the records that make ``moves``; the same moves give the same records.

    Args:
        day: at Amazon.
        revision: of the day; it sets the ids of two differences of one day apart.
        moves: units of each, signed. A transfer below zero goes the other way.
        policy: subsidiary, closed period, most lines.
        fnskus: of each item, for the reader of a line.

    Raises:
        ValueError: a receipt below 1: NetSuite has no such record.
    """
    postings: list[Posting] = []
    ordered = sorted(_records(moves).items())
    for kind, records in groupby(ordered, key=lambda record: record[0].kind):
        parts = [(header, part) for header, lines in records for part in _parts(lines, policy)]
        for number, (header, part) in enumerate(parts, start=1):
            postings.append(
                Posting(
                    external_id=_external_id(policy.profile, day, f"{_SHORT[kind]}{revision}")
                    + f"-{number}",
                    kind=kind,
                    ledger_day=day,
                    tran_date=tran_date(day, policy),
                    subsidiary=policy.subsidiary,
                    source=header.source,
                    target=header.target,
                    account=header.account,
                    reference=header.reference,
                    memo=f"Amazon FBA ledger {day.isoformat()} {header.reference}".strip(),
                    lines=tuple(
                        PostingLine(item, units, cause, fnskus.get(item, ()))
                        for (item, cause), units in part
                    ),
                )
            )
    return tuple(postings)


_Lines = list[tuple[tuple[str, str], int]]


def _records(moves: Mapping[Move, int]) -> dict[_Header, _Lines]:
    """Return the lines of each record, by item and cause, without zeros."""
    records: defaultdict[_Header, Counter[tuple[str, str]]] = defaultdict(Counter)
    for move, units in moves.items():
        source, target, quantity = move.source, move.target, units
        if move.kind is PostingKind.TRANSFER and units < 0:
            source, target, quantity = target, source, -units
        if move.kind is PostingKind.RECEIPT and units < 0:
            raise ValueError(f"{move}: a receipt of {units} units")
        header = _Header(move.kind, source, target, move.account, move.reference)
        records[header][move.item, move.cause] += quantity
    return {
        header: sorted((line, units) for line, units in lines.items() if units)
        for header, lines in records.items()
    }


def _parts(lines: _Lines, policy: InventoryPolicy) -> Iterator[_Lines]:
    most = max(1, min(policy.lines_per_posting, MOST_LINES))
    for start in range(0, len(lines), most):
        yield lines[start : start + most]


def _external_id(profile: str, day: date, revision: str) -> str:
    name = _NOT_IN_ID.sub("-", profile.upper())
    return f"AMZ-INV-{name}-{day:%Y%m%d}-{revision}"
