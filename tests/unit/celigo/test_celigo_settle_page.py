"""settlePage: a settlement is settled whole or not at all, and as its file would be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from celigo_calls import call, page, refused, rows_of
from plugin import BUCKET, CA, CA_ID, HELD, OTHER, OTHER_ID, SETTLEMENTS, plugin, unreachable

FILES = sorted(path.name for path in SETTLEMENTS.iterdir())
FR = (SETTLEMENTS / "fr_v2_2024-11_zero_total.txt").read_bytes()
KEY = "raw-settlements/ca/july.txt"
NOTHING: tuple[list[str], int, int] = ([], 0, 0)


def codes(answer: dict[str, Any]) -> list[str]:
    """The codes of everything that failed."""
    again = [error for one in answer["newErrorsAndRetryData"] for error in one["errors"]]
    return [error["code"] for error in (*answer["errors"], *again)]


def journal_of(here: Any, name: str) -> Any:
    """What is recorded, without what tells one file from another."""
    (found,) = here.get(f"/v1/settlements/{name}/journal").get_json()["data"]
    for told in ("content_hash", "blank_lines", "exceptions"):
        del found[told]
    return found


@pytest.mark.parametrize("name", FILES)
def test_rows_of_a_file_give_the_journal_of_the_file(name: str) -> None:
    content = (SETTLEMENTS / name).read_bytes()
    by_file, by_rows = plugin(), plugin()
    told = by_file.post(content, path="/v1/settlements").get_json()["data"][0]
    answer = call(by_rows, "settlePage", page(rows_of(content)))
    assert codes(answer) == []
    assert answer["abort"] is False
    settlement = told["settlement_id"]
    assert journal_of(by_rows, settlement) == journal_of(by_file, settlement)
    expected = by_file.get(f"/v1/settlements/{settlement}/journal?format=celigo")
    assert [record["external_id"] for record in answer["data"]] == [
        payload["externalId"] for payload in expected.get_json()["data"]
    ]


def test_records_are_ready_for_netsuite_in_the_form_asked_for() -> None:
    here = plugin()
    files = [{"bucket": BUCKET, "key": KEY}]
    here.files.put(KEY, CA)
    (celigo,) = call(here, "settlePage", page(files))["data"]
    assert celigo["kind"] == "journal_entry"
    assert (celigo["settlement_id"], celigo["profile"]) == (CA_ID, "ca")
    assert celigo["payload"]["externalId"] == celigo["external_id"] == f"AMZ-CA-{CA_ID}-202508"
    assert celigo["payload"]["lines"][0]["debit"] == "2212.32", "written with its decimals"
    settings = {"format": "netsuite", "profile": "ca"}
    (rest,) = call(here, "settlePage", page(files, settings=settings), framework=2)["data"]
    assert rest["payload"]["method"] == "PUT"
    assert rest["message_id"] == celigo["message_id"] != ""


def test_a_summary_says_what_became_of_each_settlement() -> None:
    here = plugin()
    rows = [*rows_of(OTHER), *rows_of(CA)]
    asked = page(rows, settings={"answer": "summary"})
    first, second = call(here, "settlePage", asked)["data"]
    assert (first["settlement_id"], first["declared_total"]) == (OTHER_ID, "-321.69")
    assert (second["settlement_id"], second["status"]) == (CA_ID, "proven")
    assert second["external_ids"] == [f"AMZ-CA-{CA_ID}-202508"]
    assert not second["replayed"]
    assert [one["replayed"] for one in call(here, "settlePage", asked)["data"]] == [True, True]
    assert here.settlements.recorded == 2


def test_a_page_of_several_settlements_fails_by_settlement() -> None:
    here = plugin()
    part = rows_of(CA)[1 : len(rows_of(OTHER)) + 1]
    mixed = [row for pair in zip(rows_of(OTHER), part, strict=True) for row in pair]
    answer = call(here, "settlePage", page(mixed))
    assert {record["settlement_id"] for record in answer["data"]} == {OTHER_ID}
    (failed,) = answer["newErrorsAndRetryData"]
    assert failed["errors"][0]["code"] == "PARTIAL_SETTLEMENT"
    assert failed["retryData"] == part


@pytest.mark.parametrize(("start", "end"), [(0, 100), (100, None), (1, None), (0, 1), (0, -1)])
def test_a_part_of_a_settlement_records_nothing(start: int, end: int | None) -> None:
    here = plugin()
    answer = call(here, "settlePage", page(rows_of(CA)[start:end], pageIndex=int(start > 0)))
    assert answer["data"] == []
    assert codes(answer) == ["PARTIAL_SETTLEMENT"]
    ((error,),) = (one["errors"] for one in answer["newErrorsAndRetryData"])
    assert "page size" in error["message"]
    assert here.written() == NOTHING


PAIRS = [
    {**rows_of(OTHER)[1], "other-amount": amount, "posted-date": "2025-07-31T20:13:08+00:00"}
    for amount in ("0.01", "-0.01") * 30
]


@pytest.mark.parametrize(
    ("rows", "settings", "settled"),
    [
        ([*rows_of(OTHER), *PAIRS][:20], {}, False),  # the size where nobody sets one
        ([*rows_of(OTHER), *PAIRS][:20], {"page_size": 20}, False),
        ([*rows_of(OTHER), *PAIRS][:20], {"page_size": "21"}, True),
        ([*rows_of(OTHER), *PAIRS][:22], {}, True),
        ([*rows_of(OTHER), *PAIRS][:22], {"page_size": 22}, False),
        ([[*rows_of(OTHER), *PAIRS][:20]], {"page_size": 1}, True),  # a group is whole
        ([rows_of(FR)[0]], {}, False),  # its total is nothing, as is the sum of no rows
        ([*rows_of(FR)[:1], *rows_of(OTHER)], {"page_size": 50}, None),
    ],
)
def test_rows_that_tie_are_a_part_still_where_more_may_follow_that_cancels_out(
    rows: list[Any], settings: dict[str, Any], settled: bool | None
) -> None:
    here = plugin()
    answer = call(here, "settlePage", page(rows, settings=settings))
    assert codes(answer) == ([] if settled else ["PARTIAL_SETTLEMENT"])
    assert here.settlements.recorded == (settled is not False)


def test_a_later_page_that_holds_a_whole_settlement_is_settled() -> None:
    here = plugin()
    assert call(here, "settlePage", page(rows_of(CA), pageIndex=3))["data"]


def test_a_settlement_that_comes_twice_in_a_page_is_not_added_up() -> None:
    here = plugin()
    zero_total = rows_of(FR)  # twice nothing is nothing: its sum would tie
    assert codes(call(here, "settlePage", page(zero_total * 2))) == ["SETTLEMENT_TWICE"]
    assert here.written() == NOTHING


def test_a_group_of_rows_is_a_record_and_what_failed_can_be_sent_again() -> None:
    here = plugin()
    here.settlements.failing = [unreachable()]
    answer = call(here, "settlePage", page([rows_of(CA), rows_of(OTHER)]))
    assert codes(answer) == ["STORE_UNREACHABLE"]
    assert {record["settlement_id"] for record in answer["data"]} == {OTHER_ID}
    (failed,) = answer["newErrorsAndRetryData"]
    again = call(here, "settlePage", page([failed["retryData"]]))
    assert codes(again) == []
    assert {record["settlement_id"] for record in again["data"]} == {CA_ID}


def test_a_held_file_is_recorded_and_held_rows_of_a_page_are_not() -> None:
    here = plugin()
    here.files.put(KEY, HELD)
    answer = call(here, "settlePage", page([{"key": KEY}]))
    assert codes(answer) == ["SETTLEMENT_HELD"]
    assert answer["newErrorsAndRetryData"][0]["retryData"] == {"key": KEY}
    assert here.settlements.recorded == 1
    assert codes(call(here, "settlePage", page(rows_of(HELD)))) == ["PARTIAL_SETTLEMENT"]
    assert here.settlements.recorded == 1


def test_each_file_of_a_page_fails_alone() -> None:
    here = plugin()
    here.files.put(KEY, CA)
    there, missing = {"key": KEY}, {"key": "raw-settlements/ca/none.txt"}
    foreign, wrong = {"bucket": "other", "key": KEY}, {"key": 7}
    answer = call(here, "settlePage", page([missing, foreign, there, wrong, 5]))
    assert [record["settlement_id"] for record in answer["data"]] == [CA_ID]
    found = {
        str(one["retryData"]): one["errors"][0]["code"] for one in answer["newErrorsAndRetryData"]
    }
    assert found == {
        str(missing): "FILE_NOT_FOUND",
        str(foreign): "FOREIGN_FILE",
        str(wrong): "BAD_RECORD",
        "5": "BAD_RECORD",
    }


def test_a_test_run_answers_the_same_and_records_nothing() -> None:
    here = plugin()
    here.files.put(KEY, OTHER)
    records = [{"key": KEY}, *rows_of(CA)]
    trial = call(here, "settlePage", page(records, testMode=True))
    assert here.written() == NOTHING
    real = call(here, "settlePage", page(records))
    assert [record["payload"] for record in trial["data"]] == [
        record["payload"] for record in real["data"]
    ]
    assert {record["message_id"] for record in trial["data"]} == {""}


def test_numbers_count_digit_for_digit() -> None:
    here = plugin()
    rows: list[dict[str, Any]] = [dict(row) for row in rows_of(OTHER)]
    rows[0]["total-amount"], rows[1]["other-amount"] = Decimal("-321.69"), Decimal("-321.69")
    rows[0]["settlement-id"] = int(OTHER_ID)  # none of its eleven digits is lost
    assert codes(call(here, "settlePage", page(rows))) == []
    rows[1]["other-amount"] = Decimal("-321.69000000000005")  # as adding floats makes them
    assert codes(call(here, "settlePage", page(rows))) == ["UNREADABLE_ROW"]
    rows[1]["other-amount"] = Decimal("-321.690001")
    answer = call(plugin(), "settlePage", page(rows))
    assert codes(answer) == ["PARTIAL_SETTLEMENT"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("settlement-id", 3177986348),  # its zero is lost
        ("sku", 12),
        ("order-item-code", 560898481200237),
        ("sku", "a\tb"),
        ("sku", "a\nb"),
        ("sku", "caf\ufffd"),
        ("sku", True),
        ("sku", {"a": 1}),
        ("price-amount", [1]),
    ],
)
def test_a_cell_that_is_not_what_the_file_said_is_refused(column: str, value: object) -> None:
    here = plugin()
    rows = [{**row, column: value} if place == 5 else row for place, row in enumerate(rows_of(CA))]
    answer = call(here, "settlePage", page(rows))
    assert codes(answer) == ["UNREADABLE_ROW"]
    assert "Row 6" in str(answer)
    assert here.written() == NOTHING


def test_a_row_of_nobodys_makes_the_page_uncertain() -> None:
    rows = [
        {**row, "settlement-id": " "} if place == 9 else row
        for place, row in enumerate(rows_of(CA))
    ]
    assert codes(call(plugin(), "settlePage", page(rows))) == ["NO_SETTLEMENT_ID"]


def test_letters_of_any_script_come_through() -> None:
    here = plugin()
    rows = [{**row, "sku": row["sku"] and "Größe-日本-😀"} for row in rows_of(CA)]
    assert codes(call(here, "settlePage", page(rows))) == []
    found = here.get(f"/v1/settlements/{CA_ID}/rows?line=1").get_json()["data"]
    assert "Größe-日本-😀" in str(found)


def test_blank_rows_and_absent_fields_are_empty_cells() -> None:
    here = plugin()
    rows: list[Any] = [{name: value for name, value in row.items() if value} for row in rows_of(CA)]
    rows[0] = {**dict.fromkeys(rows_of(CA)[0]), **rows[0]}
    answer = call(here, "settlePage", page([{"settlement-id": ""}, {}, *rows]))
    assert codes(answer) == []
    assert len(answer["data"]) == 1


def test_an_empty_page_is_an_empty_page() -> None:
    before = [{"code": "x", "message": "of before", "retryDataKey": "k"}]
    answer = call(plugin(), "settlePage", page([], errors=before))
    empty = {"data": [], "abort": False, "newErrorsAndRetryData": []}
    assert answer == {**empty, "errors": before}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"profil": "ca"}, "UNKNOWN_SETTING"),
        ({"format": "csv"}, "BAD_SETTING"),
        ({"answer": "all"}, "BAD_SETTING"),
        ({"profile": 7}, "BAD_SETTING"),
        ({"exchange_rate": Decimal("1.1")}, "BAD_SETTING"),
        ({"exchange_rate": "0.0"}, "BAD_SETTING"),
        ("text", "BAD_SETTING"),
    ],
)
def test_wrong_settings_are_told_before_anything_is_done(settings: object, code: str) -> None:
    here = plugin()
    assert refused(here, "settlePage", page(rows_of(CA), settings=settings))["code"] == code
    assert here.written() == NOTHING


def test_a_profile_nobody_has_fails_the_settlement() -> None:
    asked = page(rows_of(CA), settings={"profile": "nobody"})
    assert codes(call(plugin(), "settlePage", asked)) == ["UNKNOWN_PROFILE"]


def test_what_does_not_fit_waits_in_the_outbox() -> None:
    here = plugin()
    rows = [*rows_of(OTHER), *rows_of(CA)]
    answer = call(here, "settlePage", page(rows), most=7_000)
    assert {record["settlement_id"] for record in answer["data"]} == {OTHER_ID}
    (error,) = answer["errors"]
    assert error["code"] == "PAGE_TOO_LARGE"
    assert "fetchOutbox" in error["message"]
    assert here.settlements.recorded == 2
    waiting = call(here, "fetchOutbox", {"state": {}, "settings": {}})["data"]
    assert f"AMZ-CA-{CA_ID}-202508" in {message["external_id"] for message in waiting}


def test_rows_that_do_not_fit_are_not_given_back() -> None:
    answer = call(plugin(), "settlePage", page(rows_of(CA)[1:]), most=7_000)
    assert answer["newErrorsAndRetryData"] == []
    assert codes(answer) == ["PARTIAL_SETTLEMENT"]
