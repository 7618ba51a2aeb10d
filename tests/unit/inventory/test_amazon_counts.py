"""Amazon's stock in NetSuite's terms: each pool once, each balance where it belongs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from handler.inventory.amazon_counts import (
    CountKey,
    Elsewhere,
    Measure,
    Spot,
    Unregistered,
    both_channels,
    count_amazon,
    pools,
)
from handler.inventory.amazon_stock import AmazonStock
from handler.inventory.ledger_event import LedgerBalance
from handler.inventory.ledger_reason import ReasonTable
from handler.inventory.listing import ListingKey
from handler.inventory.policy import FbaLocations, FbmPolicy, InventoryPolicy

US = FbaLocations("FBA", "FBA bad", "FBA transit", "FBA removal")
CA = FbaLocations("FBA CA", "FBA CA bad", "FBA CA transit", "FBA CA removal")
POLICY = InventoryPolicy("us", "SELLER", "1", FbmPolicy(), US, {}, ReasonTable(()), {"CA": CA})
ITEMS = {"X0001AB1CD": "CONSOLE", "X0002EF2GH": "COFFEE", "X0003IJ3KL": "BOTTLE"}
# As the sandbox's MYI and reserved reports tell it.
BOTTLE = AmazonStock(
    "SKU-BOTTLE-150", "X0003IJ3KL", fulfillable=1263, unsellable=4, reserved=45,
    inbound_working=100, inbound_shipped=40, inbound_receiving=15, researching=0, on_hand=1308,
    fbm_listing=True, fbm_quantity=50, fba_listing=True, line=4,
)  # fmt: skip
RESERVED = AmazonStock(
    "SKU-BOTTLE-150", "X0003IJ3KL", reserved=45, reserved_orders=30, reserved_transfers=10,
    reserved_processing=5, line=4,
)  # fmt: skip


def item_of(fnsku: str, _sku: str) -> str:
    return ITEMS.get(fnsku, "")


def balance(fnsku: str, sku: str, end: int, disposition: str = "SELLABLE", **other: object):  # type: ignore[no-untyped-def]
    row = LedgerBalance(date(2024, 12, 1), fnsku, "", sku, disposition, "US", 0, end, {}, 2)
    return replace(row, **other)  # type: ignore[arg-type]


def test_the_sandbox_stock_is_available_in_transit_and_elsewhere() -> None:
    counts = count_amazon([BOTTLE, RESERVED], [], POLICY, item_of)
    assert counts.units == {
        CountKey("BOTTLE", "FBA", Measure.AVAILABLE): 1263,
        CountKey("BOTTLE", "FBA transit", Measure.ON_HAND): 55,  # 100 planned have not left
    }
    assert counts.elsewhere == {Spot("BOTTLE", "FBA"): Elsewhere(55, 10, 30, 45)}
    assert counts.covers == {("FBA", Measure.AVAILABLE), ("FBA transit", Measure.ON_HAND)}


def test_the_sandbox_summary_is_on_hand_by_condition() -> None:
    counts = count_amazon(
        [],
        [
            balance("X0001AB1CD", "SKU-CONSOLE-2025", 156),
            balance("X0002EF2GH", "SKU-COFFEE-401", 535),
            balance("X0003IJ3KL", "SKU-BOTTLE-150", 1263),
            balance("X0003IJ3KL", "SKU-BOTTLE-150", 4, "UNSELLABLE"),
        ],
        POLICY,
        item_of,
    )
    assert counts.units == {
        CountKey("CONSOLE", "FBA", Measure.ON_HAND): 156,
        CountKey("COFFEE", "FBA", Measure.ON_HAND): 535,
        CountKey("BOTTLE", "FBA", Measure.ON_HAND): 1263,
        CountKey("BOTTLE", "FBA bad", Measure.ON_HAND): 4,
    }
    assert counts.balance_day == date(2024, 12, 1)
    assert ("FBA CA", Measure.ON_HAND) in counts.covers


def test_two_skus_on_one_fnsku_are_counted_once() -> None:
    counts = count_amazon([BOTTLE, replace(BOTTLE, sku="OTHER-NAME")], [], POLICY, item_of)
    assert counts.units[CountKey("BOTTLE", "FBA", Measure.AVAILABLE)] == 1263
    assert counts.notes[CountKey("BOTTLE", "FBA", Measure.AVAILABLE)] == ()


def test_of_two_figures_of_one_pool_the_larger_stands_with_a_note() -> None:
    (pool,) = pools([BOTTLE, replace(BOTTLE, sku="OTHER-NAME", fulfillable=1200)])
    assert pool.stock.fulfillable == 1263
    assert pool.skus == ("OTHER-NAME", "SKU-BOTTLE-150")
    assert pool.notes == (
        (
            "rows of X0003IJ3KL (OTHER-NAME, SKU-BOTTLE-150) tell fulfillable as 1200, 1263; "
            "the largest is counted"
        ),
    )


def test_countries_are_pools_of_their_own() -> None:
    counts = count_amazon(
        [BOTTLE, replace(BOTTLE, country="CA", fulfillable=7)], [], POLICY, item_of
    )
    assert counts.units[CountKey("BOTTLE", "FBA", Measure.AVAILABLE)] == 1263
    assert counts.units[CountKey("BOTTLE", "FBA CA", Measure.AVAILABLE)] == 7


def test_rows_without_an_fnsku_are_not_one_pool() -> None:
    rows = [replace(BOTTLE, fnsku=""), replace(BOTTLE, fnsku="", sku="B")]
    assert len(pools(rows)) == 2


def test_two_mskus_of_the_ledger_have_a_balance_each() -> None:
    rows = [balance("X0003IJ3KL", "A", 10), balance("X0003IJ3KL", "B", 10)]
    counts = count_amazon([], rows, POLICY, item_of)
    assert counts.units == {CountKey("BOTTLE", "FBA", Measure.ON_HAND): 20}


def test_only_the_last_day_gives_balances_and_a_centre_is_no_country() -> None:
    rows = [
        balance("X0003IJ3KL", "A", 99, day=date(2024, 11, 30)),
        balance("X0003IJ3KL", "A", 5, location="PHX7"),
        balance("X0003IJ3KL", "A", 6, location="CA"),
    ]
    counts = count_amazon([], rows, POLICY, item_of)
    assert counts.units == {
        CountKey("BOTTLE", "FBA", Measure.ON_HAND): 5,
        CountKey("BOTTLE", "FBA CA", Measure.ON_HAND): 6,
    }


def test_units_of_no_item_are_kept_aside() -> None:
    counts = count_amazon([], [balance("X9", "NEW", 3), balance("X8", "OLD", 0)], POLICY, item_of)
    assert counts.units == {}
    assert counts.unregistered == (Unregistered("X9", "NEW", "FBA", Measure.ON_HAND, 3),)


def test_a_condition_nobody_knows_is_counted_with_a_note() -> None:
    counts = count_amazon([], [balance("X0003IJ3KL", "A", 2, "MELTED")], POLICY, item_of)
    key = CountKey("BOTTLE", "FBA bad", Measure.ON_HAND)
    assert counts.units == {key: 2}
    assert "MELTED" in counts.notes[key][0]


def test_a_sku_with_both_offers_is_named() -> None:
    rows = [
        BOTTLE,
        replace(BOTTLE, sku="B", fbm_listing=False),
        replace(BOTTLE, sku="C", fba_listing=None),
    ]
    assert both_channels(rows, "SELLER", "ATV") == {ListingKey("SELLER", "ATV", "SKU-BOTTLE-150")}
