"""The grammar of dates and times, and which order of day and month a file uses.

The order is independent of the decimal mark: real UK reports write `DD.MM.YYYY` with a decimal
point. Dotted dates put the day first; with `/` or `-` and the year last, the file must settle it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum

from handler.settlement.report import Moment

_FORM = re.compile(
    r"(?:(?P<y1>[0-9]{4})(?P<s1>[-/.])(?P<m1>[0-9]{1,2})(?P=s1)(?P<d1>[0-9]{1,2})"
    r"|(?P<a>[0-9]{1,2})(?P<s2>[-/.])(?P<b>[0-9]{1,2})(?P=s2)(?P<y2>[0-9]{4}))"
    r"(?:[T ](?P<h>[0-9]{2}):(?P<mi>[0-9]{2})(?::(?P<s>[0-9]{2})(?:\.[0-9]{1,6})?)?"
    r" ?(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?)?"
)
# Amazon is younger than the first; far beyond, no day can be told in another zone.
YEARS = range(1995, 2200)
EXPECTED = (
    "a date such as 2025-08-14T06:23:59+00:00, 2025-08-14 06:23:59 UTC or 14.08.2025 06:23:59 UTC"
)


class DateOrder(Enum):
    """Which of the two leading numbers is the day, where the year comes last."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    # Every date puts the year first or is dotted; one that does neither is refused.
    NOT_NEEDED = "not needed"


def moment(text: str, order: DateOrder) -> Moment | None:
    """Return the moment ``text`` names, or ``None`` where it is not a date of a known form.

    A time without a zone is the marketplace's own wall clock: only its day is kept.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    try:
        if found["y1"]:
            day = date(int(found["y1"]), int(found["m1"]), int(found["d1"]))
        else:
            first, second = int(found["a"]), int(found["b"])
            if found["s2"] != ".":
                if order is DateOrder.NOT_NEEDED:
                    return None
                if order is DateOrder.MONTH_FIRST:
                    first, second = second, first
            day = date(int(found["y2"]), second, first)
        if day.year not in YEARS:
            return None
        if not found["h"] or not found["zone"]:
            if found["h"]:
                _at(day, found, UTC)  # refuses 25:61 though the hour is not kept
            return Moment(text, None, day)
        return Moment(text, _at(day, found, _zone(found["zone"])).astimezone(UTC), day)
    except (ValueError, OverflowError):
        return None


def needs_order(text: str) -> bool:
    """Return whether ``text`` is a date whose day and month the file must tell apart."""
    found = _FORM.fullmatch(text.strip())
    return found is not None and found["s2"] in ("/", "-")


def date_order(texts: Iterable[str]) -> DateOrder | None:
    """Return the order of day and month that ``texts`` settle, or ``None`` where none does."""
    doubtful = False
    for text in texts:
        found = _FORM.fullmatch(text.strip())
        if found is None or found["s2"] not in ("/", "-"):
            continue
        first, second = int(found["a"]), int(found["b"])
        if first > 12 or second > 12:
            return DateOrder.DAY_FIRST if first > 12 else DateOrder.MONTH_FIRST
        doubtful = doubtful or first != second
    return None if doubtful else DateOrder.DAY_FIRST


def _at(day: date, found: re.Match[str], zone: timezone) -> datetime:
    return datetime(
        day.year,
        day.month,
        day.day,
        int(found["h"]),
        int(found["mi"]),
        int(found["s"] or 0),
        tzinfo=zone,
    )


def _zone(text: str) -> timezone:
    if text in ("Z", "UTC", "GMT"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
