"""NetSuite's orders against what was settled."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.reconciliation.orders import NetSuiteOrder, SettledOrder, reconcile_orders

AS_OF = date(2025, 9, 30)


def booked(order_id: str = "111-1", amount: int = 2_500, age: int = 10, **changes):
    values = {"currency": "USD", "record": "SO1"} | changes
    return NetSuiteOrder(
        order_id, amount, values["currency"], AS_OF - timedelta(days=age), values["record"]
    )


def settled(order_id: str = "111-1", sales: int = 2_500, refunds: int = 0, **changes):
    values = {"currency": "USD", "settlement_id": "S1"} | changes
    return SettledOrder(order_id, values["currency"], sales, refunds, values["settlement_id"])


def outcome(orders, rows, **how):
    return reconcile_orders(orders, rows, as_of=AS_OF, **how)


def codes(found) -> list[str]:
    return [finding.code for finding in found.findings]


def test_an_order_of_one_amount_agrees_even_over_two_settlements() -> None:
    rows = [settled(sales=1_000), settled(sales=1_500, refunds=-500, settlement_id="S2")]
    found = outcome([booked()], rows)
    assert [total.settlement_ids for total in found.agreed] == [("S1", "S2")]
    assert found.findings == ()


@pytest.mark.parametrize(
    ("amount", "refunds", "difference", "cause"),
    [
        (2_501, 0, 1, "part of the order is not settled, or NetSuite counts tax or shipping that"),
        (2_499, 0, -1, "NetSuite lacks part of the order"),
        (2_000, -500, -500, "NetSuite has the order net of its refund"),
        (5_000, 0, 2_500, "NetSuite has the order 2 times over"),
        (0, 0, -2_500, "NetSuite has the order with no amount"),
    ],
)
def test_a_cent_is_a_difference(amount: int, refunds: int, difference: int, cause: str) -> None:
    found = outcome([booked(amount=amount)], [settled(refunds=refunds)])
    assert found.different[0].difference == difference
    assert found.different[0].cause.startswith(cause)
    assert codes(found) == ["ORDER_AMOUNT"]


def test_another_currency_is_a_difference_without_a_figure() -> None:
    found = outcome([booked(currency="CAD")], [settled()])
    assert found.different[0].difference is None
    assert found.findings[0].what == (
        "NetSuite has order 111-1 with 25.00 CAD, Amazon settled 25.00 USD: NetSuite has the order "
        "in another currency."
    )


def test_missing_in_netsuite() -> None:
    found = outcome([], [settled(), settled("222-2", 0, -700)])
    assert [total.order_id for total in found.missing] == ["111-1", "222-2"]
    assert [finding.what for finding in found.findings] == [
        "Amazon settled 25.00 USD of order 111-1, and NetSuite does not have it.",
        "Amazon refunded -7.00 USD of order 222-2, and NetSuite does not have it.",
    ]


def test_not_settled_yet_is_pending_until_it_is_overdue() -> None:
    found = outcome([booked(age=30), booked("222-2", age=31)], [])
    assert [order.order_id for order in found.pending] == ["111-1"]
    assert [order.order_id for order in found.overdue] == ["222-2"]
    assert codes(found) == ["ORDER_OVERDUE"]
    assert outcome([booked(age=31)], [], overdue_days=60).overdue == ()


def test_a_refund_of_an_older_sale_is_no_difference() -> None:
    found = outcome([booked(age=90)], [settled(sales=0, refunds=-2_500)])
    assert [total.refunds for total in found.refunded] == [-2_500]
    assert found.findings == ()


def test_an_order_booked_twice() -> None:
    found = outcome([booked(), booked(record="SO2")], [settled()])
    assert found.booked_twice == ("111-1",)
    assert found.findings[0].evidence == {"records": ["SO1", "SO2"], "count": 2}


ids = st.sampled_from([f"{n}-{n}" for n in range(8)])
orders = st.builds(booked, ids, st.integers(0, 3), st.integers(0, 60))
rows = st.builds(settled, ids, st.integers(0, 3), st.integers(-2, 0))


@given(st.lists(orders, max_size=12), st.lists(rows, max_size=12), st.integers(0, 99))
def test_every_order_has_one_place_and_order_is_moot(have, got, seed: int) -> None:
    found = outcome(have, got)
    places = [
        *(total.order_id for total in (*found.agreed, *found.missing, *found.refunded)),
        *(one.order.order_id for one in found.different),
        *(order.order_id for order in (*found.pending, *found.overdue)),
    ]
    assert sorted(places) == sorted({one.order_id for one in (*have, *got)})
    chance = random.Random(seed)
    chance.shuffle(have)
    chance.shuffle(got)
    assert outcome(have, got) == found
