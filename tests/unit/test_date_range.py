"""The date-range reader: real-shaped files, ten locales, the same classes as V2."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from builders import DATA, a_file, a_row, classes
from date_range_reading import (
    PACIFIC,
    TOTALS,
    VOCABULARY,
    class_totals,
    codes,
    kinds,
    read,
    real,
    refusal,
    source,
)
from date_range_texts import (
    JUNE_2,
    LOCALES,
    SALE,
    TABLE,
    Line,
    payout,
    written,
)
from hypothesis import given
from hypothesis import strategies as st

from handler.core.source import from_bytes
from handler.settlement.group import Kind
from handler.settlement.readers import date_range, flat
from handler.settlement.readers.date_range_kinds import english_type
from handler.settlement.readers.date_range_locale import COLUMNS, folded

# --- real-shaped files ---------------------------------------------------------------------------


def test_the_report_of_2017_with_23_columns() -> None:
    report = read(real("us_date_range_2017_excerpt.csv"))
    assert report.format == "date_range"
    assert report.header.settlement_id == "6503097031"
    assert report.header.currency.code == "USD"
    assert report.header.start.instant is not None
    assert report.header.start.instant.isoformat() == "2017-12-01T08:38:23+00:00"
    assert kinds(report) == {
        "Order / product sales": 5796,
        "Order / selling fees": -869,
        "Order / fba fees": -1019,
    }
    assert [(g.key.channel, g.key.marketplace, g.first_line) for g in report.groups] == [
        ("AFN", "amazon.com", 9)
    ] * 3
    assert (report.rows, report.amounts, report.blank_lines) == (1, 3, 0)
    assert codes(report) == ["NO_DECLARED_TOTAL"]


def test_the_report_of_2026_with_31_columns_holds_parts_of_three_settlements() -> None:
    file = real("us_date_range_2026_synthetic.csv")
    assert date_range.settlement_ids(source(file)) == ("111", "222", "333")
    found = {name: read(file, name) for name in ("111", "222", "333")}
    assert {name: report.computed_total for name, report in found.items()} == {
        "111": 0,
        "222": 7510,
        "333": -1755,
    }
    assert {name: codes(report) for name, report in found.items()} == {
        "111": ["PERIOD_INCOMPLETE"],
        "222": ["NO_DECLARED_TOTAL"],
        "333": ["NO_DECLARED_TOTAL"],
    }
    assert found["111"].header.declared_total == 10000
    assert kinds(found["333"]) == {
        "Order / fba fees": -354,
        "Order / marketplace withheld tax": -140,
        "Order / product sales": 1999,
        "Order / product sales tax": 140,
        "Order / selling fees": -300,
        "Refund / product sales": -3499,
        "Refund / selling fees": 399,
    }


def test_a_header_without_rows_is_refused() -> None:
    file = real("in_date_range_2026_header_only.csv")
    assert date_range.looks_like(source(file))
    assert refusal(file).message == "The file has a header on line 6 and no rows below it."


def test_india_with_lakhs_and_its_own_tax_columns() -> None:
    row = (
        '"27/06/2026 10:00:00","S1","Order","402-1","A","Pen","1","Amazon.in","Standard Orders",'
        '"Amazon","","","","1,44,957.78","0","0","0","1,000.00","-10.00","-10.00","-5.00",'
        '"-100.00","-2,000.00","-50.00","0","0","1,43,782.78","Released","30/06/2026"\n'
    )
    report = read(real("in_date_range_2026_header_only.csv").rstrip(b"\n") + b"\n" + row.encode())
    assert report.header.currency.code == "INR"
    assert class_totals(report) == {
        "product_sales": 14495778,
        "sales_tax_collected": 100000,
        "income_tax_withheld": -12500,
        "referral_fees": -200000,
        "fba_fulfilment_fees": -5000,
    }
    assert report.groups[0].key.day.isoformat() == "2026-06-27"


# --- every locale --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [True, False], ids=["status columns", "older"])
@pytest.mark.parametrize("locale", LOCALES)
def test_every_locale_gives_the_same_class_totals(locale: str, status: bool) -> None:
    file = written(locale=locale, status=status)
    report = read(file)
    assert class_totals(report) == TOTALS
    assert report.header.declared_total == report.computed_total == 119958
    assert report.header.currency.code == LOCALES[locale].currency
    assert report.findings == ()
    assert (report.rows, report.amounts) == (7, 15 if locale == "NL" else 16)
    first, last = report.header.start.instant, report.header.end.instant
    assert (first, last) == (JUNE_2, JUNE_2 + timedelta(days=12))
    assert report.header.deposit == report.header.end
    assert date_range.marketplaces(source(file)) == {LOCALES[locale].marketplace}
    assert date_range.header(source(file)) == report.header


def test_the_v2_file_of_the_same_settlement_gives_the_same_class_totals() -> None:
    def row(kind: str, amount: str) -> dict[str, str]:
        transaction, amount_type, description = kind.split("/")
        return a_row(
            transaction_type=transaction,
            amount_type=amount_type,
            amount_description=description,
            amount=amount,
        )

    withheld = "ItemWithheldTax/MarketplaceFacilitatorTax-Principal"
    rows = [
        row("Order/ItemPrice/Principal", "1234.56"),
        row("Order/ItemPrice/Tax", "2.45"),
        row("Order/ItemPrice/Shipping", "5.00"),
        row("Order/ItemPrice/ShippingTax", "0.35"),
        row("Order/Promotion/Principal", "-5.00"),
        row(f"Order/{withheld}", "-2.80"),
        row("Order/ItemFees/Commission", "-5.25"),
        row("Order/ItemFees/FBAPerUnitFulfillmentFee", "-3.54"),
        row("Refund/ItemPrice/Principal", "-19.99"),
        row("Refund/ItemPrice/Tax", "-1.40"),
        row(f"Refund/{withheld}", "1.40"),
        row("Refund/ItemFees/Commission", "2.40"),
        row("ServiceFee/Cost of Advertising/TransactionTotalAmount", "-10.00"),
        row("other-transaction/other-transaction/Storage Fee", "-1.23"),
        row("Lightning Deal Fee/LightningDealFee/LightningDealFee", "-0.70"),
        row("other-transaction/FBA Inventory Reimbursement/CUSTOMER_RETURN", "3.33"),
    ]
    v2 = flat.read(from_bytes(a_file(rows, total="1199.58").content()), PACIFIC)
    assert v2.computed_total == v2.header.declared_total
    assert class_totals(v2) == class_totals(read(written())) == TOTALS


def test_every_column_and_type_collected_from_ten_locales_is_known() -> None:
    for locale, names in TABLE.items():
        for canonical, name in names.items():
            if canonical.startswith("type:"):
                assert english_type(name) == canonical.removeprefix("type:"), (locale, name)
            elif (locale, name) == ("NL", "geïnde omzetbelasting"):
                assert COLUMNS[folded(name)] == "sales tax collected"  # what it says in Dutch
            else:
                assert COLUMNS[folded(name)] == canonical, (locale, name)


@pytest.mark.parametrize("word", ["Vendeur", "Verkäufer", "Seller", "出品者"])
def test_what_the_seller_ships_is_mfn(word: str) -> None:
    report = read(written([Line(cells={"fulfillment": word}), payout(1000)]))
    assert {group.key.channel for group in report.groups} == {"MFN"}


def test_the_orders_number_stands_beside_the_amount() -> None:
    found = list(date_range.rows(source(written()), PACIFIC))
    assert found[0].cells["order id"] == "112-0000000-0000001"


def test_regulatory_fees_points_and_older_taxes_are_told_apart() -> None:
    extra = {"Regulatory Fee": "1.00", "Tax On Regulatory Fee": "0.10",
             "Amazonポイントの費用": "-0.50", "low value goods": "-0.05"}  # fmt: skip
    line = Line(amounts={"product sales": 1000}, cells={"total": "10.55"})
    file = written([line], extra=extra)
    assert class_totals(read(file)) == {
        "product_sales": 1000,
        "regulatory_fees_collected": 100,
        "sales_tax_collected": 10,
        "points_granted": -50,
        "marketplace_facilitator_tax": -5,
    }


def test_a_type_that_is_not_known_stays_as_found() -> None:
    report = read(written([Line("Something New", {"other": 500}), payout(500)]))
    assert {group.key.kind for group in report.groups} == {
        Kind("Something New", "date-range", "other")
    }


def test_an_account_level_row_without_a_description_is_told_by_its_column() -> None:
    report = read(written([Line("Service Fee", {"other": -5}, description="")]))
    assert kinds(report) == {"Service Fee / other": -5}


def test_a_row_without_any_amount_is_counted() -> None:
    report = read(written([Line(amounts={}), Line(), payout(1000)]))
    assert kinds(report) == {"Order / ": 0, "Order / product sales": 1000}
    assert class_totals(report) == {"other_adjustments": 0, "product_sales": 1000}
    assert (report.rows, report.amounts) == (3, 2)


def test_every_class_a_rule_names_is_one() -> None:
    rules = [rule for rule in VOCABULARY.rules if rule.amount_type == "date-range"]
    assert len(rules) >= 60
    assert {rule.accounting_class for rule in rules} <= set(classes())


def test_the_vocabulary_cases_of_this_report() -> None:
    with (DATA / "vocabulary_cases.tsv").open(encoding="utf-8", newline="") as file:
        cases = [
            case
            for case in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if case["amount_type"] == "date-range"
        ]
    assert len(cases) >= 70
    for case in cases:
        kind = Kind(case["transaction_type"], case["amount_type"], case["amount_description"])
        rule = VOCABULARY.rule(kind)
        assert (rule.accounting_class if rule else "unmapped") == case["accounting_class"], case


# --- trace and round trip ------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
def test_trace_rows_equal_groups(locale: str) -> None:
    file = written(locale=locale)
    added: dict[object, tuple[int, int, int]] = {}
    for row in date_range.rows(source(file), PACIFIC):
        rows, amount, first = added.get(row.key, (0, 0, row.line))
        added[row.key] = (rows + 1, amount + row.amount, first)
    assert added == {g.key: (g.rows, g.amount, g.first_line) for g in read(file).groups}


COLUMNS_DRAWN = ("product sales", "shipping credits", "promotional rebates", "selling fees",
                 "fba fees", "other transaction fees", "other")  # fmt: skip
DRAWN = st.lists(
    st.builds(
        Line,
        type=st.sampled_from(["Order", "Refund", "Lightning Deal Fee"]),
        amounts=st.dictionaries(
            st.sampled_from(COLUMNS_DRAWN), st.integers(-10_000_000, 10_000_000)
        ),
        at=st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda more: JUNE_2 + more),
    ),
    min_size=1,
    max_size=8,
)


@given(
    drawn=DRAWN,
    locale=st.sampled_from(list(LOCALES)),
    delimiter=st.sampled_from([",", ";", "\t"]),
    preamble=st.integers(0, 12),
)
def test_round_trip_over_locales(
    drawn: list[Line], locale: str, delimiter: str, preamble: int
) -> None:
    least = -sum(line.total for line in drawn)
    lines = [*drawn, Line(amounts={"other": max(least, 0)})]
    total = sum(line.total for line in lines)
    spoken = [LOCALES[locale].preamble, *["x"] * preamble]
    report = read(written([*lines, payout(total)], locale, delimiter=delimiter, preamble=spoken))
    expected: dict[str, int] = {}
    for line in lines:
        amounts = {column: value for column, value in line.amounts.items() if value} or {"": 0}
        for column, value in amounts.items():
            name = f"{line.type} / {column}"
            expected[name] = expected.get(name, 0) + value
    assert kinds(report) == expected
    assert report.header.declared_total == report.computed_total == total
    assert report.findings == ()
    days = {group.key.day for group in report.groups}
    assert days == {line.at.astimezone(PACIFIC.default_zone).date() for line in lines}


def test_a_sale_is_read_as_the_columns_say() -> None:
    report = read(written([Line("Order", SALE), payout(sum(SALE.values()))]))
    assert kinds(report) == {f"Order / {column}": value for column, value in SALE.items()}
