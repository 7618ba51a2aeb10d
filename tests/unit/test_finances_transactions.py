"""listTransactions answers: leaves of breakdowns, deferred money, the declared total."""

from __future__ import annotations

from typing import Any

import pytest
from builders import codes, settled
from finances_texts import (
    SAMPLE,
    found,
    ids,
    kinds,
    money,
    node,
    page,
    read,
    refused,
    transaction,
    transfer,
)
from json_texts import number
from settlement_twin import (
    PACIFIC,
    class_totals,
    faults,
    flat_report,
    grouped,
    traced,
    twin,
)

from handler.core.source import from_bytes
from handler.settlement.readers import finances_transactions


def test_the_sample_ties_and_has_the_class_totals_of_its_flat_twin() -> None:
    report = finances_transactions.read(from_bytes(SAMPLE), PACIFIC)
    assert report.format == "finances_2024_06_19"
    assert report.header.declared_total == report.computed_total == 1535
    assert class_totals(report) == class_totals(flat_report(twin()))
    assert [f.code for f in report.findings] == ["DEFERRED_TRANSACTIONS"]
    header = report.header
    assert (header.settlement_id, header.currency.code) == ("11700000001", "USD")
    assert header.deposit is not None
    assert str(header.deposit.day) == "2025-08-17"
    assert finances_transactions.header(from_bytes(SAMPLE)) == header
    assert finances_transactions.marketplaces(from_bytes(SAMPLE)) == {"Amazon.com"}


def test_rows_are_the_groups_and_carry_their_evidence() -> None:
    report = finances_transactions.read(from_bytes(SAMPLE), PACIFIC)
    assert traced(finances_transactions, SAMPLE) == grouped(report)
    rows = list(finances_transactions.rows(from_bytes(SAMPLE), PACIFIC))
    principal = next(row for row in rows if row.key.kind[2] == "OurPricePrincipal")
    assert (principal.line, principal.amount, principal.key.channel) == (1, 5000, "AFN")
    assert principal.cells["path"] == "items/0/breakdowns/1/breakdowns/0"
    assert principal.cells["ORDER_ID"] == "111-1111111-1111111"
    assert principal.cells["sku"] == "SKU-1"


@pytest.mark.parametrize(
    "pages",
    [
        [page(transaction(), transfer())],
        [[page(transaction()), page(transfer())]],
        [page(transaction()), page(transfer())],
        [{"transactions": [transaction(), transfer()]}],
        [transaction(), transfer()],
        [{"pages": [page(transaction()), page(transfer())]}],
        [page(transaction(), nextToken="t"), page(transfer(), nextToken=None)],
    ],
)
def test_one_page_a_list_of_pages_and_lines_of_pages_read_alike(pages: list[Any]) -> None:
    report = read(*pages)
    assert (report.computed_total, report.header.declared_total) == (1000, 1000)
    assert report.findings == ()


# --- breakdowns ---------------------------------------------------------------------------------


def test_only_leaves_count_and_a_fee_is_parted_from_its_tax() -> None:
    fee = node("Commission", "-1.20", node("Base", "-1.00"), node("Tax", "-0.20"))
    tree = [
        node("Sales", "10.00", node("ProductCharges", "10.00", node("OurPricePrincipal", "10.00"))),
        node("Expenses", "-1.20", node("AmazonFees", "-1.20", fee)),
    ]
    assert kinds(page(transaction("8.80", breakdowns=tree), transfer("8.80"))) == {
        "Shipment / breakdown / OurPricePrincipal": 1000,
        "Shipment / breakdown / Commission": -100,
        "Shipment / breakdown / Tax on fee": -20,
    }


def test_items_are_more_exact_than_the_transactions_own_tree() -> None:
    items = [
        {
            "totalAmount": money("10.00"),
            "breakdowns": [node("OurPricePrincipal", "10.00")],
            "contexts": [{"sku": "A", "fulfillmentNetwork": "MFN"}],
        }
    ]
    sold = transaction(items=items, breakdowns=[node("Sales", "10.00")])
    (group,) = read(page(sold, transfer())).groups
    assert (str(group.key.kind), group.amount, group.key.channel) == (
        "Shipment / breakdown / OurPricePrincipal",
        1000,
        "MFN",
    )


