"""A report of the ledger against what is posted: the difference is posted, and nothing else.

For each day the law is: what is posted, all revisions together, is what the moves of the last
report say. So a report may come twice, late, in parts or with fewer rows than the last one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.core.finding import Finding
from handler.inventory.ledger_day import LedgerDay
from handler.inventory.ledger_held import Held, held_findings
from handler.inventory.ledger_moves import DayMoves, ItemOf, moves_of_day
from handler.inventory.posting import Move, Posting, PostingKind
from handler.inventory.postings import postings_of, tran_date

if TYPE_CHECKING:
    from handler.inventory.policy import InventoryPolicy
    from handler.inventory.totals import Totals

TAKEN_BACK: Final = "Receipts taken back"
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LedgerOutcome:
    """What a report brings.

    Attributes:
        postings: to be made in NetSuite, by day.
        days: that changed, in order, each with the next revision; they are to be written together
            and before anything is posted.
        held: what waits, with its day.
        reconciled: units of all days, absolute, that are only compared.
        findings: of the days covered and the day after.
    """

    postings: tuple[Posting, ...]
    days: tuple[LedgerDay, ...]
    held: tuple[tuple[date, Held], ...]
    reconciled: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Changed:
    """One day worked through.

    Attributes:
        state: as it is now.
        postings: of this difference.
        moves: as the books should hold them.
        taken_back: what this difference takes back of receipts.
    """

    state: LedgerDay
    postings: tuple[Posting, ...]
    moves: DayMoves
    taken_back: Mapping[Move, int]


def difference(
    reported: Mapping[date, Totals],
    told_at: datetime,
    content_hash: str,
    stored: Mapping[date, LedgerDay],
    policy: InventoryPolicy,
    item_of: ItemOf,
    span: tuple[date, date],
) -> LedgerOutcome:
    """Return what is to be posted so that the books say what the report says.

    Of two reports about a day the one made later stands; of the same moment, the one with the
    greater hash, so that no order of sending matters. A day whose report is newer keeps its totals.
    It is still worked through: its item may be registered by now, and a change of disposition may
    have begun the day before.

    Args:
        reported: totals of each day that has rows.
        told_at: when the report was made, in UTC.
        content_hash: of the report.
        stored: the days known. Needed are those of the span, the one before and two after.
        policy: locations, accounts and reasons, as they are now.
        item_of: the registry, as it is now.
        span: first and last day the report covers. A day in it without rows is an empty day.

    Raises:
        ValueError: the report has a day outside its span.
    """
    first, last = span
    outside = [day for day in reported if not first <= day <= last]
    if outside:
        raise ValueError(f"{min(outside)} lies outside of {first} to {last}")
    covered = [first + _ONE_DAY * number for number in range((last - first).days + 1)]
    states = dict(stored)
    late = [day for day in covered if _is_late(stored.get(day), told_at, content_hash)]
    for day in sorted(set(covered) - set(late)):
        states[day] = replace(
            stored.get(day, LedgerDay(day)),
            told_at=told_at,
            content_hash=content_hash,
            totals=dict(reported.get(day, {})),
        )
    worked = [
        _work(day, states, stored, policy, item_of)
        for day in (*covered, last + _ONE_DAY)
        if day in states
    ]
    held = tuple((one.state.day, waits) for one in worked for waits in one.moves.held)
    return LedgerOutcome(
        postings=tuple(posting for one in worked for posting in one.postings),
        days=tuple(one.state for one in worked if one.state != stored.get(one.state.day)),
        held=held,
        reconciled=sum(abs(units) for one in worked for units in one.moves.reconciled.values()),
        findings=(
            *_late_findings(late, told_at, stored),
            *(found for one in worked for found in _findings(one, policy)),
            *held_findings(held),
        ),
    )


def _is_late(known: LedgerDay | None, told_at: datetime, content_hash: str) -> bool:
    if known is None or known.told_at is None:
        return False
    return (told_at, content_hash) < (known.told_at, known.content_hash)


def _work(
    day: date,
    states: Mapping[date, LedgerDay],
    stored: Mapping[date, LedgerDay],
    policy: InventoryPolicy,
    item_of: ItemOf,
) -> _Changed:
    """Return a day's new state and the postings that lead to it."""
    state = states[day]
    before, after = states.get(day - _ONE_DAY), states.get(day + _ONE_DAY)
    moves = moves_of_day(
        state.totals,
        before.totals if before else {},
        policy,
        item_of,
        after.totals if after else None,
    )
    wanted = _receivable(moves.moves, state.posted, policy)
    change = _less(wanted, state.posted)
    known = stored.get(day, LedgerDay(day))
    if change or state != known:
        state = replace(state, revision=known.revision + 1, posted=wanted)
    fnskus = _fnskus((state, known, *([before] if before else [])), item_of) if change else {}
    return _Changed(
        state,
        postings_of(day, state.revision, change, policy, fnskus),
        moves,
        {move: units for move, units in change.items() if move.cause == TAKEN_BACK and units > 0},
    )


