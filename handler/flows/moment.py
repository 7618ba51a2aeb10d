"""A moment as the stores keep it."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(at: datetime) -> str:
    """Return a moment in ISO 8601, in UTC and to the second, so that text sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
