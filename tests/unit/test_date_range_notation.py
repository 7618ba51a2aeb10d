"""How a date-range file is written, settled from the file: CSV, text, amounts, currency."""

from __future__ import annotations

import pytest
from date_range_reading import (
    PACIFIC,
    TOTALS,
    bad,
    class_totals,
    kinds,
    read,
    refusal,
    source,
)
from date_range_texts import (
    Line,
    payout,
    written,
)

from handler.settlement.readers import date_range


@pytest.mark.parametrize("lines", [0, 1, 2, 7, 12, 25, 40, 600])
def test_a_preamble_of_any_length(lines: int) -> None:
    file = written(preamble=[f'line ""{number}"", with, commas' for number in range(lines)])
    assert date_range.looks_like(source(file))
    report = read(file)
    assert report.header.currency.code == "USD"  # from the marketplace's domain
    assert report.computed_total == 119958
    assert min(group.first_line for group in report.groups) == lines + 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_settled_by_the_header(delimiter: str) -> None:
    assert class_totals(read(written(locale="FR", delimiter=delimiter))) == TOTALS


@pytest.mark.parametrize(
    ("locale", "encoding"),
    [("FR", "utf-8-sig"), ("FR", "cp1252"), ("DE", "iso-8859-15"), ("JP", "cp932")],
)
def test_the_encoding_is_settled_from_the_file(locale: str, encoding: str) -> None:
    file = written(locale=locale).replace("\u202f", "\u00a0")
    assert class_totals(read(file.encode(encoding))) == TOTALS


def test_a_byte_that_only_iso_8859_15_knows_settles_it() -> None:
    file = written([Line(description="Prix: 5 €", cells={"sku": "@"}), payout(1000)], "FR")
    content = file.replace("’", "'").encode("iso-8859-15").replace(b'"@"', b'"\x81"')
    report = read(content)
    assert report.computed_total == 1000
    found = next(iter(date_range.rows(source(content), PACIFIC)))
    assert found.cells["description"] == "Prix: 5 €"


def test_a_file_half_in_utf_8_is_refused_with_the_line() -> None:
    content = written(locale="JP").encode().replace(b"Product A", b"Product \xff")
    assert "Line 5 is not UTF-8 text as the header on line 4 is" in refusal(content).message


def test_lines_end_in_either_way_and_blank_ones_do_not_end_the_file() -> None:
    file = written().replace("\n", "\r\n")
    assert read(file) == read(written())
    lines = written().splitlines()
    report = read("\n".join([*lines[:6], "", "  ", *lines[6:], ""]))
    assert report.computed_total == 119958
    assert report.blank_lines == 2


def test_a_line_break_inside_quotes_is_part_of_the_cell() -> None:
    file = written([Line(description="Two\nlines"), Line(), payout(2000)])
    found = list(date_range.rows(source(file), PACIFIC))
    assert [row.line for row in found] == [5, 7]
    assert found[0].cells["description"] == "Two\nlines"


@pytest.mark.parametrize("cell", ["\u22121,234.50", "-1,234.50", " -1,234.50 "])
def test_a_minus_sign_of_either_kind(cell: str) -> None:
    line = Line("Refund", {"product sales": -123450}, cells={"product sales": cell})
    assert kinds(read(written([line]))) == {"Refund / product sales": -123450}


@pytest.mark.parametrize("cell", ["5.00-", "(5.00)", "$5.00", "5.00 USD", "- 5.00", "5e2", "5.001"])
def test_other_forms_of_an_amount_are_refused(cell: str) -> None:
    assert bad(written([Line(), Line(cells={"product sales": cell})])) == [
        (
            6,
            "product sales",
            repr(cell),
            "an amount in USD: digits with the decimal mark '.' and at most 2 decimals",
        )
    ]


@pytest.mark.parametrize("mark", ["\u00a0", "\u202f", "'", "."])
def test_group_marks(mark: str) -> None:
    file = written(locale="DE").replace("1.234,56", f"1{mark}234,56")
    assert class_totals(read(file)) == TOTALS


def test_the_decimal_mark_and_the_dates_are_independent() -> None:
    # British reports of some years: a decimal point, dotted dates.
    file = written(locale="UK").replace("2 Jun 2026", "02.06.2026")
    assert read(file).computed_total == 119958


def test_an_empty_cell_is_no_amount() -> None:
    report = read(written([Line(cells={"marketplace withheld tax": ""}), payout(1000)]))
    assert report.findings == ()


def test_unknown_columns_are_kept_as_evidence() -> None:
    file = written(extra={"Brand New Column": "kept"})
    found = list(date_range.rows(source(file), PACIFIC))
    assert {row.cells["Brand New Column"] for row in found} == {"kept"}
    assert read(file).findings == ()


@pytest.mark.parametrize(
    ("preamble", "marketplace", "code"),
    [
        (["All amounts in CAD, unless specified"], "amazon.com", "CAD"),
        (["Wszystkie kwoty w PLN"], "amazon.com", "PLN"),
        (["Alla belopp i SEK"], "", "SEK"),
        (["Selling fees: includes FBA, ALL and USD words"], "Amazon.co.uk", "GBP"),
        ([], "amazon.com.au", "AUD"),
    ],
)
def test_the_currency(preamble: list[str], marketplace: str, code: str) -> None:
    file = written([Line(cells={"marketplace": marketplace})], preamble=preamble)
    assert read(file).header.currency.code == code