def _receivable(
    wanted: Mapping[Move, int], posted: Mapping[Move, int], policy: InventoryPolicy
) -> dict[Move, int]:
    """Return ``wanted`` without taking any item receipt back.

    What was received stays received, since NetSuite has no negative receipt; what is wanted less
    goes back to in transit by a transfer. Where Amazon gives the units again, that transfer is
    reversed first: the transfer order has nothing left to receive.
    """
    result = {move: units for move, units in wanted.items() if not _is_receipt(move)}
    receipts = {move for move in (*wanted, *posted) if _is_receipt(move)}
    for move in sorted(receipts):
        received = max(0, wanted.get(move, 0), posted.get(move, 0))
        if received:
            result[move] = received
        back = received - wanted.get(move, 0)
        if back:
            result[_taken_back(move, policy)] = back
    return result


def _is_receipt(move: Move) -> bool:
    return move.kind is PostingKind.RECEIPT


def _taken_back(receipt: Move, policy: InventoryPolicy) -> Move:
    sets = (policy.fba, *policy.fba_by_country.values())
    beside = next((one for one in sets if receipt.target in one.all), policy.fba)
    return receipt._replace(
        kind=PostingKind.TRANSFER,
        source=receipt.target,
        target=beside.in_transit,
        cause=TAKEN_BACK,
    )


def _less(wanted: Mapping[Move, int], posted: Mapping[Move, int]) -> dict[Move, int]:
    change = Counter(wanted)
    change.subtract(posted)
    return {move: units for move, units in change.items() if units}


def _fnskus(days: Iterable[LedgerDay], item_of: ItemOf) -> dict[str, tuple[str, ...]]:
    """Return the physical units of each item; days that are gone explain what is reversed."""
    found: dict[str, set[str]] = {}
    for fnsku, sku in {(key.fnsku, key.sku) for day in days for key in day.totals}:
        item = item_of(fnsku, sku).item
        if item:
            found.setdefault(item, set()).add(fnsku)
    return {item: tuple(sorted(fnskus)) for item, fnskus in found.items()}


def _late_findings(
    late: list[date], told_at: datetime, stored: Mapping[date, LedgerDay]
) -> list[Finding]:
    if not late:
        return []
    newest = max(told for day in late if (told := stored[day].told_at) is not None)
    return [
        Finding(
            "LATE_REPORT",
            f"ledger {late[0].isoformat()} to {late[-1].isoformat()}",
            f"The report was made at {told_at.isoformat()}; {len(late)} of its days rest on one "
            f"made later, the latest at {newest.isoformat()}. These days keep what that one says.",
            {
                "told_at": told_at.isoformat(),
                "newest": newest.isoformat(),
                "days": [day.isoformat() for day in late],
            },
        )
    ]


def _findings(one: _Changed, policy: InventoryPolicy) -> list[Finding]:
    day = one.state.day
    dated = tran_date(day, policy)
    found = [
        Finding(
            "RECEIPT_TAKEN_BACK",
            f"shipment {move.reference}, item {move.item} on {day.isoformat()}",
            f"Amazon took back {units} units of item {move.item} that it had received of shipment "
            f"{move.reference} on {day.isoformat()}: they go from {move.source} to {move.target}.",
            {"units": units, "item": move.item, "shipment": move.reference},
        )
        for move, units in sorted(one.taken_back.items())
    ]
    if one.postings and dated != day:
        found.append(
            Finding(
                "LEDGER_PERIOD_CLOSED",
                f"ledger {day.isoformat()}",
                f"The books are closed through {policy.closed_through}: {len(one.postings)} "
                f"postings of {day.isoformat()} are dated {dated.isoformat()}.",
                {
                    "day": day.isoformat(),
                    "tran_date": dated.isoformat(),
                    "postings": [posting.external_id for posting in one.postings],
                },
            )
        )
    return found
