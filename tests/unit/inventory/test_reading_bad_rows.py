"""What cannot be read is named with line and column, or the whole file is refused."""

from __future__ import annotations

from datetime import date

import pytest
from stock_report_texts import READ, good_cell, read, tabbed

from handler.core.errors import UnusableFile
from handler.core.finding import Finding
from handler.inventory.amazon_report import AmazonReport

COLUMNS = next(one.columns for one in READ if one.name == "production 15")


def row(**changed: str) -> list[str]:
    return [changed.get(name.replace(" ", "_"), good_cell(name)) for name in COLUMNS]


def report(*rows: list[str], columns: tuple[str, ...] = COLUMNS) -> AmazonReport:
    return read(tabbed(columns, *rows))


def only(found: AmazonReport) -> Finding:
    (finding,) = found.findings
    assert finding.code == "BAD_INVENTORY_ROW"
    return finding


@pytest.mark.parametrize("cell", ["5.0", "1,000", "1_0", "", "٣", "--1", "+", "1e2", "1" * 5000])
def test_a_quantity_is_whole_digits(cell: str) -> None:
    found = report(row(), row(Quantity=cell), row())
    finding = only(found)
    assert (finding.subject, finding.evidence["line"]) == ("line 3", 3)
    assert finding.evidence["column"] == "Quantity"
    assert cell.startswith(str(finding.evidence["found"]).removesuffix("..."))
    assert (found.rows, [one.line for one in found.events]) == (3, [2, 4])


@pytest.mark.parametrize(("cell", "units"), [(" 5 ", 5), ("+5", 5), ("-5", -5), ("0", 0)])
def test_signs_blanks_and_zero_are_kept(cell: str, units: int) -> None:
    assert report(row(Quantity=cell)).events[0].quantity == units


@pytest.mark.parametrize("column", ["FNSKU", "Event Type", "Fulfillment Center", "Disposition"])
def test_a_needed_cell_is_not_empty(column: str) -> None:
    found = report(row(**{column.replace(" ", "_"): "  "}))
    assert only(found).evidence["column"] == column


def test_identical_ledger_rows_are_all_kept() -> None:
    found = report(row(), row(), row())
    assert [one.line for one in found.events] == [2, 3, 4]


def test_unknown_events_stay_and_codes_are_upper_case() -> None:
    (event,) = report(row(Event_Type="Magic", Reason=" q ", Disposition="Customer_Damaged")).events
    assert (event.event, event.reason, event.disposition) == ("Magic", "Q", "CUSTOMER_DAMAGED")


def test_rows_too_long_are_named_and_short_ones_filled_up() -> None:
    found = report([*row(), "x"], row()[:12])
    assert only(found).evidence["found"] == "16 cells"
    assert [one.line for one in found.events] == [3]
    assert found.events[0].unreconciled is None


def test_a_short_row_that_lacks_a_needed_cell_is_named() -> None:
    assert only(report(row()[:9])).evidence["column"] == "Disposition"


def test_a_short_last_line_without_an_end_was_cut() -> None:
    cut = tabbed(COLUMNS, row(), row()[:12])[:-1]
    found = read(cut)
    assert only(found).subject == "line 3"
    assert len(found.events) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bom_line_ends_and_blank_lines(end: str) -> None:
    blank = "\t" * (len(COLUMNS) - 1)
    found = read(b"\xef\xbb\xbf" + tabbed("", COLUMNS, "", row(), blank, "  ", row(), "", end=end))
    assert found.findings == ()
    assert (found.rows, [one.line for one in found.events]) == (2, [4, 7])


@pytest.mark.parametrize(
    ("encoding", "sku"), [("utf-8", "é-ミキサー"), ("cp1252", "Größe-él"), ("cp932", "ミキサー")]
)
def test_encodings(encoding: str, sku: str) -> None:
    text = tabbed(COLUMNS, row(MSKU=sku)).decode().encode(encoding)
    assert read(text).events[0].sku == sku


