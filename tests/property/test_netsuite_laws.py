"""Whatever we make for NetSuite is taken by it: our rules find no fault, and the fake keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from builders import FILES, ROOT, a_file, a_profile, mappings, settled
from fake_netsuite import FakeNetsuite
from generated_year import a_year
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_builders import Books
from netsuite_samples import (
    DIALECTS,
    FAULTS,
    KINDS,
    ORDERS,
    books,
    broken,
    deposit_document,
)
from test_ledger_laws import POLICIES, a_report
from test_matching import outcome
from test_policy_laws import RECEIVABLE, content, movements, profiles
from test_policy_laws import books as costed

from handler.adapters.mapping_files import load_mappings, profile_hints
from handler.core.money import known_currency
from handler.core.source import content_hash, from_bytes
from handler.inventory.posting import Posting
from handler.payloads.ledger_documents import posting_document
from handler.payloads.netsuite_records import entry_records, stock_records
from handler.payloads.netsuite_rules import faults_of_payload
from handler.payloads.result import document
from handler.settlement import readers
from handler.settlement.choose_profile import choose
from handler.settlement.profile import CustomerPolicy, Granularity, Policies, PostingPolicy
from handler.settlement.settle import settle

dialects = st.sampled_from(DIALECTS)


def with_buyers(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the payload as the flow sends it on: the buyer where an order stands for him."""
    rest = "path" in payload
    body = payload["body"] if rest else payload
    lines = body["line"]["items"] if rest else body["lines"]
    for line in lines:
        if "order_id" in line:
            buyer = f"Buyer of {line.pop('order_id')}"
            line["entity"] = {"refName": buyer} if rest else buyer
    return payload


def wanted(made: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    """Return what a document's posted entries leave on each account in each period."""
    found: Counter[tuple[str, str]] = Counter()
    money = known_currency(made["currency"])
    deposit = made["deposit_entry"]
    at_once = [deposit] if deposit and deposit["post"] == "with_journal" else []
    for entry in (*made["journal_entries"], *at_once):
        for line in entry["lines"]:
            signed = money.minor(line["debit"]) - money.minor(line["credit"])
            found[line["account"], entry["period_name"]] += signed
    return {key: Decimal(money.text(minor)) for key, minor in found.items()}


def wanted_units(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """Return what postings move to each location, without zeros."""
    found: Counter[tuple[str, str]] = Counter()
    for one in postings:
        for line in one.lines:
            found[line.item, one.target] += line.quantity
            if one.source:
                found[line.item, one.source] -= line.quantity
    return {place: units for place, units in found.items() if units}


def assert_taken(made: dict[str, Any], dialect: str, netsuite: FakeNetsuite) -> None:
    for _ in range(2):  # a repeated delivery changes nothing
        for record in entry_records(made, dialect):
            assert faults_of_payload(record.payload) == ()
            answer = netsuite.post(with_buyers(dict(record.payload)))
            assert answer.ok, answer
        assert netsuite.balances() == wanted(made)


@given(movements, profiles, dialects)
@settings(max_examples=120)
def test_any_settlement_under_any_policies_is_taken(moves, chosen, dialect: str) -> None:
    source = from_bytes(content(moves))
    made = document(settle(source, costed(chosen)), content_hash(source))
    assert_taken(made, dialect, FakeNetsuite(receivable=[RECEIVABLE]))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_real_file_is_taken(path, dialect: str) -> None:
    source = from_bytes(path.read_bytes())
    code = readers.header(source).currency.code
    profile = choose(profile_hints(ROOT / "mappings"), readers.marketplaces(source), code)
    made = document(settle(source, load_mappings(ROOT / "mappings", profile)), content_hash(source))
    assert made["status"] == "proven"
    assert_taken(made, dialect, FakeNetsuite())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_order_without_its_buyer_is_refused_by_netsuite_and_not_by_us(dialect: str) -> None:
    by_order = Policies(
        posting=PostingPolicy.BY_ORDER,
        granularity=Granularity.ORDER,
        customers=CustomerPolicy.INDIVIDUAL,
    )
    chosen = a_profile(policies=by_order, orders_receivable=RECEIVABLE)
    made = document(settled(a_file(), mappings(chosen)), "hash")
    (record,) = entry_records(made, dialect)
    assert "order_id" in str(record.payload)
    netsuite = FakeNetsuite(receivable=[RECEIVABLE])
    assert not netsuite.post(record.payload).ok
    assert netsuite.post(with_buyers(dict(record.payload))).ok


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_year_of_deposits_is_taken_and_comes_to_the_same_as_entries(
    seed: int, dialect: str
) -> None:
    kinds: Counter[str] = Counter()
    as_entries, as_deposits = FakeNetsuite(), FakeNetsuite()
    for match in outcome(a_year(seed)).matches:
        for profile, netsuite in ((a_profile(), as_entries), (books(), as_deposits)):
            for record in entry_records(deposit_document(match, profile), dialect):
                assert netsuite.post(record.payload).ok
                if netsuite is as_deposits:
                    kinds[record.kind] += 1
    assert as_entries.balances() == as_deposits.balances()
    assert kinds["deposit"] > 20
    assert kinds["journal_entry"] > 0


@pytest.mark.parametrize("policy", POLICIES, ids=["items", "transfers", "countries", "compare"])
@settings(max_examples=40)
@given(reports=st.lists(a_report(), min_size=1, max_size=4), dialect=dialects)
def test_any_history_of_the_ledger_is_taken(policy, reports, dialect: str) -> None:
    ledger = Books(policy)
    for events, hour, span in reports:
        ledger.tell(events, hour, span)
    sent: dict[str, Counter[str]] = {}
    for one in ledger.postings:
        if one.reference and not one.source:
            order = sent.setdefault(one.reference, Counter())
            order.update({line.item: max(line.quantity, 0) for line in one.lines})
    netsuite = FakeNetsuite(transfer_orders=sent)
    for record in stock_records([posting_document(one) for one in ledger.postings], dialect):
        assert faults_of_payload(record.payload) == ()
        answer = netsuite.post(record.payload)
        assert answer.ok, answer
        again = netsuite.post(record.payload)
        assert again.ok or (record.kind, again.errors[0]["code"]) == ("item_receipt", "DUP_RCRD")
    moved = {key: units for key, units in netsuite.quantities().items() if units}
    assert moved == wanted_units(ledger.postings)


@given(st.data())
@settings(max_examples=200)
def test_one_fault_in_any_good_record_is_found_by_both(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FAULTS)))
    kind = data.draw(st.sampled_from(FAULTS[name][0]))
    assert kind in KINDS
    payload = broken(name, kind, data.draw(dialects))
    assert faults_of_payload(payload)
    assert not FakeNetsuite(transfer_orders=ORDERS).post(payload).ok
