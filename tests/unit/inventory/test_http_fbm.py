"""The seller's own stock over HTTP: told, decided, acknowledged, seen."""

from __future__ import annotations

from typing import Any

import pytest
from plugin import Plugin, data_of, error_of, plugin
from stock_http import (
    ACKNOWLEDGE,
    CONSOLE,
    DECIDE,
    MUG,
    NOW,
    ORDERS,
    SELLER,
    US,
    answer,
    code_of,
    codes,
    count,
    order,
    send,
    shelf,
)

from handler.flows import api_keys
from handler.inventory.listing import ListingKey

SHOWN = f"/v1/inventory/fbm/published?profile=us&marketplace={US}&sku={MUG}"


@pytest.fixture
def here() -> Plugin:
    return plugin()


def decided(here: Plugin, *counts: dict[str, Any], path: str = DECIDE, **beside: Any) -> Any:
    """The answer to one listing, or to each of several."""
    found = send(here, path, list(counts), **beside)
    return found[0] if len(counts) == 1 else found


def told(here: Plugin, *answers: dict[str, Any]) -> Any:
    found = send(here, ACKNOWLEDGE, list(answers))
    return found[0] if len(answers) == 1 else found


def shown(here: Plugin) -> dict[str, Any]:
    (document,) = data_of(here.get(SHOWN))
    assert isinstance(document, dict)
    return document


def states(here: Plugin) -> dict[str, Any]:
    inventory: Any = here.app.inventory
    return dict(inventory._published)


def test_a_first_decision_is_a_patch_that_merges(here: Plugin) -> None:
    one = decided(here, count(200))
    # The mug and the set share it by weight: 100 each. 80 of 100 at 80 %, less 5.
    assert (one["action"], one["reason"], one["quantity"]) == ("publish", "CHANGED", 75)
    assert (one["previous"], one["decision"], one["success"]) == (None, 1, True)
    assert one["patch"] == {
        "method": "PATCH",
        "path": f"/listings/2021-08-01/items/{SELLER}/{MUG}?marketplaceIds={US}",
        "body": {
            "productType": "PRODUCT",
            "patches": [
                {
                    "op": "merge",
                    "path": "/attributes/fulfillment_availability",
                    "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 75}],
                }
            ],
        },
    }
    assert codes(here) == []


def test_the_trace_names_every_input_and_the_rule(here: Plugin) -> None:
    one = decided(here, count(200), orders=[order("1", 4)])
    trace = one["trace"]
    (item,) = trace["items"]
    assert item == {
        "item": "MUG-220",
        "need": 1,
        "counted": {"Main Warehouse": 200},
        "available": 200,
        "pending": 4,
        "pool": 196,
        "entitlement": 98,
        "orders": ["902-1"],
    }
    assert (trace["base"], trace["share"], trace["safety"], trace["cap"]) == (98, 80, 5, 500)
    assert (trace["result"], trace["source_version"], trace["source_time"]) == (73, 1, NOW)
    assert shown(here) == {
        "marketplace": US,
        "sku": MUG,
        "decision": 1,
        "quantity": 73,
        "sent_at": shown(here)["sent_at"],
        "accepted": None,
        "acknowledged": False,
        "rejections": 0,
        "seen": None,
        "seen_at": None,
        "source_version": 1,
        "source_time": NOW,
        "stale": False,
        "trace": trace,
    }


def test_a_replay_is_unchanged_and_writes_nothing(here: Plugin) -> None:
    decided(here, count(200))
    before = states(here)
    one = decided(here, count(200))
    assert (one["action"], one["quantity"], one["decision"], one["patch"]) == (
        "unchanged",
        75,
        1,
        None,
    )
    assert states(here) == before


