"""A company's policies in the entries: orders one by one, granularity, customers, VAT in prices."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from builders import a_file, a_profile, a_row, codes, mappings, settled

from handler.payloads.dialects import render
from handler.payloads.result import document
from handler.payloads.table import table
from handler.settlement.journal import JournalLine
from handler.settlement.profile import (
    CustomerPolicy,
    Granularity,
    Marketplace,
    Policies,
    PostingPolicy,
    Profile,
    Subsidiary,
)
from handler.settlement.settle import Settled
from handler.settlement.vat import included

RECEIVABLE = "1110 Orders receivable"
ONE, TWO = "111-1111111-1111111", "222-2222222-2222222"


def fee(amount: str, **cells: str) -> dict[str, str]:
    return a_row(amount_type="ItemFees", amount_description="Commission", amount=amount, **cells)


def refund(amount: str, **cells: str) -> dict[str, str]:
    return a_row(transaction_type="Refund", amount=amount, **cells)


def tax(amount: str, withheld: str, **cells: str) -> list[dict[str, str]]:
    return [
        a_row(amount_description="Tax", amount=amount, **cells),
        a_row(
            amount_type="ItemWithheldTax",
            amount_description="MarketplaceFacilitatorTax-Principal",
            amount=withheld,
            **cells,
        ),
    ]


ROWS = [
    a_row(order_id=ONE, amount="10.00"),
    *tax("0.80", "-0.80", order_id=ONE),
    a_row(order_id=ONE, amount_type="Promotion", amount="-1.00"),
    fee("-1.50", order_id=ONE),
    a_row(order_id=TWO, amount="7.00", sku="SKU-2", posted_date_time="2025-08-06 12:00:00 UTC"),
    refund("-2.00", order_id=TWO, sku="SKU-2", posted_date_time="2025-08-07 12:00:00 UTC"),
    fee("-0.70", order_id=TWO, sku="SKU-2", posted_date_time="2025-08-06 12:00:00 UTC"),
]
TOTAL = "11.80"


def profile(**policies: object) -> Profile:
    return a_profile(
        orders_receivable=RECEIVABLE,
        customer="881",
        sku_groups={"SKU-1": "BOOKS", "SKU-2": "TOYS"},
        policies=Policies(**policies),  # type: ignore[arg-type]
    )


def proven(**policies: object) -> Settled:
    found = settled(a_file(ROWS, total=TOTAL), mappings(profile(**policies)))
    assert found.status == "proven", [finding.what for finding in found.findings]
    assert found.clearing_after == 0
    return found


def lines(found: Settled) -> list[JournalLine]:
    return [line for entry in found.journal.entries for line in entry.lines]


def sums(found: Settled) -> dict[str, int]:
    made: Counter[str] = Counter()
    for _, _, line in found.journal.numbered():
        if line.accounting_class != "clearing" and not line.derived:
            made[line.accounting_class] -= line.signed
    return dict(made)


# Orders one by one.


def test_orders_booked_one_by_one_are_relieved_and_no_revenue_is_booked_again() -> None:
    found = proven(posting=PostingPolicy.BY_ORDER)
    by_account: Counter[str] = Counter()
    for line in lines(found):
        by_account[line.account] += line.signed
    # 10.00 + 0.80 - 0.80 - 1.00 + 7.00 - 2.00 stood on the receivable; the fees are Amazon's.
    assert by_account == {"1050 Clearing": 1180, RECEIVABLE: -1400, "acct referral_fees": 220}
    assert sums(found) == sums(proven())


def test_what_a_company_relieves_is_its_own_choice() -> None:
    found = proven(posting=PostingPolicy.BY_ORDER, relieved=frozenset({"product_sales"}))
    on_receivable = {x.accounting_class for x in lines(found) if x.account == RECEIVABLE}
    assert on_receivable == {"product_sales"}
    assert "acct product_refunds" in {line.account for line in lines(found)}


def test_the_receivable_is_relieved_order_by_order() -> None:
    found = proven(posting=PostingPolicy.BY_ORDER, granularity=Granularity.ORDER)
    by_order: Counter[str] = Counter()
    for line in lines(found):
        if line.account == RECEIVABLE:
            by_order[line.order] -= line.signed
    assert by_order == {ONE: 900, TWO: 500}


def test_a_summary_ignores_what_would_be_relieved() -> None:
    found = proven(posting=PostingPolicy.SUMMARY)
    assert RECEIVABLE not in {line.account for line in lines(found)}
    assert "orders_receivable" not in document(found, "hash")


# Granularity.


@pytest.mark.parametrize(
    ("granularity", "fees"),
    [
        (Granularity.SETTLEMENT, [("Referral fees", 220)]),
        (
            Granularity.DAY,
            [("Referral fees, 2025-08-05", 150), ("Referral fees, 2025-08-06", 70)],
        ),
        (Granularity.ORDER, [(f"Referral fees, {ONE}", 150), (f"Referral fees, {TWO}", 70)]),
        (Granularity.SKU_GROUP, [("Referral fees, BOOKS", 150), ("Referral fees, TOYS", 70)]),
    ],
)
def test_lines_are_as_fine_as_the_profile_says(granularity, fees) -> None:
    found = proven(granularity=granularity)
    made = [(x.memo, x.debit) for x in lines(found) if x.accounting_class == "referral_fees"]
    assert made == fees
    assert sums(found) == sums(proven())


def test_rows_of_no_order_and_no_group_have_a_line_too() -> None:
    rows = [*ROWS, a_row(order_id="", sku="SKU-9", amount="3.00")]
    for granularity, memo in [
        (Granularity.ORDER, "Product sales"),
        (Granularity.SKU_GROUP, "Product sales"),
    ]:
        found = settled(a_file(rows, total="14.80"), mappings(profile(granularity=granularity)))
        assert found.status == "proven"
        assert [x.credit for x in lines(found) if x.memo == memo] == [300]


# Customers.


def payload(found: Settled, dialect: str) -> list[dict]:
    (made,) = render(document(found, "hash"), dialect).payloads
    return made["body"]["line"]["items"] if dialect == "netsuite" else made["lines"]  # type: ignore[index,return-value]


def test_one_amazon_customer_stands_on_every_receivable_line_and_no_other() -> None:
    found = proven(posting=PostingPolicy.BY_ORDER)
    assert {line.entity for line in lines(found) if line.account == RECEIVABLE} == {"881"}
    assert {line.entity for line in lines(found) if line.account != RECEIVABLE} == {""}
    rest = [x for x in payload(found, "netsuite") if "entity" in x]
    assert {x["account"]["refName"] for x in rest} == {RECEIVABLE}
    assert all(x["entity"] == {"id": "881"} and "order_id" not in x for x in rest)
    assert {x["entity"] for x in payload(found, "celigo") if "entity" in x} == {"881"}
    head, *rows = render(document(found, "hash"), "csv").text.splitlines()
    place = head.split(",").index("Name")
    assert {row.split(",")[place] for row in rows} == {"", "881"}


@pytest.mark.parametrize("dialect", ["netsuite", "celigo"])
def test_an_individual_customer_is_looked_up_by_the_order(dialect: str) -> None:
    found = proven(
        posting=PostingPolicy.BY_ORDER,
        granularity=Granularity.ORDER,
        customers=CustomerPolicy.INDIVIDUAL,
    )
    made = payload(found, dialect)
    receivable = [x for x in made if x["account"] in (RECEIVABLE, {"refName": RECEIVABLE})]
    assert {x["order_id"] for x in receivable} == {ONE, TWO}
    assert not any("entity" in x for x in receivable)
    # A fee by order has an order too, and no customer.
    assert not any("order_id" in x for x in made if x not in receivable)


def test_a_receivable_line_without_an_order_stands_on_amazon() -> None:
    chosen = profile(
        posting=PostingPolicy.BY_ORDER,
        granularity=Granularity.ORDER,
        customers=CustomerPolicy.INDIVIDUAL,
    )
    found = settled(a_file([a_row(order_id="")]), mappings(chosen))
    (line,) = [x for x in lines(found) if x.account == RECEIVABLE]
    assert (line.order, line.entity) == ("", "881")


def test_the_document_names_entity_order_and_derived_where_there_are_any() -> None:
    plain = document(proven(), "hash")
    keys = {key for entry in plain["journal_entries"] for line in entry["lines"] for key in line}  # type: ignore[attr-defined]
    assert not keys & {"entity", "order_id", "derived"}
    made = document(proven(posting=PostingPolicy.BY_ORDER, granularity=Granularity.ORDER), "hash")
    shown = [line for entry in made["journal_entries"] for line in entry["lines"]]  # type: ignore[attr-defined]
    assert {x["order_id"] for x in shown if "entity" in x} == {ONE, TWO}


# VAT in prices.


def with_vat(*percents: str, **policies: object) -> Profile:
    """One marketplace for each rate: the home one, then the others, of one subsidiary."""
    base = profile(**policies)
    home = replace(base.home, vat_percent=percents[0])
    more = tuple(
        Marketplace((f"Amazon.{n}",), "DE", "USD", ZoneInfo("Europe/Berlin"), "US", vat_percent=p)
        for n, p in enumerate(percents[1:], 1)
    )
    return replace(base, home=home, marketplaces=(home, *more))


def vat_lines(found: Settled) -> list[tuple[str, str, int]]:
    return [
        (x.account, x.memo, x.signed) for x in lines(found) if x.accounting_class == "vat_included"
    ]


def test_vat_is_taken_out_of_sales_refunds_and_promotions_to_the_cent() -> None:
    rows = [
        a_row(amount="120.00"),
        refund("-60.00"),
        a_row(amount_type="Promotion", amount="-12.00"),
        fee("-15.00"),
    ]
    found = settled(a_file(rows, total="33.00"), mappings(with_vat("20")))
    assert found.status == "proven"
    assert vat_lines(found) == [
        ("acct product_sales", "VAT 20 % in product sales, Amazon.com", 2000),
        ("acct sales_tax_collected", "VAT 20 % in product sales, Amazon.com", -2000),
        ("acct product_refunds", "VAT 20 % in product refunds, Amazon.com", -1000),
        ("acct sales_tax_collected", "VAT 20 % in product refunds, Amazon.com", 1000),
        ("acct promotions", "VAT 20 % in promotional rebates, Amazon.com", -200),
        ("acct sales_tax_collected", "VAT 20 % in promotional rebates, Amazon.com", 200),
    ]
    by_account: Counter[str] = Counter()
    for line in lines(found):
        by_account[line.account] += line.signed
    assert by_account["acct product_sales"] == -10000
    assert by_account["acct product_refunds"] == 5000
    assert by_account["acct promotions"] == 1000
    assert by_account["acct sales_tax_collected"] == -800
    assert (found.clearing_before, found.clearing_after) == (3300, 0)


@pytest.mark.parametrize(
    ("gross", "percent", "tax"),
    [
        (300, "20", 50),
        (3, "20", 1),  # 0.5 of a cent: away from zero
        (-3, "20", -1),
        (2, "20", 0),  # a third
        (1055, "5.5", 55),
        (107, "7", 7),
        (10**15, "19", 159663865546218),  # ...487.39
        (0, "20", 0),
        (100, "0", 0),
        (100, "100", 50),
    ],
)
def test_vat_within_an_amount_is_exact_and_rounded_half_away_from_zero(gross, percent, tax) -> None:
    assert included(gross, Fraction(percent)) == tax


def test_each_country_has_its_own_rate_in_one_settlement() -> None:
    rows = [
        a_row(amount="120.00"),
        a_row(marketplace_name="Amazon.1", amount="119.00"),
        a_row(marketplace_name="Amazon.2", amount="50.00"),
    ]
    found = settled(a_file(rows, total="289.00"), mappings(with_vat("20", "19", "")))
    assert found.status == "proven"
    assert {memo: amount for _, memo, amount in vat_lines(found) if amount > 0} == {
        "VAT 20 % in product sales, Amazon.com": 2000,
        "VAT 19 % in product sales, Amazon.1": 1900,
    }
    assert sums(found) == {"product_sales": 28900}


def test_orders_posted_one_by_one_have_their_vat_already() -> None:
    chosen = with_vat("20", posting=PostingPolicy.BY_ORDER)
    found = settled(a_file([a_row(amount="120.00")], total="120.00"), mappings(chosen))
    assert (found.status, vat_lines(found)) == ("proven", [])


def test_derived_lines_have_no_rows_and_leave_the_walk_of_clearing_alone() -> None:
    found = settled(a_file([a_row(amount="120.00")], total="120.00"), mappings(with_vat("20")))
    made = document(found, "hash")
    shown = [x for x in made["journal_entries"][0]["lines"] if x.get("derived")]  # type: ignore[index]
    assert [(x["row_count"], x["debit"], x["credit"]) for x in shown] == [
        (0, "20.00", "0.00"),
        (0, "0.00", "20.00"),
    ]
    walk = table(made).partition("Clearing account")[2]
    assert "Vat included" not in walk
    assert "Sales" in walk


@pytest.mark.parametrize("limit", [3, 4, 6, 7, 900])
def test_entries_with_derived_lines_are_split_between_balanced_blocks(limit: int) -> None:
    base = with_vat("20", "19", granularity=Granularity.ORDER, lines_per_entry=limit)
    abroad = Subsidiary("MX", "Mexico", "MXN", None, "1400 Due from US", "2400 Due to MX")
    mexico = Marketplace(
        ("Amazon.com.mx",), "MX", "USD", ZoneInfo("America/Mexico_City"), "MX", vat_percent="16"
    )
    chosen = replace(
        base,
        subsidiaries={**base.subsidiaries, "MX": abroad},
        marketplaces=(*base.marketplaces, mexico),
    )
    names = ["Amazon.com", "Amazon.1", "Amazon.com.mx"]
    rows = [
        a_row(order_id=f"{n:03}-0000000-0000000", amount="10.00", marketplace_name=names[n % 3])
        for n in range(9)
    ]
    found = settled(a_file(rows, total="90.00"), mappings(chosen))
    assert (found.status, codes(found)) == ("proven", [])
    for entry in found.journal.entries:
        assert len(entry.lines) <= limit
        assert entry.imbalance == 0
        assert sum(line.signed for line in entry.lines if line.derived) == 0
    assert (len(found.journal.entries) == 2) == (limit == 900)
    assert len(vat_lines(found)) == 18
