"""Moments as text of one form, so that they stand in the order in which they came."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the moment it is, in UTC."""
    return datetime.now(UTC)


def sortable(moment: str) -> str:
    """Return a moment in ISO 8601 in UTC, to the microsecond: as text they compare as they follow.

    Args:
        moment: in ISO 8601; without an offset, of UTC.

    Raises:
        ValueError: it is no moment.
    """
    return as_text(datetime.fromisoformat(moment))


def as_text(moment: datetime) -> str:
    """Return a moment as :func:`sortable` does."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")
