"""The batch steps of settlements: one answer for each record, in order; a bad one fails alone."""

from __future__ import annotations

from typing import Any

import pytest
from plugin import (
    BUCKET,
    CA,
    CA_ID,
    HELD,
    OTHER,
    OTHER_ID,
    POISON,
    Plugin,
    data_of,
    error_of,
    plugin,
)

from handler.entrypoints import http_settlement_batch
from handler.payloads.netsuite_records import entry_records

BATCH, JOURNAL = "/v1/settlements/batch", "/v1/settlements/journal"
CLASSIFY, POSTED = "/v1/settlements/classify", "/v1/settlements/posted"
PRINCIPAL = {
    "transaction_type": "Order",
    "amount_type": "ItemPrice",
    "amount_description": "Principal",
}


@pytest.fixture
def here() -> Plugin:
    made = plugin()
    for name, content in (("a", CA), ("b", POISON), ("c", OTHER), ("h", HELD)):
        made.files.put(f"raw-settlements/ca/{name}", content)
    return made


def file(name: str, **more: Any) -> dict[str, Any]:
    return {"bucket": BUCKET, "key": f"raw-settlements/ca/{name}", **more}


def asked(here: Plugin, path: str, body: object) -> list[dict[str, Any]]:
    return data_of(here.call("POST", path, json=body))


def codes(answers: list[dict[str, Any]]) -> list[str]:
    """The code of each answer's one error; empty for a good one."""
    for answer in answers:
        assert answer["success"] == (not answer["errors"])
        for error in answer["errors"]:
            assert set(error) == {"code", "message", "source", "repair", "retryable"}
            assert error["source"] == "settlement-plugin"
    return [answer["errors"][0]["code"] if answer["errors"] else "" for answer in answers]


def test_settles_each_for_itself(here: Plugin) -> None:
    poison = error_of(here.post(POISON))["code"]
    records: list[Any] = [
        file("a"), file("b"), {"key": 1}, file("c"), file("gone"), file("a"),
        {"bucket": "other", "key": "x"}, 7,
    ]  # fmt: skip
    answers = asked(here, BATCH, {"data": records})
    wanted = ["", poison, "BAD_RECORD", "", "FILE_NOT_FOUND", "", "FOREIGN_FILE", "BAD_RECORD"]
    assert codes(answers) == wanted
    assert [one["id"] for one in answers] == [
        CA_ID, None, None, OTHER_ID, None, CA_ID, None, None
    ]  # fmt: skip
    first, again = answers[0], answers[5]
    record = here.settlements.get(CA_ID)
    assert record is not None
    assert first["external_ids"] == list(record.external_ids)
    assert (first["status"], first["replayed"], again["replayed"]) == ("proven", False, True)


def test_held_is_no_failure_and_dry_run_records_nothing(here: Plugin) -> None:
    held, dry = asked(here, BATCH, {"data": [file("h"), file("c", dry_run=True)]})
    assert (held["success"], held["status"], held["external_ids"]) == (True, "held", [])
    assert "SETTLEMENT_VARIANCE" in held["exceptions"]
    assert dry["success"] is True
    assert here.settlements.get(OTHER_ID) is None


def test_files_there_is_no_time_for_are_sent_again(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_settlement_batch, "_SECONDS", -1)
    (answer,) = asked(here, BATCH, {"data": [file("a")]})
    assert codes([answer]) == ["NO_TIME_LEFT"]
    assert answer["errors"][0]["retryable"] is True
    assert here.settlements.get(CA_ID) is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (BATCH, {"data": [file("a")] * 11}),
        (BATCH, {"data": []}),
        (BATCH, {}),
        (JOURNAL, {"data": [{"settlement_id": CA_ID}] * 26}),
        (JOURNAL, {}),
        (JOURNAL, {"data": [{"settlement_id": CA_ID}], "settlement_id": CA_ID}),
        (JOURNAL, {"data": [{"settlement_id": CA_ID}], "format": "celigo"}),
        (JOURNAL, {"settlement_id": CA_ID, "format": "csv"}),
        (CLASSIFY, {"profile": "ca", "data": [PRINCIPAL] * 1001}),
        (CLASSIFY, {"data": [PRINCIPAL]}),
        (POSTED, {"data": [{}] * 201}),
        (POSTED, {"data": [{}], "unknown": 1}),
    ],
)
def test_bad_body(here: Plugin, path: str, body: object) -> None:
    answer = here.call("POST", path, json=body)
    assert (answer.status_code, error_of(answer)["code"]) == (422, "BAD_BODY")


def test_look_up_of_one_record(here: Plugin) -> None:
    here.post(CA)
    record = here.settlements.get(CA_ID)
    assert record is not None
    (found,) = asked(here, JOURNAL, {"settlement_id": CA_ID})
    assert (found["success"], found["id"], found["external_id"]) == (
        True, CA_ID, record.external_ids[0]
    )  # fmt: skip
    (document,) = data_of(here.get(f"/v1/settlements/{CA_ID}/journal"))
    assert found["entries"][0]["payload"] == document["journal_entries"][0]
    missing = here.call("POST", JOURNAL, json={"settlement_id": "1"})
    assert (missing.status_code, error_of(missing)["code"]) == (404, "SETTLEMENT_NOT_FOUND")


