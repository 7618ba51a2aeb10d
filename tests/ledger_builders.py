"""Ledgers, policies and registries for the tests of Amazon's ledger, said shortly."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from handler.inventory.ledger_day import LedgerDay
from handler.inventory.ledger_difference import LedgerOutcome, difference
from handler.inventory.ledger_event import LedgerEvent
from handler.inventory.ledger_moves import Identified
from handler.inventory.ledger_reason import Effect, ReasonRule, ReasonTable
from handler.inventory.policy import (
    FbaLocations,
    FbmPolicy,
    InventoryPolicy,
    ReceiptPolicy,
    ShipmentPolicy,
)
from handler.inventory.posting import Move, Posting, PostingKind
from handler.inventory.totals import totals_by_day

DAY = date(2026, 1, 10)
US = FbaLocations("31", "32", "33", "34")
CA = FbaLocations("41", "42", "43", "44")
ACCOUNTS = {
    "lost": "5150",
    "found": "5160",
    "disposal": "5170",
    "shipments": "5180",
    "returns": "5190",
    "redefinition": "5200",
}
RULES = (
    ("receipts", "*", Effect.RECEIPT, ""),
    ("shipments", "*", Effect.SHIPMENT, ""),
    ("customerreturns", "*", Effect.SHIPMENT, ""),
    ("vendorreturns", "*", Effect.REMOVAL, ""),
    ("whsetransfers", "*", Effect.TRANSFER, ""),
    ("adjustments", "M", Effect.ADJUST, "lost"),
    ("adjustments", "F", Effect.ADJUST, "found"),
    ("adjustments", "D", Effect.ADJUST, "disposal"),
    *(("adjustments", code, Effect.PAIR_OUT, "") for code in "67HKUEQ"),
    ("adjustments", "P", Effect.PAIR_IN, ""),
    ("adjustments", "4", Effect.REDEFINE_OUT, ""),
    ("adjustments", "3", Effect.REDEFINE_IN, ""),
    ("adjustments", "X", Effect.HOLD, ""),
)
REASONS = ReasonTable(ReasonRule(*rule, line=line) for line, rule in enumerate(RULES, start=2))
ITEMS = {"X001": "2201", "X002": "2202", "X003": "2203"}
BY_COUNTRY = {"CA": CA}


def a_policy(**changes: object) -> InventoryPolicy:
    """Return a policy that posts whatever can be posted."""
    values: dict[str, object] = {
        "profile": "us",
        "seller": "A1SELLER",
        "subsidiary": "2",
        "fbm": FbmPolicy(),
        "fba": US,
        "accounts": ACCOUNTS,
        "reasons": REASONS,
        "receipts": ReceiptPolicy.ITEM_RECEIPT,
        "shipments": ShipmentPolicy.POST,
        **changes,
    }
    return InventoryPolicy(**values)  # type: ignore[arg-type]


def item_of(fnsku: str, sku: str) -> Identified:
    """Return the registered item of an FNSKU."""
    item = ITEMS.get(fnsku, "")
    return Identified(item) if item else Identified("", "UNREGISTERED_SKU")


def row(event: str, quantity: int, reason: str = "", **changes: object) -> LedgerEvent:
    """Return a row of the detail: sellable units of X001 in PHX7, unless told otherwise."""
    values: dict[str, object] = {
        "day": DAY,
        "fnsku": "X001",
        "asin": "B001",
        "sku": "MUG",
        "event": event,
        "reference": "",
        "quantity": quantity,
        "centre": "PHX7",
        "disposition": "SELLABLE",
        "reason": reason,
        "country": "US",
        "line": 2,
        **changes,
    }
    return LedgerEvent(**values)  # type: ignore[arg-type]


def at(hour: int) -> datetime:
    """Return a moment at which a report may be made."""
    return datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=hour)


def content_hash(events: Iterable[LedgerEvent], span: tuple[date, date]) -> str:
    """Return the hash of a report; the same rows give the same."""
    return hashlib.sha256(repr((sorted(events, key=repr), span)).encode()).hexdigest()


@dataclass
class Books:
    """A profile's ledger days, and everything that was posted to NetSuite."""

    policy: InventoryPolicy = field(default_factory=a_policy)
    items: object = item_of
    days: dict[date, LedgerDay] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)

    def tell(
        self,
        events: Iterable[LedgerEvent],
        hour: int = 0,
        span: tuple[date, date] | None = None,
    ) -> LedgerOutcome:
        """Send a report; without a span it covers the days it has rows of."""
        events = list(events)
        span = span or (min(one.day for one in events), max(one.day for one in events))
        outcome = difference(
            totals_by_day(events),
            at(hour),
            content_hash(events, span),
            self.days,
            self.policy,
            self.items,  # type: ignore[arg-type]
            span,
        )
        for state in outcome.days:
            before = self.days.get(state.day, LedgerDay(state.day))
            assert state.revision == before.revision + 1
            self.days[state.day] = state
        self.postings += outcome.postings
        return outcome


def transit_of(location: str) -> str:
    """Return the location that receipts at a location come out of."""
    return CA.in_transit if location in CA.all else US.in_transit


def balance(moves: Mapping[Move, int]) -> dict[tuple[str, str], int]:
    """Return the units of each item and location, and against each account, without zeros."""
    units: Counter[tuple[str, str]] = Counter()
    for move, quantity in moves.items():
        units[move.item, move.target] += quantity
        if move.kind is PostingKind.ADJUSTMENT:
            units[move.item, f"account {move.account}"] -= quantity
        elif move.kind is PostingKind.TRANSFER:
            units[move.item, move.source] -= quantity
        else:
            units[move.item, transit_of(move.target)] -= quantity
    return {place: quantity for place, quantity in units.items() if quantity}


def posted(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """Return the same of postings."""
    moves: Counter[Move] = Counter()
    for one in postings:
        for line in one.lines:
            moves[
                Move(
                    one.kind,
                    line.item,
                    one.source,
                    one.target,
                    one.account,
                    line.memo,
                    one.reference,
                )
            ] += line.quantity
    return balance(moves)
