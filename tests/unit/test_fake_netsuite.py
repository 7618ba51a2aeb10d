"""The fake NetSuite itself: a test double that took anything would prove nothing."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from fake_netsuite import FakeNetsuite
from netsuite_samples import DIALECTS, KINDS, ORDERS, a_payload, header, lines


def codes(answer) -> list[str]:
    return [error["code"] for error in answer.errors]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_record_is_kept_once_however_often_it_is_sent(dialect: str) -> None:
    netsuite = FakeNetsuite(transfer_orders=ORDERS)
    first = [netsuite.post(a_payload(kind, dialect)) for kind in KINDS]
    assert all(one.ok and one.internal_id.isdigit() for one in first)
    assert len({one.internal_id for one in first}) == len(netsuite.records) == len(KINDS)
    balances, quantities = netsuite.balances(), netsuite.quantities()
    again = [netsuite.post(a_payload(kind, dialect)) for kind in KINDS]
    assert [one.internal_id for one in again[:-1]] == [one.internal_id for one in first[:-1]]
    assert codes(again[-1]) == ["DUP_RCRD"]
    assert again[-1].response_data() == {
        "statusCode": 409,
        "id": None,
        "ignored": False,
        "errors": [{"code": "DUP_RCRD", "message": "This entity already exists."}],
    }
    assert (netsuite.balances(), netsuite.quantities()) == (balances, quantities)


def test_the_ledger_adds_up() -> None:
    netsuite = FakeNetsuite(transfer_orders=ORDERS)
    for kind in KINDS:
        netsuite.post(a_payload(kind, "celigo"))
    assert netsuite.balances() == {
        ("1010 Bank", "Jan 2026"): Decimal("193.00"),
        ("1050 Clearing", "Jan 2026"): Decimal("-180.00"),
        ("7900 FX", "Jan 2026"): Decimal("-13.00"),
    }
    assert netsuite.quantities() == {
        ("MUG", "FBA"): -2 - 3 + 5,
        ("CUP", "FBA"): 1,
        ("MUG", "FBA Damaged"): 3,
    }


def test_an_external_id_is_unique_for_each_type_of_record() -> None:
    netsuite = FakeNetsuite()
    assert netsuite.post(a_payload("journal_entry", "celigo")).ok
    assert netsuite.post(a_payload("deposit", "celigo")).ok  # the same external id
    assert len(netsuite.records) == 2


def test_a_post_of_a_known_external_id_is_refused() -> None:
    netsuite, payload = FakeNetsuite(), a_payload("journal_entry", "netsuite")
    payload |= {"method": "POST", "path": "/services/rest/record/v1/journalEntry"}
    assert netsuite.post(payload).ok
    assert (netsuite.post(payload).status, codes(netsuite.post(payload))) == (409, ["DUP_RCRD"])


def test_a_put_replaces_its_lines_only_where_it_says_so() -> None:
    netsuite, payload = FakeNetsuite(), a_payload("journal_entry", "netsuite")
    netsuite.post(payload)
    for line in lines(payload):
        side = "debit" if "debit" in line else "credit"
        line[side] *= 2
    assert netsuite.post(payload).ok
    assert netsuite.balances()["1010 Bank", "Jan 2026"] == Decimal("193.00")
    payload["path"] = payload["path"].partition("?")[0]
    netsuite.post(payload)
    assert netsuite.balances()["1010 Bank", "Jan 2026"] == Decimal("386.00")


def test_a_closed_period_takes_nothing_and_gives_nothing_up() -> None:
    netsuite, payload = FakeNetsuite(closed=["Dec 2025"]), a_payload("journal_entry", "celigo")
    assert codes(netsuite.post(payload | {"postingPeriod": "Dec 2025"})) == ["PERIOD_CLOSED"]
    assert netsuite.post(payload).ok
    netsuite.closed.add("Jan 2026")
    assert codes(netsuite.post(payload | {"postingPeriod": "Feb 2026"})) == ["PERIOD_CLOSED"]
    assert {period for _, period in netsuite.balances()} == {"Jan 2026"}


def test_names_and_ids_are_those_the_account_has() -> None:
    known = {"1010 Bank": "210", "1050 Clearing": "214", "7900 FX": "790"}
    netsuite = FakeNetsuite(known, ["Jan 2026"])
    payload = a_payload("journal_entry", "netsuite")
    assert netsuite.post(payload).ok
    lines(payload)[0]["account"] = {"id": "210"}
    assert netsuite.post(payload).ok
    assert netsuite.balances()["1010 Bank", "Jan 2026"] == Decimal("96.50")
    for wrong in ({"id": "211"}, {"refName": "1010"}):
        lines(payload)[0]["account"] = wrong
        assert codes(netsuite.post(payload)) == ["INVALID_KEY_OR_REF"]
    header(payload)["postingPeriod"] = {"refName": "Feb 2026"}
    assert codes(netsuite.post(payload)) == ["INVALID_KEY_OR_REF"]
    assert not FakeNetsuite(ids_only=True).post(a_payload("deposit", "netsuite")).ok


def test_a_receivable_line_needs_its_customer() -> None:
    netsuite, payload = FakeNetsuite(receivable=["1050 Clearing"]), a_payload("deposit", "celigo")
    assert codes(netsuite.post(payload)) == ["USER_ERROR"]
    lines(payload)[0]["entity"] = "Amazon"
    assert netsuite.post(payload).ok


def test_a_receipt_takes_no_more_than_was_sent() -> None:
    netsuite, payload = FakeNetsuite(transfer_orders={"FBA 1/X": {"MUG": 6}}), {}
    payload = a_payload("item_receipt", "netsuite")
    assert netsuite.post(payload).ok
    more = copy.deepcopy(payload)
    header(more)["externalId"] = "AMZ-INV-US-20260111-RCP1-1"
    lines(more)[0]["quantity"] = 2
    assert codes(netsuite.post(more)) == ["USER_ERROR"]
    lines(more)[0]["quantity"] = 1
    assert netsuite.post(more).ok
    assert netsuite.quantities() == {("MUG", "FBA"): 6}
    more["path"] = more["path"].replace("FBA%201%2FX", "FBA2")
    header(more)["externalId"] = "AMZ-INV-US-20260111-RCP2-1"
    assert codes(netsuite.post(more)) == ["RCRD_DSNT_EXIST"]


def test_what_rounding_leaves_falls_on_the_first_line() -> None:
    netsuite, payload = FakeNetsuite(), a_payload("journal_entry", "celigo")
    for line, amount in zip(lines(payload), ("0.02", "0.01", "0.01"), strict=True):
        line["debit" if "debit" in line else "credit"] = Decimal(amount)
    payload["exchangeRate"] = Decimal("1.5")
    assert netsuite.post(payload).ok
    base = netsuite.balances(base=True)
    # 0.03 against 0.015 twice, which is 0.02 twice: the first line gives way.
    assert base["1010 Bank", "Jan 2026"] == Decimal("0.04")
    assert sum(base.values()) == 0
    assert netsuite.balances()["1010 Bank", "Jan 2026"] == Decimal("0.02")