def test_an_older_count_and_another_count_of_the_same_version_are_refused(here: Plugin) -> None:
    decided(here, count(200, 5))
    before = states(here)
    older = decided(here, count(20, 4))
    assert (older["action"], code_of(older), older["patch"]) == ("refused", "OUT_OF_ORDER", None)
    other = decided(here, count(20, 5))
    assert (other["action"], code_of(other), other["patch"]) == ("refused", "SOURCE_CONFLICT", None)
    twice = decided(here, count(1, 6, quantities=[shelf("MUG-220", 1), shelf("MUG-220", 2)]))
    assert code_of(twice) == "SOURCE_CONFLICT"
    assert states(here) == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"source_time": "2026-01-31T12:30:00Z"}, "SOURCE_FROM_FUTURE"),
        ({"quantities": [shelf("OTHER", 5)]}, "SOURCE_INCOMPLETE"),
        ({"sku": "SKU-NOBODY"}, "NOT_REGISTERED"),
        ({"marketplace": "A1F83G8C2ARO7P"}, "NOT_REGISTERED"),
        ({"seller": "AOTHER"}, "NOT_REGISTERED"),
    ],
)
def test_refused_counts(here: Plugin, changes: dict[str, Any], code: str) -> None:
    one = decided(here, count(200, **changes))
    assert (one["action"], code_of(one), one["patch"], one["quantity"]) == (
        "refused",
        code,
        None,
        None,
    )
    assert states(here) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"source_version": 0},
        {"source_version": "1"},
        {"source_version": True},
        {"source_version": 1.0},
        {"source_time": "2026-01-31T12:00:00"},
        {"source_time": "0001-01-01T00:00:00+14:00"},
        {"source_time": None},
        {"quantities": []},
        {"quantities": [{**shelf("MUG-220", 1), "available": "1"}]},
        {"quantities": [{**shelf("MUG-220", 1), "available": 1.5}]},
        {"quantities": [{**shelf("MUG-220", 1), "available": 10**10}]},
        {"quantities": [{**shelf("MUG-220", 1), "location": ""}]},
        {"marketplace": "atvp"},
        {"sku": ""},
        {"unknown": 1},
    ],
)
def test_a_record_that_is_not_exact_fails_alone(here: Plugin, changes: dict[str, Any]) -> None:
    bad, good = decided(here, count(200, **changes), count(200))
    assert code_of(bad) == "BAD_RECORD"
    assert good["quantity"] == 75


def test_places_outside_the_allowed_ones_are_not_counted(here: Plugin) -> None:
    elsewhere = [shelf("MUG-220", 200), shelf("MUG-220", 999, "Amazon FBA US")]
    assert decided(here, count(0, quantities=elsewhere))["quantity"] == 75


def test_decreases_are_sent_first(here: Plugin) -> None:
    skus = [MUG, "SKU-BOTTLE-150-OWN", "SKU-BOTTLE-150-GIFT"]
    first = decided(here, *(count(100, sku=sku) for sku in skus))
    told(
        here,
        *(answer("accepted", o["sku"], decision=1, quantity=o["quantity"]) for o in first),
    )
    response = here.call(
        "POST",
        DECIDE,
        json={
            "data": [
                count(200, 2),
                {"nonsense": 1},
                count(40, 2, "SKU-BOTTLE-150-OWN"),
                count(100, 2, "SKU-BOTTLE-150-GIFT"),
            ]
        },
    )
    up, bad, down, same = data_of(response)
    assert (up["previous"], up["quantity"]) == (35, 75)
    assert code_of(bad) == "BAD_RECORD"
    assert (down["previous"], down["quantity"]) == (75, 30)
    assert (same["action"], same["quantity"]) == ("unchanged", 25)
    assert response.get_json()["send"] == [2, 0]


