"""What pages show, without any page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handler.dashboard.view_locale import moment_text, money_text, number_text
from handler.dashboard.view_overview import Count, counted_by_age, on_their_way
from handler.flows.moment import moment
from handler.flows.ports import SettlementRecord

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "minor", "code", "text"),
    [
        ("en-US", -123_450, "USD", "-1,234.50 USD"),
        ("en-GB", 123_456_789, "GBP", "1,234,567.89 GBP"),
        ("en-CA", 5, "CAD", "0.05 CAD"),
        ("de", 123_450, "EUR", "1.234,50 EUR"),
        ("fr", 123_450, "EUR", "1\u202f234,50 EUR"),
        ("es", 123_450, "EUR", "1234,50 EUR"),
        ("es", 1_234_500, "EUR", "12.345,00 EUR"),
        ("it", -99, "EUR", "-0,99 EUR"),
        ("ja", 1_234_567, "JPY", "1,234,567 JPY"),
        ("de", 1_234_567, "KWD", "1.234,567 KWD"),
        ("xx", 123_450, "USD", "1,234.50 USD"),
        ("en-US", 7, "XXX", "7 minor units of XXX"),
    ],
)
def test_amounts_as_a_language_writes_them(locale: str, minor: int, code: str, text: str) -> None:
    assert money_text(minor, code, locale) == text


def test_counts_and_moments() -> None:
    assert number_text(12_345, "de") == "12.345"
    assert moment_text("2026-01-31T23:30:00+02:00") == "2026-01-31 21:30 UTC"
    assert moment_text("2026-01-31") == "2026-01-31"
    assert moment_text("<no moment>") == "<no moment>"


def seen(*ages: timedelta) -> list[str]:
    return [moment(NOW - age) for age in ages]


def test_exceptions_are_counted_by_age() -> None:
    found = seen(
        -timedelta(hours=1),  # clocks differ
        timedelta(hours=23, minutes=59),
        timedelta(days=1),
        timedelta(days=6, hours=23),
        timedelta(days=7),
        timedelta(days=30),
        timedelta(days=400),
    )
    line = counted_by_age("error", found, 7, NOW)
    assert [one.number for one in line.by_age] == [2, 2, 1, 2]
    assert line.total == Count(7)
    assert all(one.is_exact for one in line.by_age)
    assert counted_by_age("error", [], 7, NOW).total == Count(0)


def test_a_count_that_was_cut_off_is_exact_only_of_what_is_younger() -> None:
    days = [timedelta(days=age) for age in (0, 2, 8, 9)]
    line = counted_by_age("error", seen(*days), 3, NOW)
    assert line.total == Count(3, is_exact=False)
    # The first that is not counted is of the third age.
    assert line.by_age == (Count(1), Count(1), Count(1, is_exact=False), Count(0, is_exact=False))


def test_what_is_not_cleared_stands_with_the_longest_waiting_first() -> None:
    def record(number: str, end: str, state: str) -> SettlementRecord:
        return SettlementRecord(
            number, "ca", "proven", 1, "", "", "", "CAD", 0, 0, "", end, (), "", "", "", state
        )

    records = [
        record("3", "2026-01-30", "proven"),
        record("2", "2026-01-16", "cleared"),
        record("1", "2026-01-02", "held"),
    ]
    assert [one.settlement_id for one in on_their_way(records)] == ["1", "3"]
