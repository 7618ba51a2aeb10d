"""The functions that decide, classify, check and connect, called as integrator.io calls them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from celigo_calls import after_mapping, call, export, mapped, page, refused, rows_of
from plugin import CA, OTHER, Plugin, plugin, unreachable

from handler.flows import api_keys

COUNT = {
    "marketplace": "ATVPDKIKX0DER",
    "sku": "SKU-MUG-220",
    "source_version": 1,
    "source_time": "2026-01-31T12:00:00Z",
    "quantities": [{"item": "MUG-220", "location": "Main Warehouse", "available": 40}],
}
OF_AMAZON = {**COUNT, "sku": "SKU-COFFEE-401"}
US = {"profile": "us"}


@pytest.mark.parametrize("framework", [1, 2])
def test_a_quantity_goes_on_is_skipped_or_fails_alone(framework: int) -> None:
    here = plugin()
    asked = mapped([COUNT, OF_AMAZON, {"sku": 1}], settings=US)
    sent, of_amazon, broken = call(here, "decideFbm", asked, framework=framework)
    assert sent["data"]["patch"]["body"]["patches"][0]["op"] == "merge"
    assert [error["code"] for error in of_amazon["errors"]] == ["WRONG_POOL"]
    assert [error["code"] for error in broken["errors"]] == ["BAD_RECORD"]
    assert call(here, "decideFbm", mapped([COUNT], settings=US)) == [{}], "unchanged"
    again = mapped([COUNT], settings={**US, "mode": "assert"})
    assert "data" in call(here, "decideFbm", again)[0]


def test_a_test_run_decides_and_writes_nothing() -> None:
    here = plugin()
    assert "data" in call(here, "decideFbm", mapped([COUNT], settings=US, testMode=True))[0]
    assert "data" in call(here, "decideFbm", mapped([COUNT], settings=US))[0], "still to be sent"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "PROFILE_MISSING"),
        (None, "PROFILE_MISSING"),
        ({"profile": "  "}, "PROFILE_MISSING"),
        ({**US, "mode": "all"}, "BAD_SETTING"),
        ([], "BAD_SETTING"),
        ({"profile": "nobody"}, "UNKNOWN_PROFILE"),
    ],
)
@pytest.mark.parametrize("name", ["decideFbm", "classifyRows"])
def test_without_a_profile_nothing_is_decided(name: str, settings: Any, code: str) -> None:
    if name == "classifyRows" and "mode" in str(settings):
        pytest.skip("it has no mode")
    assert refused(plugin(), name, mapped([COUNT], settings=settings))["code"] == code


def test_a_key_without_the_scope_decides_nothing() -> None:
    here = plugin()
    reader = api_keys.create(here.app, "reader", ["inventory:read"])
    asked = mapped([COUNT], settings=US)
    other = Plugin(here.app, here.files, here.settlements, reader)
    assert refused(other, "decideFbm", asked)["code"] == "SCOPE_MISSING"
    assert here.app.inventory.published("us", []) == {}
    assert "data" in call(here, "decideFbm", asked)[0], "nothing was decided before"


ROW = {"transaction_type": "Order", "amount_type": "ItemPrice", "amount_description": "Principal"}


@pytest.mark.parametrize("framework", [1, 2])
def test_rows_are_classified_and_fail_alone(framework: int) -> None:
    by_amazon = {
        "transaction-type": "Order",
        "amount-type": "ItemPrice",
        "amount-description": "Principal",
        "marketplace-name": "Amazon.ca",
        "amount": Decimal("19.90"),
        "sku": "Größe-日本",
    }
    records = [ROW, by_amazon, {**ROW, "transaction_type": "Zeppelin"}, 5, {**ROW, "sku": 7}, {}]
    asked = mapped(records, settings={"profile": "ca"})
    ours, amazons, unknown, *bad = call(plugin(), "classifyRows", asked, framework=framework)
    assert ours["data"]["accounting_class"] == "product_sales"
    assert ours["data"]["account"] == amazons["data"]["account"] == "4010 Product Sales"
    assert (amazons["data"]["amount"], amazons["data"]["sku"]) == ("19.90", "Größe-日本")
    assert [error["code"] for error in unknown["errors"]] == ["UNMAPPED_TRANSACTION"]
    assert unknown["data"] == records[2]
    assert [one["errors"][0]["code"] for one in bad] == ["BAD_RECORD"] * 3


def test_what_was_settled_is_well_formed_for_netsuite_in_both_forms() -> None:
    for form in ("celigo", "netsuite"):
        here = plugin()
        rows = [*rows_of(CA), *rows_of(OTHER)]
        records = call(here, "settlePage", page(rows, settings={"format": form}))["data"]
        for record in records:  # as it came from JSON, exact
            record["payload"] = exact(record["payload"])
        checked = call(here, "validatePosting", after_mapping(records))
        assert len(checked) == len(records) > 0
        assert all("errors" not in one for one in checked)
        payloads = [record["payload"] for record in records]
        assert not any(
            "errors" in one
            for one in call(here, "validatePosting", after_mapping(payloads), framework=2)
        )


def exact(value: Any) -> Any:
    """Fractions as numbers again; celigo_calls reads them as text."""
    if isinstance(value, dict):
        return {
            name: Decimal(item) if name in ("debit", "credit") else exact(item)
            for name, item in value.items()
        }
    return [exact(item) for item in value] if isinstance(value, list) else value


def test_what_netsuite_would_refuse_is_said_of_its_record_alone() -> None:
    here = plugin()
    (good, *_) = call(here, "settlePage", page(rows_of(CA)))["data"]
    payload = exact(good["payload"])
    uneven = {**payload, "lines": payload["lines"][1:]}
    floated = {
        **payload,
        "lines": [{**payload["lines"][0], "debit": Decimal("0.30000000000000004")}],
    }
    fine, *bad = call(
        here, "validatePosting", after_mapping([payload, uneven, floated, {}, "text"])
    )
    assert fine == {"data": good["payload"]}
    assert {error["code"] for one in bad for error in one["errors"]} == {"NETSUITE_WOULD_REFUSE"}
    assert "decimals" in str(bad[1]["errors"])
    assert [one["data"] for one in bad][2:] == [{}, "text"]


@pytest.mark.parametrize("framework", [1, 2])
def test_a_connection_works_where_the_stores_answer(framework: int) -> None:
    here = plugin()
    options = {"connection": {"unencrypted": {}, "encrypted": {}}, "bearerToken": "once"}
    assert call(here, "pingPlugin", options, framework=framework)["statusCode"] == 200
    broken = here.broken_mappings()
    assert call(broken, "pingPlugin", options, framework=framework)["statusCode"] == 401


def test_a_store_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    here = plugin()

    def fails(*_: object) -> None:
        raise unreachable()

    monkeypatch.setattr(here.files, "read", fails)
    answer = call(here, "pingPlugin", {"connection": {}})
    assert answer["statusCode"] == 401
    assert [error["code"] for error in answer["errors"]] == ["STORE_UNREACHABLE"]


def form(fields: dict[str, Any], settings: dict[str, Any] | None = None) -> dict[str, Any]:
    layout = {"fields": list(fields)} if fields else {}
    shown = {"fieldMap": fields, "layout": layout, "more": 1}
    return {"resource": {"settingsForm": {"form": shown}, "settings": settings or {}}}


@pytest.mark.parametrize("framework", [1, 2])
def test_a_form_gets_its_lists_and_keeps_what_it_has(framework: int) -> None:
    fields = {
        "variance": {"id": "variance", "type": "text", "defaultValue": "0.01"},
        "profile": {"id": "profile", "type": "text", "label": "Company", "required": True},
    }
    found = call(plugin(), "initForm", form(fields, {"profile": "ca"}), framework=framework)
    assert found["fieldMap"]["variance"] == fields["variance"]
    assert found["layout"] == {"fields": ["variance", "profile"]}
    assert found["more"] == 1
    profile = found["fieldMap"]["profile"]
    assert (profile["type"], profile["label"], profile["required"]) == ("select", "Company", True)
    values = [item["value"] for item in profile["options"][0]["items"]]
    assert values == ["ca", "eu", "uk", "us"]
    assert profile["defaultValue"] == "ca"


@pytest.mark.parametrize(
    "options", [form({}), {"resource": None}, {}, {"resource": {"settingsForm": {"form": []}}}]
)
def test_a_form_without_fields_gets_all_of_them(options: dict[str, Any]) -> None:
    found = call(plugin(), "initForm", options)
    assert found["layout"]["fields"] == ["profile", "mode", "format", "answer"]
    assert set(found["fieldMap"]) == set(found["layout"]["fields"])
    assert not any("defaultValue" in field for field in found["fieldMap"].values())


def test_a_profile_that_is_gone_stays_to_be_seen() -> None:
    found = call(plugin(), "initForm", form({"profile": {}}, {"profile": "mx"}))
    items = found["fieldMap"]["profile"]["options"][0]["items"]
    assert items[-1] == {"label": "mx (not there any more)", "value": "mx"}
    assert found["fieldMap"]["profile"]["defaultValue"] == "mx"


def test_hooks_of_one_import_share_its_settings() -> None:
    settings = {"profile": "us", "format": "netsuite"}
    assert call(plugin(), "validatePosting", after_mapping([], settings=settings)) == []
    assert call(plugin(), "fetchOutbox", export(settings=settings))["data"] == []