def test_a_transaction_without_breakdowns_is_one_amount() -> None:
    bare = transaction(transactionType="FBAInventoryReimbursement")
    assert kinds(page(bare, transfer())) == {
        "FBAInventoryReimbursement / breakdown / FBAInventoryReimbursement": 1000
    }


@pytest.mark.parametrize(
    ("changes", "path", "text", "expected"),
    [
        (
            {"breakdowns": [node("Sales", "10.00", node("A", "4.00"), node("B", "5.99"))]},
            "breakdowns/0/breakdownAmount",
            "'10.00'",
            "9.99, the sum of its 2 part(s)",
        ),
        (
            {"breakdowns": [node("Sales", "9.00")]},
            "totalAmount",
            "'10.00'",
            "9.00, the sum of its 1 part(s)",
        ),
        (
            {"items": [{"totalAmount": money("9.00")}]},
            "totalAmount",
            "'10.00'",
            "9.00, the sum of its 1 part(s)",
        ),
        (
            {"items": [{"totalAmount": money("10.00"), "breakdowns": [node("A", "9.00")]}]},
            "items/0/totalAmount",
            "'10.00'",
            "9.00, the sum of its 1 part(s)",
        ),
    ],
)
def test_what_does_not_add_up_is_a_bad_row(
    changes: dict[str, Any], path: str, text: str, expected: str
) -> None:
    report = read(page(transaction(**changes), transfer()))
    assert (1, path, text, expected) in faults(report)
    assert any(finding.holds for finding in report.findings)


def test_a_tree_too_deep_or_of_another_shape_is_a_bad_row() -> None:
    deep = node("Leaf", "10.00")
    for _ in range(20):
        deep = node("X", "10.00", deep)
    assert "nested at most" in str(faults(read(page(transaction(breakdowns=[deep]), transfer()))))
    for shape in ("text", [1], {"a": 1}):
        assert faults(read(page(transaction(breakdowns=shape), transfer())))


# --- deferred, released, twice ------------------------------------------------------------------


def test_deferred_money_is_told_apart_and_not_counted() -> None:
    early = ids(SETTLEMENT_ID="1", RELEASE_TRANSACTION_ID="r")
    late = ids(SETTLEMENT_ID="1", DEFERRED_TRANSACTION_ID="d")
    context = [{"deferralReason": "DD7", "maturityDate": "2025-08-20"}]
    report = read(
        page(
            transaction("3.00", transactionStatus="DEFERRED", contexts=context),
            transaction(
                "5.00",
                transactionId="d",
                transactionStatus="DEFERRED_RELEASED",
                relatedIdentifiers=early,
            ),
            transaction("5.00", transactionId="r", relatedIdentifiers=late),
            transaction("2.00", transactionStatus="DEFERRED_RELEASED"),
            transaction("1.00", transactionStatus=None),
            transfer("8.00"),
        )
    )
    assert report.computed_total == report.header.declared_total == 800
    first, second = report.findings
    assert not first.holds
    assert "1 DEFERRED transactions, net 3.00 USD, are not in the sum" in first.what
    assert first.evidence["reasons"] == ["DD7, until 2025-08-20"]
    assert first.evidence["records"] == [1]
    assert "1 DEFERRED_RELEASED transactions, net 5.00 USD" in second.what


def test_an_unknown_status_holds_and_its_amount_still_counts() -> None:
    report = read(page(transaction(transactionStatus="PENDING"), transfer()))
    assert [fault[:3] for fault in faults(report)] == [(1, "transactionStatus", "'PENDING'")]
    assert report.computed_total == 1000


def test_a_transaction_or_a_page_that_stands_twice_holds() -> None:
    same = transaction("5.00", transactionId="a")
    report = read(page(same, same, transfer()))
    assert faults(report) == [(2, "transactionId", "'a'", "an id not seen in record 1")]
    assert "PAGES_MISSING" in found(page(transaction("5.00")), page(transaction("5.00")))


