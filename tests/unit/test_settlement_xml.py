"""The XML settlement report: it ties, agrees with its flat twin, and loses no amount."""

from __future__ import annotations

import gzip

import pytest
from settlement_twin import (
    PACIFIC,
    class_totals,
    faults,
    flat_report,
    grouped,
    traced,
    twin,
)
from xml_texts import SAMPLE, other, read, xml

from handler.core.source import from_bytes, unpacked
from handler.settlement.grouping import Grouping
from handler.settlement.readers import settlement_xml


def kinds(content: bytes) -> dict[str, int]:
    return {str(group.key.kind): group.amount for group in read(content).groups}


def test_the_sample_ties_and_reads_like_its_flat_twin() -> None:
    report, flat = read(SAMPLE), flat_report(twin())
    assert report.format == "settlement_xml"
    assert report.findings == ()
    assert report.header.declared_total == report.computed_total == flat.computed_total == 1535
    assert (report.rows, report.amounts) == (22, 22)
    assert class_totals(report) == class_totals(flat)
    header = report.header
    assert (header.settlement_id, header.currency.code) == ("11700000001", "USD")
    assert header.start.instant == flat.header.start.instant
    assert header.end.instant == flat.header.end.instant
    assert header.deposit is not None
    assert settlement_xml.header(from_bytes(SAMPLE)) == header
    assert settlement_xml.marketplaces(from_bytes(SAMPLE)) == {"Amazon.com"}


def test_orders_and_refunds_are_told_in_the_words_of_v2() -> None:
    keys = {g.key: g.amount for g in read(SAMPLE).groups}
    twins = {
        g.key: g.amount
        for g in flat_report(twin()).groups
        if g.key.kind.transaction_type in ("Order", "Refund")
    }
    assert twins == {k: v for k, v in keys.items() if k in twins}


def test_rows_are_the_groups_and_carry_their_lines_and_evidence() -> None:
    assert traced(settlement_xml, SAMPLE) == grouped(read(SAMPLE))
    row = next(settlement_xml.rows(from_bytes(SAMPLE), PACIFIC))
    line = SAMPLE.decode().splitlines()[row.line - 1]
    assert '<Amount currency="USD">50.00</Amount>' in line
    assert row.cells["element"] == "Order/Fulfillment/Item/ItemPrice/Component/Amount"
    assert row.cells["AmazonOrderID"] == "111-1111111-1111111"
    assert (row.cells["SKU"], row.cells["Type"], row.cells["Amount"]) == (
        "SKU-1",
        "Principal",
        "50.00",
    )


def test_packed_and_in_other_encodings_it_reads_the_same() -> None:
    assert settlement_xml.read(unpacked(from_bytes(gzip.compress(SAMPLE))), PACIFIC) == read(SAMPLE)
    for name in ("ISO-8859-1", "UTF-16", "Shift_JIS", "windows-1252"):
        text = SAMPLE.decode().replace("UTF-8", name)
        assert read(text.encode(name)).groups == read(SAMPLE).groups
    assert read(b"\xef\xbb\xbf" + SAMPLE).groups == read(SAMPLE).groups


def test_skus_are_grouped_where_the_profile_asks() -> None:
    grouping = Grouping(PACIFIC.default_zone, sku_groups={"SKU-1": "KETTLES"})
    found = {g.key.sku_group for g in read(SAMPLE, grouping).groups}
    assert found == {"KETTLES", ""}


