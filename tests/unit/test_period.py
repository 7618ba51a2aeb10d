"""Posting periods: months, their ends, and closed ones that nothing is posted to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.settlement.period import Period, open_period, posting_date

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31))
AUGUST = Period(2025, 8)


def test_a_month_knows_its_days_its_name_and_the_next() -> None:
    assert Period.of(date(2025, 8, 31)) == AUGUST
    assert (AUGUST.first_day, AUGUST.last_day) == (date(2025, 8, 1), date(2025, 8, 31))
    assert (AUGUST.label, str(AUGUST)) == ("Aug 2025", "2025-08")
    assert AUGUST.next == Period(2025, 9)


@pytest.mark.parametrize(
    ("period", "last", "following"),
    [
        (Period(2024, 2), date(2024, 2, 29), Period(2024, 3)),
        (Period(2025, 2), date(2025, 2, 28), Period(2025, 3)),
        (Period(2025, 11), date(2025, 11, 30), Period(2025, 12)),
        (Period(2025, 12), date(2025, 12, 31), Period(2026, 1)),
    ],
)
def test_ends_of_months_and_years(period: Period, last: date, following: Period) -> None:
    assert period.last_day == last
    assert period.next == following


def test_names_are_netsuites_whatever_the_machines_language() -> None:
    labels = [Period(2025, month).label for month in range(1, 13)]
    assert " ".join(label.removesuffix(" 2025") for label in labels) == (
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    )


@pytest.mark.parametrize(
    ("closed_through", "expected"),
    [
        (None, AUGUST),
        (date(2025, 7, 31), AUGUST),
        (date(2025, 8, 15), AUGUST),  # half closed: its last day is open
        (date(2025, 8, 31), Period(2025, 9)),
        (date(2025, 9, 29), Period(2025, 9)),
        (date(2025, 12, 31), Period(2026, 1)),
    ],
)
def test_a_closed_month_gives_way_to_the_first_open_one(
    closed_through: date | None, expected: Period
) -> None:
    assert open_period(AUGUST, closed_through) == expected


@pytest.mark.parametrize(
    ("end", "closed_through", "expected"),
    [
        (date(2025, 8, 14), None, date(2025, 8, 14)),
        (date(2025, 9, 3), None, date(2025, 8, 31)),  # an earlier month's share
        (date(2025, 7, 30), None, date(2025, 8, 1)),  # moved to a later month
        (date(2025, 8, 14), date(2025, 8, 13), date(2025, 8, 14)),
        (date(2025, 8, 14), date(2025, 8, 14), date(2025, 8, 31)),
    ],
)
def test_the_day_an_entry_carries(end: date, closed_through: date | None, expected: date) -> None:
    assert posting_date(AUGUST, end, closed_through) == expected


@given(day=DAYS, end=DAYS, closed_through=st.none() | DAYS)
def test_nothing_is_posted_to_a_closed_day_or_outside_its_period(
    day: date, end: date, closed_through: date | None
) -> None:
    period = open_period(Period.of(day), closed_through)
    posted = posting_date(period, end, closed_through)
    assert Period.of(posted) == period
    assert period >= Period.of(day), "never moved backwards"
    if closed_through is not None:
        assert posted > closed_through


@given(day=DAYS, closed_through=DAYS)
def test_only_closed_months_move_and_only_to_the_first_open_one(
    day: date, closed_through: date
) -> None:
    period = open_period(Period.of(day), closed_through)
    if Period.of(day).last_day > closed_through:
        assert period == Period.of(day)
    else:
        assert period == Period.of(closed_through + timedelta(days=1))
