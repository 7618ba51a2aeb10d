"""The cost of goods: which units count, what they cost, and what is said of those without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from builders import (
    DATA,
    FILES,
    V1_COLUMNS,
    AFile,
    a_file,
    a_profile,
    a_row,
    codes,
    mappings,
    settled,
)

from handler.adapters.mapping_files import load_mappings
from handler.settlement.journal import JournalLine
from handler.settlement.profile import CostAccounts, Dimensions, Profile
from handler.settlement.settle import Mappings, Settled

BOTH = {"AFN": "1310 At Amazon", "MFN": "1300 Own"}


def books(
    costs: dict[str, str], inventory: dict[str, str] | None = None, profile: Profile | None = None
) -> Mappings:
    """Mappings that book costs; ``costs`` are in USD."""
    accounts = CostAccounts("5010 COGS", BOTH if inventory is None else inventory, "costs/x.csv")
    chosen = replace(profile or a_profile(), cost=accounts)
    prices = {(sku, "USD"): Fraction(cost) for sku, cost in costs.items()}
    return replace(mappings(chosen), unit_costs=prices)


def cost_lines(found: Settled) -> list[JournalLine]:
    return [x for e in found.journal.entries for x in e.lines if x.section == "cost_of_goods"]


def costs(found: Settled) -> list[tuple[str, int, str]]:
    return [(line.account, line.signed, line.memo) for line in cost_lines(found)]


def v1(*rows: dict[str, str], total: str) -> AFile:
    common = {
        "transaction-type": "Order", "order-id": "1", "marketplace-name": "Amazon.com",
        "fulfillment-id": "AFN", "posted-date": "2025-08-05T12:00:00+00:00", "sku": "SKU-1",
    }  # fmt: skip
    return AFile(rows=tuple(common | row for row in rows), total=total, columns=tuple(V1_COLUMNS))


def test_costs_stand_in_the_same_entry_as_a_block_of_their_own() -> None:
    rows = [a_row(quantity_purchased="3"), a_row(fulfillment_id="MFN", sku="SKU-2")]
    found = settled(a_file(rows, total="20.00"), books({"SKU-1": "2.50", "SKU-2": "4"}))
    assert found.status == "proven"
    assert len(found.journal.entries) == 1
    assert costs(found) == [
        ("5010 COGS", 750, "Cost of 3 units sold, AFN"),
        ("1310 At Amazon", -750, "Cost of 3 units sold, AFN"),
        ("5010 COGS", 400, "Cost of 1 unit sold, MFN"),
        ("1300 Own", -400, "Cost of 1 unit sold, MFN"),
    ]
    assert all(line.derived and not line.groups for line in cost_lines(found))
    assert (found.clearing_before, found.clearing_after) == (2000, 0)


def test_no_costs_where_the_profile_books_none() -> None:
    found = settled(a_file(), mappings())
    assert (costs(found), codes(found)) == ([], [])


def test_the_stock_of_a_channel_without_an_account_is_somebody_elses() -> None:
    rows = [a_row(sku="UNKNOWN"), a_row(fulfillment_id="MFN")]
    found = settled(a_file(rows, total="20.00"), books({"SKU-1": "2"}, {"MFN": "1300 Own"}))
    assert [(account, amount) for account, amount, _ in costs(found)] == [
        ("5010 COGS", 200),
        ("1300 Own", -200),
    ]
    assert codes(found) == []


def test_v2_counts_the_price_alone_though_every_amount_repeats_the_quantity() -> None:
    more = [
        ("ItemPrice", "Tax", "0.80"), ("ItemPrice", "Shipping", "2.00"),
        ("ItemFees", "Commission", "-1.50"), ("Promotion", "Principal", "-1.00"),
    ]  # fmt: skip
    rows = [a_row(quantity_purchased="2")]
    rows += [
        a_row(amount_type=t, amount_description=d, amount=a, quantity_purchased="2")
        for t, d, a in more
    ]
    found = settled(a_file(rows, total="10.30"), books({"SKU-1": "1"}))
    assert costs(found)[0] == ("5010 COGS", 200, "Cost of 2 units sold, AFN")


def test_another_kind_mapped_to_sales_does_not_count_the_units_again() -> None:
    chosen = books({"SKU-1": "1"})
    rule = next(r for r in chosen.vocabulary.rules if r.amount_description == "GiftWrap")
    as_sales = type(chosen.vocabulary)(
        replace(r, accounting_class="product_sales") if r is rule else r
        for r in chosen.vocabulary.rules
    )
    wrap = a_row(amount_description=rule.amount_description, amount="1.00")
    found = settled(a_file([a_row(), wrap], total="11.00"), replace(chosen, vocabulary=as_sales))
    assert costs(found)[0][1] == 100


def test_v1_counts_the_row_of_the_quantity_and_never_the_price_beside_it() -> None:
    rows = [
        {"quantity-purchased": "2"},
        {"price-type": "Principal", "price-amount": "10.00"},
        {"price-type": "Principal", "price-amount": "5.00", "quantity-purchased": "2"},
        {"item-related-fee-type": "Commission", "item-related-fee-amount": "-1.00"},
    ]
    found = settled(v1(*rows, total="14.00"), books({"SKU-1": "3"}))
    assert (found.status, codes(found)) == ("proven", [])
    assert costs(found)[0] == ("5010 COGS", 600, "Cost of 2 units sold, AFN")


def test_refunds_put_nothing_back() -> None:
    rows = [a_row(), a_row(transaction_type="Refund", amount="-4.00")]
    found = settled(a_file(rows, total="6.00"), books({"SKU-1": "3"}))
    assert costs(found)[0][1] == 300


def test_a_line_is_exact_and_rounded_once() -> None:
    rows = [a_row(sku=f"SKU-{n}", quantity_purchased="3") for n in (1, 2)]
    found = settled(a_file(rows, total="20.00"), books({"SKU-1": "0.3333", "SKU-2": "0.3350"}))
    assert costs(found)[0][1] == 200  # 0.9999 + 1.0050 = 2.0049
    half = settled(a_file(), books({"SKU-1": "0.005"}))
    assert costs(half)[0][1] == 1


def test_units_that_cost_nothing_make_no_line() -> None:
    found = settled(a_file(), books({"SKU-1": "0"}))
    assert (found.status, costs(found), codes(found)) == ("proven", [], [])


def test_a_sku_without_a_cost_is_told_and_the_rest_is_booked() -> None:
    rows = [a_row(), a_row(sku="NEW", quantity_purchased="2"), a_row(sku="NEW")]
    found = settled(a_file(rows, total="30.00"), books({"SKU-1": "3"}))
    assert found.status == "proven"
    assert costs(found)[0][1] == 300
    (finding,) = found.findings
    assert (finding.code, finding.subject) == ("COST_MISSING", "SKU NEW")
    assert finding.evidence == {
        "sku": "NEW", "units": 3, "currency": "USD", "table": "costs/x.csv",
    }  # fmt: skip


def test_a_cost_in_another_currency_is_not_taken() -> None:
    chosen = replace(books({}), unit_costs={("SKU-1", "EUR"): Fraction(3)})
    found = settled(a_file(), chosen)
    assert costs(found) == []
    (finding,) = found.findings
    assert "a cost in EUR only; the settlement is in USD" in finding.what


@pytest.mark.parametrize("quantity", ["", "-1", "1.5", "one", "\u0661"])
def test_a_quantity_that_is_none_is_told(quantity: str) -> None:
    found = settled(a_file([a_row(quantity_purchased=quantity)]), books({"SKU-1": "3"}))
    assert (found.status, costs(found)) == ("proven", [])
    assert [f.subject for f in found.findings] == ["SKU SKU-1, quantity"]


def test_a_sale_of_no_channel_is_told() -> None:
    """Which stock it left is not known: the older Finances API names no channel at all."""
    found = settled(a_file([a_row(fulfillment_id="")]), books({"SKU-1": "3"}))
    assert (found.status, costs(found)) == ("proven", [])
    assert [f.subject for f in found.findings] == ["SKU SKU-1, quantity"]


@pytest.mark.parametrize("name", ["us_settlement.xml", "us_finances_2024.json"])
def test_other_formats_name_their_quantities_too(name: str) -> None:
    content = (DATA / "settlements_other" / name).read_bytes()
    found = settled(content, books({"SKU-1": "1", "SKU-2": "1", "SKU-3": "1"}))
    assert {account for account, _, _ in costs(found)} == {"5010 COGS", *BOTH.values()}
    assert "COST_MISSING" not in codes(found)


def test_many_skus_without_a_cost_are_named_up_to_a_limit() -> None:
    rows = [a_row(sku=f"N{n:03}", amount="1.00") for n in range(60)]
    found = settled(a_file(rows, total="60.00"), books({}))
    assert codes(found) == ["COST_MISSING"] * 51
    assert found.findings[-1].evidence["skus"] == 10


def test_costs_follow_the_month_and_a_closed_one_moves_them() -> None:
    rows = [
        a_row(posted_date_time="2025-07-20 12:00:00 UTC"),
        a_row(posted_date_time="2025-08-05 12:00:00 UTC", quantity_purchased="2"),
    ]
    file = a_file(rows, total="20.00")
    found = settled(file, books({"SKU-1": "1"}))
    assert [(str(e.period), next(x.debit for x in e.lines if x.section == "cost_of_goods"))
            for e in found.journal.entries] == [("2025-07", 100), ("2025-08", 200)]  # fmt: skip
    base = a_profile()
    closed = replace(base.subsidiaries["US"], closed_through=date(2025, 7, 31))
    found = settled(file, books({"SKU-1": "1"}, profile=replace(base, subsidiaries={"US": closed})))
    assert found.status == "proven"
    assert [(memo, amount) for _, amount, memo in costs(found)[::2]] == [
        ("Cost of 1 unit sold, AFN (Jul 2025, closed)", 100),
        ("Cost of 2 units sold, AFN", 200),
    ]


def test_costs_carry_the_channels_place_and_no_tax_code() -> None:
    base = a_profile()
    home = replace(
        base.home,
        dimensions=Dimensions("D", "C", "L", "VAT-20"),
        by_channel={"AFN": Dimensions(location="FBA")},
    )
    found = settled(
        a_file(), books({"SKU-1": "1"}, profile=replace(base, home=home, marketplaces=(home,)))
    )
    assert {line.dimensions for line in cost_lines(found)} == {Dimensions("D", "C", "FBA")}


def test_costs_may_be_all_there_is_in_an_entry() -> None:
    rows = [a_row(amount="0.00"), a_row(posted_date_time="2025-07-20 12:00:00 UTC")]
    found = settled(a_file(rows, total="10.00"), books({"SKU-1": "1"}))
    assert found.status == "proven"
    assert [len(entry.lines) for entry in found.journal.entries] == [4, 2]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_real_files_have_as_many_units_as_quantities_beside_their_sales(path) -> None:
    content = path.read_bytes()
    chosen = load_mappings(path.parents[3] / "mappings", "eu" if "fr_" in path.stem else "ca")
    accounts = CostAccounts("5010 COGS", BOTH, "costs/x.csv")
    found = settled(content, replace(chosen, profile=replace(chosen.profile, cost=accounts)))
    assert found.status == "proven"
    header, *rows = [line.split("\t") for line in content.decode().splitlines() if line]
    place = {name: n for n, name in enumerate(header)}
    quantities = [
        int(cells[place["quantity-purchased"]])
        for cells in rows
        if cells[place["transaction-type"]] == "Order" and cells[place["quantity-purchased"]]
        # In V2 every amount of an item repeats its quantity.
        if "amount-type" not in place
        or (cells[place["amount-type"]], cells[place["amount-description"]])
        == ("ItemPrice", "Principal")
    ]
    told = [f.evidence["units"] for f in found.findings if f.code == "COST_MISSING"]
    assert sum(told) == sum(quantities)  # type: ignore[arg-type]
