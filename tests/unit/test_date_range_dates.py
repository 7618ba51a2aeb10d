"""Dates of date-range reports: every notation, what is refused, and how a file settles it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from handler.settlement.readers.date_range_dates import Notation, moment, readings, settled
from handler.settlement.readers.date_range_months import MONTHS
from handler.settlement.readers.moments import DateOrder

NONE = Notation("", DateOrder.NOT_NEEDED)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Jun 1, 2026 5:43:55 AM PDT", "2026-06-01T12:43:55"),
        ("Jun 1, 2026 12:00:00 AM PDT", "2026-06-01T07:00:00"),
        ("Jun 1, 2026 12:00:00 PM PDT", "2026-06-01T19:00:00"),
        ("Dec 1, 2017 12:38:23 AM PST", "2017-12-01T08:38:23"),
        ("June 1, 2026 5:43:55 a.m. PDT", "2026-06-01T12:43:55"),
        ("Sept. 1, 2026 5:43:55 p. m. PDT", "2026-09-02T00:43:55"),
        ("Jun 1, 2026 5:43:55\u202fAM PDT", "2026-06-01T12:43:55"),
        ("Jun 1, 2026, 5:43:55 AM PDT", "2026-06-01T12:43:55"),
        ("  Jun  1, 2026  5:43:55 AM  PDT ", "2026-06-01T12:43:55"),
        ("1 Jun 2026 05:43:55 UTC", "2026-06-01T05:43:55"),
        ("17 July 2026 4:26:32 pm GMT+9", "2026-07-17T07:26:32"),
        ("1 juin 2026 05:43:55 UTC", "2026-06-01T05:43:55"),
        ("2 févr. 2026 05:43:55 UTC", "2026-02-02T05:43:55"),
        ("5 août 2026 05:43 UTC", "2026-08-05T05:43:00"),
        ("01.06.2026 05:43:55 UTC", "2026-06-01T05:43:55"),
        ("01.06.2026 05:43:55 MESZ", "2026-06-01T03:43:55"),
        ("1. März 2026 05:43:55 UTC", "2026-03-01T05:43:55"),
        ("1 de jun. de 2026 5:43:55 a.m. GMT-5", "2026-06-01T10:43:55"),
        ("1 de jun. de 2026 5:43:55 p.m. GMT\u22125", "2026-06-01T22:43:55"),
        ("1 sept 2026 05:43:55 UTC", "2026-09-01T05:43:55"),
        ("8 gen 2026 05:43:55 UTC", "2026-01-08T05:43:55"),
        ("1 mrt. 2026 05:43:55 UTC", "2026-03-01T05:43:55"),
        ("1 maj 2026 05:43:55 UTC", "2026-05-01T05:43:55"),
        ("1 paź 2026 05:43:55 CEST", "2026-10-01T03:43:55"),
        ("1 Ağu 2026 05:43:55 TRT", "2026-08-01T02:43:55"),
        ("2026/06/01 5:43:55JST", "2026-05-31T20:43:55"),
        ("2026/06/01 5:43:55 JST", "2026-05-31T20:43:55"),
        ("2026-06-01T05:43:55Z", "2026-06-01T05:43:55"),
        ("2026-06-01 05:43:55+05:30", "2026-06-01T00:13:55"),
        ("1 Jun 2026 5:43:55 AM IST", "2026-06-01T00:13:55"),
        ("1 Jun 2026 05:43:55 GMT+0530", "2026-06-01T00:13:55"),
    ],
)
def test_reads_every_notation(text: str, iso: str) -> None:
    notation = settled([text])
    assert notation is not None
    found = moment(text, notation)
    assert found is not None
    assert found.instant == datetime.fromisoformat(iso).replace(tzinfo=UTC)
    assert found.text == text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026/07/01", date(2026, 7, 1)),
        ("1 juin 2026", date(2026, 6, 1)),
        ("27/06/2026 10:00:00", date(2026, 6, 27)),
        ("6/27/2026", date(2026, 6, 27)),
        ("05/05/2026", date(2026, 5, 5)),
    ],
)
def test_without_a_zone_only_the_day_is_kept(text: str, day: date) -> None:
    notation = settled([text])
    assert notation is not None
    found = moment(text, notation)
    assert found is not None
    assert (found.instant, found.day) == (None, day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "Jun 31, 2026 5:43:55 AM PDT",
        "Jun 1, 2026 13:43:55 PM PDT",
        "Jun 1, 2026 0:43:55 AM PDT",
        "Jun 1, 2026 24:43:55 UTC",
        "Jun 1, 2026 5:60:55 UTC",
        "Jun 1, 2026 5:43:55 AM XYZ",
        "Jun 1, 2026 5:43:55 AM ACT",
        "Jun 1, 2026 5:43:55 AM GMT+15",
        "Jun 1, 2026 5:43:55 AM GMT+1:75",
        "Jun 1, 2026 5:43:55 AM PDT x",
        "Juni 1, 26 5:43:55 AM PDT",
        "Foo 1, 2026 5:43:55 AM PDT",
        "1 June 2026 5 AM",
        "32.06.2026 05:43:55 UTC",
        "2026.13.01",
        "0000-01-01",
        "9999-12-31 23:00:00 GMT-5",
        "١ Jun 2026",
    ],
)
def test_refuses_what_is_no_date(text: str) -> None:
    assert moment(text, Notation("English", DateOrder.DAY_FIRST)) is None


def test_the_language_is_settled_from_the_whole_file() -> None:
    # "mar" is March in four languages; "giu" leaves one.
    notation = settled(["1 mar 2026 05:43:55 UTC", "1 giu 2026 05:43:55 UTC", "nonsense"])
    assert notation == Notation("Italian", DateOrder.NOT_NEEDED)
    assert moment("1 jun 2026 05:43:55 UTC", notation) is None


def test_a_date_in_another_language_does_not_unsettle_it() -> None:
    notation = settled(["1 juin 2026", "Jun 1, 2026", "3 août 2026"])
    assert notation == Notation("French", DateOrder.NOT_NEEDED)


def test_the_order_is_settled_from_the_whole_file() -> None:
    assert settled(["03/04/2026", "13/04/2026"]) == Notation("", DateOrder.DAY_FIRST)
    assert settled(["03/04/2026", "04/13/2026"]) == Notation("", DateOrder.MONTH_FIRST)
    assert settled(["03.04.2026"]) == NONE
    assert settled(["2026/03/04"]) == NONE
    assert settled([]) == NONE


def test_an_order_that_stays_open_is_none() -> None:
    assert settled(["03/04/2026", "05/06/2026"]) is None
    assert settled(["04/04/2026"]) == Notation("", DateOrder.DAY_FIRST)


def test_both_readings_of_a_date() -> None:
    assert readings("03/04/2026") == (date(2026, 4, 3), date(2026, 3, 4))
    assert readings("13-04-2026 10:00:00") == (date(2026, 4, 13),)
    assert readings("03.04.2026") == (date(2026, 4, 3),)
    assert readings("13/14/2026") == readings("00/05/2026") == readings("soon") == ()


@pytest.mark.parametrize("text", ["13/14/2026", "00/05/2026", "01/02/0000"])
def test_what_is_no_date_either_way_leaves_nothing_open(text: str) -> None:
    notation = settled([text])
    assert notation is not None
    assert moment(text, notation) is None


def test_a_slashed_date_in_a_file_that_settled_no_order_is_refused() -> None:
    assert moment("03/04/2026", NONE) is None


@pytest.mark.parametrize("language", MONTHS)
def test_each_language_names_twelve_months_and_none_twice(language: str) -> None:
    assert set(MONTHS[language].values()) == set(range(1, 13))
    for name, number in MONTHS[language].items():
        assert name == name.casefold()
        others = {months[name] for months in MONTHS.values() if name in months}
        assert others == {number}
