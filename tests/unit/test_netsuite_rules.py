"""What NetSuite would refuse is refused by our rules and by the fake alike, and nothing else is."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from fake_netsuite import FakeNetsuite
from netsuite_samples import (
    CASES,
    DIALECTS,
    KINDS,
    ORDERS,
    a_payload,
    broken,
    header,
    lines,
)

from handler.payloads.netsuite_rules import faults_of_payload


def said(payload: object, currency: str = "") -> list[str]:
    return [str(fault) for fault in faults_of_payload(payload, currency)]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_good_record_has_no_fault_and_is_taken(kind: str, dialect: str) -> None:
    payload = a_payload(kind, dialect)
    assert said(payload) == []
    assert FakeNetsuite(transfer_orders=ORDERS).post(payload).ok


@pytest.mark.parametrize(("name", "kind", "dialect"), CASES)
def test_one_fault_is_found_and_refused(name: str, kind: str, dialect: str) -> None:
    payload = broken(name, kind, dialect)
    before = copy.deepcopy(payload)
    assert said(payload), name
    assert payload == before
    netsuite = FakeNetsuite(transfer_orders=ORDERS)
    assert not netsuite.post(payload).ok, name
    assert netsuite.records == {}


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("unbalanced", "journal_entry",
         "lines: found 0.01 more debits; expected debits and credits that are equal"),
        ("both sides", "journal_entry",
         "line 1: found debit and credit; expected a debit or a credit"),
        ("zero amount", "deposit",
         "line 1: amount: found 0.00; expected an amount above 0 and below 1,000,000,000,000,000"),
        ("three decimals", "deposit", "line 1: amount: found 96.505; expected at most 2 decimals"),
        ("one line", "journal_entry",
         "lines: found 1; expected at least 2: what is debited is credited elsewhere"),
        ("too many lines", "item_receipt", "lines: found 1001; expected at most 999"),
        ("day of no calendar", "item_receipt",
         'tranDate: found "2026-02-30"; expected a day such as 2026-01-31'),
        ("no adjustment account", "inventory_adjustment",
         "account: found nothing; expected a name or an internal id"),
        ("half a unit", "inventory_transfer",
         "line 1: adjustQtyBy: found 1.5; expected whole units"),
        ("units below zero", "inventory_transfer",
         "line 1: adjustQtyBy: found -1; expected at least 1"),
        ("to itself", "inventory_transfer",
         "transferLocation: found FBA; expected another location than the units leave"),
        ("on the bank itself", "deposit",
         "line 1: account: found 1010 Bank; expected another account than the one deposited to"),
        ("no transfer order", "item_receipt",
         "transfer order: found none; expected the external id of the order that is received"),
    ],
)  # fmt: skip
def test_a_fault_says_where_and_what(name: str, kind: str, found: str) -> None:
    assert found in said(broken(name, kind, "netsuite"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_lies_just_within_the_rules_is_taken(dialect: str) -> None:
    edge = a_payload("journal_entry", dialect)
    first, second = lines(edge)[:2]
    name = "A" * 100
    header(edge)["externalId"] = name
    if "path" in edge:
        edge["path"] = edge["path"].replace("AMZ-US-11700000001-DEP", name)
    first["debit"], second["credit"] = Decimal("0.01"), Decimal("0.01")
    pair = [{**first}, {**second}]
    lines(edge)[:] = [{**one} for _ in range(500) for one in pair]
    assert said(edge) == []
    assert FakeNetsuite().post(edge).ok
    lines(edge).append({**first})
    assert [one.split(":")[0] for one in said(edge)] == ["lines", "lines"]
    adjustment = a_payload("inventory_adjustment", dialect)
    quantity = "adjustQtyBy" if dialect == "netsuite" else "quantity"
    lines(adjustment)[0][quantity] = Decimal("-3.0")
    assert said(adjustment) == []


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("code", "amount", "good"),
    [
        ("JPY", "97", True),
        ("JPY", "97.5", False),
        ("KWD", "96.505", True),
        ("KWD", "96.5055", False),
        ("USD", "96.500", True),
        ("USD", "96.505", False),
        ("5", "96.505", False),
    ],
)
def test_decimals_are_those_of_the_currency(
    code: str, amount: str, good: bool, dialect: str
) -> None:
    payload = a_payload("deposit", dialect)
    header(payload)["currency"] = {"refName": code} if dialect == "netsuite" else code
    for line in lines(payload):
        line["amount"] = Decimal(amount)
    assert (said(payload) == []) is good
    assert FakeNetsuite().post(payload).ok is good


def test_the_currency_of_an_internal_id_can_be_told() -> None:
    payload = a_payload("deposit", "netsuite")
    header(payload)["currency"] = {"id": "9"}
    lines(payload)[0]["amount"] = Decimal("1.005")
    assert said(payload) == ["line 1: amount: found 1.005; expected at most 2 decimals"]
    assert said(payload, "KWD") == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_line_of_another_currency_is_refused(dialect: str) -> None:
    payload = a_payload("journal_entry", dialect)
    lines(payload)[1]["currency"] = {"refName": "EUR"} if dialect == "netsuite" else "EUR"
    assert said(payload) == ["line 2: currency: found EUR; expected USD, as the whole record"]


def test_ids_and_names_are_references_alike() -> None:
    rest, flat = a_payload("journal_entry", "netsuite"), a_payload("journal_entry", "celigo")
    header(rest)["subsidiary"] = {"id": "2"}
    del header(flat)["subsidiary"]
    header(flat)["subsidiaryInternalId"] = "2"
    assert (said(rest), said(flat)) == ([], [])
    header(rest)["subsidiary"] = "Test Inc."  # in REST, a text is no reference
    header(flat)["subsidiaryInternalId"] = " "
    assert len(said(rest)) == len(said(flat)) == 1


def test_fields_of_an_account_of_netsuites_own_are_let_pass() -> None:
    for dialect in DIALECTS:
        payload = a_payload("journal_entry", dialect)
        header(payload)["custbody_channel"] = {"id": "3"}
        lines(payload)[0]["custcol_note"] = "x"
        assert said(payload) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "item_receipt"])
def test_a_call_that_would_double_its_lines_is_refused(kind: str) -> None:
    payload = a_payload(kind, "netsuite")
    payload["path"], _, replaced = payload["path"].partition("?")
    (fault,) = said(payload)
    assert fault.startswith(f"path: found no replace; expected ?{replaced}")
    payload["path"] += "?replace=lines"
    assert said(payload)[0].startswith("path: found replace=lines; expected")
    netsuite = FakeNetsuite()
    payload["path"] = payload["path"].partition("?")[0]
    netsuite.post(payload)
    netsuite.post(payload)
    (kept,) = netsuite.records.values()
    assert len(kept.body["lines"]) == 2 * len(lines(payload))


@pytest.mark.parametrize("rate", [0, Decimal("-1.1"), "1.1", True, Decimal("NaN")])
def test_a_rate_is_a_number_above_zero(rate: object) -> None:
    payload = a_payload("deposit", "celigo")
    payload["exchangeRate"] = Decimal("1.0834")
    assert said(payload) == []
    payload["exchangeRate"] = rate
    assert [one.split(":")[0] for one in said(payload)] == ["exchangeRate"]


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        (None, "payload"),
        ("text", "payload"),
        ([], "payload"),
        ({"method": "PUT"}, "body"),
        ({"method": "PUT", "path": "/x", "body": {}}, "path"),
        ({"method": "PUT", "path": 7, "body": {}}, "path"),
        ({"method": "DELETE", "path": "/services/rest/record/v1/deposit/1", "body": {}}, "path"),
        ({"method": "POST", "path": "/services/rest/record/v1/invoice", "body": {}}, "path"),
        ({"method": "POST", "path": "/services/rest/record/v1/itemReceipt", "body": {}}, "path"),
        ({"recordType": "invoice", "lines": []}, "recordType"),
        ({"recordType": 7}, "recordType"),
    ],
)
def test_what_is_no_record_is_said_to_be_none(payload: object, where: str) -> None:
    (fault,) = faults_of_payload(payload)
    assert fault.where == where


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [None], [[1]], {"items": 7}, True])
def test_nothing_json_can_say_breaks_the_rules(value: Any) -> None:
    for kind in KINDS:
        for dialect in DIALECTS:
            for name in list(header(a_payload(kind, dialect))):
                payload = a_payload(kind, dialect)
                header(payload)[name] = value
                faults_of_payload(payload)
            for name in list(lines(a_payload(kind, dialect))[0]):
                payload = a_payload(kind, dialect)
                lines(payload)[0][name] = value
                faults_of_payload(payload)
            payload = a_payload(kind, dialect)
            lines(payload)[0] = value
            if not isinstance(value, dict):
                assert any(one.startswith("line 1: found") for one in said(payload))


def test_numbers_of_any_size_are_told_of_and_not_written_out() -> None:
    payload = a_payload("journal_entry", "netsuite")
    for number in (Decimal("1E+300"), Decimal("1E-300"), Decimal("Infinity"), 10**400, 0.5):
        lines(payload)[0]["debit"] = number
        assert all(len(one) < 160 for one in said(payload))
        assert said(payload)
