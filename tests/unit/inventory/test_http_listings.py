"""Listings over HTTP: registered, refused one by one, listed, quarantined by what Amazon shows."""

from __future__ import annotations

from typing import Any

import pytest
from plugin import Plugin, data_of, error_of, plugin
from stock_http import (
    ACKNOWLEDGE,
    CONSOLE,
    DECIDE,
    LISTINGS,
    MUG,
    MYI,
    MYI_ONE_CHANNEL,
    REPORTS,
    SELLER,
    US,
    answer,
    code_of,
    codes,
    count,
    listing,
    report,
    send,
    shelf,
)
from stock_report_texts import READ, good_cell, tabbed

from handler.flows import api_keys, cursors
from handler.inventory.readers.columns import normal

BOTTLE = "SKU-BOTTLE-150"
FROM_MYI = f"&marketplace={US}"


@pytest.fixture
def here() -> Plugin:
    return plugin()


def registered(here: Plugin, *records: Any) -> Any:
    found = send(here, LISTINGS, list(records))
    return found[0] if len(records) == 1 else found


def listed(here: Plugin, sku: str) -> dict[str, Any]:
    (found,) = [one for one in data_of(here.get(f"{LISTINGS}&limit=1000")) if one["sku"] == sku]
    assert isinstance(found, dict)
    return found


def test_a_new_listing_is_registered_once(here: Plugin) -> None:
    new = listing("SKU-TEA", item="TEA", share=50, safety=2, cap=9, locations=["Main Warehouse"])
    assert registered(here, new) == {
        "marketplace": US,
        "sku": "SKU-TEA",
        "success": True,
        "errors": [],
        "revision": 1,
        "changed": True,
    }
    assert registered(here, new)["changed"] is False
    assert registered(here, {**new, "cap": 8})["revision"] == 2
    assert listed(here, "SKU-TEA") == {
        "seller": SELLER,
        "marketplace": US,
        "sku": "SKU-TEA",
        "pool": "FBM",
        "item": "TEA",
        "fnsku": "",
        "components": [],
        "share": 50,
        "safety": 2,
        "cap": 8,
        "weight": 1,
        "locations": ["Main Warehouse"],
        "tolerance": 0,
        "product_type": "PRODUCT",
        "origin": "registered over HTTP",
        "revision": 2,
        "quarantine": None,
    }
    (decided,) = send(here, DECIDE, [count(100, sku="SKU-TEA", quantities=[shelf("TEA", 20)])])
    assert decided["quantity"] == 8  # 20 at 50 %, less 2


def test_a_registration_stands_before_the_table(here: Plugin) -> None:
    (before,) = send(here, DECIDE, [count(200)])
    assert before["quantity"] == 75
    assert registered(here, listing(MUG, item="MUG-220", cap=7))["revision"] == 1
    (after,) = send(here, DECIDE, [count(200, 2)])
    assert after["quantity"] == 7
    assert listed(here, MUG)["origin"] == "registered over HTTP"


def test_a_removed_listing_is_registered_no_more(here: Plugin) -> None:
    gone = registered(here, listing(MUG, item="MUG-220", remove=True))
    assert (gone["changed"], gone["revision"]) == (True, 1)
    assert registered(here, listing(MUG, item="MUG-220", remove=True))["changed"] is False
    assert MUG not in {one["sku"] for one in data_of(here.get(f"{LISTINGS}&limit=1000"))}
    (one,) = send(here, DECIDE, [count(200)])
    assert code_of(one) == "NOT_REGISTERED"
    assert registered(here, listing(MUG, item="MUG-220"))["revision"] == 2


def test_another_pool_must_be_meant(here: Plugin) -> None:
    moved = listing(CONSOLE, item="CONSOLE-2025")
    refused = registered(here, moved)
    assert (code_of(refused), refused["changed"], refused["revision"]) == (
        "POOL_CONFLICT",
        False,
        0,
    )
    assert "change_pool" in refused["errors"][0]["repair"]
    assert listed(here, CONSOLE)["pool"] == "FBA"
    assert registered(here, {**moved, "change_pool": True})["changed"] is True
    assert (listed(here, CONSOLE)["pool"], listed(here, CONSOLE)["fnsku"]) == ("FBM", "")


@pytest.mark.parametrize(
    "change",
    [
        listing(MUG, "FBA", item="MUG-220", fnsku="X0009", change_pool=True),
        listing(MUG, item="MUG-220", remove=True),
    ],
)
def test_what_is_published_cannot_leave_its_pool(here: Plugin, change: dict[str, Any]) -> None:
    send(here, DECIDE, [count(200)])
    refused = registered(here, change)
    assert code_of(refused) == "STILL_PUBLISHED"
    assert "75 published" in refused["errors"][0]["message"]
    registered(here, listing(MUG, item="MUG-220", cap=0))
    (zero,) = send(here, DECIDE, [count(200, 2)])
    assert (zero["quantity"], zero["decision"]) == (0, 2)
    assert code_of(registered(here, change)) == "STILL_PUBLISHED"  # Amazon may not have it yet
    send(here, ACKNOWLEDGE, [answer("accepted", decision=2, quantity=0)])
    assert registered(here, change)["changed"] is True


