"""Records that leave: what kind each is, deposits and ids in both dialects, and the gate."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from builders import DATA, FILES, ROOT
from netsuite_samples import (
    KINDS,
    POSTINGS,
    a_record,
    header,
    lines,
    money_document,
)

from handler.adapters.mapping_files import load_mappings
from handler.adapters.reference_files import read_references
from handler.core.errors import RefusedRequest, UnusableMapping
from handler.core.source import content_hash, from_bytes
from handler.payloads.dialects import render
from handler.payloads.ledger_documents import posting_document
from handler.payloads.netsuite_records import entry_records, stock_records
from handler.payloads.references import References
from handler.payloads.result import document
from handler.payloads.stock_dialects import render_postings
from handler.settlement.settle import settle

CA = read_references((DATA / "netsuite" / "ca.csv").read_text(), "mappings/netsuite/ca.csv")[0]


def test_a_journal_of_the_same_policy_stays_a_journal() -> None:
    path = next(one for one in FILES if one.stem == "ca_v1_2025-08a_negative_again")
    source = from_bytes(path.read_bytes())
    made = document(settle(source, load_mappings(ROOT / "mappings", "ca")), content_hash(source))
    assert {record.kind for record in entry_records(made, "celigo")} == {"journal_entry"}


@pytest.mark.parametrize("kind", KINDS)
def test_records_name_their_kind_and_their_external_id(kind: str) -> None:
    for dialect in ("netsuite", "celigo"):
        record = a_record(kind, dialect)
        assert record.kind == kind
        assert record.external_id == header(dict(record.payload))["externalId"]


def test_a_deposit_as_a_rest_call() -> None:
    call = a_record("deposit", "netsuite").payload
    assert (call["method"], call["path"]) == (
        "PUT",
        "/services/rest/record/v1/deposit/eid:AMZ-US-11700000001-DEP?replace=other",
    )
    assert call["body"] == {
        "externalId": "AMZ-US-11700000001-DEP",
        "account": {"refName": "1010 Bank"},
        "tranDate": "2026-01-31",
        "postingPeriod": {"refName": "Jan 2026"},
        "currency": {"refName": "USD"},
        "memo": "Amazon settlement 11700000001",
        "other": {
            "items": [
                {
                    "account": {"refName": "1050 Clearing"},
                    "amount": Decimal("90.00"),
                    "memo": "m",
                    "class": {"refName": "Amazon US"},
                },
                {
                    "account": {"refName": "7900 FX"},
                    "amount": Decimal("6.50"),
                    "memo": "m",
                    "class": {"refName": "Amazon US"},
                },
            ]
        },
    }


def test_a_deposit_keeps_its_exchange_rate() -> None:
    made = money_document("deposit")
    made["journal_entries"][0]["exchange_rate"] = "1.0834"
    for dialect in ("netsuite", "celigo"):
        (record,) = entry_records(made, dialect)
        assert header(dict(record.payload))["exchangeRate"] == Decimal("1.0834")


def test_a_table_with_deposits_tells_the_types_apart_and_adds_up() -> None:
    made = money_document("deposit")
    made["journal_entries"] += money_document("journal_entry")["journal_entries"]
    rows = list(csv.DictReader(io.StringIO(render(made, "csv").text)))
    assert [row["Record Type"] for row in rows] == ["deposit"] * 2 + ["journalEntry"] * 3
    assert {row["Deposit To"] for row in rows[:2]} == {"1010 Bank"}
    assert sum(Decimal(row["Amount"]) for row in rows[:2]) == Decimal("96.50")
    assert {(row["Debit"], row["Credit"], row["Subsidiary"]) for row in rows[:2]} == {("", "", "")}
    assert {(row["Deposit To"], row["Amount"]) for row in rows[2:]} == {("", "")}
    alone = render(money_document("journal_entry"), "csv").text.splitlines()[0]
    assert alone.startswith("External ID,Date,Posting Period,Subsidiary,")


def test_every_reference_of_a_whole_profile_goes_out_as_its_id() -> None:
    assert CA.strict
    for path in (one for one in FILES if one.name.startswith("ca_")):
        source = from_bytes(path.read_bytes())
        made = document(
            settle(source, load_mappings(ROOT / "mappings", "ca")), content_hash(source)
        )
        for record in entry_records(made, "netsuite", CA):
            assert "refName" not in str(record.payload)
        for plain, record in zip(
            entry_records(made, "celigo"), entry_records(made, "celigo", CA), strict=True
        ):
            body = dict(record.payload)
            assert (body["currencyInternalId"], body["subsidiaryInternalId"]) == ("1", "3")
            assert body["postingPeriodInternalId"] in ("110", "111", "112", "113", "114")
            assert all(line["accountInternalId"] for line in lines(body))
            assert all(("classInternalId" in line) == ("class" in line) for line in lines(body))
            # The names stay what and where they were.
            assert _without_ids(body) == plain.payload


def _without_ids(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: _without_ids(one)
            for name, one in value.items()
            if not name.endswith("InternalId")
        }
    return [_without_ids(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("dialect", ["netsuite", "celigo"])
def test_a_missing_id_is_refused_only_where_the_file_is_strict(dialect: str) -> None:
    few = {("account", "1050"): "7"}
    made = money_document("deposit")
    assert entry_records(made, dialect, References(few))
    with pytest.raises(UnusableMapping) as refused:
        entry_records(made, dialect, References(few, strict=True, file="mappings/netsuite/us.csv"))
    assert refused.value.code == "NO_INTERNAL_ID"
    assert refused.value.details["name"] == "1010 Bank"
    assert render(made, "csv", References(few, strict=True)).text


def test_stock_goes_out_with_its_ids_in_both_dialects() -> None:
    ids = {
        ("subsidiary", "Test Inc."): "2",
        ("location", "FBA"): "31",
        ("location", "FBA Damaged"): "32",
        ("account", "5150"): "315",
        ("item", "MUG"): "2201",
        ("item", "CUP"): "2202",
    }
    postings = [posting_document(one) for one in POSTINGS.values()]
    adjustment, transfer, receipt = stock_records(postings, "netsuite", References(ids, True))
    assert header(dict(adjustment.payload))["account"] == {"id": "315"}
    assert lines(dict(receipt.payload))[0]["location"] == {"id": "31"}
    assert header(dict(transfer.payload))["transferLocation"] == {"id": "32"}
    flat = stock_records(postings, "celigo", References(ids, True))[1].payload
    assert flat["transferLocation"] == "FBA Damaged"
    assert flat["transferLocationInternalId"] == "32"
    assert flat["lines"][0] == {
        "item": "MUG",
        "itemInternalId": "2201",
        "quantity": 3,
        "location": "FBA",
        "locationInternalId": "31",
        "memo": "Adjustments E",
    }
    assert render_postings(postings, "csv", References(ids, True)) == render_postings(
        postings, "csv"
    )


@pytest.mark.parametrize("dialect", ["netsuite", "celigo"])
def test_what_netsuite_would_refuse_does_not_leave(dialect: str) -> None:
    made = money_document("journal_entry")
    made["journal_entries"][0]["lines"][1]["credit"] = "90.01"
    with pytest.raises(RefusedRequest) as refused:
        entry_records(made, dialect)
    assert refused.value.code == "NOT_FOR_NETSUITE"
    assert refused.value.details["external_id"] == "AMZ-US-11700000001-DEP"
    assert refused.value.details["faults"] == [
        {
            "where": "lines",
            "found": "0.01 more credits",
            "expected": "debits and credits that are equal",
        }
    ]
    posting = posting_document(POSTINGS["inventory_transfer"]) | {"target": "FBA"}
    with pytest.raises(RefusedRequest, match="inventory_transfer AMZ-INV-US-20260110-TRF1-1"):
        stock_records([posting], dialect)


def test_three_decimals_of_a_currency_that_goes_by_its_id_are_taken() -> None:
    made = money_document("deposit")
    (entry,) = made["journal_entries"]
    entry["currency"] = "KWD"
    entry["lines"][1]["credit"] = "90.005"
    assert entry_records(made, "netsuite", References({("currency", "KWD"): "9"}))
