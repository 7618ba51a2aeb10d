"""The index of a settlement's orders: what it holds, how it is packed, how it is searched."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date

import pytest
from builders import DATA, FILES, V1_COLUMNS, a_file, a_profile
from refund_files import (
    GROUPING,
    MAPPINGS,
    ORDER,
    an_index,
    classify_kind,
    index_of,
    refund,
    sale,
    tax,
    withheld,
)

from handler.core.source import from_bytes
from handler.settlement import order_index, readers
from handler.settlement.order_index import BrokenIndex
from handler.settlement.profile import Granularity, Policies

OTHERS = sorted((DATA / "settlements_other").glob("*"))


def test_an_order_item_is_one_line_of_sums() -> None:
    index = an_index(
        1,
        sale("10.00", "2025-08-06"),
        sale("2.50", "2025-08-05", amount_description="Shipping"),
        sale("-1.50", amount_type="ItemFees", amount_description="Commission"),
        tax("1.00"),
        withheld("-1.00"),
        refund("-4.00", "2025-08-12"),
        refund("-1.00", "2025-08-12"),
        refund("-2.00", "2025-08-09"),
        refund("-0.25", "2025-08-09", amount_description="Goodwill"),
    )
    (line,) = index.lines()
    assert (line.order, line.item, line.sku, line.marketplace) == (
        ORDER, "1", "SKU-1", "Amazon.com",
    )  # fmt: skip
    assert line.first_sale == date(2025, 8, 5)
    assert line.sale == 12_50
    assert line.refunds == ((date(2025, 8, 9), -2_25), (date(2025, 8, 12), -5_00))
    assert (line.refunded, line.goodwill) == (-7_25, -25)
    assert (line.collected, line.withheld) == (1_00, -1_00)
    assert (index.settlement_id, index.currency) == ("11700000001", "USD")
    assert (index.start, index.end) == (date(2025, 8, 1), date(2025, 8, 15))


def test_days_are_those_of_the_marketplace() -> None:
    row = sale() | {"posted-date-time": "2025-08-05 03:00:00 UTC"}
    assert next(an_index(1, row).lines()).first_sale == date(2025, 8, 4)


def test_fees_and_rows_without_an_order_leave_no_line() -> None:
    fee = sale(amount_type="ItemFees", amount_description="Commission")
    assert len(an_index(1, fee, sale(order=""))) == 0


def test_nothing_withheld_is_not_withheld_zero() -> None:
    index = an_index(1, sale(), sale(order="2"), withheld("-1.00"), withheld("1.00"))
    assert [line.withheld for line in index.lines()] == [0, None]


@pytest.mark.parametrize("shipment", ["FBA15XXXX", "FBA51MF1ZE06", "fba15dkxq1"])
def test_a_shipment_in_place_of_an_order_is_no_order(shipment: str) -> None:
    row = {
        "transaction-type": "Order",
        "order-id": shipment,
        "marketplace-name": "Amazon.com",
        "price-type": "Principal",
        "price-amount": "10.00",
        "fulfillment-id": "AFN",
        "posted-date": "2025-08-05T12:00:00+00:00",
        "order-item-code": "1",
        "sku": "SKU-1",
    }
    rows = [row, row | {"order-id": ORDER}]
    index = index_of(a_file(rows, total="20.00", columns=tuple(V1_COLUMNS)))
    assert [line.order for line in index.lines()] == [ORDER]


def test_a_refund_and_its_reversal_on_one_day_are_nothing() -> None:
    assert next(an_index(1, refund("-3.00"), refund("3.00")).lines()).refunds == ()


def test_found_by_order_whatever_begins_alike() -> None:
    orders = ["1", "11", "1-1", "111", "2", "é", "0"]
    index = an_index(
        1,
        *(sale(f"{n}.00", order=order, item=i) for n, order in enumerate(orders, 1) for i in "ab"),
    )
    assert len(index) == 14
    for number, order in enumerate(orders, 1):
        found = index.of_order(order)
        assert [(line.order, line.item) for line in found] == [(order, "a"), (order, "b")]
        assert {line.sale for line in found} == {number * 100}
    for unknown in ("", "3", "01", "zz", "11\t"):
        assert index.of_order(unknown) == ()
    assert replace(index, body=b"").of_order("1") == ()


@pytest.mark.parametrize("path", [*FILES, *OTHERS], ids=lambda path: path.name)
def test_real_files_pack_and_come_back(path) -> None:
    index = index_of(path.read_bytes())
    packed = order_index.pack(index)
    assert packed == order_index.pack(index_of(path.read_bytes()))
    assert order_index.unpack(packed) == index
    assert [line.written() for line in index.lines()] == index.body.splitlines(keepends=True)
    for line in index.lines():
        assert line in index.of_order(line.order)


def test_the_same_orders_in_every_format() -> None:
    """The XML, and what the Finances API gives, name the fields of their own; v0 is one order."""
    found = {path.name: index_of(path.read_bytes()) for path in OTHERS}
    for name, index in found.items():
        lines = list(index.lines())
        assert lines, name
        assert all(line.order.count("-") == 2 for line in lines), name
    assert all(line.item and line.sku for line in found["us_settlement.xml"].lines())


def test_the_header_of_another_language_names_the_order_too() -> None:
    cells = {"Número de pedido": ORDER, "sku": "A", "total": "1"}
    row = next(readers.rows(from_bytes(a_file([sale()]).content()), GROUPING))
    assert order_index.order_of(row._replace(cells=cells)) == ORDER


def test_grouping_by_order_changes_nothing() -> None:
    grouping = a_profile(policies=Policies(granularity=Granularity.ORDER)).grouping
    content = from_bytes(a_file([sale(), refund("-1.00")], total="9.00").content())
    by_order = order_index.build(content, grouping, classify_kind)
    assert by_order == order_index.build(content, GROUPING, classify_kind)


def test_other_rules_do_not_agree() -> None:
    index = an_index(1, sale())
    assert index.agrees(classify_kind)
    assert index.agrees(lambda _: "shipping_income")  # another class, the same to the order
    assert not index.agrees(lambda _: "referral_fees")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"no gzip",
        lambda packed: packed[:-9],
        lambda packed: packed[:40] + b"\x00" + packed[41:],
        lambda packed: gzip.compress(b"{}\n"),
        lambda packed: gzip.compress(b"[]\n"),
        lambda packed: gzip.compress(gzip.decompress(packed)[:-30]),
        lambda packed: gzip.compress(gzip.decompress(packed).replace(b'"schema":1', b'"schema":0')),
        lambda packed: gzip.compress(gzip.decompress(packed).replace(b'"sale"]', b'"new"]')),
        lambda packed: gzip.compress(b"\xff" + gzip.decompress(packed)),
    ],
)
def test_damaged_bytes_are_refused(spoil) -> None:
    packed = order_index.pack(an_index(1, sale(), sale(order="2")))
    with pytest.raises(BrokenIndex):
        order_index.unpack(spoil(packed))


def test_a_line_of_the_index_is_short() -> None:
    rows = [sale(order=f"{n:03}-7654321-{n:07}", item=f"{n:014}") for n in range(500)]
    packed = order_index.pack(an_index(1, *rows))
    assert len(packed) < 500 * 40


def test_the_mappings_of_these_tests_are_the_shipped_ones() -> None:
    assert MAPPINGS.vocabulary.rule(("Refund", "ItemPrice", "Principal")) is not None
