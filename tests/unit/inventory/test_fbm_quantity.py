"""The rule of the seller's own stock, step by step."""

from __future__ import annotations

import pytest
from fbm_stock import (
    READ,
    a_kit,
    a_listing,
    a_policy,
    a_source,
    an_order,
    decided,
    minutes,
)

from handler.inventory.fbm_pending import PendingUnits, needed, unattributed
from handler.inventory.listing import Component, Listing, Pool, Rules, Split
from handler.inventory.registry import build_registry

STOCK = a_source({("A", "Main"): 10, ("A", "Shop"): 5})


def test_only_allow_listed_locations_are_summed() -> None:
    source = a_source({("A", "Main"): 10, ("A", "FBA US"): 100, ("A", "Repair"): 7})
    found = decided(a_listing(), source)
    assert found.quantity == 10
    assert found.trace["items"][0]["left_out"] == {"FBA US": 100, "Repair": 7}


def test_an_fba_location_never_counts_even_if_allow_listed() -> None:
    source = a_source({("A", "Main"): 10, ("A", "FBA US"): 100})
    policy = a_policy(locations=frozenset({"Main", "FBA US"}))
    assert decided(a_listing(), source, policy=policy).quantity == 10


def test_a_listing_sells_from_its_own_locations_only() -> None:
    assert decided(a_listing(locations=frozenset({"Shop"})), STOCK).quantity == 5
    elsewhere = a_source({("A", "Main"): 10, ("A", "Shop"): 0})
    assert decided(a_listing(locations=frozenset({"Shop"})), elsewhere).quantity == 0


def test_what_is_promised_beyond_the_shelf_lowers_the_sum() -> None:
    assert decided(a_listing(), a_source({("A", "Main"): 10, ("A", "Shop"): -4})).quantity == 6
    assert decided(a_listing(), a_source({("A", "Main"): -4})).quantity == 0


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"share": 50}, 7),
        ({"share": 0}, 0),
        ({"share": 50, "safety": 2}, 5),
        ({"safety": 20}, 0),
        ({"cap": 4}, 4),
        ({"cap": 0}, 0),
        ({"share": 90, "safety": 3, "cap": 9}, 9),
    ],
)
def test_share_then_safety_then_cap(rules: dict[str, int], expected: int) -> None:
    assert decided(a_listing(**rules), STOCK).quantity == expected


def test_orders_not_in_netsuite_lower_the_pool() -> None:
    orders = [
        an_order(2, item_id="1"),
        an_order(3, item_id="2", booked_at=READ + minutes(1)),
        an_order(4, item_id="3", booked_at=READ),
        an_order(0, item_id="4"),
    ]
    found = decided(a_listing(), STOCK, orders=orders)
    assert found.quantity == 10
    assert found.trace["items"][0]["orders"] == ["111-1", "111-2"]


def test_an_order_item_told_twice_counts_once() -> None:
    orders = [an_order(2), an_order(5, changed_at=READ + minutes(1)), an_order(2)]
    assert decided(a_listing(), STOCK, orders=orders).quantity == 10


def test_an_order_of_another_listing_of_the_item_lowers_it_too() -> None:
    others = [a_listing("SKU-2"), a_kit("KIT", A=3, B=1)]
    orders = [an_order(1, "SKU-2", "1"), an_order(2, "KIT", "2")]
    assert decided(a_listing(), STOCK, orders=orders, others=others).quantity == 15 - 1 - 6


def test_orders_of_no_fbm_listing_are_named_and_lower_nothing() -> None:
    fba = a_listing("SKU-F", pool=Pool.FBA)
    orders = [an_order(1, "SKU-F", "1"), an_order(1, "SKU-?", "2"), an_order(1, item_id="3")]
    found = unattributed(orders, build_registry([a_listing(), fba], a_policy()))
    assert [order.sku for order in found] == ["SKU-F", "SKU-?"]
    assert decided(a_listing(), STOCK, orders=orders, others=[fba]).quantity == 14


def test_the_trace_names_twenty_orders_and_counts_all() -> None:
    orders = [an_order(1, item_id=f"{number:02}") for number in range(25)]
    source = a_source({("A", "Main"): 40})
    shown = decided(a_listing(), source, orders=orders).trace["items"][0]
    assert (shown["pending"], len(shown["orders"])) == (25, 20)


