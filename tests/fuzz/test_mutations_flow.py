"""Broken files the whole way, by call and by upload: said, registered, and nothing half written."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from builders import DATA
from mutations import mutants
from plugin import BUCKET, CA, CA_ID, POISON, Plugin, packed, plugin

from handler.entrypoints import s3_events
from handler.flows.ports import SettlementRecord

MOST = 4  # of each kind of mutation, for each file
FILES = {
    "settlements/ca_v1_2025-08a_negative_again.txt": ("\t", "ca"),
    "settlements_other/us_settlement.xml": ("", "us"),
    "settlements_other/us_finances_2024.json": ("", "us"),
    "../golden/formats/date_range_US.csv": (",", "us"),
}
REPORTS = (
    "inventory/sandbox_ledger_detail.tsv",
    "inventory/sandbox_ledger_summary.tsv",
    "inventory/sandbox_GET_FBA_MYI_ALL_INVENTORY_DATA.tsv",
    "inventory/returns.txt",
)


def broken(name: str, delimiter: str) -> Iterator[tuple[str, bytes]]:
    yield from mutants((DATA / name).read_bytes(), delimiter, MOST)
    yield "packed and cut", packed((DATA / name).read_bytes())[:-9]
    yield "packed twice", packed(packed((DATA / name).read_bytes()))


def heads(here: Plugin) -> list[SettlementRecord]:
    return list(here.settlements.settlements("", 200).items)


def parcels(here: Plugin) -> list[Any]:
    return list(here.app.outbox.coming(200).items)


@pytest.mark.parametrize("name", FILES)
def test_a_call_is_answered_with_a_diagnosis_and_leaves_nothing_half_done(name: str) -> None:
    delimiter, profile = FILES[name]
    seen = set()
    for what, content in broken(name, delimiter):
        here = plugin()
        answer = here.post(content, f"/v1/settlements?profile={profile}")
        body = answer.get_json()
        about = f"{name}, {what}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code in (200, 422), about
        seen.add(answer.status_code)
        if answer.status_code == 200:
            _recorded(here, body["data"][0], about)
        else:
            _refused(here, body["errors"][0], about)
    assert seen == {200, 422}


def _refused(here: Plugin, error: dict[str, Any], about: str) -> None:
    assert error["message"], about
    assert error["repair"], about
    assert heads(here) == [], about
    assert parcels(here) == [], about
    told = here.open_exceptions()
    if error["code"] == "EMPTY_BODY":
        assert (here.files.kept, told) == ([], []), about
        return
    # What cannot be read is kept as evidence, and said once; no part of a result is there.
    assert [key.split("/")[0] for key in here.files.kept] == ["raw-posted"], about
    assert [one.finding["code"] for one in told] == ["UNUSABLE_FILE"], about
    assert told[0].finding["what"], about


def _recorded(here: Plugin, document: dict[str, Any], about: str) -> None:
    (record,) = heads(here)
    assert record.status == document["status"], about
    for key in (record.raw_key, record.result_key):
        assert here.files.read(key), about
    if record.status == "held":
        assert parcels(here) == [], about
        errors = [one for one in document["exceptions"] if one["severity"] == "error"]
        assert errors, about
        codes = {one.finding["code"] for one in here.open_exceptions()}
        assert {one["code"] for one in errors} <= codes, about
    else:
        assert document["declared_total"] == document["computed_total"], about
        assert document["clearing"]["after_deposit"].strip("0.") == "", about


@pytest.mark.parametrize("name", FILES)
def test_an_upload_ends_settled_held_or_parked_with_its_reason(name: str) -> None:
    delimiter, profile = FILES[name]
    here = plugin()
    for number, (what, content) in enumerate(broken(name, delimiter)):
        key = f"raw-settlements/{profile}/{number}.txt"
        before = (heads(here), parcels(here))
        here.files.put(key, content)
        told = s3_events.handle(here.app, _queued(key))
        assert told == {"batchItemFailures": []}, f"{name}, {what}"
        parked = here.settlements.exceptions_of(f"file:{key}")
        if parked:  # nothing but the exception was written
            assert all(one.finding["what"] and one.finding["repair"] for one in parked), what
            assert (heads(here), parcels(here)) == before, f"{name}, {what}"
        else:
            assert heads(here), f"{name}, {what}"


@pytest.mark.parametrize("name", REPORTS)
def test_a_broken_report_about_stock_moves_no_unit_it_cannot_read(name: str) -> None:
    seen = set()
    for what, content in broken(name, "\t"):
        here = plugin()
        answer = here.post(content, "/v1/inventory/fba/reports?profile=us")
        about = f"{name}, {what}: {answer.status_code} {answer.text[:300]}"
        seen.add(answer.status_code)
        if answer.status_code == 422:
            assert answer.get_json()["errors"][0]["repair"], about
            assert parcels(here) == [], about
            continue
        (document, *_) = answer.get_json()["data"]
        if document["status"] == "held":
            assert parcels(here) == [], about
            assert here.open_exceptions(), about
    assert seen == {200, 422}


def test_a_broken_file_changes_nothing_of_a_settlement_that_stands() -> None:
    here = plugin()
    assert here.post().status_code == 200
    before = copy.deepcopy((heads(here), parcels(here)))
    for what, content in [*mutants(CA, "\t", 2), ("poison", POISON)]:
        answer = here.post(content)
        assert answer.status_code in (200, 409, 422), f"{what}: {answer.text[:300]}"
        assert here.settlements.get(CA_ID) == before[0][0], what
    assert [one for one in parcels(here) if one in before[1]] == before[1]


def _queued(key: str) -> dict[str, Any]:
    told = {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "size": 1}},
            }
        ]
    }
    return {
        "Records": [
            {
                "messageId": key,
                "eventSource": "aws:sqs",
                "body": json.dumps(told),
                "attributes": {"ApproximateReceiveCount": "1"},
            }
        ]
    }
