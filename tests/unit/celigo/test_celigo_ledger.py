"""readLedgerRows: only what can be nothing but a whole report is read from rows."""

from __future__ import annotations

from typing import Any

import pytest
from celigo_calls import call, page, refused, rows_of
from plugin import BUCKET, ROOT, Plugin, plugin

DETAIL = (ROOT / "tests" / "data" / "inventory" / "sandbox_ledger_detail.tsv").read_bytes()
ROWS = rows_of(DETAIL)
KEY = "raw-inventory/us/20250101T000000Z-ledger.tsv"
SETTINGS = {"profile": "us", "page_size": 100}


def codes(answer: dict[str, Any]) -> list[str]:
    again = [error for one in answer["newErrorsAndRetryData"] for error in one["errors"]]
    return [error["code"] for error in (*answer["errors"], *again)]


def runs(here: Plugin) -> list[Any]:
    found = here.get("/v1/inventory/fba/runs?profile=us").get_json()["data"]
    assert isinstance(found, list)
    return found


def test_a_file_and_its_rows_post_the_same() -> None:
    by_file, by_rows = plugin(), plugin()
    by_file.files.put(KEY, DETAIL)
    files = page([{"bucket": BUCKET, "key": KEY}], settings={"profile": "us"})
    found, again = (
        call(by_file, "readLedgerRows", files),
        call(by_rows, "readLedgerRows", page(ROWS, settings=SETTINGS)),
    )
    assert codes(found) == codes(again) == []
    assert [record["payload"] for record in found["data"]]
    assert [record["payload"] for record in again["data"]] == [
        record["payload"] for record in found["data"]
    ]
    assert {record["kind"] for record in found["data"]} == {"item_receipt"}
    assert runs(by_file)[0]["told_at"] == "2025-01-01T00:00:00+00:00"


def test_what_is_acknowledged_is_not_handed_on_again() -> None:
    here = plugin()
    asked = page(ROWS, settings=SETTINGS)
    first, *rest = call(here, "readLedgerRows", asked)["data"]
    told = {"message_id": first["message_id"], "internal_id": 501}
    assert call(here, "importPosted", {"postMapData": [told]})[0]["statusCode"] == 200
    names = [record["external_id"] for record in call(here, "readLedgerRows", asked)["data"]]
    assert names == [record["external_id"] for record in rest]


@pytest.mark.parametrize(
    "options",
    [
        {"settings": {"profile": "us"}},
        {"pageIndex": 1},
        {"pageIndex": None},
        {"pageIndex": False},
        {"settings": {**SETTINGS, "page_size": len(ROWS)}},
        {"data": [{**ROWS[0], "Title": "x" * 2_000_000}]},
    ],
    ids=["no size", "second page", "no index", "no number", "full page", "cut by size"],
)
@pytest.mark.parametrize("test_mode", [False, True])
def test_what_may_be_a_part_of_a_report_takes_back_nothing(
    options: dict[str, Any], test_mode: bool
) -> None:
    here = plugin()
    call(here, "readLedgerRows", page(ROWS, settings=SETTINGS))
    before = runs(here)
    asked = page(ROWS[:3], settings=SETTINGS, testMode=test_mode)
    if "page_size" in options.get("settings", {}):
        asked["data"] = ROWS
    answer = call(here, "readLedgerRows", {**asked, **options})
    assert codes(answer) == ["PARTIAL_REPORT"]
    assert answer["newErrorsAndRetryData"] == [], "sent later it would count as newer"
    assert answer["data"] == []
    assert runs(here) == before


def test_a_test_run_posts_nothing() -> None:
    here = plugin()
    trial = call(here, "readLedgerRows", page(ROWS, settings=SETTINGS, testMode=True))
    assert {record["message_id"] for record in trial["data"]} == {""}
    assert runs(here) == []
    assert call(here, "readLedgerRows", page(ROWS, settings=SETTINGS))["data"]


def test_a_summary_names_the_run() -> None:
    asked = page(ROWS, settings={**SETTINGS, "answer": "summary"})
    (found,) = call(plugin(), "readLedgerRows", asked)["data"]
    assert (found["status"], found["rows"], found["first_day"]) == ("posted", 10, "2024-12-02")
    assert [posting["units"] for posting in found["postings"]] == [25, 100, 200]


def test_a_row_that_cannot_be_read_holds_the_report() -> None:
    here = plugin()
    bad = [{**ROWS[0], "Quantity": "many"}, *ROWS[1:]]
    answer = call(here, "readLedgerRows", page(bad, settings=SETTINGS))
    assert codes(answer) == ["REPORT_HELD"]
    assert runs(here) == []


def test_files_fail_alone_and_may_be_tried_again() -> None:
    here = plugin()
    here.files.put(KEY, DETAIL)
    missing = {"key": KEY.replace("ledger", "other")}
    wrong = {"key": KEY, "made_at": "yesterday"}
    grouped = [ROWS[0]]
    asked = page([missing, wrong, {"key": KEY}, grouped, 7], settings={"profile": "us"})
    answer = call(here, "readLedgerRows", asked)
    assert len(answer["data"]) == 3
    assert [one["retryData"] for one in answer["newErrorsAndRetryData"]] == [
        7, grouped, missing, wrong,
    ]  # fmt: skip
    assert codes(answer) == ["BAD_RECORD", "BAD_RECORD", "FILE_NOT_FOUND", "BAD_RECORD"]


def test_a_code_that_came_as_a_number_is_refused() -> None:
    rows: list[Any] = [{**ROWS[0], "MSKU": 12}, *ROWS[1:]]
    assert codes(call(plugin(), "readLedgerRows", page(rows, settings=SETTINGS))) == [
        "UNREADABLE_ROW"
    ]
    rows = [{**row, "Quantity": int(row["Quantity"])} for row in ROWS]
    assert codes(call(plugin(), "readLedgerRows", page(rows, settings=SETTINGS))) == []


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "PROFILE_MISSING"),
        ({**SETTINGS, "page_size": 0}, "BAD_SETTING"),
        ({**SETTINGS, "page_size": "many"}, "BAD_SETTING"),
        ({**SETTINGS, "format": "csv"}, "BAD_SETTING"),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, Any], code: str) -> None:
    assert refused(plugin(), "readLedgerRows", page(ROWS, settings=settings))["code"] == code
