"""Drift over HTTP: like with like, causes, history, and what is registered of it."""

from __future__ import annotations

from typing import Any

import pytest
from plugin import Plugin, data_of, error_of, plugin
from stock_http import (
    ACKNOWLEDGE,
    DECIDE,
    DRIFT,
    MYI,
    RUNS,
    SUMMARY,
    US,
    Row,
    answer,
    codes,
    count,
    ledger,
    report,
    send,
)

from handler.flows import api_keys

AS_OF = "2026-01-31T12:00:00Z"
SELLABLE, BROKEN = "Amazon FBA US", "Amazon FBA US Unfulfillable"
ENDS = SUMMARY.replace(b"2024-12-01", b"2026-01-05")
# What Amazon's sandbox ends the day with.
AGREED = [
    {"item": "CONSOLE-2025", "location": SELLABLE, "on_hand": 156},
    {"item": "COFFEE-401", "location": SELLABLE, "on_hand": 535},
    {"item": "BOTTLE-150", "location": SELLABLE, "on_hand": 1263},
    {"item": "BOTTLE-150", "location": BROKEN, "on_hand": 4},
]
RECORD = f"{DRIFT}&record=true"


@pytest.fixture
def here() -> Plugin:
    found = plugin()
    report(found, ENDS)
    return found


def compared(here: Plugin, changes: dict[int, int], path: str = DRIFT, as_of: str = AS_OF) -> Any:
    """The comparison with some of NetSuite's counts changed."""
    rows = [
        {**row, "on_hand": changes.get(place, row["on_hand"])} for place, row in enumerate(AGREED)
    ]
    (document,) = data_of(here.call("POST", path, json={"as_of": as_of, "data": rows}))
    return document


def history(here: Plugin, item: str = "") -> list[dict[str, Any]]:
    return data_of(here.get(f"{DRIFT}&item={item}"))


def test_where_both_agree_nothing_drifts(here: Plugin) -> None:
    same = compared(here, {}, RECORD)
    assert same["counts"] == {
        "compared": 4,
        "agreed": 4,
        "tolerated": 0,
        "drifted": 0,
        "units": 0,
        "unregistered": 0,
        "uncounted": 0,
        "findings": 0,
    }
    assert (same["as_of"], same["balance_day"], same["pairs"]) == (
        "2026-01-31T12:00:00+00:00",
        "2026-01-05",
        [],
    )
    assert codes(here) == []


def test_a_difference_within_the_items_tolerance_is_no_drift(here: Plugin) -> None:
    two = compared(here, {1: 533})
    assert (two["counts"]["tolerated"], two["counts"]["drifted"]) == (1, 0)
    three = compared(here, {1: 532})
    (pair,) = three["pairs"]
    assert (pair["amazon"], pair["netsuite"], pair["difference"], pair["drifts"]) == (
        535,
        532,
        3,
        True,
    )
    assert (pair["cause"], pair["measure"], pair["tolerance"]) == ("unexplained", "on_hand", 2)


def test_only_what_is_recorded_is_registered_and_kept(here: Plugin) -> None:
    kept = list(here.files.kept)
    compared(here, {0: 150})
    assert (history(here), codes(here), here.files.kept) == ([], [], kept)
    compared(here, {0: 150}, RECORD)
    assert codes(here) == ["STOCK_DRIFT"]
    assert history(here) == [
        {
            "as_of": "2026-01-31T12:00:00+00:00",
            "compared": 4,
            "differ": 1,
            "units": 6,
            "causes": {"unexplained": 1},
        }
    ]
    compared(here, {}, RECORD, "2026-01-31T12:01:00Z")
    assert codes(here) == []
    assert [point["units"] for point in history(here)] == [6, 0]


def test_the_history_of_one_item(here: Plugin) -> None:
    for hour, on_hand in (("10", 150), ("11", 156), ("12", 160)):
        compared(here, {0: on_hand}, RECORD, f"2026-01-31T{hour}:00:00Z")
    (series,) = history(here, "CONSOLE-2025")
    assert (series["item"], series["location"], series["measure"]) == (
        "CONSOLE-2025",
        SELLABLE,
        "on_hand",
    )
    assert [(one["amazon"], one["netsuite"], one["difference"]) for one in series["points"]] == [
        (156, 150, 6),
        (None, None, 0),
        (156, 160, -4),
    ]
    assert history(here, "COFFEE-401") == []


def test_the_same_moment_recorded_again_is_one_point(here: Plugin) -> None:
    compared(here, {0: 150}, RECORD)
    compared(here, {0: 151}, RECORD)
    assert [point["units"] for point in history(here)] == [5]


def test_what_is_not_acknowledged_is_the_cause_till_it_is(here: Plugin) -> None:
    run = report(here, ledger(Row(5, 25, "Receipts", "", "FBA1")))
    before = compared(here, {0: 131}, RECORD)
    (pair,) = before["pairs"]
    assert (pair["difference"], pair["cause"], pair["explains"], pair["whole"]) == (
        25,
        "unposted_events",
        25,
        True,
    )
    assert pair["evidence"] == {
        "unposted": 25,
        "unposted_ids": ["AMZ-INV-US-20260105-RCP1-1"],
        **{name: value for name, value in pair["evidence"].items() if name[:8] != "unposted"},
    }
    body = {"entries": [{"external_id": "AMZ-INV-US-20260105-RCP1-1", "internal_id": "77"}]}
    data_of(here.call("POST", f"{RUNS}/{run['run_id']}/posted", json=body))
    (pair,) = compared(here, {0: 131})["pairs"]
    assert pair["cause"] == "unexplained"
    assert compared(here, {0: 156})["counts"]["drifted"] == 0


