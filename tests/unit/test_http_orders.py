"""POST /v1/orders/reconcile: NetSuite's orders against the settlements' own."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from ca_run import AUGUST, EARLY_AUGUST, NAMES, SEPTEMBER, send, settled
from plugin import CA, HELD, Plugin, data_of, error_of, plugin

from handler.flows.order_history import index_key

PATH = "/v1/orders/reconcile"
_SALES = ("Principal", "Shipping")


def sales_of(content: bytes) -> dict[str, Decimal]:
    """Order -> price and shipping of its sale rows, told from the file by itself."""
    head, *lines = content.decode().splitlines()
    names = head.split("\t")
    sums: Counter[str] = Counter()
    for line in lines:
        cells = dict(zip(names, line.split("\t"), strict=False))
        sale = cells.get("transaction-type") == "Order" and cells.get("price-type") in _SALES
        if sale and cells["marketplace-name"] == "Amazon.ca":
            sums[cells["order-id"]] += Decimal(cells["price-amount"].strip())  # type: ignore[assignment]
    return dict(sums)  # type: ignore[arg-type]


SALES = sales_of(CA)
FIRST, SECOND, *_ = sorted(SALES)


@pytest.fixture
def here() -> Plugin:
    return settled(NAMES[2:3])


def order(order_id: str, **changes: Any) -> dict[str, Any]:
    made = {
        "order_id": order_id,
        "amount": str(SALES.get(order_id, Decimal("10.00"))),
        "currency": "CAD",
        "date": "2025-08-16",
        "record": f"SO-{order_id[-4:]}",
    }
    return made | changes


def reconciled(here: Plugin, orders: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    path = changes.pop("path", PATH)
    body = {"profile": "ca", "as_of": "2025-09-30", "orders": orders, **changes}
    (document,) = data_of(send(here, path, body))
    assert isinstance(document, dict)
    return document


def every() -> list[dict[str, Any]]:
    return [order(of) for of in SALES]


def test_all_agree(here: Plugin) -> None:
    document = reconciled(here, every())
    assert document["counts"]["agreed"] == len(SALES)
    assert document["different"] == document["missing"] == document["overdue"] == []
    assert document["findings"] == []
    assert document["settlement_ids"] == [AUGUST]


def test_missing_different_overdue_pending_and_twice(here: Plugin) -> None:
    orders = [one for one in every() if one["order_id"] != FIRST]
    twice = next(one for one in orders if one["order_id"] == SECOND)
    orders += [
        {**twice, "record": "SO-2"},
        order("701-0000000-0000001"),
        order("701-0000000-0000002", date="2025-09-25"),
    ]
    third = orders[3]
    third["amount"] = str(Decimal(third["amount"]) + 1)
    document = reconciled(here, orders)
    assert [one["order_id"] for one in document["missing"]] == [FIRST]
    (different,) = document["different"]
    assert (different["order_id"], different["difference"]) == (third["order_id"], "1.00")
    assert [one["order_id"] for one in document["overdue"]] == ["701-0000000-0000001"]
    assert [one["order_id"] for one in document["pending"]] == ["701-0000000-0000002"]
    assert document["booked_twice"] == [SECOND]
    assert {found["code"] for found in document["findings"]} == {
        "ORDER_MISSING",
        "ORDER_AMOUNT",
        "ORDER_OVERDUE",
        "ORDER_BOOKED_TWICE",
    }


def test_a_refund_of_an_earlier_sale_is_no_difference() -> None:
    refunded = "892-7625967-2630260"
    orders = [order(refunded, amount="60.00", date="2025-07-20")]
    names: dict[str, Any] = {"profile": None, "settlement_ids": [EARLY_AUGUST]}
    document = reconciled(settled(NAMES[1:2]), orders, **names)
    assert [one["order_id"] for one in document["refunded"]] == [refunded]
    assert document["refunded"][0]["refunds"] == "-60.00"
    assert document["different"] == []


def test_recorded_findings_are_resolved_when_they_are_gone(here: Plugin) -> None:
    without = [one for one in every() if one["order_id"] != FIRST]
    document = reconciled(here, without, path=PATH + "?record=true")
    assert document["registered"] == 1
    (exception,) = here.open_exceptions()
    assert (exception.scope, exception.finding["code"]) == ("orders:ca", "ORDER_MISSING")
    reconciled(here, every(), path=PATH + "?record=true")
    assert here.open_exceptions() == []


def test_settlements_by_name() -> None:
    here = settled(NAMES[2:])
    document = reconciled(here, every(), profile=None, settlement_ids=[AUGUST, AUGUST])
    assert document["settlement_ids"] == [AUGUST]
    assert document["counts"]["missing"] == 0
    both = reconciled(here, every(), profile=None, settlement_ids=[AUGUST, SEPTEMBER])
    assert both["counts"]["missing"] > 0


def test_only_settlements_from_the_first_order_on_are_looked_at() -> None:
    here = settled(NAMES[2:])
    document = reconciled(here, [order("701-0000000-0000001", date="2025-09-01")])
    assert document["settlement_ids"] == [SEPTEMBER]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"profile": None}, 422, "BAD_BODY"),
        ({"settlement_ids": [AUGUST]}, 422, "BAD_BODY"),
        ({"orders": [order(FIRST, amount="1.005")]}, 422, "BAD_BODY"),
        ({"orders": [order(FIRST, order="1")]}, 422, "BAD_BODY"),
        ({"overdue_days": -1}, 422, "BAD_BODY"),
        ({"profile": "nobody"}, 422, "UNKNOWN_PROFILE"),
        ({"profile": None, "settlement_ids": ["1"]}, 404, "SETTLEMENT_NOT_FOUND"),
    ],
)
def test_refused(here: Plugin, changes: dict[str, Any], status: int, code: str) -> None:
    body = {"profile": "ca", "as_of": "2025-09-30", "orders": [], **changes}
    response = send(here, PATH, body)
    assert (response.status_code, error_of(response)["code"]) == (status, code)


def test_a_held_settlement_has_no_orders_to_trust() -> None:
    here = plugin()
    data_of(here.post(HELD))
    body = {"settlement_ids": [AUGUST], "as_of": "2025-09-30", "orders": []}
    response = send(here, PATH, body)
    assert (response.status_code, error_of(response)["code"]) == (409, "SETTLEMENT_HELD")


def test_another_file_in_its_place_is_told(here: Plugin) -> None:
    record = here.settlements.get(AUGUST)
    assert record is not None
    here.files.put(index_key(record), b"")  # a broken index is made anew
    assert reconciled(here, every())["counts"]["agreed"] == len(SALES)
    here.files.put(record.raw_key, CA.replace(AUGUST.encode(), b"03177986349"))
    body = {"settlement_ids": [AUGUST], "as_of": "2025-09-30", "orders": []}
    response = send(here, PATH, body)
    assert (response.status_code, error_of(response)["code"]) == (409, "RAW_FILE_CHANGED")
