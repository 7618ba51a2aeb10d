"""What the environment says of alerts, and what it may not."""

from __future__ import annotations

import pytest

from handler import wiring
from handler.settings import BadSetting, read_settings

NEEDED = {"TABLE_NAME": "table", "BUCKET_NAME": "bucket"}


def test_everything_said_comes_to_the_app() -> None:
    said = {
        "ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:1:alerts",
        "DASHBOARD_URL": "https://books.test",
        "ALERT_DIGEST": "always",
        "ALERT_DIGEST_HOUR": "0",
        "ALERT_STALE_DAYS": "20, uk=30 ca=9",
        "ALERT_STOCK_DAYS": "8",
        "ALERT_UNCLEARED_DAYS": "12",
    }
    app = wiring.build(read_settings(NEEDED | said))
    assert app.topic is not None
    told = app.alerting
    assert (told.dashboard, told.digest, told.digest_hour) == ("https://books.test", "always", 0)
    assert told.stale_days == {"": 20, "uk": 30, "ca": 9}
    assert (told.stock_days, told.uncleared_days) == (8, 12)


def test_without_a_topic_there_is_none() -> None:
    app = wiring.build(read_settings(NEEDED))
    assert app.topic is None
    assert app.alerting.stale_days == {"": 16}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DASHBOARD_URL", "books.test"),
        ("ALERT_DIGEST", "hourly"),
        ("ALERT_DIGEST_HOUR", "24"),
        ("ALERT_DIGEST_HOUR", "-1"),
        ("ALERT_STALE_DAYS", "0"),
        ("ALERT_STALE_DAYS", "uk=many"),
        ("ALERT_STALE_DAYS", "=3"),
        ("ALERT_STALE_DAYS", "16 366"),
        ("ALERT_STOCK_DAYS", "0"),
        ("ALERT_UNCLEARED_DAYS", "x"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as error:
        read_settings(NEEDED | {name: value})
    assert error.value.details == {"variable": name}
