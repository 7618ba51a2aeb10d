"""Whatever the stock, the orders and the rules: nothing is sold that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from fbm_stock import NOW, a_kit, a_listing, a_policy, a_source, an_order, decided
from hypothesis import given, settings
from hypothesis import strategies as st

from handler.inventory.decide import decide_all, emission_order
from handler.inventory.decision import Action
from handler.inventory.listing import Rules, Split
from handler.inventory.registry import build_registry
from handler.inventory.source_stock import ListingSource

PLACES = ("Main", "Shop")
units = st.integers(-3, 40)
shelves = st.fixed_dictionaries({(item, place): units for item in "ABC" for place in PLACES})
rules = st.builds(
    Rules,
    share=st.integers(0, 100),
    safety=st.integers(0, 5),
    cap=st.none() | st.integers(0, 30),
    weight=st.integers(1, 9),
    locations=st.sampled_from([frozenset(), frozenset({"Main"}), frozenset({"Shop"})]),
)
needs = st.dictionaries(st.sampled_from("ABC"), st.integers(1, 3), min_size=1)


@st.composite
def registers(draw: st.DrawFn) -> list:
    singles = draw(st.lists(st.tuples(st.sampled_from("ABC"), rules), max_size=4))
    kits = draw(st.lists(st.tuples(needs, rules), max_size=3))
    made = [replace(a_listing(f"S{n}", item), rules=r) for n, (item, r) in enumerate(singles)]
    made += [a_kit(f"K{n}", rules=r, **parts) for n, (parts, r) in enumerate(kits)]
    return made or [a_listing()]


@st.composite
def situations(draw: st.DrawFn) -> tuple:
    listings = draw(registers())
    sold = draw(st.lists(st.tuples(st.sampled_from(listings), st.integers(0, 5)), max_size=6))
    orders = [an_order(count, one.key.sku, str(n)) for n, (one, count) in enumerate(sold)]
    return listings, draw(shelves), orders


def pool(item: str, shelf: dict, orders: list, listings: list) -> int:
    taken = {
        one.key.sku: sum(need.quantity for need in one.needs if need.item == item)
        for one in listings
    }
    have = sum(count for (name, _), count in shelf.items() if name == item)
    return have - sum(order.quantity * taken[order.sku] for order in orders)


def quantities(listings: list, shelf: dict, orders: list, split: Split) -> dict:
    found = decide_all(
        [ListingSource(one.key, a_source(shelf)) for one in listings],
        build_registry(listings, a_policy(split=split)),
        a_policy(split=split),
        {},
        orders,
        NOW,
    )
    return {one.key.sku: one.quantity for one in found}


@given(situations())
def test_no_listing_exceeds_the_pool(situation: tuple) -> None:
    listings, shelf, orders = situation
    for split in Split:
        found = quantities(listings, shelf, orders, split)
        for one in listings:
            count = found[one.key.sku]
            assert count >= 0
            if one.rules.cap is not None:
                assert count <= one.rules.cap
            here = {key: n for key, n in shelf.items() if key[1] in (one.rules.locations or PLACES)}
            for need in one.needs:
                have = max(0, pool(need.item, here, orders, listings))
                assert count * need.quantity <= have


@given(situations())
def test_a_weighted_split_never_exceeds_the_pool_together(situation: tuple) -> None:
    listings, shelf, orders = situation
    found = quantities(listings, shelf, orders, Split.WEIGHTED)
    for item in "ABC":
        offered = sum(
            found[one.key.sku] * need.quantity
            for one in listings
            for need in one.needs
            if need.item == item
        )
        assert offered <= max(0, pool(item, shelf, orders, listings))


def allocations(count: int) -> Iterator[tuple[int, ...]]:
    """Every way ``count`` units leave two locations."""
    return ((here, count - here) for here in range(count + 1))


small = st.integers(-1, 7)


@settings(max_examples=150)
@given(
    shelf=st.fixed_dictionaries({(item, place): small for item in "AB" for place in PLACES}),
    parts=st.fixed_dictionaries({"A": st.integers(1, 3), "B": st.integers(1, 3)}),
    sold=st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2)),
)
def test_kits_can_be_shipped_wherever_orders_ship_from(
    shelf: dict, parts: dict[str, int], sold: tuple[int, int, int]
) -> None:
    kit, a, b = a_kit("KIT", **parts), a_listing("SA", "A"), a_listing("SB", "B")
    orders = [
        an_order(sold[0], "SA", "1"), an_order(sold[1], "SB", "2"), an_order(sold[2], "KIT", "3"),
    ]  # fmt: skip
    count = decided(kit, a_source(shelf), orders=orders, others=[a, b]).quantity
    fewest = min(
        sum(
            max(
                0,
                min(
                    (shelf[item, place] - loose[n] - kits[n] * parts[item]) // parts[item]
                    for item, loose in (("A", of_a), ("B", of_b))
                ),
            )
            for n, place in enumerate(PLACES)
        )
        for of_a, of_b, kits in product(*(allocations(one) for one in sold))
    )
    assert count is not None
    assert count <= fewest
    if not any(sold) and min(shelf.values()) >= 0:
        assert count == fewest


@given(situations(), st.randoms(use_true_random=False), st.sampled_from(Split))
def test_the_order_of_a_batch_changes_no_quantity(situation: tuple, chance, split: Split) -> None:
    listings, shelf, orders = situation
    expected = quantities(listings, shelf, orders, split)
    mixed, rows, told = list(listings), list(shelf.items()), [*orders, *orders[:1]]
    for one in (mixed, rows, told):
        chance.shuffle(one)
    assert quantities(mixed, dict(rows), told, split) == expected
    for one in listings:
        alone = decided(
            one,
            a_source(shelf),
            orders=orders,
            others=[other for other in listings if other is not one],
            policy=a_policy(split=split),
        )
        assert alone.quantity == expected[one.key.sku]


@given(situations(), st.sampled_from(Split))
def test_a_replay_writes_and_sends_nothing(situation: tuple, split: Split) -> None:
    listings, shelf, orders = situation
    requests = [ListingSource(one.key, a_source(shelf)) for one in listings]
    register, policy = build_registry(listings, a_policy()), a_policy(split=split)
    first = decide_all(requests, register, policy, {}, orders, NOW)
    assert len(emission_order(first)) == len(listings)
    states = {one.key: one.state for one in first if one.state is not None}
    again = decide_all(requests, register, policy, states, orders, NOW)
    assert emission_order(again) == []
    assert [one.state for one in again] == [None] * len(listings)
    assert [one.quantity for one in again] == [one.quantity for one in first]


@given(st.lists(st.tuples(st.integers(0, 9), units), min_size=1, max_size=8))
def test_an_older_version_never_wins(tellings: list[tuple[int, int]]) -> None:
    listing, state, newest = a_listing(), None, -1
    for version, count in tellings:
        found = decided(listing, a_source({("A", "Main"): count}, version), state=state)
        if version < newest:
            assert (found.action, found.reason) == (Action.REFUSED, "OUT_OF_ORDER")
            assert found.state is None
        elif found.action is not Action.REFUSED:
            newest = version
        state = found.state or state
        assert state is None or state.source_version == newest


@given(situations(), st.lists(st.tuples(st.sampled_from("ABC"), units), max_size=3))
def test_shelves_at_amazon_change_nothing(situation: tuple, theirs: list) -> None:
    listings, shelf, orders = situation
    more = {**shelf, **{(item, "FBA US"): count for item, count in theirs}}
    for split in Split:
        expected = quantities(listings, shelf, orders, split)
        assert quantities(listings, more, orders, split) == expected
