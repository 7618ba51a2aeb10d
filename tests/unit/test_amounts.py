"""The grammar of amounts and the decimal mark of a file."""

from __future__ import annotations

import pytest

from handler.settlement.readers.amounts import amount, decimal_mark


@pytest.mark.parametrize(
    ("text", "mark", "exponent", "minor"),
    [
        ("10.00", ".", 2, 1000),
        ("-10.5", ".", 2, -1050),
        ("+7", ".", 2, 700),
        ("321.69    ", ".", 2, 32169),
        ("  0,46", ",", 2, 46),
        ("0", ".", 2, 0),
        ("-0.00", ".", 2, 0),
        ("1,234.56", ".", 2, 123456),
        ("1.234,56", ",", 2, 123456),
        ("1,44,957.78", ".", 2, 14495778),
        ("12,34,567.00", ".", 2, 123456700),
        ("1\u00a0234,56", ",", 2, 123456),
        ("1\u202f234,56", ",", 2, 123456),
        ("1 234 567,89", ",", 2, 123456789),
        ("1'234.50", ".", 2, 123450),
        ("1980", ".", 0, 1980),
        ("1,980", ".", 0, 1980),
        ("1.234", ".", 3, 1234),
        ("99999999999999999999.99", ".", 2, 9999999999999999999999),
    ],
)
def test_reads_exactly(text: str, mark: str, exponent: int, minor: int) -> None:
    assert amount(text, mark, exponent) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "+",
        ".",
        "1e2",
        "1E2",
        "1_000",
        "NaN",
        "nan",
        "Infinity",
        "0x10",
        "1.234",
        "10.999",
        "1,23",
        "1,2345.00",
        "12,34.00",
        ",123.00",
        "1,,234.00",
        "1.00.00",
        "--1",
        "+-1",
        "1-",
        "(1.00)",
        "$1.00",
        "1.00 USD",
        "1 .00",
        "- 1.00",
        ".50",
        "5.",
        "١٢٣",
        "１２.00",
        "1٫5",
        "1,234,56.00",
        "1 234,567.00",
        "10.00\n5",
        "10,00",
        "9" * 25,
        "9" * 5000,
        "−5.00",
    ],
)
def test_refuses_what_is_no_amount_in_a_point_file(text: str) -> None:
    assert amount(text, ".", 2) is None


@pytest.mark.parametrize("text", ["1980.0", "1980.00", "1.5"])
def test_refuses_decimals_a_currency_does_not_have(text: str) -> None:
    assert amount(text, ".", 0) is None


def test_peer_fault_comma_decimal_is_never_read_as_thousands() -> None:
    """Another tool reads 1141,18 as 114118."""
    assert amount("1141,18", ",", 2) == 114118
    assert amount("1141,18", ".", 2) is None


@pytest.mark.parametrize(
    ("texts", "exponent", "mark"),
    [
        (["10.00"], 2, "."),
        (["10,00"], 2, ","),
        (["5", "0,46"], 2, ","),
        (["1.234"], 2, ","),
        (["1,234"], 2, "."),
        (["1,234.50"], 2, "."),
        ([], 2, "."),
        (["5", "-3"], 2, "."),
        (["1,980"], 0, "."),
        (["1.234", "0.250"], 3, "."),
        (["1.234", "12.345,678"], 3, ","),
    ],
)
def test_settles_the_mark(texts: list[str], exponent: int, mark: str) -> None:
    assert decimal_mark(texts, exponent) == mark


def test_leaves_open_what_reads_both_ways() -> None:
    assert decimal_mark(["1.234", "5.678", "12"], 3) is None


def test_stops_at_the_first_text_that_settles_it() -> None:
    def texts():
        yield "1"
        yield "10.00"
        raise AssertionError("looked further than need")

    assert decimal_mark(texts(), 2) == "."
