"""The grammar of dates, the order of day and month, and days across time zones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from handler.settlement.readers.flat_days import Days
from handler.settlement.readers.moments import DateOrder, date_order, moment, needs_order

FIXED, DAY, MONTH = DateOrder.NOT_NEEDED, DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("text", "order", "instant"),
    [
        ("2025-08-14T06:23:59+00:00", FIXED, datetime(2025, 8, 14, 6, 23, 59, tzinfo=UTC)),
        ("2025-08-14T06:23:59-07:00", FIXED, datetime(2025, 8, 14, 13, 23, 59, tzinfo=UTC)),
        ("2025-08-14T06:23:59+0530", FIXED, datetime(2025, 8, 14, 0, 53, 59, tzinfo=UTC)),
        ("2025-08-14 06:23:59 UTC", FIXED, datetime(2025, 8, 14, 6, 23, 59, tzinfo=UTC)),
        ("2025-08-14T06:23:59Z", FIXED, datetime(2025, 8, 14, 6, 23, 59, tzinfo=UTC)),
        ("2025-08-14T06:23:59.123Z", FIXED, datetime(2025, 8, 14, 6, 23, 59, tzinfo=UTC)),
        ("2025/08/14 06:23 GMT", FIXED, datetime(2025, 8, 14, 6, 23, tzinfo=UTC)),
        ("14.08.2025 06:23:59 UTC", FIXED, datetime(2025, 8, 14, 6, 23, 59, tzinfo=UTC)),
        ("14/08/2025 06:23:59 UTC", DAY, datetime(2025, 8, 14, 6, 23, 59, tzinfo=UTC)),
        ("08/14/2025 06:23:59 UTC", MONTH, datetime(2025, 8, 14, 6, 23, 59, tzinfo=UTC)),
    ],
)
def test_reads_an_instant(text: str, order: DateOrder, instant: datetime) -> None:
    found = moment(text, order)
    assert found is not None
    assert found.instant == instant


def test_a_date_alone_is_its_own_day_everywhere() -> None:
    found = moment("14.08.2025", FIXED)
    assert found is not None
    assert found.instant is None
    assert found.day_in(ZoneInfo("Asia/Tokyo")) == date(2025, 8, 14)


def test_dotted_dates_put_the_day_first_whatever_the_file_says() -> None:
    found = moment("05.06.2025", MONTH)
    assert found is not None
    assert found.day == date(2025, 6, 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2025-13-01",
        "2025-02-30",
        "2025-08-14T24:00:00Z",
        "2025-08-14 25:61:00",
        "2025-08-14 06:60:00 UTC",
        "14-08/2025",
        "2025-08-14 06:23:59 XYZ",
        "20250814",
        "1/2/25",
        "٢٠٢٥-08-14",
        "2025-08-14T06:23:59+99:00",
        "0000-01-01",
        "05/06/2025",
    ],
)
def test_refuses_what_is_no_date(text: str) -> None:
    assert moment(text, FIXED) is None


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["14/08/2025"], DAY),
        (["08/14/2025"], MONTH),
        (["05/06/2025", "31/01/2025"], DAY),
        (["05/05/2025"], DAY),
        (["05/06/2025", "06/07/2025"], None),
    ],
)
def test_settles_the_order_of_day_and_month(texts: list[str], order: DateOrder | None) -> None:
    assert all(needs_order(text) for text in texts)
    assert date_order(texts) == order


@pytest.mark.parametrize(
    ("cell", "zone", "day"),
    [
        (b"2025-09-01T06:59:59+00:00", "America/Los_Angeles", date(2025, 8, 31)),
        (b"2025-09-01T07:00:00+00:00", "America/Los_Angeles", date(2025, 9, 1)),
        (b"2025-08-31 18:29:59 UTC", "Asia/Kolkata", date(2025, 8, 31)),
        (b"2025-08-31 18:30:00 UTC", "Asia/Kolkata", date(2025, 9, 1)),
        (b"2025-11-02T07:59:59Z", "America/Los_Angeles", date(2025, 11, 2)),
    ],
)
def test_a_day_is_the_marketplaces_own(cell: bytes, zone: str, day: date) -> None:
    days = Days(FIXED, [ZoneInfo(zone)])
    slot = days.learn(cell)
    assert slot is not None
    assert slot.days[ZoneInfo(zone)] == day


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata", "Asia/Kathmandu"])
def test_a_time_known_by_its_hour_is_on_the_day_the_grammar_says(zone: str) -> None:
    """The short cut and the grammar agree on every minute of two days."""
    chosen = ZoneInfo(zone)
    days, quick = Days(FIXED, [chosen]), 0
    for hour in range(48):
        for minute in range(60):
            text = f"2025-08-{30 + hour // 24} {hour % 24:02}:{minute:02}:{minute:02} UTC"
            expected = moment(text, FIXED)
            assert expected is not None
            try:
                slot = days[text.encode()]
                quick += 1
            except KeyError:
                learned = days.learn(text.encode())
                assert learned is not None
                slot = learned
            assert slot.days[chosen] == expected.day_in(chosen), text
    assert quick >= 46 * 59  # all went the short way but the hours that hold a midnight


@pytest.mark.parametrize(
    "cell",
    [b"2025-08-30 10:60:00 UTC", b"2025-08-30 10:00:61 UTC", b"2025-08-30 10:00:00 UTX", b""],
)
def test_the_short_cut_refuses_what_the_grammar_refuses(cell: bytes) -> None:
    days = Days(FIXED, [ZoneInfo("Europe/Paris")])
    assert days.learn(b"2025-08-30 10:00:00 UTC") is not None
    with pytest.raises(KeyError):
        days[cell]
    assert days.learn(cell) is None
