"""What the date-range reader refuses: whole files and single rows, each with its place."""

from __future__ import annotations

import pytest
from builders import a_file
from date_range_reading import (
    PACIFIC,
    bad,
    codes,
    read,
    refusal,
    source,
)
from date_range_texts import (
    Line,
    payout,
    written,
)

from handler.core.errors import UnusableFile
from handler.settlement.readers import date_range

# --- what is refused whole -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"", b"hello,world\n1,2\n", a_file().content(), b"%PDF-1.4", b"\xff\xfes\x00e\x00"],
)
def test_other_files_are_not_taken_for_it(content: bytes) -> None:
    assert not date_range.looks_like(source(content))
    with pytest.raises(UnusableFile):
        date_range.read(source(content), PACIFIC)


def test_a_missing_column_is_no_date_range_report() -> None:
    file = written(leave_out=["total"])
    assert not date_range.looks_like(source(file))
    assert "names the columns of a date-range report: date/time" in refusal(file).message


def test_a_column_named_twice_is_refused() -> None:
    file = written(extra={"postage credits": "0"})
    assert refusal(file).message == (
        "Line 4 names the column 'shipping credits' twice: as 'shipping credits' and as "
        "'postage credits'."
    )


def test_a_quote_left_open_is_refused_with_the_line() -> None:
    file = written() + '"Jun 2, 2026 7:11:52 AM PDT","111'
    assert refusal(file).message.startswith("Line 12: found a record that is no CSV (")
    behind = written().replace('"Product A"', '"Product A" x', 1)
    assert refusal(behind).message.startswith("Line 5: found a record that is no CSV (")


def test_no_currency_is_refused() -> None:
    file = written([Line(cells={"marketplace": ""})], preamble=[])
    assert "The currency stays open" in refusal(file).message
    two = [Line(), Line(cells={"marketplace": "amazon.ca"})]
    assert "marketplaces in CAD, USD" in refusal(written(two, preamble=[])).message


def test_a_decimal_mark_that_stays_open_is_refused_with_both_readings() -> None:
    line = Line(amounts={}, cells={"product sales": "1.234", "total": "1.234"})
    file = written([line], preamble=["All amounts in KWD, unless specified"])
    assert refusal(file).message == (
        "The decimal mark stays open: '1.234' can be 1.234 or 1234.000 KWD, and no amount in the "
        "file settles it."
    )


def test_an_order_of_day_and_month_that_stays_open_is_refused_with_both_readings() -> None:
    line = Line(cells={"date/time": "03/04/2026", "transaction release date": ""})
    assert refusal(written([line])).message == (
        "The order of day and month stays open: '03/04/2026' can be 2026-04-03 or 2026-03-04, and "
        "no date in the file settles it."
    )


def test_a_file_without_a_readable_row_is_refused_with_the_first_fault() -> None:
    error = refusal(written([Line(cells={"date/time": "soon"})]))
    assert error.message.startswith(
        "No row of the file can be read and names a settlement. Line 5, column 'date/time': found "
        "'soon', expected a date such as"
    )


# --- bad rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "found", "expected"),
    [
        ({"date/time": "1 juin 2026 05:43:55 UTC"}, "date/time", "'1 juin 2026", "a date such as"),
        ({"date/time": ""}, "date/time", "nothing", "a date such as"),
        ({"date/time": "Jun 1, 2026 5:43:55 AM XST"}, "date/time", "'Jun 1", "a date such as"),
        (
            {"transaction release date": "soon"},
            "Transaction Release Date",
            "'soon'",
            "a date such as",
        ),
        ({"settlement id": "../1"}, "settlement id", "'../1'", "letters and digits, or nothing"),
        (
            {"settlement id": ""},
            "settlement id",
            "nothing",
            "a settlement, as the row is not deferred",
        ),
        ({"type": ""}, "type", "nothing", "a type of transaction"),
        ({"total": ""}, "total", "nothing", "an amount in USD"),
        ({"total": "10.01"}, "total", "'10.01'", "10.00, the sum of the row's amounts"),
        ({"fba fees": "9" * 5000}, "fba fees", "'999", "an amount in USD"),
        ({"fba fees": "free"}, "fba fees", "'free'", "an amount in USD"),
    ],
)
def test_a_bad_row_says_where_what_and_what_was_expected(
    cells: dict[str, str], column: str, found: str, expected: str
) -> None:
    ((line, *told),) = bad(written([Line(), Line(cells=cells), payout(2000)]))
    assert (line, told[0]) == (6, column)
    assert str(told[1]).startswith(found)
    assert str(told[2]).startswith(expected)


def test_a_total_that_an_unknown_column_would_explain_says_so() -> None:
    file = written(
        [Line(), Line(cells={"total": "11.50"}), payout(1000)], extra={"New Tax": "1.50"}
    )
    assert [fault[3] for fault in bad(file)] == [
        "10.00, the sum of the row's amounts (not counted, as the column is not known: 'New Tax')"
    ]


def test_a_short_row_is_bad_and_the_rest_is_read() -> None:
    lines = written([Line(), Line(), payout(2000)]).splitlines()
    lines[4] = ",".join(lines[4].split(",")[:10])
    report = read("\n".join(lines))
    assert [finding.evidence["column"] for finding in report.findings] == ["(whole row)"]
    assert report.computed_total == 1000
    assert report.rows == 3


def test_a_row_with_two_faults_names_both() -> None:
    file = written([Line(), Line(cells={"date/time": "x", "fba fees": "y"})])
    assert [fault[1] for fault in bad(file)] == ["date/time", "fba fees"]


def test_a_bad_row_of_another_settlement_is_not_this_ones() -> None:
    other = Line(settlement="222", cells={"fba fees": "y"})
    file = written([Line(), other, payout(1000)])
    assert codes(read(file, "111")) == []
    assert codes(read(file, "222")) == ["BAD_ROW", "NO_DECLARED_TOTAL"]


def test_many_bad_rows_are_counted_and_the_first_named() -> None:
    report = read(written([Line(), *[Line(cells={"total": "1.00"})] * 70]))
    assert codes(report) == ["BAD_ROW"] * 51 + ["NO_DECLARED_TOTAL"]
    assert report.findings[50].what == "70 rows are bad in all; those of 50 are named."
    assert report.rows == 71


def test_a_bad_row_keeps_the_period_out_of_suspicion() -> None:
    report = read(written([Line(), Line(cells={"total": "1.00"}), payout(2000)]))
    assert codes(report) == ["BAD_ROW"]
    assert report.computed_total != report.header.declared_total