@pytest.mark.parametrize(
    ("body", "kind", "amount"),
    [
        (
            (
                "<GuaranteeClaim><Fulfillment><AdjustedItem><ItemPriceAdjustments><Component>"
                "<Type>Principal</Type><Amount>-5.00</Amount></Component></ItemPriceAdjustments>"
                "</AdjustedItem></Fulfillment></GuaranteeClaim>"
            ),
            "A-to-z Guarantee Refund / ItemPrice / Principal",
            -500,
        ),
        (
            (
                "<Order><ShipmentFees><Fee><Type>FBA transportation fee</Type>"
                "<Amount>-1.00</Amount></Fee></ShipmentFees></Order>"
            ),
            "Order / ShipmentFees / FBA transportation fee",
            -100,
        ),
        (
            "<Order><OrderFees><Fee><Type>X</Type><Amount>-1.00</Amount></Fee></OrderFees></Order>",
            "Order / OrderFees / X",
            -100,
        ),
        (
            "<Order><DirectPayment><Type>COD</Type><Amount>-1.00</Amount></DirectPayment></Order>",
            "Order / DirectPayment / COD",
            -100,
        ),
        (
            (
                "<Refund><Fulfillment><AdjustedItem><PromotionAdjustment><Type>Shipping</Type>"
                "<Amount>1.00</Amount></PromotionAdjustment></AdjustedItem></Fulfillment></Refund>"
            ),
            "Refund / Promotion / Shipping",
            100,
        ),
        (
            '<Retrocharge><BaseTax><Amount currency="USD">-1.00</Amount></BaseTax></Retrocharge>',
            "Order_Retrocharge / ItemPrice / Tax",
            -100,
        ),
        (
            (
                "<SellerDealPayment><TransactionType>Lightning Deal Fee</TransactionType>"
                "<DealDescription>Spring</DealDescription><DealFeeType>LightningDealFee</DealFeeType>"
                '<DealFeeAmount currency="USD">-150.00</DealFeeAmount></SellerDealPayment>'
            ),
            "Lightning Deal Fee / LightningDealFee / Spring",
            -15000,
        ),
        (
            (
                "<AdvertisingTransactionDetails><TransactionType>Refund</TransactionType>"
                "<TransactionAmount>3.00</TransactionAmount></AdvertisingTransactionDetails>"
            ),
            "ServiceFee / Refund for Advertiser / TransactionTotalAmount",
            300,
        ),
        (
            (
                "<NewThingOf2027><Details><Part><Amount>7.00</Amount></Part></Details>"
                "</NewThingOf2027>"
            ),
            "NewThingOf2027 / Details/Part / Amount",
            700,
        ),
        (
            '<NewThingOf2027><Cost currency="USD">-7.00</Cost></NewThingOf2027>',
            "NewThingOf2027 / Cost / Cost",
            -700,
        ),
    ],
)
def test_every_amount_counts_whatever_holds_it(body: str, kind: str, amount: int) -> None:
    assert kinds(xml(body)) == {kind: amount}


def test_fees_of_another_transaction_count_beside_its_amount() -> None:
    fees = "<Fees><Fee><Type>FBACustomerReturnPerUnitFee</Type><Amount>-2.00</Amount></Fee></Fees>"
    assert kinds(xml(other("Adjustment", "10.00", fees))) == {
        "other-transaction / other-transaction / Adjustment": 1000,
        "other-transaction / ItemFees / FBACustomerReturnPerUnitFee": -200,
    }


def test_what_is_stated_twice_is_checked_and_counted_once() -> None:
    items = "<Item><SKU>A</SKU><Amount>4.00</Amount></Item><Item><Amount>6.00</Amount></Item>"
    report = read(xml(other("WAREHOUSE_LOST", "10.00", items), "10.00"))
    assert (report.computed_total, report.amounts, report.findings) == (1000, 2, ())
    report = read(xml(other("WAREHOUSE_LOST", "10.01", items), "10.01"))
    assert faults(report) == [
        (4, "OtherTransaction/Amount", "'10.01'", "10.00, the sum of its 2 part(s)")
    ]
    advertising = (
        "<AdvertisingTransactionDetails><BaseAmount>-10.00</BaseAmount>"
        "<TaxAmount>-2.00</TaxAmount><TransactionAmount>{}</TransactionAmount>"
        "</AdvertisingTransactionDetails>"
    )
    assert kinds(xml(advertising.format("-12.00"))) == {
        "ServiceFee / Cost of Advertising / TransactionTotalAmount": -1000,
        "ServiceFee / Cost of Advertising / TaxAmount": -200,
    }
    assert len(faults(read(xml(advertising.format("-10.00"))))) == 1


def test_it_is_told_by_content() -> None:
    assert settlement_xml.looks_like(SAMPLE[:512])
    assert settlement_xml.looks_like("<AmazonEnvelope>".encode("utf-16"))
    assert not settlement_xml.looks_like(b'{"payload": "<AmazonEnvelope>"}')
    assert not settlement_xml.looks_like(twin().content()[:512])
