"""Amazon's reports over HTTP: posted by the difference, held, kept, shown and acknowledged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plugin import BUCKET, Plugin, data_of, error_of, packed, plugin
from stock_http import (
    DETAIL,
    LISTINGS,
    REPORTS,
    RUNS,
    SUMMARY,
    Row,
    codes,
    ledger,
    listing,
    report,
    send,
    units,
)

from handler.flows import api_keys, cursors

ADJUSTED = "AMZ-INV-US-20260105-ADJ"
ITEM = "CONSOLE-2025"
TEA = Row(5, 7, "Adjustments", "F", fnsku="X0009", sku="SKU-TEA")


@pytest.fixture
def here() -> Plugin:
    return plugin()


def runs(here: Plugin) -> list[dict[str, Any]]:
    return data_of(here.get(f"{RUNS}?profile=us"))


def refused(here: Plugin, content: bytes, wish: str = "") -> tuple[int, str]:
    response = here.post(content, REPORTS + wish)
    return response.status_code, error_of(response)["code"]


def posted(here: Plugin, run: dict[str, Any], *entries: tuple[str, str]) -> Any:
    body = {"entries": [{"external_id": one, "internal_id": other} for one, other in entries]}
    return here.call("POST", f"{RUNS}/{run['run_id']}/posted", json=body)


def test_the_sandbox_ledger_posts_its_receipts(here: Plugin) -> None:
    run = report(here, DETAIL)
    assert (run["kind"], run["status"], run["rows"]) == ("ledger_detail", "posted", 10)
    assert (run["first_day"], run["last_day"]) == ("2024-12-02", "2024-12-12")
    assert units(here, run) == {
        "AMZ-INV-US-20241202-RCP1-1 CONSOLE-2025": 25,
        "AMZ-INV-US-20241205-RCP1-1 COFFEE-401": 100,
        "AMZ-INV-US-20241208-RCP1-1 BOTTLE-150": 200,
    }
    # Shipments, returns and movements between centres in the United States are compared only.
    assert run["reconciled_units"] == 1 + 3 + 1 + 2 + 5 + 5
    (waits,) = run["held"]
    assert (waits["sku"], waits["units"], waits["line"], waits["code"]) == (
        "SKU-BOTTLE-150",
        -1,
        9,
        "UNKNOWN_LEDGER_REASON",
    )
    assert codes(here) == ["UNKNOWN_LEDGER_REASON"]


def test_a_replay_returns_the_same_run(here: Plugin) -> None:
    first = report(here, DETAIL)
    before = here.written(), codes(here)
    assert report(here, DETAIL) == first
    assert report(here, packed(DETAIL)) == first  # packed, it is the same report
    assert [one["run_id"] for one in runs(here)] == [first["run_id"]]
    assert (here.written()[1:], codes(here)) == (before[0][1:], before[1])


def test_a_growing_report_posts_only_the_difference(here: Plugin) -> None:
    first = report(here, ledger(Row(4, -1), Row(5, -1)))
    assert units(here, first) == {
        "AMZ-INV-US-20260104-ADJ1-1 " + ITEM: -1,
        f"{ADJUSTED}1-1 {ITEM}": -1,
    }
    grown = report(here, ledger(Row(5, -1), Row(5, -2), Row(6, -4)))
    assert units(here, grown) == {
        f"{ADJUSTED}2-1 {ITEM}": -2,
        "AMZ-INV-US-20260106-ADJ1-1 " + ITEM: -4,
    }
    same = report(here, ledger(Row(6, -4)))
    assert (same["status"], same["postings"]) == ("no_difference", [])


def test_a_shrinking_report_takes_back(here: Plugin) -> None:
    report(here, ledger(Row(5, -3), Row(6, -1)))
    shrunk = report(here, ledger(Row(5, -1)))
    assert units(here, shrunk) == {f"{ADJUSTED}2-1 {ITEM}": 2}
    # Asked for, and without any row of the day: the day is empty.
    gone = report(here, ledger(Row(6, -1)), "&first_day=2026-01-05&last_day=2026-01-06")
    assert units(here, gone) == {f"{ADJUSTED}3-1 {ITEM}": 1}


def test_an_empty_report_empties_the_days_it_was_asked_for(here: Plugin) -> None:
    report(here, ledger(Row(5, -3)))
    empty = report(here, ledger(), "&first_day=2026-01-05&last_day=2026-01-05")
    assert units(here, empty) == {f"{ADJUSTED}2-1 {ITEM}": 3}
    assert data_of(here.post(ledger(), REPORTS)) == []


def test_receipts_taken_back_go_to_in_transit(here: Plugin) -> None:
    report(here, ledger(Row(5, 10, "Receipts", "", "FBA1")))
    less = report(here, ledger(Row(5, 8, "Receipts", "", "FBA1")))
    (posting,) = less["postings"]
    assert (posting["kind"], posting["units"], posting["source"], posting["target"]) == (
        "transfer",
        2,
        "Amazon FBA US",
        "Amazon FBA US In Transit",
    )
    assert "RECEIPT_TAKEN_BACK" in codes(here)


def test_a_report_made_earlier_changes_nothing(here: Plugin) -> None:
    report(here, ledger(Row(5, -3)), "&made_at=2026-01-10T00:00:00Z")
    late = report(here, ledger(Row(5, -1)), "&made_at=2026-01-09T00:00:00Z")
    assert (late["status"], late["postings"]) == ("no_difference", [])
    assert [found["code"] for found in late["exceptions"]] == ["LATE_REPORT"]
    assert codes(here) == []  # a notice: nobody has to do anything


def test_what_amazon_goes_back_to_is_posted_when_it_is_told_later(here: Plugin) -> None:
    one, three = ledger(Row(5, -1)), ledger(Row(5, -3))
    first = report(here, one, "&made_at=2026-01-10T00:00:00Z")
    report(here, three, "&made_at=2026-01-11T00:00:00Z")
    assert report(here, one, "&made_at=2026-01-10T00:00:00Z") == first
    back = report(here, one, "&made_at=2026-01-12T00:00:00Z")
    assert units(here, back) == {f"{ADJUSTED}3-1 {ITEM}": 2}
    assert report(here, one, "&made_at=2026-01-12T00:00:00Z") == back
    assert len(runs(here)) == 3


@pytest.mark.parametrize("made_at", ["2026-01-31T13:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_report_of_the_future_would_stand_before_all_later_ones(
    here: Plugin, made_at: str
) -> None:
    for content in (DETAIL, SUMMARY):
        assert refused(here, content, f"&made_at={made_at}") == (422, "REPORT_FROM_FUTURE")
    assert here.written() == ([], 0, 0)


def test_an_unregistered_sku_waits_till_it_is_registered(here: Plugin) -> None:
    content = ledger(TEA, Row(5, -1))
    first = report(here, content)
    assert units(here, first) == {f"{ADJUSTED}1-1 {ITEM}": -1}
    assert (first["held_units"], first["held"][0]["code"]) == (7, "UNREGISTERED_SKU")
    assert codes(here) == ["UNREGISTERED_SKU"]
    send(here, LISTINGS, [listing("SKU-TEA", "FBA", item="TEA", fnsku="X0009")])
    second = report(here, content)
    assert second["run_id"] != first["run_id"]
    assert units(here, second) == {f"{ADJUSTED}2-1 TEA": 7}
    assert (second["held"], codes(here)) == ([], [])


def test_a_listing_of_the_own_stock_is_not_posted_at_amazon(here: Plugin) -> None:
    send(here, LISTINGS, [listing("SKU-TEA", item="TEA")])
    run = report(here, ledger(TEA))
    assert (run["postings"], run["held_units"]) == ([], 7)
    assert codes(here) == ["POOL_CONFLICT"]


def test_a_bad_row_holds_the_whole_report(here: Plugin) -> None:
    content = ledger(Row(5, -1), Row(6, -2)).replace(b"\t-2\t", b"\t1_0\t")
    held = report(here, content)
    assert (held["status"], held["rows"], "postings" in held) == ("held", 2, False)
    (found,) = held["exceptions"]
    assert (found["code"], found["evidence"]["line"], found["evidence"]["column"]) == (
        "BAD_INVENTORY_ROW",
        3,
        "Quantity",
    )
    assert codes(here) == ["BAD_INVENTORY_ROW"]
    assert runs(here) == []
    assert report(here, ledger(Row(5, -1)))["status"] == "posted"


@pytest.mark.parametrize(
    "content", [b"nonsense", b"\x00\x01", b"<html></html>", b"{}", packed(b"")]
)
def test_no_report_is_kept_and_registered(here: Plugin, content: bytes) -> None:
    assert refused(here, content) == (422, "UNUSABLE_FILE")
    assert codes(here) == ["UNUSABLE_FILE"]
    (key,) = here.files.kept
    assert here.files.read(key) == content
    assert refused(plugin(), content, "&dry_run=true") == (422, "UNUSABLE_FILE")


def test_an_empty_body_is_no_report(here: Plugin) -> None:
    assert refused(here, b"") == (422, "EMPTY_BODY")
    assert here.written() == ([], 0, 0)


def test_a_summary_is_proven(here: Plugin) -> None:
    kept = report(here, SUMMARY)
    assert (kept["kind"], kept["status"], kept["rows"]) == ("ledger_summary", "kept", 4)
    assert (kept["equation"]["proven"], kept["equation"]["balanced"]) == (True, 4)
    assert codes(here) == []


def test_a_summary_that_does_not_balance_names_the_units_and_is_resolved(here: Plugin) -> None:
    wrong = report(here, SUMMARY.replace(b"\t156\t", b"\t155\t"))
    assert (wrong["equation"]["proven"], wrong["equation"]["balanced"]) == (False, 3)
    (found,) = wrong["exceptions"]
    assert (found["code"], found["evidence"]["line"]) == ("LEDGER_DRIFT", 2)
    assert (found["evidence"]["end"], found["evidence"]["computed"]) == (155, 156)
    assert codes(here) == ["LEDGER_DRIFT"]
    report(here, SUMMARY)
    assert codes(here) == []


def test_runs_are_listed_the_latest_first(here: Plugin) -> None:
    found = [report(here, ledger(Row(day, -1)))["run_id"] for day in (5, 6, 7)]
    listed: list[str] = []
    cursor = ""
    for _ in range(2):
        asked = {"profile": "us", "limit": "2", "cursor": cursor}
        response = here.get(RUNS, query_string=asked)
        listed += [one["run_id"] for one in data_of(response)]
        cursor = response.get_json()["next_cursor"]
    assert (listed, cursor) == (found[::-1], "")
    response = here.get(RUNS, query_string={"profile": "us", "cursor": "x"})
    assert (response.status_code, error_of(response)["code"]) == (422, "BAD_CURSOR")


def test_postings_in_every_dialect(here: Plugin) -> None:
    run = report(here, ledger(Row(5, -1), Row(5, 10, "Receipts", "", "FBA1")))
    path = f"{RUNS}/{run['run_id']}/postings"
    adjusted, received = data_of(here.get(f"{path}?format=netsuite"))
    assert adjusted["path"].endswith(f"/inventoryAdjustment/eid:{ADJUSTED}1-1?replace=inventory")
    (item,) = adjusted["body"]["inventory"]["items"]
    assert (item["adjustQtyBy"], item["item"]) == (-1, {"refName": ITEM})
    assert received["path"].endswith("/transferOrder/eid:FBA1/!transform/itemReceipt")
    assert received["body"]["item"]["items"][0]["quantity"] == 10
    flat, _ = data_of(here.get(f"{path}?format=celigo"))
    assert (flat["externalId"], flat["recordType"]) == (f"{ADJUSTED}1-1", "inventoryAdjustment")
    assert [line["quantity"] for line in flat["lines"]] == [-1]
    table = here.get(f"{path}?format=csv&limit=1")
    assert table.content_type == "text/csv; charset=utf-8"
    cursor = table.headers["X-Next-Cursor"]
    head, line = table.text.splitlines()
    assert head.startswith("Record Type,External ID,Date,")
    assert line.startswith(f"inventoryAdjustment,{ADJUSTED}1-1,2026-01-05,Demo Goods Inc.,")
    rest = here.get(f"{path}?format=csv&cursor={cursor}")
    assert "X-Next-Cursor" not in rest.headers
    assert rest.text.splitlines()[1].startswith("itemReceipt,AMZ-INV-US-20260105-RCP1-1,")


def test_a_foreign_cursor_of_postings_is_refused(here: Plugin) -> None:
    run = report(here, ledger(Row(5, -1), Row(5, 10, "Receipts", "", "FBA1")))
    ours = f"postings:{run['run_id']}"
    numbers = ["-1", "x", "1_0", "٣", "9" * 500]
    made_up = [cursors.encode(ours, one) for one in numbers]
    for cursor in ("0", "1", "9" * 5000, cursors.encode("postings:other", "1"), *made_up):
        response = here.get(f"{RUNS}/{run['run_id']}/postings", query_string={"cursor": cursor})
        assert (response.status_code, error_of(response)["code"]) == (422, "BAD_CURSOR"), cursor


def test_a_run_is_posted_with_its_last_acknowledgement(here: Plugin) -> None:
    run = report(here, ledger(Row(5, -1), Row(5, 10, "Receipts", "", "FBA1")))
    adjusted, received = (posting["external_id"] for posting in run["postings"])
    (half,) = data_of(posted(here, run, (adjusted, "9001")))
    assert (half["state"], half["missing"]) == ("ready", [received])
    (again,) = data_of(posted(here, run, (adjusted, "9001")))
    assert again == half
    (whole,) = data_of(posted(here, run, (received, "9002")))
    assert (whole["state"], whole["missing"]) == ("posted", [])
    (shown,) = data_of(here.get(f"{RUNS}/{run['run_id']}"))
    assert shown["acknowledged"] == [
        {"external_id": adjusted, "internal_id": "9001"},
        {"external_id": received, "internal_id": "9002"},
    ]
    assert "days" not in shown


def test_acknowledgements_that_fit_nothing_are_refused(here: Plugin) -> None:
    run = report(here, ledger(Row(5, -1)))
    (adjusted,) = (posting["external_id"] for posting in run["postings"])
    unknown = posted(here, run, (adjusted, "1"), ("AMZ-INV-US-OTHER", "2"))
    assert (unknown.status_code, error_of(unknown)["code"]) == (422, "UNKNOWN_ENTRY")
    assert runs(here)[0]["acknowledged"] == []
    posted(here, run, (adjusted, "1"))
    other = posted(here, run, (adjusted, "2"))
    assert (other.status_code, error_of(other)["code"]) == (409, "ACKNOWLEDGED_OTHERWISE")
    twice = posted(plugin(), run, (adjusted, "1"))
    assert (twice.status_code, error_of(twice)["code"]) == (404, "RUN_NOT_FOUND")
    bad = posted(here, run, (adjusted, ""))
    assert (bad.status_code, error_of(bad)["code"]) == (422, "BAD_BODY")


@pytest.mark.parametrize("run_id", ["us-0000000000000000", "x", "-", "us-%0A", "a" * 100, "ü"])
def test_an_unknown_run(here: Plugin, run_id: str) -> None:
    for path in ("", "/postings"):
        response = here.get(f"{RUNS}/{run_id}{path}")
        assert (response.status_code, error_of(response)["code"]) == (404, "RUN_NOT_FOUND")


def test_a_dry_run_shows_the_lines_and_writes_nothing(here: Plugin) -> None:
    dry = report(here, ledger(Row(5, -1), TEA), "&dry_run=true")
    assert [line["quantity"] for posting in dry["postings"] for line in posting["lines"]] == [-1]
    assert dry["held_units"] == 7
    assert here.written() == ([], 0, 0)
    assert runs(here) == []
    held = report(here, ledger(Row(5, -1)).replace(b"\t-1\t", b"\tx\t"), "&dry_run=true")
    assert held["status"] == "held"
    assert (here.written(), codes(here)) == (([], 0, 0), [])


def test_a_file_of_the_bucket(here: Plugin) -> None:
    key = "raw-inventory/us/detail-20260110T000000Z.tsv"
    here.files.put(key, ledger(Row(5, -1)))
    asked = json.dumps({"bucket": BUCKET, "key": key}).encode()
    (run,) = data_of(here.post(asked, REPORTS, content_type="application/json"))
    assert (run["status"], run["told_at"]) == ("posted", "2026-01-10T00:00:00+00:00")
    assert [kept for kept in here.files.kept if kept.startswith("raw-")] == []


@pytest.mark.parametrize(
    ("bucket", "key", "status", "code"),
    [
        (BUCKET, "raw-inventory/us/gone.tsv", 404, "FILE_NOT_FOUND"),
        ("elsewhere", "raw-inventory/us/x.tsv", 403, "FOREIGN_FILE"),
        (BUCKET, "raw-settlements/us/x.tsv", 403, "FOREIGN_FILE"),
        (BUCKET, "raw-inventory/x.tsv", 403, "FOREIGN_FILE"),
        (BUCKET, "raw-posted/../x", 403, "FOREIGN_FILE"),
        (BUCKET, "raw-inventory/ca/x.tsv", 403, "FOREIGN_FILE"),
        (BUCKET, "", 422, "BAD_BODY"),
    ],
)
def test_no_file_of_the_bucket(here: Plugin, bucket: str, key: str, status: int, code: str) -> None:
    if "gone" not in key and key:
        here.files.put(key, ledger(Row(5, -1)))
    asked = json.dumps({"bucket": bucket, "key": key}).encode()
    response = here.post(asked, REPORTS, content_type="application/json")
    assert (response.status_code, error_of(response)["code"]) == (status, code)
    assert runs(here) == []


@pytest.mark.parametrize(
    "wish",
    [
        "&first_day=2026-01-06",
        "&last_day=2026-01-04",
        "&first_day=2026-01-07&last_day=2026-01-06",
        "&first_day=2020-01-01",
        "&last_day=9999-12-31",
        "&first_day=0001-01-01",
    ],
)
def test_days_that_cannot_be(here: Plugin, wish: str) -> None:
    assert refused(here, ledger(Row(5, -1)), wish) == (422, "BAD_SPAN")
    assert here.written() == ([], 0, 0)


@pytest.mark.parametrize("day", ["9999-12-31", "2026-02-02", "0001-01-01"])
def test_a_day_that_is_misread_posts_nothing(here: Plugin, day: str) -> None:
    content = ledger(Row(5, -1)).replace(b"2026-01-05T08:00:00Z", f"{day}T08:00:00Z".encode())
    assert refused(here, content) == (422, "BAD_SPAN")
    assert refused(here, SUMMARY.replace(b"2024-12-01", day.encode())) == (422, "BAD_SPAN")
    assert runs(here) == []


@pytest.mark.parametrize(
    "wish",
    [
        "&made_at=yesterday",
        "&made_at=2026-01-05T00:00:00",
        "&made_at=0001-01-01T00:00:00%2B14:00",
        "&dry_run=yes",
        "&marketplace=us",
        "&x=1",
    ],
)
def test_parameters_that_are_not_exact(here: Plugin, wish: str) -> None:
    assert refused(here, DETAIL, wish) == (422, "BAD_PARAMETER")


def test_a_long_report_is_posted_in_parts(here: Plugin) -> None:
    content = ledger(Row(1, -1), Row(31, -2)).replace(b"2026-01-01T", b"2025-11-01T")
    parts = data_of(here.post(content, REPORTS))
    assert [(one["first_day"], one["last_day"]) for one in parts] == [
        ("2025-11-01", "2025-12-10"),
        ("2025-12-11", "2026-01-19"),
        ("2026-01-20", "2026-01-31"),
    ]
    assert [one["status"] for one in parts] == ["posted", "no_difference", "posted"]
    assert data_of(here.post(content, REPORTS)) == parts


def test_reports_need_the_scope_to_write(here: Plugin) -> None:
    reader = api_keys.create(here.app, "reader", ["inventory:read"])
    assert here.call("POST", REPORTS, reader, data=DETAIL).status_code == 403
    run = report(here, DETAIL)
    assert here.call("GET", f"{RUNS}/{run['run_id']}", reader).status_code == 200
    body = {"entries": [{"external_id": "x", "internal_id": "1"}]}
    path = f"{RUNS}/{run['run_id']}/posted"
    assert here.call("POST", path, reader, json=body).status_code == 403
    unknown = here.post(DETAIL, REPORTS.replace("=us", "=nobody"))
    assert (unknown.status_code, error_of(unknown)["code"]) == (422, "UNKNOWN_PROFILE")
