"""Every known header of Amazon's stock reports is read by the names of its columns."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date

import pytest
from stock_report_texts import KINDS, READ, VARIANTS, Variant, good_cell, read, tabbed, values

from handler.core.errors import UnusableFile
from handler.inventory.amazon_report import ReportKind

DAY = date(2026, 8, 31)


def name_of(variant: Variant) -> str:
    return f"{variant.report} {variant.name}"


@pytest.mark.parametrize("variant", READ, ids=name_of)
def test_each_variant_is_read_whole(variant: Variant) -> None:
    report = read(tabbed(variant.columns, [good_cell(name) for name in variant.columns]))
    assert report.kind is KINDS[variant.report]
    assert report.findings == ()
    assert report.unknown_columns == ()
    assert report.rows == len(values(report)) == 1


@pytest.mark.parametrize("variant", READ, ids=name_of)
def test_columns_may_stand_in_any_order_and_new_ones_are_named(variant: Variant) -> None:
    cells = [good_cell(name) for name in variant.columns]
    plain = read(tabbed(variant.columns, cells))
    turned = read(tabbed(["New column", *reversed(variant.columns)], ["x", *reversed(cells)]))
    assert values(turned) == values(plain)
    assert turned.unknown_columns == ("New column",)


@pytest.mark.parametrize("variant", READ, ids=name_of)
def test_commas_and_quotes_read_like_tabs(variant: Variant) -> None:
    cells = [good_cell(name) for name in variant.columns]
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([variant.columns, cells])
    quoted = "\t".join(f'"{cell}"' for cell in cells)
    plain = read(tabbed(variant.columns, cells))
    assert read(written.getvalue().encode()) == plain
    assert read(tabbed(variant.columns, quoted)) == plain


@pytest.mark.parametrize(
    "variant", [one for one in VARIANTS if one.report not in KINDS], ids=name_of
)
def test_other_reports_are_refused_with_their_header(variant: Variant) -> None:
    with pytest.raises(UnusableFile) as caught:
        read(tabbed(variant.columns, ["1"] * len(variant.columns)))
    assert variant.columns[0] in caught.value.message
    assert "inventory ledger (detail)" in caught.value.message


def test_a_packed_file_reads_like_a_plain_one() -> None:
    plain = tabbed(READ[0].columns, [good_cell(name) for name in READ[0].columns])
    assert read(gzip.compress(plain)) == read(plain)


def by_name(report: str, name: str, **changed: str) -> object:
    variant = next(one for one in READ if one.report == report and one.name.startswith(name))
    cells = [changed.get(column, good_cell(column)) for column in variant.columns]
    (found,) = values(read(tabbed(variant.columns, cells)))
    return found


def test_staged_units_are_being_processed() -> None:
    documented = by_name("GET_RESERVED_INVENTORY_DATA", "documented 8", reserved_staging="2")
    staged = by_name("GET_RESERVED_INVENTORY_DATA", "9 production", reserved_staging="2")
    assert (documented.reserved_processing, documented.reserved_transfers) == (7, 7)
    assert (staged.reserved_processing, staged.reserved_transfers) == (9, None)


def test_units_of_afn_go_where_their_condition_says() -> None:
    good = by_name("GET_AFN_INVENTORY_DATA", "all")
    bad = by_name("GET_AFN_INVENTORY_DATA", "all", **{"Warehouse-Condition-code": "UNSELLABLE"})
    assert (good.fulfillable, good.unsellable, good.on_hand) == (7, None, None)
    assert (bad.fulfillable, bad.unsellable) == (None, 7)


def test_stock_by_country_has_its_country() -> None:
    found = by_name("GET_AFN_INVENTORY_DATA_BY_COUNTRY", "EU", country="de")
    assert (found.country, found.fulfillable) == ("DE", 7)


def test_a_listing_tells_of_its_own_channel_only() -> None:
    own = by_name("GET_MERCHANT_LISTINGS_ALL_DATA", "29")
    amazons = by_name(
        "GET_MERCHANT_LISTINGS_ALL_DATA", "29", **{"fulfillment-channel": "AMAZON_NA"}
    )
    assert (own.fbm_listing, own.fbm_quantity, own.fba_listing) == (True, 7, None)
    assert (amazons.fbm_listing, amazons.fbm_quantity, amazons.fba_listing) == (None, None, True)


def test_a_removal_order_is_dated_to_its_request_and_its_shipment_to_the_shipment() -> None:
    order = by_name(
        "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA", "16", **{"in-process-quantity": ""}
    )
    shipment = by_name("GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA", "10")
    assert (order.day, order.requested, order.in_process) == (date(2026, 8, 30), 7, None)
    assert (shipment.day, shipment.requested, shipment.shipped) == (DAY, None, 7)
    assert (order.disposition, shipment.tracking) == ("SELLABLE", "T-1")


def test_a_missing_column_is_named() -> None:
    variant = next(one for one in READ if KINDS[one.report] is ReportKind.LEDGER_DETAIL)
    columns = [name for name in variant.columns if name != "Quantity"]
    with pytest.raises(UnusableFile, match="'quantity'"):
        read(tabbed(columns, [good_cell(name) for name in columns]))


def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(UnusableFile, match="'SKU' twice"):
        read(tabbed("sku\tSKU\treserved_qty", "a\tb\t1"))
