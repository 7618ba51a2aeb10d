"""The laws of refunds across settlements, for any sales and refunds in any order."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from refund_files import an_index, refund, sale

from handler.settlement import order_index
from handler.settlement.late_refunds import by_age, by_period, link
from handler.settlement.refund_findings import findings

ORDERS = ["701-1", "701-2", "701-22", "FBA15XYZ", ""]
ITEMS = ["", "1", "2"]
moves = st.lists(
    st.tuples(
        st.integers(1, 4),  # the settlement
        st.sampled_from(["sale", "refund"]),
        st.sampled_from(ORDERS),
        st.sampled_from(ITEMS),
        st.integers(0, 13),  # the day within it
        st.integers(1, 9_999),
    ),
    min_size=1,
    max_size=25,
)


def indexes(moves):
    rows = defaultdict(list)
    for number, what, order, item, day, minor in moves:
        dated = f"2025-08-{day + 1:02}"  # any days: Amazon dates rows outside a settlement too
        amount = f"{Decimal(minor) / 100:.2f}"
        make, sign = (sale, "") if what == "sale" else (refund, "-")
        rows[number].append(make(sign + amount, dated, order=order, item=item))
    return [an_index(number, *found) for number, found in sorted(rows.items())]


@settings(max_examples=60, deadline=None)
@given(moves)
def test_every_refund_is_linked_once_or_an_orphan_and_sums_are_kept(moves) -> None:
    made = indexes(moves)
    wanted: Counter[tuple[str, str, str]] = Counter()
    for number, what, order, item, _, minor in moves:
        if what == "refund" and order.startswith("701"):
            wanted[f"1170000{number:04}", order, item] -= minor
    found: Counter[tuple[str, str, str]] = Counter()
    seen: Counter[tuple[object, ...]] = Counter()
    for place, own in enumerate(made):
        links = link(own, made[:place])
        for each in (*links.linked, *links.orphans):
            found[own.settlement_id, each.order, each.item] += each.amount
            seen[own.settlement_id, each.order, each.item, each.day] += 1
        assert sum(s.amount for s in by_period(links.late).values()) == sum(
            each.amount for each in links.late
        )
        assert sum(s.count for s in by_age(links.late).values()) == len(links.late)
        known = {own.settlement_id, *links.looked_in}
        assert all(each.sale_settlement in known for each in links.linked)
        assert not any(finding.holds for finding in findings(links))
    assert found == wanted
    assert set(seen.values()) <= {1}


@settings(max_examples=60, deadline=None)
@given(moves)
def test_an_orphan_has_no_sale_and_a_link_has_one(moves) -> None:
    made = indexes(moves)
    for place, own in enumerate(made):
        sold = defaultdict(set)
        for index in made[: place + 1]:
            for number, what, order, item, *_ in moves:
                if what == "sale" and index.settlement_id == f"1170000{number:04}":
                    sold[order].add(item)
        links = link(own, made[:place])
        for each in links.orphans:
            items = sold[each.order]
            assert not items if not each.item else not items & {each.item, ""}
        for each in links.linked:
            items = sold[each.order]
            assert items if not each.item else items & {each.item, ""}


@settings(max_examples=60, deadline=None)
@given(moves, st.randoms(use_true_random=False))
def test_neither_order_of_rows_nor_of_settlements_matters(moves, chance: random.Random) -> None:
    made = indexes(moves)
    mixed = list(moves)
    chance.shuffle(mixed)
    again = indexes(mixed)
    assert [order_index.pack(index) for index in again] == [
        order_index.pack(index) for index in made
    ]
    own, earlier = made[-1], made[:-1]
    shuffled = [order_index.unpack(order_index.pack(index)) for index in [*earlier, *earlier]]
    chance.shuffle(shuffled)
    assert link(own, shuffled) == link(own, earlier)


@settings(max_examples=60, deadline=None)
@given(moves)
def test_an_excess_is_more_than_the_sale(moves) -> None:
    made = indexes(moves)
    links = link(made[-1], made[:-1])
    for excess in links.exceeding:
        mine = [m for m in moves if m[2] == excess.order and excess.item in ("", m[3])]
        assert excess.sale == sum(m[5] for m in mine if m[1] == "sale")
        assert excess.refunded == sum(m[5] for m in mine if m[1] == "refund") > excess.sale