def test_both_pools_in_one_call_are_refused(here: Plugin) -> None:
    first, second = registered(
        here,
        listing("SKU-TEA", item="TEA"),
        listing("SKU-TEA", "FBA", item="TEA", fnsku="X0009"),
    )
    assert (code_of(first), code_of(second)) == ("", "LISTING_TWICE")
    assert listed(here, "SKU-TEA")["pool"] == "FBM"
    assert code_of(registered(here, listing("SKU-TEA", "FBA", item="TEA"))) == "POOL_CONFLICT"


def test_a_kit_in_a_kit_is_refused(here: Plugin) -> None:
    inner = listing("SKU-SET", item="SET", components=[{"item": "MUG-220", "quantity": 2}])
    outer = listing("SKU-BOX", components=[{"item": "SET", "quantity": 1}])
    assert code_of(registered(here, inner)) == ""
    refused = registered(here, outer)
    assert code_of(refused) == "LISTING_QUARANTINED"
    assert "a kit in a kit" in refused["errors"][0]["message"]
    both = plugin()
    taken, not_taken = registered(both, inner, outer)
    assert (code_of(taken), code_of(not_taken)) == ("", "LISTING_QUARANTINED")


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (listing("SKU-A"), "LISTING_QUARANTINED"),
        (listing("SKU-A", item="A", fnsku="X0009"), "LISTING_QUARANTINED"),
        (listing("SKU-A", item="A", locations=["Amazon FBA US"]), "LISTING_QUARANTINED"),
        (listing("SKU-A", item="A", locations=["Nowhere"]), "LISTING_QUARANTINED"),
        (listing("SKU-A", item="A", seller="AOTHER"), "LISTING_QUARANTINED"),
        (listing("SKU-A", "FBA", item="A", fnsku="X0001AB1CD"), "LISTING_QUARANTINED"),
        (listing("SKU-A", "FBA"), "LISTING_QUARANTINED"),
        (listing("SKU-A", "BOTH", item="A"), "BAD_RECORD"),
        (listing("SKU-A", item="A", share=101), "BAD_RECORD"),
        (listing("SKU-A", item="A", safety=-1), "BAD_RECORD"),
        (listing("SKU-A", item="A", cap=1.5), "BAD_RECORD"),
        (listing("SKU-A", item="A", weight=0), "BAD_RECORD"),
        (listing("SKU-A", item="A", colour="red"), "BAD_RECORD"),
        (listing("", item="A"), "BAD_RECORD"),
        ("text", "BAD_RECORD"),
        (None, "BAD_RECORD"),
    ],
)
def test_a_bad_listing_fails_alone_and_in_order(here: Plugin, bad: Any, code: str) -> None:
    first, second, third = registered(
        here, listing("SKU-1", item="ONE"), bad, listing("SKU-2", item="TWO")
    )
    assert (first["sku"], third["sku"]) == ("SKU-1", "SKU-2")
    assert [code_of(one) for one in (first, second, third)] == ["", code, ""]
    assert "SKU-A" not in {one["sku"] for one in data_of(here.get(f"{LISTINGS}&limit=1000"))}


def test_the_list_goes_on_where_it_stopped(here: Plugin) -> None:
    found: list[str] = []
    cursor = ""
    pages = 0
    while True:
        response = here.get(
            LISTINGS[:-11], query_string={"profile": "us", "limit": "3", "cursor": cursor}
        )
        found += [one["sku"] for one in data_of(response)]
        cursor = response.get_json().get("next_cursor", "")
        pages += 1
        if not cursor:
            break
    assert found == [
        BOTTLE,
        "SKU-BOTTLE-150-GIFT",
        "SKU-BOTTLE-150-OWN",
        "SKU-COFFEE-401",
        "SKU-COFFEE-401-OWN",
        "SKU-COFFEE-SET",
        CONSOLE,
        MUG,
    ]
    assert pages == 3


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "[]",
        '["a","b","c"]',
        "9" * 5000,
        "[" * 9000,
        cursors.encode("listings:ca", "a", "b", "c"),
    ],
)
def test_a_foreign_cursor_is_refused(here: Plugin, cursor: str) -> None:
    response = here.get(LISTINGS[:-11], query_string={"profile": "us", "cursor": cursor})
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_CURSOR")


def test_a_listing_with_two_offers_is_quarantined_till_one_is_closed(here: Plugin) -> None:
    # In the table it is Amazon's; that Amazon shows an offer of the seller's too makes it neither.
    kept = report(here, MYI, FROM_MYI)
    assert (kept["kind"], kept["status"], kept["both_channels"]) == ("myi", "kept", [BOTTLE])
    assert codes(here) == ["POOL_CONFLICT"]
    shown = listed(here, BOTTLE)["quarantine"]
    assert (shown["code"], shown["subject"]) == ("POOL_CONFLICT", f"listing {US}/{BOTTLE}")
    assert listed(here, CONSOLE)["quarantine"] is None
    (one,) = send(here, DECIDE, [count(50, sku=BOTTLE)])
    assert (one["action"], code_of(one), one["patch"]) == ("quarantined", "QUARANTINED", None)
    assert codes(here) == ["POOL_CONFLICT"]  # one fault, registered once

    again = report(here, MYI_ONE_CHANNEL, FROM_MYI)
    assert (again["status"], again["both_channels"]) == ("kept", [])
    assert codes(here) == []
    assert listed(here, BOTTLE)["quarantine"] is None


