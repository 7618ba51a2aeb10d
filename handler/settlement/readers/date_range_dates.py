"""Dates and times as date-range reports write them in each language.

    Jun 1, 2026 5:43:55 AM PDT                  1 juin 2026 05:43:55 UTC
    1 de jun. de 2026 5:43:55 a.m. GMT-5        01.06.2026 05:43:55 UTC
    2026/06/01 5:43:55JST                       27/06/2026 10:00:00

The order of day and month and the language are settled from the whole file and apart from its
decimal mark. A time without a zone is the marketplace's own wall clock: only its day is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from handler.settlement.readers.date_range_months import MONTHS
from handler.settlement.readers.moments import YEARS, DateOrder
from handler.settlement.report import Moment

EXPECTED = (
    "a date such as 'Jun 1, 2026 5:43:55 AM PDT', '1 juin 2026 05:43:55 UTC', "
    "'01.06.2026 05:43:55 UTC' or '2026/06/01 5:43:55 JST', in the language of the file's others"
)

# Hours east of Greenwich. Several abbreviations mean different zones elsewhere; these are the ones
# of Amazon's marketplaces: IST is India's, CST and EST are North America's, BST is British summer
# time. What is not here is refused, not guessed.
_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1,
    "MESZ": 2, "EET": 2, "EEST": 3, "TRT": 3, "GST": 4, "SGT": 8, "AWST": 8, "JST": 9, "AEST": 10,
    "AEDT": 11, "PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5,
    "EDT": -4, "BRT": -3,
}  # fmt: skip
_MINUTES = {name: hours * 60 for name, hours in _HOURS.items()} | {"IST": 330, "ACST": 570}
_OFFSET = re.compile(r"(?:GMT|UTC)?(?P<sign>[+-])(?P<h>[0-9]{1,2})(?::?(?P<mi>[0-9]{2}))?")

_WORD = r"(?P<{0}>[^\W\d_]+)\.?"
_FORM = re.compile(
    r"(?:"
    rf"{_WORD.format('m1')} (?P<d1>[0-9]{{1,2}}),? (?P<y1>[0-9]{{4}})"
    rf"|(?P<d2>[0-9]{{1,2}})\.?(?: de)? {_WORD.format('m2')}(?: de)? (?P<y2>[0-9]{{4}})"
    r"|(?P<y3>[0-9]{4})(?P<s3>[-/.])(?P<m3>[0-9]{1,2})(?P=s3)(?P<d3>[0-9]{1,2})"
    r"|(?P<a>[0-9]{1,2})(?P<s4>[-/.])(?P<b>[0-9]{1,2})(?P=s4)(?P<y4>[0-9]{4})"
    r")"
    r"(?:(?:,? |T)(?P<h>[0-9]{1,2}):(?P<mi>[0-9]{2})(?::(?P<s>[0-9]{2}))?"
    r"(?: ?(?P<half>[AaPp])\.? ?[Mm]\.?)?(?: ?(?P<zone>[A-Z]{1,5}|(?:GMT|UTC)?[+-][0-9:]+))?)?"
)
# Blanks that word processing puts before AM and PM; a minus sign in "GMT−5".
_PLAIN = str.maketrans("\u00a0\u202f\u2009\u2212", "   -")


@dataclass(frozen=True, slots=True)
class Notation:
    """How a file writes its dates.

    Attributes:
        language: of month names; empty where the file writes none.
        order: of day and month, where both are numbers and the year is last.
    """

    language: str
    order: DateOrder


def settled(texts: Iterable[str]) -> Notation | None:
    """Return the notation that ``texts`` settle together.

    Returns:
        ``None`` where day and month are numbers that can be read both ways throughout. A text
        that contradicts what earlier ones settled does not count: it is a bad row.
    """
    languages: list[str] = list(MONTHS)
    order: DateOrder | None = None
    worded = doubtful = slashed = False
    for text in texts:
        found = _match(text)
        if found is None:
            continue
        name = found["m1"] or found["m2"]
        if name:
            fitting = [each for each in languages if name.casefold() in MONTHS[each]]
            if fitting:
                worded, languages = True, fitting
        elif found["a"] and found["s4"] != ".":
            slashed = True
            first, second = int(found["a"]), int(found["b"])
            if order is None and (first > 12) != (second > 12):
                order = DateOrder.DAY_FIRST if first > 12 else DateOrder.MONTH_FIRST
            doubtful = doubtful or len(readings(text)) == 2
    if slashed and order is None:
        if doubtful:
            return None
        order = DateOrder.DAY_FIRST
    # Languages that are left agree on every name that occurs.
    return Notation(languages[0] if worded else "", order or DateOrder.NOT_NEEDED)


def readings(text: str) -> tuple[date, ...]:
    """Return the one or two days that ``text`` can be, none where it is no date of numbers."""
    orders = (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)
    found = (moment(text, Notation("", order)) for order in orders)
    return tuple(dict.fromkeys(each.day for each in found if each))


def moment(text: str, notation: Notation) -> Moment | None:
    """Return the moment ``text`` names, or ``None`` where it is not a date in this notation."""
    found = _match(text)
    if found is None:
        return None
    try:
        day = _day(found, notation)
        if day is None or day.year not in YEARS:
            return None
        clock = _clock(found)
        if clock is None or not found["zone"]:
            return Moment(text, None, day)
        zone = _zone(found["zone"])
        if zone is None:
            return None
        at = datetime(day.year, day.month, day.day, *clock, tzinfo=zone)
        return Moment(text, at.astimezone(UTC), day)
    except (ValueError, OverflowError):
        return None


def _match(text: str) -> re.Match[str] | None:
    return _FORM.fullmatch(" ".join(text.translate(_PLAIN).split()))


def _day(found: re.Match[str], notation: Notation) -> date | None:
    name = found["m1"] or found["m2"]
    if name:
        month = MONTHS.get(notation.language, {}).get(name.casefold())
        if month is None:
            return None
        return date(int(found["y1"] or found["y2"]), month, int(found["d1"] or found["d2"]))
    if found["y3"]:
        return date(int(found["y3"]), int(found["m3"]), int(found["d3"]))
    first, second = int(found["a"]), int(found["b"])
    if found["s4"] != ".":
        if notation.order is DateOrder.NOT_NEEDED:
            return None
        if notation.order is DateOrder.MONTH_FIRST:
            first, second = second, first
    return date(int(found["y4"]), second, first)


def _clock(found: re.Match[str]) -> tuple[int, int, int] | None:
    """Return hour, minute and second; ``None`` where no time stands.

    Raises:
        ValueError: there is no such time of day.
    """
    if not found["h"]:
        return None
    hour, minute, second = int(found["h"]), int(found["mi"]), int(found["s"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} is no hour of half a day")
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("no such time")
    return hour, minute, second


def _zone(text: str) -> timezone | None:
    if text in _MINUTES:
        return timezone(timedelta(minutes=_MINUTES[text]))
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    minutes = int(found["h"]) * 60 + int(found["mi"] or 0)
    if minutes > 14 * 60 or int(found["mi"] or 0) > 59:
        return None
    return timezone(timedelta(minutes=-minutes if found["sign"] == "-" else minutes))