def test_a_stale_count_publishes_zero_till_a_fresh_one_comes(here: Plugin) -> None:
    decided(here, count(200))
    stale = decided(here, count(300, 2, source_time="2026-01-31T09:59:00Z"))
    assert (stale["action"], stale["reason"], stale["quantity"]) == ("publish", "SOURCE_STALE", 0)
    assert codes(here) == ["SOURCE_STALE"]
    # That Amazon took the zero does not make the count young.
    assert told(here, answer("accepted", decision=2, quantity=0))["changed"] is True
    assert codes(here) == ["SOURCE_STALE"]
    # 90 minutes would have been young enough before; to come back it takes 60.
    ninety = decided(here, count(300, 3, source_time="2026-01-31T10:30:00Z"))
    assert (ninety["action"], ninety["reason"], ninety["quantity"]) == (
        "unchanged",
        "SOURCE_STALE",
        0,
    )
    assert codes(here) == ["SOURCE_STALE"]
    fresh = decided(here, count(300, 4))
    assert (fresh["action"], fresh["quantity"]) == ("publish", 115)
    assert codes(here) == []


def test_orders_lower_the_quantity_until_a_count_after_their_booking(here: Plugin) -> None:
    # The item of the listing is shared by weight, so two units ordered take one of this one's part.
    assert decided(here, count(200), orders=[order("1", 10)])["quantity"] == 71
    # Told again, in another way too, it is one order.
    (again,) = send(here, ORDERS, [order("1", 10)])
    assert again == {"order_item_id": "1", "success": True, "errors": []}
    assert decided(here, count(200, 2), orders=[order("1", 10)])["quantity"] == 71
    booked = order("1", 10, booked_at="2026-01-31T12:30:00Z")
    send(here, ORDERS, [booked])
    # Booked after the count was read: the count still has the units.
    assert decided(here, count(200, 3))["quantity"] == 71
    # Booked before it: the ten are out of the count, and are not taken out twice.
    send(here, ORDERS, [order("2", 10, booked_at="2026-01-31T11:59:00Z")])
    assert decided(here, count(200, 4))["quantity"] == 71
    send(here, ORDERS, [order("1", 0, changed_at="2026-01-31T11:30:00Z")])
    assert decided(here, count(200, 5))["quantity"] == 75
    # What was told of it before it was cancelled is old news.
    send(here, ORDERS, [order("1", 10)])
    assert decided(here, count(200, 6))["action"] == "unchanged"


def test_a_bad_order_refuses_the_whole_call(here: Plugin) -> None:
    orders = [order("1", 10), order("2", -1)]
    response = here.call("POST", DECIDE, json={"data": [count(200)], "orders": orders})
    error = error_of(response)
    assert (response.status_code, error["code"]) == (422, "BAD_RECORD")
    assert states(here) == {}
    assert list(here.app.inventory.orders("us")) == []


def test_a_bad_order_told_by_itself_fails_alone(here: Plugin) -> None:
    bad, good = send(here, ORDERS, [order("1", -1), order("2", 3)])
    assert (code_of(bad), code_of(good)) == ("BAD_RECORD", "")
    assert [one.order_item_id for one in here.app.inventory.orders("us")] == ["2"]


def test_a_dry_run_decides_the_same_and_writes_nothing(here: Plugin) -> None:
    dry = decided(here, count(200), path=f"{DECIDE}&dry_run=true", orders=[order("1", 10)])
    assert (dry["action"], dry["quantity"], dry["decision"]) == ("publish", 71, 1)
    assert (states(here), list(here.app.inventory.orders("us"))) == ({}, [])
    stale = count(200, source_time="2026-01-31T01:00:00Z")
    assert decided(here, stale, path=f"{DECIDE}&dry_run=true")["reason"] == "SOURCE_STALE"
    assert here.written() == ([], 0, 0)


def test_a_thousand_records_are_answered_in_order(here: Plugin) -> None:
    skus = [MUG, CONSOLE, "SKU-NOBODY", "SKU-BOTTLE-150-OWN"]
    counts: list[Any] = [count(200, sku=skus[place % 4]) for place in range(999)]
    counts.insert(500, {"nonsense": 1})
    found = send(here, DECIDE, counts)
    assert len(found) == 1000
    assert code_of(found.pop(500)) == "BAD_RECORD"
    assert [one["sku"] for one in found] == [skus[place % 4] for place in range(999)]
    assert {one["quantity"] for one in found if one["sku"] == MUG} == {75}
    assert {code_of(one) for one in found if one["sku"] == CONSOLE} == {"WRONG_POOL"}
    assert len(states(here)) == 2
    refused = here.call("POST", DECIDE, json={"data": [count(200)] * 1001})
    assert (refused.status_code, error_of(refused)["code"]) == (422, "BAD_BODY")


