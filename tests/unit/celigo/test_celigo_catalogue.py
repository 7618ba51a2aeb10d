"""What holds for every function that integrator.io may call."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from celigo_calls import after_mapping, body_of, export, mapped, page, refused, sent, submitted
from plugin import plugin

from handler.entrypoints.celigo import answer_shapes as shapes
from handler.entrypoints.celigo.addressing import Address, Kind
from handler.entrypoints.celigo.functions.catalogue import OFFERED, Offered, product_functions
from handler.entrypoints.celigo.functions.settings_given import KNOWN
from handler.entrypoints.celigo.registry import ANY_KEY
from handler.flows import api_keys

NAMES = [one.name for one in OFFERED]
# Nothing to do, told in full.
EMPTY: dict[str, Any] = {
    "settlePage": page([], settings={"profile": "us"}),
    "readLedgerRows": page([], settings={"profile": "us"}),
    "classifyRows": mapped([], settings={"profile": "us"}),
    "decideFbm": mapped([], settings={"profile": "us"}),
    "validatePosting": after_mapping([]),
    "acknowledgePosted": submitted([], []),
    "acknowledge": {"postResponseMapData": [], "responseData": [], "settings": {}},
    "initForm": {"resource": {"settingsForm": {"form": {"fieldMap": {}}}}},
    "fetchOutbox": export(),
    "importPosted": after_mapping([], connection={}),
    "pingPlugin": {"connection": {"unencrypted": {}, "encrypted": {}}},
}


def test_every_function_is_called_once_and_has_its_empty_call_here() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert set(EMPTY) == set(NAMES)


@pytest.mark.parametrize("one", OFFERED, ids=lambda one: one.name)
def test_every_function_has_shape_scope_settings_and_words(one: Offered) -> None:
    assert one.shape is not shapes.ANYTHING
    assert one.scope in (*api_keys.SCOPES, ANY_KEY)
    assert one.scope != api_keys.EVERYTHING
    assert set(one.settings) <= set(KNOWN)
    assert (one.call.__doc__ or "").strip()
    assert one.name in (inspect.getmodule(one.call).__doc__ or ""), "its file says what it is"
    is_wrapper = one.shape in (shapes.PING, shapes.EXPORT, shapes.IMPORT)
    assert one.kind is (Kind.WRAPPER if is_wrapper else Kind.HOOK)


def test_every_known_setting_is_some_functions() -> None:
    assert {name for one in OFFERED for name in one.settings} == set(KNOWN)


@pytest.mark.parametrize("one", OFFERED, ids=lambda one: one.name)
def test_both_frameworks_find_every_function(one: Offered) -> None:
    registry = product_functions(plugin().app)
    by_type = registry.find(Address(one.kind.value.removesuffix("s"), one.name))
    by_name = registry.find(Address("", one.name))
    assert by_type.shape is by_name.shape is one.shape
    assert by_type.scope == by_name.scope == one.scope


@pytest.mark.parametrize("framework", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_an_empty_call_is_answered_and_writes_nothing(name: str, framework: int) -> None:
    here = plugin()
    answer = here.call("POST", "/function", data=sent(body_of(name, EMPTY[name], framework)))
    assert answer.status_code == 200, answer.text
    assert here.written() == ([], 0, 0)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"initForm", "pingPlugin"}))
def test_a_setting_that_no_function_has_is_refused(name: str) -> None:
    options = {**EMPTY[name], "settings": {"profile": "us", "profiel": "us"}}
    error = refused(plugin(), name, options)
    assert error["code"] == "UNKNOWN_SETTING"
    assert "profiel" in error["message"]


@pytest.mark.parametrize("one", OFFERED, ids=lambda one: one.name)
def test_a_key_without_the_scope_calls_nothing(one: Offered) -> None:
    here = plugin()
    key = api_keys.create(here.app, "reader", [api_keys.EXCEPTIONS_READ])
    body = sent(body_of(one.name, EMPTY[one.name]))
    answer = here.call("POST", "/function", key=key, data=body)
    if one.scope == ANY_KEY:
        assert answer.status_code == 200
    else:
        assert answer.get_json()["errors"][0]["code"] == "SCOPE_MISSING"
    assert here.call("POST", "/function", key="ans_wrong", data=body).status_code == 401


def test_a_token_that_integrator_io_made_is_a_key() -> None:
    here = plugin()
    token = "5f3c9a7d1e2b4860a1b2c3d4e5f60718"
    body = {**body_of("pingPlugin", EMPTY["pingPlugin"]), "access_token": token}
    assert here.call("POST", "/function", key="", data=sent(body)).status_code == 401
    api_keys.import_token(here.app, token, "celigo stack", [api_keys.OUTBOX_DELIVER])
    assert here.call("POST", "/function", key="", data=sent(body)).status_code == 200
    assert here.call("POST", "/function", key=token, data=sent(body)).status_code == 200
