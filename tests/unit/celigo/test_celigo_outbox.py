"""fetchOutbox and what acknowledges: from the outbox to NetSuite and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celigo_calls import after_mapping, call, export, page, refused, rows_of, submitted
from plugin import CA, CA_ID, OTHER, OTHER_ID, ROOT, Plugin, plugin, unreachable

DETAIL = (ROOT / "tests" / "data" / "inventory" / "sandbox_ledger_detail.tsv").read_bytes()
TOOK = {"statusCode": 200, "errors": [], "ignored": False, "_json": None, "dataURI": ""}
REFUSED = {
    "statusCode": 422,
    "errors": [{"code": "USER_ERROR", "message": "Please enter a value", "source": "netsuite"}],
    "ignored": False,
    "_json": None,
    "dataURI": "",
}


def stocked() -> Plugin:
    """A plugin with a settlement of two entries, one of one, and a run of three postings."""
    here = plugin()
    here.post(CA, path="/v1/settlements")
    here.post(OTHER, path="/v1/settlements")
    here.post(DETAIL, path="/v1/inventory/fba/reports?profile=us")
    return here


def fetched(here: Plugin, **options: Any) -> list[dict[str, Any]]:
    data = call(here, "fetchOutbox", export(**options))["data"]
    assert isinstance(data, list)
    return data


def in_netsuite(here: Plugin, settlement: str) -> Any:
    return here.get(f"/v1/settlements/{settlement}").get_json()["data"][0]["netsuite_ids"]


def error_codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["errors"]]


@pytest.mark.parametrize("framework", [1, 2])
def test_from_the_outbox_to_netsuite_and_back(framework: int) -> None:
    here = stocked()
    first = call(here, "fetchOutbox", export(), framework=framework)
    assert first["lastPage"] is True
    assert first["errors"] == []
    messages = first["data"]
    assert {message["settlement_id"] for message in messages} == {CA_ID, OTHER_ID, ""}
    assert {message["attempt"] for message in messages} == {1}
    answers = [{**TOOK, "id": str(501 + place)} for place in range(len(messages))]
    told = call(here, "acknowledgePosted", submitted(messages, answers), framework=framework)
    assert told == answers
    names = {message["external_id"] for message in messages if message["settlement_id"] == CA_ID}
    assert set(in_netsuite(here, CA_ID)) == names
    assert call(here, "fetchOutbox", export(state=first["state"])) == {**first, "data": []}


def test_what_is_leased_is_nobody_elses() -> None:
    here = stocked()
    assert fetched(here)
    assert fetched(here) == []


def taken_page_by_page(here: Plugin, most: int = 5242880, **options: Any) -> list[dict[str, Any]]:
    """All messages, each page imported before the next one is asked for."""
    seen: list[dict[str, Any]] = []
    for _ in range(20):
        found = call(here, "fetchOutbox", export(**options), most=most)
        data = found["data"]
        assert data or found["lastPage"], "a page of nothing that is not the last never ends"
        answers = [{**TOOK, "id": str(len(seen) + place)} for place in range(len(data))]
        assert call(here, "acknowledgePosted", submitted(data, answers)) == answers
        seen += data
        if found["lastPage"]:
            return seen
    raise AssertionError("it never ends")


def names_of(messages: list[dict[str, Any]]) -> list[str]:
    return sorted(message["external_id"] for message in messages)


def test_a_page_is_not_the_last_where_more_is_ready() -> None:
    pages = taken_page_by_page(stocked(), settings={"limit": 2})
    assert names_of(pages) == names_of(fetched(stocked()))


def test_settings_choose_what_is_fetched() -> None:
    def kinds(settings: dict[str, Any]) -> set[str]:
        return {message["kind"] for message in fetched(stocked(), settings=settings)}

    assert kinds({"profiles": "us"}) == {"item_receipt"}
    assert kinds({"profiles": ["ca"], "kinds": "journal_entry"}) == {"journal_entry"}
    (first, *_) = fetched(stocked(), settings={"format": "netsuite", "lease_seconds": 60})
    assert first["payload"]["method"] in ("PUT", "POST")
    assert fetched(stocked(), settings={"profiles": ["eu"]}) == []


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"limit": 0}, "BAD_SETTING"),
        ({"limit": 101}, "BAD_SETTING"),
        ({"limit": True}, "BAD_SETTING"),
        ({"lease_seconds": 5}, "BAD_SETTING"),
        ({"kinds": ["invoice"]}, "BAD_SETTING"),
        ({"profiles": {"a": 1}}, "BAD_SETTING"),
        ({"profiles": "nobody"}, "UNKNOWN_PROFILE"),
        ({"format": "json"}, "BAD_SETTING"),
    ],
)
def test_wrong_settings_lease_nothing(settings: dict[str, Any], code: str) -> None:
    here = stocked()
    assert refused(here, "fetchOutbox", export(settings=settings))["code"] == code
    assert fetched(here)


def test_a_preview_leases_nothing() -> None:
    here = stocked()
    shown = call(here, "fetchOutbox", export(testMode=True, settings={"limit": 2}))
    assert len(shown["data"]) == 2
    assert shown["lastPage"] is True
    assert {message["lease_id"] for message in shown["data"]} == {""}
    real = {message["external_id"]: message["payload"] for message in fetched(here)}
    assert all(real[one["external_id"]] == one["payload"] for one in shown["data"])


def test_what_does_not_fit_is_handed_out_later_and_counts_no_attempt() -> None:
    everything = names_of(fetched(stocked()))
    first = call(stocked(), "fetchOutbox", export(), most=12_000)
    assert 0 < len(first["data"]) < len(everything)
    assert first["lastPage"] is False
    pages = taken_page_by_page(stocked(), most=12_000)
    assert names_of(pages) == everything
    assert {message["attempt"] for message in pages} == {1}


def test_a_record_too_large_for_any_answer_is_told_and_in_nobodys_way() -> None:
    here = stocked()
    found = call(here, "fetchOutbox", export(), most=3_500)
    assert "RECORD_TOO_LARGE" in error_codes(found)
    assert f"AMZ-CA-{CA_ID}-202508" in str(found["errors"])
    waiting = here.app.outbox.group(f"settlement:{CA_ID}")[0]
    assert waiting.state == "waiting"
    assert waiting.last_error.startswith("RECORD_TOO_LARGE")


def test_what_netsuite_refuses_goes_back_with_its_words() -> None:
    here = stocked()
    messages = [one for one in fetched(here) if one["settlement_id"] == OTHER_ID]
    answers = [REFUSED for _ in messages]
    told = call(here, "acknowledgePosted", submitted(messages, answers))
    assert told == answers, "as NetSuite said it"
    parcel = here.app.outbox.group(f"settlement:{OTHER_ID}")[0]
    assert parcel.state == "waiting"
    assert parcel.last_error == "USER_ERROR: Please enter a value"
    assert parcel.attempts == 1


def test_the_message_may_be_named_before_or_after_mapping() -> None:
    here = stocked()
    (message,) = fetched(here, settings={"profiles": "ca", "limit": 1})
    options = submitted([message], [{**TOOK, "id": 7, "statusCode": 201}])
    mapped = {"message_id": message["message_id"], "anything": 1}
    options |= {"preMapData": [{"no": "id"}], "postMapData": [mapped]}
    (told,) = call(here, "acknowledgePosted", options)
    assert told["statusCode"] == 201
    assert in_netsuite(here, message["settlement_id"]) == {message["external_id"]: "7"}


@pytest.mark.parametrize(
    ("record", "response", "code"),
    [
        ({"a": 1}, {**TOOK, "id": "7"}, "MESSAGE_ID_MISSING"),
        ([{"a": 1}], {**TOOK, "id": "7"}, "MESSAGE_ID_MISSING"),
        ({"message_id": "wrong"}, {**TOOK, "id": "7"}, "UNKNOWN_MESSAGE"),
        ({"message_id": "wrong"}, TOOK, "NO_INTERNAL_ID"),
        ({"message_id": "wrong"}, {**TOOK, "ignored": True}, "NO_INTERNAL_ID"),
        ({"message_id": "wrong"}, {**TOOK, "id": True}, "NO_INTERNAL_ID"),
    ],
)
def test_an_acknowledgement_that_cannot_be_kept_is_an_error_of_its_record(
    record: object, response: dict[str, Any], code: str
) -> None:
    here = stocked()
    (message,) = fetched(here, settings={"profiles": "ca", "limit": 1})
    good = {**TOOK, "id": "8"}
    answers = call(
        here, "acknowledgePosted", submitted([record, message, {}], [response, good, REFUSED])
    )
    assert answers[0]["statusCode"] == 422
    assert error_codes(answers[0]) == [code]
    assert {**response, "statusCode": 422, "errors": answers[0]["errors"]} == answers[0]
    assert answers[1:] == [good, REFUSED]
    assert message["external_id"] in in_netsuite(here, message["settlement_id"])


def test_an_id_that_is_taken_is_refused_with_both() -> None:
    here = stocked()
    messages = fetched(here, settings={"profiles": "ca", "limit": 1})
    for told, code in ((("7",), []), (("7",), []), (("8",), ["ACKNOWLEDGED_OTHERWISE"])):
        (answer,) = call(here, "acknowledgePosted", submitted(messages, [{**TOOK, "id": told[0]}]))
        assert error_codes(answer) == code


def test_a_store_that_does_not_answer_fails_the_records_and_not_the_page() -> None:
    here = stocked()
    messages = fetched(here, settings={"profiles": "ca", "limit": 1})
    here.settlements.failing = [unreachable()]
    (answer, other) = call(
        here, "acknowledgePosted", submitted([*messages, {}], [{**TOOK, "id": "7"}, REFUSED])
    )
    assert (answer["statusCode"], error_codes(answer)) == (422, ["STORE_UNREACHABLE"])
    assert other == REFUSED


def test_a_test_run_acknowledges_nothing() -> None:
    here = stocked()
    messages = fetched(here, settings={"profiles": "ca", "limit": 1})
    records = [{"message_id": messages[0]["message_id"], "internal_id": "7"}]
    answers = [{**TOOK, "id": "7"}]
    assert call(here, "acknowledgePosted", submitted(messages, answers, testMode=True)) == answers
    (imported,) = call(here, "importPosted", after_mapping(records, testMode=True))
    assert imported["ignored"] is True
    call(here, "acknowledge", {"postResponseMapData": records, "testMode": True})
    assert in_netsuite(here, messages[0]["settlement_id"]) == {}


@pytest.mark.parametrize("framework", [1, 2])
def test_plain_records_are_acknowledged_and_fail_alone(framework: int) -> None:
    here = stocked()
    one, other = [m for m in fetched(here) if m["run_id"]][:2]
    records = [
        {"message_id": one["message_id"], "internal_id": 900, "more": "é"},
        {"message_id": other["message_id"]},
        "text",
        {"message_id": "wrong", "internal_id": "1"},
    ]
    told = call(
        here, "acknowledge", {"postResponseMapData": records, "settings": {}}, framework=framework
    )
    assert [(one["success"], error_codes(one)) for one in told] == [
        (True, []),
        (False, ["BAD_RECORD"]),
        (False, ["BAD_RECORD"]),
        (False, ["UNKNOWN_MESSAGE"]),
    ]
    assert (told[0]["more"], told[0]["internal_id"]) == ("é", 900)
    imported = call(here, "importPosted", after_mapping(records), framework=framework)
    assert [one["statusCode"] for one in imported] == [200, 422, 422, 422]
    assert (imported[0]["id"], imported[0]["ignored"]) == ("900", False)


def test_what_a_page_settled_is_acknowledged_without_the_outbox_being_asked() -> None:
    here = plugin()
    records = call(here, "settlePage", page(rows_of(CA)))["data"]
    answers = [{**TOOK, "id": str(place)} for place, _ in enumerate(records, 1)]
    call(here, "acknowledgePosted", submitted(records, answers))
    assert in_netsuite(here, CA_ID) == {
        record["external_id"]: str(n) for n, record in enumerate(records, 1)
    }
    assert fetched(here) == []
    assert call(here, "settlePage", page(rows_of(CA)))["data"] == [], "NetSuite has it"


def test_a_lease_that_is_over_is_handed_out_again() -> None:
    here = stocked()
    assert fetched(here, settings={"profiles": "ca", "lease_seconds": 30})
    late = datetime(2026, 1, 31, 13, tzinfo=UTC) + timedelta(seconds=1)
    later = Plugin(replace(here.app, now=lambda: late), here.files, here.settlements, here.key)
    assert {message["attempt"] for message in fetched(later, settings={"profiles": "ca"})} == {2}