def days(*cells: str) -> tuple[list[date], list[int]]:
    found = report(*(row(Date=cell) for cell in cells))
    return [one.day for one in found.events], [one.evidence["line"] for one in found.findings]


@pytest.mark.parametrize(
    "cell",
    [
        "08/31/2026", "31/08/2026", "31.08.2026", "2026-08-31", "2026/08/31",
        "2026-08-31T23:59:59Z", "2026-08-31T23:59:59-07:00", "2026-08-31 PDT",
    ],
)  # fmt: skip
def test_forms_of_a_day(cell: str) -> None:
    assert days(cell) == ([date(2026, 8, 31)], [])


@pytest.mark.parametrize(
    "cell",
    ["", "31/31/2026", "02/30/2026", "8/1/2026", "2026-8-1", "31-08-2026", "2026-08-31T25:00"],
)
def test_no_days(cell: str) -> None:
    assert days(cell) == ([], [2])


def test_one_day_above_twelve_settles_the_order_of_the_file() -> None:
    assert days("01/02/2026", "13/02/2026") == ([date(2026, 2, 1), date(2026, 2, 13)], [])
    assert days("01/02/2026", "02/13/2026") == ([date(2026, 1, 2), date(2026, 2, 13)], [])


def test_a_ledger_that_fits_both_orders_is_month_first() -> None:
    assert days("01/02/2026") == ([date(2026, 1, 2)], [])


def test_dates_in_two_orders_are_named() -> None:
    assert days("13/02/2026", "02/13/2026") == ([date(2026, 2, 13)], [3])


@pytest.mark.parametrize("cell", ["08/2026", "2026-08"])
def test_a_month_is_dated_to_its_end(cell: str) -> None:
    columns = next(one.columns for one in READ if one.name == "production 2026")
    cells = [cell if name == "Date" else good_cell(name) for name in columns]
    assert read(tabbed(columns, cells)).balances[0].day == date(2026, 8, 31)


def test_two_hundred_bad_rows_are_named_and_the_rest_counted() -> None:
    found = report(*[row(Quantity="x")] * 250)
    assert (found.rows, len(found.findings)) == (250, 201)
    assert "50 more rows" in found.findings[-1].what


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [("EUR", "-24,9", -2490), ("JPY", "1500", 1500), ("KWD", "1.234", 1234), ("", "", 0)],
)
def test_amounts(currency: str, amount: str, minor: int) -> None:
    assert reimbursed(currency, amount).reimbursements[0].amount == minor


@pytest.mark.parametrize(
    ("currency", "amount", "column"),
    [
        ("EUR", "1,234", "amount-total"), ("EUR", "1.234,00", "amount-total"),
        ("EUR", "", "amount-total"), ("JPY", "15.0", "amount-total"),
        ("", "1.00", "currency-unit"), ("XXX", "1.00", "currency-unit"),
    ],
)  # fmt: skip
def test_amounts_that_are_none(currency: str, amount: str, column: str) -> None:
    assert only(reimbursed(currency, amount)).evidence["column"] == column


def reimbursed(currency: str, amount: str) -> AmazonReport:
    columns = next(one.columns for one in READ if one.report == "GET_FBA_REIMBURSEMENTS_DATA")
    changed = {"currency-unit": currency, "amount-total": amount}
    return read(tabbed(columns, [changed.get(name, good_cell(name)) for name in columns]))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n \n", b"<html></html>", b"<?xml version='1.0'?>", b"hello", b"\xff\xfea\x00",
        b"PK\x03\x04", b"\x1f\x8b\x08", b"Datum\tFNSKU\tMenge\n", b"x" * 70_000,
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(UnusableFile) as caught:
        read(content)
    assert caught.value.code == "UNUSABLE_FILE"
    assert caught.value.repair


def test_a_quote_never_closed_is_refused_with_its_line() -> None:
    with pytest.raises(UnusableFile, match="line 2"):
        read((",".join(COLUMNS) + '\n"08/31/2026,X1\n').encode())