def test_a_page_that_is_not_the_last_one_holds() -> None:
    assert found(page(transaction(), transfer(), nextToken="more")) == ["PAGES_MISSING"]


# --- identity and total -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "transfers", [[], [transfer("4.00"), transfer("6.00")]], ids=["none", "two"]
)
def test_without_one_transfer_the_settlement_is_held_not_proved_by_itself(
    transfers: list[dict[str, Any]],
) -> None:
    report = read(page(transaction(), *transfers))
    (finding,) = report.findings
    assert (finding.code, finding.holds) == ("NO_DECLARED_TOTAL", True)
    assert finding.evidence["computed"] == "10.00"
    assert "settlement.total" in finding.repair


def test_the_caller_states_the_total_and_other_facts() -> None:
    facts = {"total": "-3.10", "start": "2025-08-01", "end": "2025-08-15", "deposit": "2025-08-16"}
    report = read({"settlement": facts}, page(transaction("-3.10")))
    assert report.findings == ()
    header = report.header
    assert header.declared_total == -310
    assert header.deposit is not None
    days = [str(moment.day) for moment in (header.start, header.end, header.deposit)]
    assert days == ["2025-08-01", "2025-08-15", "2025-08-16"]
    inside = {"settlement": {"total": number("10.0")}, **page(transaction())}
    assert read(inside).header.declared_total == 1000


def test_a_stated_total_and_a_transfer_that_differ_hold() -> None:
    report = read({"settlement": {"total": "9.00"}}, page(transaction(), transfer()))
    assert faults(report) == [(2, "totalAmount", "'10.00'", "the amount of settlement.total")]


def test_the_whole_way_ends_proven_or_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handler.settlement.readers.read", finances_transactions.read)
    good = settled(SAMPLE)
    assert (good.status, codes(good)) == ("proven", ["DEFERRED_TRANSACTIONS"])
    bad = settled(SAMPLE.replace(b'"FundTransfer"', b'"X"').replace(b"15.35", b"15.36"))
    assert bad.status == "held"
    assert "SETTLEMENT_VARIANCE" in codes(bad)


def test_more_than_one_settlement_is_refused() -> None:
    second = transaction(relatedIdentifiers=ids(SETTLEMENT_ID="2"))
    assert "MIXED_SETTLEMENTS: Record 2, SETTLEMENT_ID" in refused(page(transaction(), second))
    facts = {"settlement": {"id": "2"}}
    assert "MIXED_SETTLEMENTS: settlement.id" in refused(facts, page(transaction()))


def test_a_group_id_stands_in_where_no_settlement_is_named_and_is_told() -> None:
    group = ids(FINANCIAL_EVENT_GROUP_ID="_grp-1")
    one, paid = transaction(relatedIdentifiers=group), transfer(relatedIdentifiers=group)
    report = read(page(one, paid))
    assert report.header.settlement_id == "_grp-1"
    assert [f.code for f in report.findings] == ["GROUP_ID_USED"]
    named = read({"settlement": {"id": "117"}}, page(one, paid))
    assert (named.header.settlement_id, named.findings) == ("117", ())


def test_a_transaction_of_no_settlement_holds() -> None:
    report = read(page(transaction(), transaction("0", relatedIdentifiers=None), transfer()))
    assert [fault[:2] for fault in faults(report)] == [(2, "relatedIdentifiers")]


def test_a_marketplace_given_by_id_alone_is_named() -> None:
    sold = transaction(marketplaceDetails={"marketplaceId": "A1VC38T7YXB528"})
    assert [g.key.marketplace for g in read(page(sold, transfer())).groups] == ["Amazon.co.jp"]


def test_dates_missing_or_bad() -> None:
    report = read(page(transaction("9.00"), transaction("1.00", postedDate=None), transfer()))
    assert [f.code for f in report.findings] == ["UNDATED_ROWS"]
    report = read(page(transaction("9.00"), transaction("1.00", postedDate="soon"), transfer()))
    assert [fault[:3] for fault in faults(report)] == [(2, "postedDate", "'soon'")]