@pytest.mark.parametrize("form", ["netsuite", "celigo"])
def test_records_are_those_netsuite_takes(here: Plugin, form: str) -> None:
    here.post(CA)
    here.post(HELD, path="/v1/settlements?profile=ca")
    (found,) = asked(here, JOURNAL, {"settlement_id": CA_ID, "format": form})
    (document,) = data_of(here.get(f"/v1/settlements/{CA_ID}/journal"))
    references = here.app.references.load("ca")
    records = entry_records(document, form, references)
    assert [one["external_id"] for one in found["entries"]] == [one.external_id for one in records]
    assert {one["kind"] for one in found["entries"]} == {one.kind for one in records}
    direct = here.get(f"/v1/settlements/{CA_ID}/journal?format={form}")
    assert direct.status_code == 200
    assert [one["payload"] for one in found["entries"]] == direct.get_json()["data"]


def test_journals_in_order(here: Plugin) -> None:
    here.post(CA)
    here.post(OTHER)
    records: list[Any] = [
        {"settlement_id": OTHER_ID, "format": "celigo"},
        {"settlement_id": "404"},
        {"settlement_id": CA_ID, "version": 9},
        {"settlement_id": "../x"},
        {"settlement_id": CA_ID, "version": 1},
    ]
    answers = asked(here, JOURNAL, {"data": records})
    wanted = ["", "SETTLEMENT_NOT_FOUND", "NO_SUCH_VERSION", "BAD_RECORD", ""]
    assert codes(answers) == wanted
    assert [one["id"] for one in answers] == [OTHER_ID, None, None, None, CA_ID]


def test_journals_that_do_not_fit_are_refused_alone(
    here: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.post(CA)
    here.post(OTHER)
    whole = here.call("POST", JOURNAL, json={"data": [{"settlement_id": CA_ID}]})
    monkeypatch.setattr(http_settlement_batch, "MOST_ANSWERED", len(whole.data))
    body = {"data": [{"settlement_id": CA_ID}, {"settlement_id": OTHER_ID}]}
    assert codes(asked(here, JOURNAL, body)) == ["", "ANSWER_TOO_LARGE"]
    monkeypatch.setattr(http_settlement_batch, "MOST_ANSWERED", 10)
    alone = here.call("POST", JOURNAL, json={"settlement_id": CA_ID})
    assert (alone.status_code, error_of(alone)["code"]) == (422, "ANSWER_TOO_LARGE")


def test_classify(here: Plugin) -> None:
    rows: list[Any] = [
        {**PRINCIPAL, "marketplace": "Amazon.ca", "fulfillment": "AFN", "sku": "S"},
        {**PRINCIPAL, "amount_description": "Principals"},
        {"transaction_type": "Order"},
        {**PRINCIPAL, "marketplace": "Amazon.xx"},
        {**PRINCIPAL, "fulfillment": "Seller"},
    ]
    answers = asked(here, CLASSIFY, {"profile": "ca", "data": rows})
    wanted = ["", "UNMAPPED_TRANSACTION", "BAD_RECORD", "UNKNOWN_MARKETPLACE", "BAD_RECORD"]
    assert codes(answers) == wanted
    assert (answers[0]["accounting_class"], answers[0]["rule"]) == ("product_sales", "exact")
    assert answers[0]["account"]
    assert answers[1]["proposed_class"] == "product_sales"
    unknown = here.call("POST", CLASSIFY, json={"profile": "nobody", "data": rows})
    assert (unknown.status_code, error_of(unknown)["code"]) == (422, "UNKNOWN_PROFILE")


def test_posted_by_settlement_with_order_kept(here: Plugin) -> None:
    here.post(CA)
    here.post(OTHER)
    first, second = here.settlements.get(CA_ID), here.settlements.get(OTHER_ID)
    assert first is not None
    assert second is not None

    def entry(settlement_id: str, external_id: str, internal_id: str) -> dict[str, str]:
        return {
            "settlement_id": settlement_id,
            "external_id": external_id,
            "internal_id": internal_id,
        }

    ours = [entry(CA_ID, name, str(n)) for n, name in enumerate(first.external_ids, 10)]
    theirs = [entry(OTHER_ID, name, str(n)) for n, name in enumerate(second.external_ids, 50)]
    wrong = entry(CA_ID, "AMZ-NONE", "9")
    records: list[Any] = [
        theirs[0], *ours, entry("404", "X", "1"), wrong, {"settlement_id": CA_ID}, *theirs[1:]
    ]  # fmt: skip
    answers = asked(here, POSTED, {"data": records})
    bad = len(ours) + 1
    wanted = [""] * len(records)
    wanted[bad : bad + 3] = ["SETTLEMENT_NOT_FOUND", "UNKNOWN_ENTRY", "BAD_RECORD"]
    assert codes(answers) == wanted
    assert [one.get("external_id") for one in answers] == [
        record.get("external_id") for record in records
    ]
    for settlement_id, entries in ((CA_ID, ours), (OTHER_ID, theirs)):
        record = here.settlements.get(settlement_id)
        assert record is not None
        kept = {pair.split("=")[0] for pair in record.netsuite_ids}
        assert kept == {one["external_id"] for one in entries}
    # Told again, the same changes nothing; another id of the same entry is a conflict, alone.
    other = {**ours[0], "internal_id": "77"}
    assert codes(asked(here, POSTED, {"data": [other, ours[0]]})) == ["ACKNOWLEDGED_OTHERWISE", ""]
