"""The plugin's own functions, called as integrator.io calls them, through the front door."""

from __future__ import annotations

from typing import Any

from plugin import plugin

from handler.flows import api_keys

COUNT = {
    "marketplace": "ATVPDKIKX0DER",
    "sku": "SKU-MUG-220",
    "source_version": 1,
    "source_time": "2026-01-31T12:00:00Z",
    "quantities": [{"item": "MUG-220", "location": "Main Warehouse", "available": 40}],
}
OF_AMAZON = {**COUNT, "sku": "SKU-COFFEE-401"}


def called(here: Any, records: list[Any], key: str | None = None, **options: Any) -> Any:
    body = {
        "diy": True,
        "type": "hook",
        "function": "decideFbm",
        "options": {"data": records, "settings": {"profile": "us"}, **options},
    }
    return here.call("POST", "/function", key=key, json=body)


def test_a_record_goes_on_is_skipped_or_fails_alone() -> None:
    here = plugin()
    answer = called(here, [COUNT, OF_AMAZON, {"sku": 1}])
    assert answer.status_code == 200
    sent, of_amazon, broken = answer.get_json()
    assert sent["data"]["patch"]["body"]["patches"][0]["op"] == "merge"
    assert [error["code"] for error in of_amazon["errors"]] == ["WRONG_POOL"]
    assert [error["code"] for error in broken["errors"]] == ["BAD_RECORD"]
    assert called(here, [COUNT]).get_json() == [{}], "unchanged: nothing to send"


def test_a_test_run_writes_nothing() -> None:
    here = plugin()
    assert "data" in called(here, [COUNT], testMode=True).get_json()[0]
    assert "data" in called(here, [COUNT]).get_json()[0], "so it is still to be sent"


def test_without_a_profile_nothing_is_decided() -> None:
    answer = called(plugin(), [COUNT], settings={})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["code"] == "PROFILE_MISSING"


def test_a_key_without_the_scope_or_none_at_all() -> None:
    here = plugin()
    reader = api_keys.create(here.app, "reader", ["inventory:read"])
    assert called(here, [COUNT], key=reader).status_code in (401, 403, 422)
    assert called(here, [COUNT], key="ans_wrong").status_code == 401
    assert here.app.inventory.published("us", []) == {}
    assert "data" in called(here, [COUNT]).get_json()[0], "nothing was decided before"