def test_of_a_listing_counted_twice_only_the_last_is_sent(here: Plugin) -> None:
    response = here.call("POST", DECIDE, json={"data": [count(200), count(100, 2)]})
    first, last = data_of(response)
    assert (first["quantity"], last["quantity"], last["decision"]) == (75, 35, 2)
    assert response.get_json()["send"] == [1]
    assert shown(here)["quantity"] == 35


def test_a_listing_at_amazon_is_never_given_a_patch(here: Plugin) -> None:
    for mode in ("changes", "assert"):
        one = decided(here, count(50, sku=CONSOLE), path=f"{DECIDE}&mode={mode}")
        assert (one["action"], code_of(one), one["patch"]) == ("quarantined", "WRONG_POOL", None)
    assert states(here) == {}
    assert codes(here) == ["LISTING_QUARANTINED"]


def test_what_amazon_took_is_acknowledged_once(here: Plugin) -> None:
    decided(here, count(200))
    taken = told(here, answer("accepted", decision=1, quantity=75))
    assert taken == {
        "marketplace": US,
        "sku": MUG,
        "success": True,
        "errors": [],
        "changed": True,
        "drift": None,
    }
    assert told(here, answer("accepted", decision=1, quantity=75))["changed"] is False
    assert (shown(here)["accepted"], shown(here)["acknowledged"]) == (75, True)


def test_another_number_or_quantity_acknowledges_nothing(here: Plugin) -> None:
    decided(here, count(200))
    assert told(here, answer("accepted", decision=2, quantity=75))["changed"] is False
    assert told(here, answer("accepted", decision=1, quantity=74))["changed"] is False
    assert shown(here)["acknowledged"] is False


def test_a_bad_answer_and_one_about_nothing_fail_alone(here: Plugin) -> None:
    decided(here, count(200))
    bad, never, good = told(
        here,
        answer("sent", decision=1),
        answer("accepted", "SKU-NOBODY", decision=1),
        answer("accepted", decision=1, quantity=75),
    )
    assert (code_of(bad), code_of(never), code_of(good)) == ("BAD_RECORD", "NEVER_PUBLISHED", "")


def test_five_refusals_park_a_listing_till_it_is_asserted(here: Plugin) -> None:
    for number in range(1, 6):
        one = decided(here, count(200))
        assert (one["action"], one["decision"]) == ("publish", number)
        assert told(here, answer("rejected", decision=number))["changed"] is True
        assert told(here, answer("rejected", decision=number))["changed"] is False
        assert shown(here)["rejections"] == number
        assert codes(here) == (["LISTING_REJECTED"] if number == 5 else [])
    parked = decided(here, count(300, 2))
    assert (parked["action"], code_of(parked), parked["patch"]) == ("parked", "PARKED", None)
    assert codes(here) == ["LISTING_REJECTED"]
    again = decided(here, count(300, 2), path=f"{DECIDE}&mode=assert")
    assert (again["action"], again["quantity"], again["decision"]) == ("publish", 115, 6)
    told(here, answer("accepted", decision=6, quantity=115))
    assert codes(here) == []
    assert shown(here)["rejections"] == 0


def test_a_quantity_nobody_explains_is_sent_again(here: Plugin) -> None:
    decided(here, count(200))
    told(here, answer("accepted", decision=1, quantity=75))
    drifted = told(here, answer("seen", quantity=90, at="2026-01-31T12:04:00Z"))
    assert drifted["changed"] is True
    assert drifted["drift"]["code"] == "FBM_QUANTITY_DRIFT"
    assert drifted["drift"]["subject"] == f"listing {US}/{MUG}"
    assert (drifted["drift"]["evidence"]["seen"], drifted["drift"]["evidence"]["accepted"]) == (
        90,
        75,
    )
    assert codes(here) == ["FBM_QUANTITY_DRIFT"]
    assert (shown(here)["seen"], shown(here)["quantity"]) == (90, None)
    again = decided(here, count(200))
    assert (again["action"], again["reason"], again["quantity"], again["decision"]) == (
        "publish",
        "NOT_ACKNOWLEDGED",
        75,
        2,
    )
    told(here, answer("accepted", decision=2, quantity=75))
    assert codes(here) == []


