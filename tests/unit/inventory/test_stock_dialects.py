"""Postings of stock, kept as plain values and in the forms that take them into NetSuite."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from ledger_builders import BY_COUNTRY, DAY, Books, a_policy, row

from handler.core.errors import RefusedRequest
from handler.inventory.ledger_day import LedgerDay
from handler.inventory.posting import Posting, PostingKind, PostingLine
from handler.payloads.ledger_documents import day_document, day_of, posting_document, posting_of
from handler.payloads.stock_dialects import render_postings

ADJUSTMENT = Posting(
    "AMZ-INV-US-20260110-ADJ1-1",
    PostingKind.ADJUSTMENT,
    DAY,
    DAY,
    "2",
    "",
    "31",
    "Amazon lost",
    "",
    "Amazon FBA ledger 2026-01-10",
    (PostingLine("2201", -2, "Adjustments M", ("X001",)), PostingLine("MUG", 1, "=cmd()")),
)
TRANSFER = replace(
    ADJUSTMENT,
    external_id="AMZ-INV-US-20260110-TRF1-1",
    kind=PostingKind.TRANSFER,
    source="31",
    target="32",
    account="",
    lines=(PostingLine("2201", 3, "Adjustments E"),),
)
RECEIPT = replace(
    TRANSFER,
    external_id="AMZ-INV-US-20260110-RCP1-1",
    kind=PostingKind.RECEIPT,
    source="",
    target="31",
    reference="FBA 1/X",
)
ALL = [posting_document(one) for one in (TRANSFER, ADJUSTMENT, RECEIPT)]


def a_ledger() -> Books:
    books = Books(a_policy(fba_by_country=BY_COUNTRY))
    books.tell(
        [
            row("Receipts", 5, reference="FBA1"),
            row("WhseTransfers", -1),
            row("Adjustments", -1, "M", country="CA"),
            row("Adjustments", -1, "?"),
        ]
    )
    return books


def test_a_day_and_a_posting_survive_storage() -> None:
    books = a_ledger()
    (state,) = books.days.values()
    for kept in (state, LedgerDay(DAY)):
        assert day_of(json.loads(json.dumps(day_document(kept)))) == kept
    assert len(books.postings) == 3
    for one in books.postings:
        assert posting_of(json.loads(json.dumps(posting_document(one)))) == one


def test_a_day_of_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="schema 2; expected 1"):
        day_of(day_document(LedgerDay(DAY)) | {"schema": 2})


def test_rest_calls_repeat_without_doubling_a_line() -> None:
    transfer, adjustment, receipt = render_postings(ALL, "netsuite").payloads
    assert (adjustment["method"], transfer["method"]) == ("PUT", "PUT")
    assert adjustment["path"] == (
        "/services/rest/record/v1/inventoryAdjustment/eid:AMZ-INV-US-20260110-ADJ1-1"
        "?replace=inventory"
    )
    assert adjustment["body"] == {
        "externalId": "AMZ-INV-US-20260110-ADJ1-1",
        "tranDate": "2026-01-10",
        "memo": "Amazon FBA ledger 2026-01-10",
        "subsidiary": {"id": "2"},
        "account": {"refName": "Amazon lost"},
        "adjLocation": {"id": "31"},
        "inventory": {
            "items": [
                {
                    "item": {"id": "2201"},
                    "location": {"id": "31"},
                    "adjustQtyBy": -2,
                    "memo": "Adjustments M",
                },
                {
                    "item": {"refName": "MUG"},
                    "location": {"id": "31"},
                    "adjustQtyBy": 1,
                    "memo": "=cmd()",
                },
            ]
        },
    }
    assert transfer["path"] == (
        "/services/rest/record/v1/inventoryTransfer/eid:AMZ-INV-US-20260110-TRF1-1"
        "?replace=inventory"
    )
    assert transfer["body"] == {
        "externalId": "AMZ-INV-US-20260110-TRF1-1",
        "tranDate": "2026-01-10",
        "memo": "Amazon FBA ledger 2026-01-10",
        "subsidiary": {"id": "2"},
        "location": {"id": "31"},
        "transferLocation": {"id": "32"},
        "inventory": {
            "items": [{"item": {"id": "2201"}, "adjustQtyBy": 3, "memo": "Adjustments E"}]
        },
    }
    assert (receipt["method"], receipt["path"]) == (
        "POST",
        "/services/rest/record/v1/transferOrder/eid:FBA%201%2FX/!transform/itemReceipt",
    )
    assert receipt["body"] == {
        "externalId": "AMZ-INV-US-20260110-RCP1-1",
        "tranDate": "2026-01-10",
        "memo": "Amazon FBA ledger 2026-01-10",
        "item": {
            "items": [
                {
                    "item": {"id": "2201"},
                    "location": {"id": "31"},
                    "quantity": 3,
                    "itemReceive": True,
                }
            ]
        },
    }


def test_celigo_gets_flat_fields_that_are_set_and_no_others() -> None:
    rendered = render_postings(ALL, "celigo")
    assert json.loads(rendered.text) == rendered.payloads
    transfer, adjustment, receipt = rendered.payloads
    assert transfer == {
        "externalId": "AMZ-INV-US-20260110-TRF1-1",
        "recordType": "inventoryTransfer",
        "tranDate": "2026-01-10",
        "subsidiary": "2",
        "location": "31",
        "transferLocation": "32",
        "memo": "Amazon FBA ledger 2026-01-10",
        "lines": [{"item": "2201", "quantity": 3, "location": "31", "memo": "Adjustments E"}],
    }
    assert (adjustment["account"], adjustment["location"]) == ("Amazon lost", "31")
    assert receipt["transferOrderExternalId"] == "FBA 1/X"
    assert "account" not in receipt
    assert "transferLocation" not in receipt


def test_csv_has_a_row_for_each_line_by_type_and_runs_no_formula() -> None:
    rendered = render_postings(ALL, "csv")
    assert rendered.content_type == "text/csv"
    rows = list(csv.DictReader(io.StringIO(rendered.text)))
    assert [
        (one["Record Type"], one["Location"], one["To Location"], one["Transfer Order"])
        for one in rows
    ] == [
        ("inventoryAdjustment", "31", "", ""),
        ("inventoryAdjustment", "31", "", ""),
        ("itemReceipt", "31", "", "FBA 1/X"),
        ("inventoryTransfer", "31", "32", ""),
    ]
    assert [one["Quantity"] for one in rows] == ["-2", "1", "3", "3"]
    assert rows[1]["Line Memo"] == "'=cmd()"


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(RefusedRequest, match="no format 'xml'") as refused:
        render_postings(ALL, "xml")
    assert refused.value.code == "UNKNOWN_FORMAT"
    assert refused.value.repair == "Use one of: json, netsuite, celigo, csv."


def test_no_form_changes_what_amazon_calls_digits() -> None:
    odd = posting_document(replace(TRANSFER, subsidiary="२"))
    (call,) = render_postings([odd], "netsuite").payloads
    assert call["body"]["subsidiary"] == {"refName": "२"}


@pytest.mark.parametrize("dialect", ["netsuite", "celigo"])
@pytest.mark.parametrize(
    ("posting", "fault"),
    [
        (replace(ADJUSTMENT, external_id="A B"), 'externalId: found "A B"'),
        (replace(ADJUSTMENT, lines=()), "lines: found none"),
        (replace(TRANSFER, lines=TRANSFER.lines * 1000), "found 1000; expected at most 999"),
        (replace(TRANSFER, target="31"), "transferLocation: found 31"),
        (replace(ADJUSTMENT, account=""), "account: found "),
        (replace(RECEIPT, reference=""), "transfer order: found none"),
        (replace(TRANSFER, lines=(PostingLine("", 1, ""),)), "line 1: item: found "),
        (replace(TRANSFER, lines=(PostingLine("1", -1, ""),)), "-1; expected at least 1"),
        (replace(ADJUSTMENT, lines=(PostingLine("1", 0, ""),)), "0; expected anything but 0"),
    ],
)
def test_what_netsuite_would_refuse_is_named(posting: Posting, fault: str, dialect: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        render_postings([posting_document(posting)], dialect)
    assert refused.value.code == "NOT_FOR_NETSUITE"
    assert posting.external_id in refused.value.message
    assert fault in refused.value.message
