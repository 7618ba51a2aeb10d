"""Where a report about stock lies in the bucket, and what its caller says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.flows.posted import sent

if TYPE_CHECKING:
    from handler.flows.settle_call import RawFile

UPLOADED: Final = "raw-inventory/"
RESULTS: Final = "results/inventory/"
_SHAPE: Final = re.compile(rf"{UPLOADED}([^/]+)/([^/]+)", re.DOTALL)
_EARLIEST: Final = date(2000, 1, 1)  # before Amazon kept anybody's stock
# A flow that knows when Amazon made a report says so in the file's name.
_MADE: Final = re.compile(r"(?<![0-9])([0-9]{8}T[0-9]{6}Z)(?![0-9A-Za-z])")
_MARKETPLACE: Final = re.compile(r"(?<![0-9A-Z])(A[0-9A-Z]{9,14})(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class ReportWish:
    """What a caller says of a report, besides the file.

    Attributes:
        profile: whose stock.
        marketplace: id, for reports of one marketplace that do not say which; else empty.
        made_at: when Amazon made it, in UTC; ``None`` for the moment it came.
        first_day: first day it covers; ``None`` for the first one it names.
        last_day: last day it covers; ``None`` for the last one it names.
        dry_run: go the same way, record nothing.
    """

    profile: str
    marketplace: str = ""
    made_at: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None
    dry_run: bool = False


def posted(content: bytes) -> RawFile:
    """Return a report that came with the call.

    Raises:
        RefusedRequest: ``EMPTY_BODY``.
    """
    if not content:
        raise RefusedRequest(
            "EMPTY_BODY",
            "The body is empty; expected is one of Amazon's reports about stock.",
            "Send the report as the request's body.",
        )
    return sent(content)


def refuse_misread(first: date, last: date, today: date) -> None:
    """Refuse days that no report of Amazon's can be about.

    Args:
        first: day a report covers.
        last: day it covers.
        today: in UTC.

    Raises:
        RefusedRequest: ``BAD_SPAN``.
    """
    if first < _EARLIEST or last > today + timedelta(days=1):  # in some zones tomorrow has begun
        raise RefusedRequest(
            "BAD_SPAN",
            f"The report covers {first} to {last}; expected are days since {_EARLIEST} that are "
            f"not still to come, and today is {today}.",
            "See whether a date is misread, or name the days the report was asked for.",
        )


def told_by_key(key: str) -> ReportWish | None:
    """Return what an upload's key says of it; ``None`` where it is no key of a report.

    ``raw-inventory/<profile>/<file>``: the file's name may hold the moment Amazon made the report
    (``20261125T101500Z``) and the marketplace's id (``ATVPDKIKX0DER``).
    """
    shape = _SHAPE.fullmatch(key)
    if shape is None:
        return None
    made, marketplace = _MADE.search(shape[2]), _MARKETPLACE.search(shape[2])
    return ReportWish(
        shape[1],
        marketplace=marketplace[1] if marketplace else "",
        made_at=_moment(made[1]) if made else None,
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None  # eight digits that are no day: not a moment