def test_a_quantity_that_orders_explain_is_no_drift(here: Plugin) -> None:
    decided(here, count(200))
    told(here, answer("accepted", decision=1, quantity=75))
    send(here, ORDERS, [order("1", 3, changed_at="2026-01-31T12:03:00Z")])
    seen = told(here, answer("seen", quantity=72, at="2026-01-31T12:04:00Z"))
    assert (seen["changed"], seen["drift"]) == (True, None)
    older = told(here, answer("seen", quantity=1, at="2026-01-31T12:03:30Z"))
    assert (older["changed"], older["drift"]) == (False, None)
    assert codes(here) == []
    lower = told(here, answer("seen", quantity=71, at="2026-01-31T12:04:30Z"))
    assert lower["drift"]["evidence"]["ordered_since"] == 3


def test_a_sight_from_the_future_does_not_blind_the_listing(here: Plugin) -> None:
    decided(here, count(200))
    told(here, answer("accepted", decision=1, quantity=75))
    ahead = told(here, answer("seen", quantity=75, at="2099-01-01T00:00:00Z"))
    assert code_of(ahead) == "SEEN_IN_FUTURE"
    seen = told(here, answer("seen", quantity=90, at="2026-01-31T12:03:00Z"))
    assert seen["drift"]["code"] == "FBM_QUANTITY_DRIFT"


def test_what_was_never_decided_cannot_be_shown(here: Plugin) -> None:
    response = here.get(SHOWN)
    assert (response.status_code, error_of(response)["code"]) == (404, "NEVER_PUBLISHED")


def test_an_unknown_profile_is_refused_everywhere(here: Plugin) -> None:
    for path, record in [
        (DECIDE, count(1)),
        (ORDERS, order("1", 1)),
        (ACKNOWLEDGE, answer("accepted")),
    ]:
        response = here.call("POST", path.replace("=us", "=nobody"), json={"data": [record]})
        assert (response.status_code, error_of(response)["code"]) == (422, "UNKNOWN_PROFILE")


def test_deciding_needs_the_scope_to_write(here: Plugin) -> None:
    reader = api_keys.create(here.app, "reader", ["inventory:read"])
    writer = api_keys.create(here.app, "writer", ["inventory:write"])
    body = {"data": [count(200)]}
    for path in (DECIDE, f"{DECIDE}&dry_run=true", ORDERS, ACKNOWLEDGE):
        assert here.call("POST", path, reader, json=body).status_code == 403
    assert here.call("POST", DECIDE, writer, json=body).status_code == 200
    assert here.call("GET", SHOWN, reader).status_code == 200
    assert here.call("GET", SHOWN, writer).status_code == 403


def test_the_trace_kept_is_the_trace_answered(here: Plugin) -> None:
    one = decided(here, count(200))
    state = here.app.inventory.published("us", [ListingKey(SELLER, US, MUG)])
    assert dict(state[ListingKey(SELLER, US, MUG)].trace) == one["trace"]


def test_a_sight_does_not_resolve_what_it_says_nothing_of(here: Plugin) -> None:
    decided(here, count(200))
    told(here, answer("accepted", decision=1, quantity=75))
    decided(here, count(300, 2, source_time="2026-01-31T09:00:00Z"))
    assert codes(here) == ["SOURCE_STALE"]
    told(here, answer("seen", quantity=75, at="2026-01-31T12:04:00Z"))
    told(here, answer("rejected", decision=2))
    assert codes(here) == ["SOURCE_STALE"]