def test_a_listing_of_the_own_stock_shown_at_amazon_too_gets_no_patch(here: Plugin) -> None:
    myi = MYI.replace(BOTTLE.encode(), MUG.encode())
    send(here, DECIDE, [count(200)])
    report(here, myi, FROM_MYI)
    for path in (DECIDE, f"{DECIDE}&mode=assert"):
        (one,) = send(here, path, [count(100, 2)])
        assert (one["action"], one["patch"], one["quantity"]) == ("quarantined", None, None)
    assert codes(here) == ["POOL_CONFLICT"]
    report(here, MYI_ONE_CHANNEL, FROM_MYI)
    assert codes(here) == []
    (one,) = send(here, DECIDE, [count(100, 2)])
    assert (one["action"], one["quantity"]) == ("publish", 35)


def test_a_report_of_no_named_marketplace_warns_and_quarantines_nothing(here: Plugin) -> None:
    report(here, MYI)
    assert codes(here) == ["POOL_CONFLICT"]
    assert listed(here, BOTTLE)["quarantine"] is None
    report(here, MYI_ONE_CHANNEL)
    assert codes(here) == []


def test_a_report_of_offers_says_nothing_of_other_faults(here: Plugin) -> None:
    send(here, DECIDE, [count(200), count(200, 2, source_time="2026-01-31T01:00:00Z")])
    assert codes(here) == ["SOURCE_STALE"]
    report(here, MYI_ONE_CHANNEL.replace(BOTTLE.encode(), MUG.encode()), FROM_MYI)
    assert codes(here) == ["SOURCE_STALE"]


def test_while_another_report_shows_both_offers_the_listing_stays_quarantined(here: Plugin) -> None:
    (columns,) = (one.columns for one in READ if one.report == "GET_MERCHANT_LISTINGS_ALL_DATA")
    cells = {"sellersku": BOTTLE, "status": "Active"}
    channels = ("DEFAULT", "AMAZON_NA")
    offers = tabbed(
        columns,
        *(
            [{**cells, "fulfillmentchannel": one}.get(normal(c), good_cell(c)) for c in columns]
            for one in channels
        ),
    )
    assert report(here, offers, FROM_MYI)["both_channels"] == [BOTTLE]
    assert codes(here) == ["POOL_CONFLICT"]
    report(here, MYI_ONE_CHANNEL, FROM_MYI)
    assert codes(here) == ["POOL_CONFLICT"]
    assert listed(here, BOTTLE)["quarantine"]["code"] == "POOL_CONFLICT"


def test_a_listing_moved_to_its_right_pool_is_settled_when_amazon_took_it(here: Plugin) -> None:
    send(here, DECIDE, [count(50, sku=CONSOLE)])
    assert codes(here) == ["LISTING_QUARANTINED"]
    registered(here, listing(CONSOLE, item="CONSOLE-2025", change_pool=True))
    (one,) = send(here, DECIDE, [count(50, sku=CONSOLE)])
    assert (one["action"], one["quantity"]) == ("publish", 50)
    send(here, ACKNOWLEDGE, [answer("accepted", CONSOLE, decision=1, quantity=50)])
    assert codes(here) == []


def test_an_older_report_does_not_bring_the_second_offer_back(here: Plugin) -> None:
    report(here, MYI_ONE_CHANNEL, f"{FROM_MYI}&made_at=2026-01-31T11:00:00Z")
    late = report(here, MYI, f"{FROM_MYI}&made_at=2026-01-31T10:00:00Z")
    assert late["status"] == "superseded"
    assert (codes(here), listed(here, BOTTLE)["quarantine"]) == ([], None)


def test_a_dry_run_of_a_report_keeps_nothing(here: Plugin) -> None:
    dry = report(here, MYI, f"{FROM_MYI}&dry_run=true")
    assert dry["both_channels"] == [BOTTLE]
    assert here.written() == ([], 0, 0)
    assert listed(here, BOTTLE)["quarantine"] is None


def test_scopes_and_profiles(here: Plugin) -> None:
    reader = api_keys.create(here.app, "reader", ["inventory:read"])
    body = {"data": [listing("SKU-TEA", item="TEA")]}
    assert here.call("POST", LISTINGS, reader, json=body).status_code == 403
    assert here.call("GET", LISTINGS, reader).status_code == 200
    assert here.call("POST", REPORTS, reader, data=MYI).status_code == 403
    for method in ("GET", "POST"):
        response = here.call(method, LISTINGS.replace("=us", "=nobody"), json=body)
        assert (response.status_code, error_of(response)["code"]) == (422, "UNKNOWN_PROFILE")
