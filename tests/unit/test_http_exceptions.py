"""The register over HTTP: lists, one exception, what is done about it, retries."""

from __future__ import annotations

from typing import Any

import pytest
from plugin import CA, CA_ID, HELD, POISON, Plugin, data_of, error_of, plugin

from handler.core.finding import CATALOGUE
from handler.flows import api_keys


@pytest.fixture
def here() -> Plugin:
    made = plugin()
    made.post(HELD)
    made.post(POISON)
    return made


def listed(here: Plugin, query: str = "") -> list[dict[str, Any]]:
    return data_of(here.get(f"/v1/exceptions{query}"))


def act(here: Plugin, name: str, **body: str) -> dict[str, Any]:
    (found,) = data_of(here.call("POST", f"/v1/exceptions/{name}", json=body))
    assert isinstance(found, dict)
    return found


def test_each_says_what_why_how_and_who(here: Plugin) -> None:
    found = listed(here)
    assert {one["code"] for one in found} == {"SETTLEMENT_VARIANCE", "UNUSABLE_FILE"}
    for one in found:
        assert one["what"]
        assert one["why"]
        assert one["repair"]
        assert one["who"] == "accountant"
        (whole,) = data_of(here.get(f"/v1/exceptions/{one['id']}"))
        assert whole == {**one, "history": []}


def test_lists_are_narrowed_by_one_thing(here: Plugin) -> None:
    (bad,) = listed(here, "?code=UNUSABLE_FILE")
    assert len(listed(here, "?severity=error")) == 2
    assert listed(here, "?severity=warning") == []
    act(here, bad["id"], action="ignore", note="a test file")
    assert [one["id"] for one in listed(here, "?state=ignored")] == [bad["id"]]
    assert listed(here, "?code=UNUSABLE_FILE") == []
    for query in ("?code=X&severity=error", "?state=resolved&code=BAD_ROW"):
        refused = here.get(f"/v1/exceptions{query}")
        assert (refused.status_code, error_of(refused)["code"]) == (422, "BAD_QUERY")


def test_people_are_named_by_their_key(here: Plugin) -> None:
    (one,) = listed(here, "?code=SETTLEMENT_VARIANCE")
    act(here, one["id"], action="assign", owner="Ann")
    told = act(here, one["id"], action="note", note="asked Amazon")
    assert told["owner"] == "Ann"
    assert [(e["by"], e["action"]) for e in told["history"]] == [
        ("key:flow", "assigned"),
        ("key:flow", "noted"),
    ]


def test_a_retry_says_what_became_of_it(here: Plugin) -> None:
    (one,) = listed(here, "?code=SETTLEMENT_VARIANCE")
    told = act(here, one["id"], action="retry")
    assert (told["state"], told["attempts"]) == ("open", 1)
    here.post(CA)  # the file as it should be
    (whole,) = data_of(here.get(f"/v1/exceptions/{one['id']}"))
    assert whole["state"] == "resolved"
    refused = here.call("POST", f"/v1/exceptions/{one['id']}", json={"action": "retry"})
    assert (refused.status_code, error_of(refused)["code"]) == (409, "EXCEPTION_CLOSED")


def test_all_alike_are_retried_by_pages(here: Plugin) -> None:
    answer = here.call("POST", "/v1/exceptions/retry", json={"code": "SETTLEMENT_VARIANCE"})
    (told,) = data_of(answer)
    assert (told["state"], told["attempts"]) == ("open", 1)
    assert answer.get_json()["next_cursor"] == ""


def test_retrying_goes_on_from_page_to_page_until_there_is_none(here: Plugin) -> None:
    for number in range(4):
        here.post(HELD.replace(CA_ID.encode(), f"2270000000{number}".encode()))
    told, cursor, calls = [], "", 0
    while cursor or not calls:
        calls += 1
        body = {"code": "SETTLEMENT_VARIANCE", "limit": 2, "cursor": cursor}
        answer = here.call("POST", "/v1/exceptions/retry", json=body)
        page = data_of(answer)
        assert len(page) <= 2
        told += page
        cursor = answer.get_json()["next_cursor"]
    assert calls >= 3
    assert {one["attempts"] for one in told} == {1}
    assert len({one["id"] for one in told}) == len(told) == 5


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "SETTLEMENT_VARIENCE"}, "UNKNOWN_CODE"),
        ({"code": "SETTLEMENT_VARIANCE", "limit": "5"}, "BAD_BODY"),
        ({"code": "SETTLEMENT_VARIANCE", "limit": True}, "BAD_BODY"),
    ],
)
def test_a_misspelt_wish_retries_nothing(here: Plugin, body: dict[str, Any], code: str) -> None:
    refused = here.call("POST", "/v1/exceptions/retry", json=body)
    assert (refused.status_code, error_of(refused)["code"]) == (422, code)
    assert [one["attempts"] for one in listed(here)] == [0, 0]


def test_the_catalogue_tells_every_code_that_can_be_met(here: Plugin) -> None:
    told = {one["code"]: one for one in data_of(here.get("/v1/exceptions/catalogue"))}
    assert told.keys() == CATALOGUE.keys()
    for one in listed(here):
        named = told[one["code"]]
        assert (named["why"], named["who"]) == (one["why"], one["who"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action": "delete"}, "BAD_BODY"),
        ({"action": "note"}, "BAD_ACTION"),
        ({"action": "assign"}, "BAD_ACTION"),  # it would clear the owner
        ({"action": "assign", "owner": "Ann", "note": "her month"}, "BAD_ACTION"),
        ({"action": "reopen", "note": "Amazon answered"}, "BAD_ACTION"),
        ({"action": "note", "note": ""}, "BAD_NOTE"),
        ({"action": "resolve", "note": "  "}, "BAD_NOTE"),
        ({"action": "assign", "owner": "a\nb"}, "BAD_OWNER"),
        ({"action": "note", "note": "x", "by": "somebody else"}, "BAD_BODY"),
    ],
)
def test_what_is_no_action_changes_nothing(here: Plugin, body: dict[str, str], code: str) -> None:
    (one,) = listed(here, "?code=SETTLEMENT_VARIANCE")
    refused = here.call("POST", f"/v1/exceptions/{one['id']}", json=body)
    assert (refused.status_code, error_of(refused)["code"]) == (422, code)
    assert data_of(here.get(f"/v1/exceptions/{one['id']}")) == [{**one, "history": []}]


def test_an_unknown_one_is_not_found(here: Plugin) -> None:
    for method, body in (("GET", {}), ("POST", {"json": {"action": "retry"}})):
        refused = here.call(method, "/v1/exceptions/none", **body)
        assert (refused.status_code, error_of(refused)["code"]) == (404, "EXCEPTION_NOT_FOUND")


def test_reading_is_not_writing(here: Plugin) -> None:
    reader = api_keys.create(here.app, "reader", ["exceptions:read"])
    (one,) = listed(here, "?code=UNUSABLE_FILE")
    assert here.get(f"/v1/exceptions/{one['id']}", key=reader).status_code == 200
    refused = here.call(
        "POST", f"/v1/exceptions/{one['id']}", key=reader, json={"action": "reopen"}
    )
    assert refused.status_code == 403
