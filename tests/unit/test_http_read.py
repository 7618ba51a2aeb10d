"""What is recorded, read over HTTP."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from plugin import CA, CA_ID, HELD, OTHER, OTHER_ID, POISON, Plugin, data_of, error_of, plugin


@pytest.fixture
def here() -> Plugin:
    return plugin()


@pytest.fixture
def settled(here: Plugin) -> dict[str, Any]:
    (document,) = data_of(here.post())
    return dict(document)


def test_lists_with_the_latest_end_first_page_by_page(here: Plugin) -> None:
    here.post(OTHER)
    here.post(CA)
    response = here.get("/v1/settlements?limit=1")
    (first,) = data_of(response)
    cursor = response.get_json()["next_cursor"]
    assert cursor
    response = here.get("/v1/settlements", query_string={"limit": "1", "cursor": cursor})
    (second,) = data_of(response)
    assert response.get_json()["next_cursor"] == ""
    assert [first["settlement_id"], second["settlement_id"]] == [CA_ID, OTHER_ID]
    assert first["end"] > second["end"]
    assert Decimal(second["declared_total"]) < 0


def test_lists_one_profile(here: Plugin, settled: dict[str, Any]) -> None:
    (found,) = data_of(here.get("/v1/settlements?profile=ca"))
    assert found["declared_total"] == found["computed_total"] == settled["declared_total"]
    assert data_of(here.get("/v1/settlements?profile=us")) == []


def test_shows_one(here: Plugin, settled: dict[str, Any]) -> None:
    (found,) = data_of(here.get(f"/v1/settlements/{CA_ID}"))
    assert found["settlement_id"] == CA_ID
    assert found["clearing"] == settled["clearing"]
    assert found["exceptions"] == settled["exceptions"]
    assert found["external_ids"] == [e["external_id"] for e in settled["journal_entries"]]
    for link in found["links"].values():
        assert data_of(here.get(link))


def test_shows_a_held_one_without_a_journal(here: Plugin) -> None:
    here.post(HELD)
    (found,) = data_of(here.get(f"/v1/settlements/{CA_ID}"))
    assert found["status"] == "held"
    assert found["external_ids"] == []
    assert list(found["links"]) == ["self"]
    for part in ("journal", "journal?format=netsuite", "rows?line=1"):
        response = here.get(f"/v1/settlements/{CA_ID}/{part}")
        error = error_of(response)
        assert (response.status_code, error["code"]) == (409, "SETTLEMENT_HELD")
        assert error["details"]["exceptions"][0]["code"] == "SETTLEMENT_VARIANCE"


def test_journal_is_the_document(here: Plugin, settled: dict[str, Any]) -> None:
    assert data_of(here.get(f"/v1/settlements/{CA_ID}/journal")) == [settled]
    assert data_of(here.get(f"/v1/settlements/{CA_ID}/journal?format=json")) == [settled]


@pytest.mark.parametrize("dialect", ["netsuite", "celigo"])
def test_journal_for_netsuite(here: Plugin, settled: dict[str, Any], dialect: str) -> None:
    response = here.get(f"/v1/settlements/{CA_ID}/journal?format={dialect}")
    payloads = data_of(response)
    assert len(payloads) == len(settled["journal_entries"])
    assert settled["journal_entries"][0]["external_id"] in response.text
    # Amounts are numbers of the currency's decimals, written digit for digit.
    line = settled["journal_entries"][0]["lines"][0]
    side = "debit" if line["debit"] != "0.00" else "credit"
    assert f'"{side}":{line[side]}' in response.text


def test_journal_as_csv(here: Plugin, settled: dict[str, Any]) -> None:
    response = here.get(f"/v1/settlements/{CA_ID}/journal?format=csv")
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert len(rows) == sum(len(e["lines"]) for e in settled["journal_entries"])


def test_rows_of_every_line_sum_up_to_it(here: Plugin, settled: dict[str, Any]) -> None:
    lines = [line for entry in settled["journal_entries"] for line in entry["lines"]]
    for line in lines:
        rows = data_of(here.get(f"/v1/settlements/{CA_ID}/rows?line={line['line']}&limit=1000"))
        assert len(rows) == line["row_count"]
        booked = Decimal(line["debit"]) - Decimal(line["credit"])
        total = sum(Decimal(row["amount"]) for row in rows)
        assert abs(total) == abs(booked)
    text = CA.decode("cp1252").split("\n")
    assert rows[0]["cells"]
    for cell in rows[0]["cells"].values():
        assert cell in text[rows[0]["file_line"] - 1]


def test_rows_page_by_page(here: Plugin, settled: dict[str, Any]) -> None:
    line = max(settled["journal_entries"][0]["lines"], key=lambda line: line["row_count"])
    path, cursor, found = f"/v1/settlements/{CA_ID}/rows", "", []
    while True:
        query = {"line": line["line"], "limit": 2} | ({"cursor": cursor} if cursor else {})
        response = here.get(path, query_string=query)
        found += data_of(response)
        cursor = response.get_json()["next_cursor"]
        if not cursor:
            break
    assert len(found) == line["row_count"]
    assert found == data_of(here.get(f"{path}?line={line['line']}&limit=1000"))


def test_rows_of_a_replaced_file_are_refused(here: Plugin, settled: dict[str, Any]) -> None:
    record = here.settlements.get(CA_ID)
    assert record is not None
    here.files.put(record.raw_key, OTHER)
    response = here.get(f"/v1/settlements/{CA_ID}/rows?line=1")
    assert (response.status_code, error_of(response)["code"]) == (409, "RAW_FILE_CHANGED")


def test_lists_exceptions(here: Plugin) -> None:
    here.post(HELD)
    here.post(POISON)
    response = here.get("/v1/exceptions?limit=1")
    (latest,) = data_of(response)
    assert latest["code"] == "UNUSABLE_FILE"
    assert latest["state"] == "open"
    assert {"severity", "subject", "what", "why", "repair", "evidence", "count"} <= set(latest)
    cursor = response.get_json()["next_cursor"]
    others = data_of(here.get("/v1/exceptions", query_string={"cursor": cursor}))
    assert {other["scope"] for other in others} == {f"settlement:{CA_ID}"}
    assert "SETTLEMENT_VARIANCE" in {other["code"] for other in others}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/settlements/999", 404, "SETTLEMENT_NOT_FOUND"),
        ("/v1/settlements/999/journal", 404, "SETTLEMENT_NOT_FOUND"),
        ("/v1/settlements/999/rows?line=1", 404, "SETTLEMENT_NOT_FOUND"),
        ("/v1/settlements/a%20b", 404, "SETTLEMENT_NOT_FOUND"),
        (f"/v1/settlements/{'9' * 500}", 404, "SETTLEMENT_NOT_FOUND"),
        (f"/v1/settlements/{CA_ID}/rows?line=9999", 404, "NO_SUCH_LINE"),
        (f"/v1/settlements/{CA_ID}?x=1", 422, "BAD_PARAMETER"),
        (f"/v1/settlements/{CA_ID}/journal?format=xml", 422, "BAD_PARAMETER"),
        (f"/v1/settlements/{CA_ID}/rows", 422, "BAD_PARAMETER"),
        (f"/v1/settlements/{CA_ID}/rows?line=0", 422, "BAD_PARAMETER"),
        (f"/v1/settlements/{CA_ID}/rows?line=x", 422, "BAD_PARAMETER"),
        (f"/v1/settlements/{CA_ID}/rows?line=1&limit=1001", 422, "BAD_PARAMETER"),
        (f"/v1/settlements/{CA_ID}/rows?line=1&cursor=-1", 422, "BAD_CURSOR"),
        (f"/v1/settlements/{CA_ID}/rows?line=1&cursor=1", 422, "BAD_CURSOR"),
        ("/v1/settlements?limit=0", 422, "BAD_PARAMETER"),
        ("/v1/settlements?limit=201", 422, "BAD_PARAMETER"),
        ("/v1/settlements?cursor=zzz", 422, "BAD_CURSOR"),
        ("/v1/exceptions?cursor=zzz", 422, "BAD_CURSOR"),
        ("/v1/exceptions?profile=ca", 422, "BAD_PARAMETER"),
    ],
)
def test_refused_and_nothing_written(here: Plugin, path: str, status: int, code: str) -> None:
    here.post()
    written = here.written()
    response = here.get(path)
    assert (response.status_code, error_of(response)["code"]) == (status, code)
    assert here.written() == written


def test_same_question_same_bytes(here: Plugin, settled: dict[str, Any]) -> None:
    for path in ("", f"/{CA_ID}", f"/{CA_ID}/journal", f"/{CA_ID}/rows?line=1"):
        address = f"/v1/settlements{path}"
        assert here.get(address).data == here.get(address).data