def test_a_needed_item_not_told_is_not_zero() -> None:
    found = decided(a_listing(), a_source({("B", "Main"): 1}))
    assert (found.action, found.reason, found.state) == ("refused", "SOURCE_INCOMPLETE", None)
    assert "for A," in found.message
    kit = decided(a_kit(A=1, B=1), a_source({("A", "Main"): 5}))
    assert kit.reason == "SOURCE_INCOMPLETE"


def test_an_item_at_other_locations_only_is_zero() -> None:
    found = decided(a_listing(), a_source({("A", "Repair"): 9}))
    assert (found.action, found.quantity) == ("publish", 0)


def test_a_kit_ships_whole_from_one_location() -> None:
    source = a_source({("A", "Main"): 4, ("B", "Main"): 1, ("A", "Shop"): 1, ("B", "Shop"): 5})
    assert decided(a_kit(A=2, B=1), source).quantity == 1


def test_a_promise_elsewhere_limits_kits_by_the_whole_pool() -> None:
    source = a_source({("A", "Main"): 5, ("A", "Shop"): -3, ("B", "Main"): 9})
    assert decided(a_kit(A=1, B=1), source).quantity == 2


def test_repeated_kit_components_count_together() -> None:
    kit = Listing(a_kit().key, Pool.FBM, "", components=(Component("A", 1), Component("A", 2)))
    assert needed(kit) == (Component("A", 3),)
    pending = PendingUnits([an_order(2, "KIT")], build_registry([kit], a_policy()))
    assert pending.of_item("A", READ).units == 6
    assert decided(a_kit(A=3), a_source({("A", "Main"): 10})).quantity == 3


def test_orders_of_the_kit_and_of_its_parts_lower_it() -> None:
    source = a_source({("A", "Main"): 7, ("B", "Main"): 3})
    kit, part = a_kit(A=2, B=1), a_listing()
    assert decided(kit, source).quantity == 3
    assert decided(kit, source, orders=[an_order(1, "KIT")]).quantity == 2
    # One A is to spare: the first order breaks no kit, the second does.
    assert decided(kit, source, orders=[an_order(1)], others=[part]).quantity == 3
    found = decided(kit, source, orders=[an_order(2)], others=[part])
    assert found.quantity == 2
    assert found.trace["kits"]["broken"] == {"A": 1}


def test_listings_share_an_item_or_split_it_by_weight() -> None:
    one, two = a_listing("SKU-1", weight=2), a_listing("SKU-2", weight=1)
    source = a_source({("A", "Main"): 10})
    weighted = a_policy(split=Split.WEIGHTED)
    assert decided(one, source, others=[two]).quantity == 10
    assert decided(two, source, others=[one]).quantity == 10
    found = decided(one, source, others=[two], policy=weighted)
    assert (found.quantity, found.trace["items"][0]["entitlement"]) == (7, 7)
    assert decided(two, source, others=[one], policy=weighted).quantity == 3


def test_equal_remainders_go_by_key() -> None:
    one, two = a_listing("SKU-1"), a_listing("SKU-2")
    policy, source = a_policy(split=Split.WEIGHTED), a_source({("A", "Main"): 3})
    assert decided(one, source, others=[two], policy=policy).quantity == 2
    assert decided(two, source, others=[one], policy=policy).quantity == 1


def test_a_part_is_limited_by_the_listings_own_locations() -> None:
    one, two = a_listing("SKU-1", locations=frozenset({"Shop"})), a_listing("SKU-2")
    source = a_source({("A", "Main"): 9, ("A", "Shop"): 1})
    policy = a_policy(split=Split.WEIGHTED)
    assert decided(one, source, others=[two], policy=policy).quantity == 1
    assert decided(two, source, others=[one], policy=policy).quantity == 5


def test_a_kit_takes_no_more_than_its_part() -> None:
    kit, single = a_kit(A=2, B=1, rules=Rules(weight=1)), a_listing(weight=1)
    source = a_source({("A", "Main"): 10, ("B", "Main"): 9})
    policy = a_policy(split=Split.WEIGHTED)
    assert decided(kit, source, others=[single], policy=policy).quantity == 2


def test_a_trace_explains_inputs_rule_result_and_version() -> None:
    found = decided(a_listing(share=50, safety=1, cap=9), STOCK, orders=[an_order(2)])
    shown = found.trace
    assert (shown["base"], shown["share"], shown["safety"], shown["cap"]) == (13, 50, 1, 9)
    assert (shown["result"], shown["source_version"]) == (5, 1)
    assert shown["source_time"] == READ.isoformat()
    assert shown["items"][0]["counted"] == {"Main": 10, "Shop": 5}
    assert shown["policy"]["split"] == "shared"