def test_what_is_held_is_a_cause_too(here: Plugin) -> None:
    report(here, ENDS.replace(b"2026-01-05", b"2026-01-25"))  # of the last two weeks
    report(here, ledger(Row(25, -6, "Adjustments", "DAMAGED")))
    (pair,) = compared(here, {0: 162})["pairs"]
    assert (pair["difference"], pair["cause"], pair["explains"]) == (-6, "unposted_events", -6)


def test_available_is_compared_with_what_is_fulfillable(here: Plugin) -> None:
    report(here, MYI, f"&marketplace={US}")
    rows = [{**AGREED[0], "available": 150}]
    (document,) = data_of(here.call("POST", DRIFT, json={"as_of": AS_OF, "data": rows}))
    pairs = {
        (one["item"], one["measure"]): (one["amazon"], one["netsuite"])
        for one in document["pairs"]
        if (one["item"], one["location"]) == ("CONSOLE-2025", SELLABLE)
    }
    assert pairs == {("CONSOLE-2025", "available"): (156, 150)}


def test_the_own_stock_is_compared_with_what_was_seen_on_amazon() -> None:
    here = plugin()
    send(here, DECIDE, [count(200)])
    send(here, ACKNOWLEDGE, [answer("accepted", decision=1, quantity=75)])
    send(here, ACKNOWLEDGE, [answer("seen", quantity=90, at="2026-01-31T12:03:00Z")])
    rows = [{"item": "MUG-220", "location": "Main Warehouse", "on_hand": 200}]
    (document,) = data_of(here.call("POST", DRIFT, json={"as_of": AS_OF, "data": rows}))
    (pair,) = [one for one in document["pairs"] if one["pool"] == "FBM"]
    assert (pair["item"], pair["measure"], pair["amazon"], pair["netsuite"]) == (
        "MUG-220",
        "published",
        90,
        75,
    )
    assert (pair["difference"], pair["cause"], pair["missing"]) == (15, "unexplained", "")


def test_a_quantity_that_amazon_refused_still_counts_as_due() -> None:
    here = plugin()
    send(here, DECIDE, [count(200)])
    send(here, ACKNOWLEDGE, [answer("accepted", decision=1, quantity=75)])
    send(here, DECIDE, [count(100, 2)])
    send(here, ACKNOWLEDGE, [answer("rejected", decision=2)])
    rows = [{"item": "MUG-220", "location": "Main Warehouse", "on_hand": 100}]
    (document,) = data_of(here.call("POST", DRIFT, json={"as_of": AS_OF, "data": rows}))
    (pair,) = document["pairs"]
    assert (pair["amazon"], pair["netsuite"], pair["evidence"]["rejections"]) == (75, 35, 1)


def test_without_any_report_there_is_nothing_to_compare() -> None:
    document = compared(plugin(), {})
    assert (document["balance_day"], document["stock_at"]) == ("", "")
    assert document["counts"]["drifted"] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": "2026-01-31"},
        {"as_of": "0001-01-01T00:00:00+14:00"},
        {"as_of": "1999-01-01T00:00:00Z"},
        {"as_of": "9999-12-31T23:00:00Z"},
        {"data": []},
        {"data": [{"item": "A", "location": "B", "on_hand": "5"}]},
        {"data": [{"item": "A", "location": "B", "on_hand": 5.5}]},
        {"data": [{"item": "", "location": "B"}]},
        {"data": [{"item": "A", "location": "B", "units": 5}]},
    ],
)
def test_a_body_that_is_not_exact_is_refused(here: Plugin, change: dict[str, Any]) -> None:
    response = here.call("POST", RECORD, json={"as_of": AS_OF, "data": AGREED, **change})
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_BODY")
    assert history(here) == []


@pytest.mark.parametrize("as_of", ["2999-12-31T23:00:00Z", "2026-01-31T12:30:00Z"])
def test_a_count_of_the_future_is_refused(here: Plugin, as_of: str) -> None:
    response = here.call("POST", RECORD, json={"as_of": as_of, "data": AGREED})
    assert (response.status_code, error_of(response)["code"]) == (422, "SOURCE_FROM_FUTURE")
    assert history(here) == []


def test_a_cursor_of_another_list_is_refused(here: Plugin) -> None:
    response = here.get(f"{DRIFT}&cursor=x")
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_CURSOR")


def test_recording_needs_the_scope_to_write(here: Plugin) -> None:
    reader = api_keys.create(here.app, "reader", ["inventory:read"])
    body = {"as_of": AS_OF, "data": AGREED}
    assert here.call("POST", DRIFT, reader, json=body).status_code == 200
    assert here.call("POST", RECORD, reader, json=body).status_code == 403
    assert here.call("GET", DRIFT, reader).status_code == 200
