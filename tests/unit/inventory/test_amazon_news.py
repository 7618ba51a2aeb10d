"""Amazon's notifications about the seller's own stock, as Amazon's own examples write them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from plugin import Plugin, error_of, plugin
from stock_http import (
    ACKNOWLEDGE,
    DATA,
    DECIDE,
    MUG,
    NEWS,
    US,
    answer,
    code_of,
    codes,
    count,
    listing,
    send,
)

from handler.inventory.mfn_order import MfnOrder

ORDERED = json.loads((DATA / "order_change.json").read_text(encoding="utf-8"))
CHANGED = json.loads((DATA / "listings_item_mfn_quantity_change.json").read_text(encoding="utf-8"))
SKU = "SellerSKUID1"


@pytest.fixture
def here() -> Plugin:
    return plugin()


def told(here: Plugin, *news: Any) -> Any:
    found = send(here, NEWS, list(news))
    return found[0] if len(news) == 1 else found


def ordered(**changes: Any) -> dict[str, Any]:
    """The example with another item, summary or trigger."""
    news: dict[str, Any] = copy.deepcopy(ORDERED)
    change = news["Payload"]["OrderChangeNotification"]
    change["Summary"]["OrderItems"][0].update(changes.pop("item", {}))
    change.update(changes.pop("change", {}))
    change["Summary"].update(changes)
    return news


def quantity(units: Any, at: str, sku: str = MUG) -> dict[str, Any]:
    news: dict[str, Any] = copy.deepcopy(CHANGED)
    news["EventTime"] = at
    news["Payload"].update(Sku=sku, Quantity=units)
    return news


def known(here: Plugin) -> list[MfnOrder]:
    return list(here.app.inventory.orders("us"))


def test_amazons_example_of_an_order_is_kept_once(here: Plugin) -> None:
    first = told(here, ORDERED)
    assert first == {
        "notification": "ORDER_CHANGE",
        "orders": 1,
        "changed": 1,
        "success": True,
        "errors": [],
    }
    assert known(here) == [
        MfnOrder(
            "OIID34853450",
            "903-8868176-2219830",
            US,
            SKU,
            10,
            datetime(2022, 11, 29, 19, 42, 4, 284000, tzinfo=UTC),
        )
    ]
    assert told(here, ORDERED)["changed"] == 0


def test_an_order_takes_units_out_of_what_is_published(here: Plugin) -> None:
    told(here, ordered(item={"SellerSKU": MUG, "Quantity": 10}))
    (one,) = send(here, DECIDE, [count(200)])
    assert one["quantity"] == 71
    assert one["trace"]["items"][0]["pending"] == 10


@pytest.mark.parametrize(
    "cancelled",
    [
        {"OrderStatus": "Canceled"},
        {"OrderStatus": "Unfulfillable"},
        {"item": {"OrderItemStatus": "Canceled"}},
        {"item": {"Quantity": 0}},
    ],
)
def test_what_is_cancelled_takes_none(here: Plugin, cancelled: dict[str, Any]) -> None:
    later = {"OrderChangeTrigger": {"TimeOfOrderChange": "2022-11-30T00:00:00Z"}}
    told(here, ORDERED)
    assert told(here, ordered(change=later, **cancelled))["changed"] == 1
    assert [one.quantity for one in known(here)] == [0]
    assert told(here, ORDERED)["changed"] == 0  # an older message that came late


def test_a_shipped_order_still_counts(here: Plugin) -> None:
    told(here, ordered(OrderStatus="Shipped", item={"OrderItemStatus": "Shipped"}))
    assert [one.quantity for one in known(here)] == [10]


def test_orders_that_amazon_ships_are_of_the_other_pool(here: Plugin) -> None:
    assert told(here, ordered(FulfillmentType="AFN"))["orders"] == 0
    assert known(here) == []


def test_without_a_trigger_the_event_tells_the_time(here: Plugin) -> None:
    told(here, ordered(change={"OrderChangeTrigger": None}))
    assert known(here)[0].changed_at == datetime(2020, 1, 11, 0, 9, 53, 109000, tzinfo=UTC)


def test_amazons_example_of_a_quantity_is_of_no_listing_here(here: Plugin) -> None:
    assert told(here, CHANGED) == {
        "notification": "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
        "listings": 0,
        "changed": 0,
        "drift": [],
        "success": True,
        "errors": [],
    }


def test_a_quantity_nobody_explains_is_drift(here: Plugin) -> None:
    send(here, DECIDE, [count(200)])
    send(here, ACKNOWLEDGE, [answer("accepted", decision=1, quantity=75)])
    same = told(here, quantity(75, "2026-01-31T12:02:00Z"))
    assert (same["listings"], same["changed"], same["drift"]) == (1, 1, [])
    other = told(here, quantity(99, "2026-01-31T12:03:00Z"))
    assert [found["code"] for found in other["drift"]] == ["FBM_QUANTITY_DRIFT"]
    assert codes(here) == ["FBM_QUANTITY_DRIFT"]
    again = told(here, quantity(99, "2026-01-31T12:03:00Z"))
    assert (again["changed"], again["drift"]) == (0, [])
    (one,) = send(here, DECIDE, [count(200)])
    assert (one["action"], one["quantity"]) == ("publish", 75)


def test_a_quantity_is_of_the_sku_in_each_marketplace(here: Plugin) -> None:
    canada = "A2EUQ1WTGCTBG2"
    send(
        here,
        NEWS.replace("fbm/notifications", "listings"),
        [listing(MUG, item="MUG-220", marketplace=canada)],
    )
    send(here, DECIDE, [count(200), count(200, marketplace=canada)])
    assert told(here, quantity(1, "2026-01-31T12:02:00Z"))["changed"] == 2


def _without(*path: str) -> Callable[[dict[str, Any]], None]:
    def cut(news: dict[str, Any]) -> None:
        place: Any = news
        for name in path[:-1]:
            place = place[name]
        del place[path[-1]]

    return cut


def _put(value: Any, *path: Any) -> Callable[[dict[str, Any]], None]:
    def change(news: dict[str, Any]) -> None:
        place: Any = news
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value

    return change


ORDER = ("Payload", "OrderChangeNotification")
ITEM = (*ORDER, "Summary", "OrderItems", 0)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (_without("NotificationType"), "UNKNOWN_NOTIFICATION"),
        (_put("FEED_PROCESSING_FINISHED", "NotificationType"), "UNKNOWN_NOTIFICATION"),
        (_without("Payload"), "UNKNOWN_NOTIFICATION"),
        (_put([], "Payload"), "UNKNOWN_NOTIFICATION"),
        (_put(5, "EventTime"), "UNKNOWN_NOTIFICATION"),
        (_put("x", *ORDER), "BAD_NOTIFICATION"),
        (_put([], *ORDER), "BAD_NOTIFICATION"),
        (_put(None, *ORDER), "BAD_NOTIFICATION"),
        (_without(*ORDER, "Summary"), "BAD_NOTIFICATION"),
        (_put("x", *ORDER, "Summary"), "BAD_NOTIFICATION"),
        (_without(*ORDER, "AmazonOrderId"), "BAD_NOTIFICATION"),
        (_put("x", *ORDER, "OrderChangeTrigger"), "BAD_NOTIFICATION"),
        (_put(5, *ORDER, "OrderChangeTrigger", "TimeOfOrderChange"), "BAD_NOTIFICATION"),
        (_put("soon", *ORDER, "OrderChangeTrigger", "TimeOfOrderChange"), "BAD_NOTIFICATION"),
        (
            _put("2022-11-29T19:42:04", *ORDER, "OrderChangeTrigger", "TimeOfOrderChange"),
            "BAD_NOTIFICATION",
        ),
        (
            _put("0001-01-01T00:00:00+14:00", *ORDER, "OrderChangeTrigger", "TimeOfOrderChange"),
            "BAD_NOTIFICATION",
        ),
        (_without(*ORDER, "Summary", "FulfillmentType"), "BAD_NOTIFICATION"),
        (_put(None, *ORDER, "Summary", "OrderItems"), "BAD_NOTIFICATION"),
        (_put(["x"], *ORDER, "Summary", "OrderItems"), "BAD_NOTIFICATION"),
        (_without(*ITEM[:-1]), "BAD_NOTIFICATION"),
        (_put(5, *ITEM, "OrderItemId"), "BAD_NOTIFICATION"),
        (_put("", *ITEM, "SellerSKU"), "BAD_NOTIFICATION"),
        (_put("x" * 101, *ITEM, "OrderItemId"), "BAD_NOTIFICATION"),
        (_put("10", *ITEM, "Quantity"), "BAD_NOTIFICATION"),
        (_put(-1, *ITEM, "Quantity"), "BAD_NOTIFICATION"),
        (_put(1.5, *ITEM, "Quantity"), "BAD_NOTIFICATION"),
        (_put(True, *ITEM, "Quantity"), "BAD_NOTIFICATION"),
        (_put(10**30, *ITEM, "Quantity"), "BAD_NOTIFICATION"),
    ],
)
def test_a_broken_order_is_answered_alone(
    here: Plugin, damage: Callable[[dict[str, Any]], None], code: str
) -> None:
    broken = ordered()
    damage(broken)
    good = ordered(item={"OrderItemId": "OIID2"})
    first, bad, last = told(here, ORDERED, broken, good)
    assert (code_of(first), code_of(bad), code_of(last)) == ("", code, "")
    assert [one.order_item_id for one in known(here)] == ["OIID2", "OIID34853450"]


@pytest.mark.parametrize(
    ("news", "code"),
    [
        (None, "UNKNOWN_NOTIFICATION"),
        ("text", "UNKNOWN_NOTIFICATION"),
        ([], "UNKNOWN_NOTIFICATION"),
        (quantity("5", "2026-01-31T12:02:00Z"), "UNKNOWN_NOTIFICATION"),
        (quantity(-5, "2026-01-31T12:02:00Z"), "BAD_NOTIFICATION"),
        (quantity(True, "2026-01-31T12:02:00Z"), "BAD_NOTIFICATION"),
        (quantity(5, "now"), "BAD_NOTIFICATION"),
        (quantity(5, "2026-01-31T12:02:00"), "BAD_NOTIFICATION"),
        (quantity(5, "0001-01-01T00:00:00+14:00"), "BAD_NOTIFICATION"),
    ],
)
def test_a_broken_record_is_answered_alone(here: Plugin, news: Any, code: str) -> None:
    send(here, DECIDE, [count(200)])
    bad, good = told(here, news, ORDERED)
    assert (code_of(bad), code_of(good)) == (code, "")


def test_one_order_with_a_wrong_item_tells_none_of_its_items(here: Plugin) -> None:
    news = ordered()
    items = news["Payload"]["OrderChangeNotification"]["Summary"]["OrderItems"]
    items.append({**items[0], "OrderItemId": "OIID2", "Quantity": -1})
    assert code_of(told(here, news)) == "BAD_NOTIFICATION"
    assert known(here) == []


def test_news_of_an_unknown_profile_are_refused(here: Plugin) -> None:
    response = here.call("POST", NEWS.replace("=us", "=nobody"), json={"data": [ORDERED]})
    assert (response.status_code, error_of(response)["code"]) == (422, "UNKNOWN_PROFILE")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data":[]}', b'{"data":{}}', b'{"data":"x"}'])
def test_a_body_that_is_no_batch_is_refused(here: Plugin, body: bytes) -> None:
    response = here.post(body, NEWS, content_type="application/json")
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_BODY")
