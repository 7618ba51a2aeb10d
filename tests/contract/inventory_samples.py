"""Listings, orders, ledger days and reports for the tests of the stores of stock."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from handler.flows.inventory_ports import (
    DriftRun,
    LedgerDayRecord,
    LedgerRun,
    SnapshotRecord,
    StoredListing,
)
from handler.inventory.listing import Component, Listing, ListingKey, Pool, Rules
from handler.inventory.mfn_order import MfnOrder
from handler.inventory.published import Published

NOON = datetime(2025, 1, 15, 12, 0, 0, 123456, tzinfo=UTC)
ODD_SKUS = ["A", "A#B", "A#B#C", 'B","C', "é 日本", " A ", "x" * 5000]
DAY = date(2025, 1, 15)


def key(sku: str = "A", seller: str = "S", marketplace: str = "M") -> ListingKey:
    return ListingKey(seller, marketplace, sku)


def stored(sku: str = "A", revision: int = 1, **other: Any) -> StoredListing:
    listing = Listing(
        key(sku),
        Pool.FBM,
        "item 1",
        components=(Component("part é", 2), Component("part 2", 1)),
        rules=Rules(50, 3, None, 2, frozenset({"Main", "Öst"}), 1),
        origin="upsert",
    )
    given = StoredListing(listing, revision, False, "2025-01-16T00:00:00+00:00", "flow")
    return replace(given, **other)


def state(sku: str = "A", revision: int = 1, **other: Any) -> Published:
    return Published(key(sku), decision=revision, revision=revision, **other)


def order(item: str = "1", quantity: int = 1, **other: Any) -> MfnOrder:
    return replace(MfnOrder(item, f"o{item}", "M", "A#é", quantity, NOON), **other)


def day(number: int = 15, revision: int = 1, **other: Any) -> LedgerDayRecord:
    at = "2025-01-16T00:00:00+00:00"
    given = LedgerDayRecord(date(2025, 1, number), revision, at, "c" * 64, "days/é.json")
    return replace(given, **other)


def run(run_id: str = "r1", **other: Any) -> LedgerRun:
    given = LedgerRun(
        run_id, "us", "ledger_detail", "c" * 64, "v1", "2025-01-16T00:00:00+00:00", "2025-01-01",
        "2025-01-15", ("AMZ-1", "AMZ-2"), (), "ready", "raw/a.txt", "results/a.json",
        "2025-01-16T00:00:00+00:00",
    )  # fmt: skip
    return replace(given, **other)


def snapshot(told_at: str = "2025-01-16T00:00:00+00:00", **other: Any) -> SnapshotRecord:
    given = SnapshotRecord(
        "us", "myi", "", told_at, "c" * 64, 3, "raw/m.txt", "results/m.json", told_at
    )
    return replace(given, **other)


def drift(as_of: str = "2025-01-16T00:00:00+00:00", **other: Any) -> DriftRun:
    differences = {("item é", "FBA", "on_hand"): (3, -1), ("b", "FBA", "available"): (0, 7)}
    given = DriftRun("us", as_of, 10, 11, differences, {"TIMING": 2}, "results/d.json")
    return replace(given, **other)
