"""The settlements of a profile in a span of days, page by page and bounded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord

_PAGE: Final = 100


def latest(app: App, profile: str, since: date | None = None) -> Iterator[SettlementRecord]:
    """Yield a profile's settlements, the latest end first, back to those that end on ``since``.

    Raises:
        OutsideFailure: the store did not answer.
    """
    cursor = ""
    while True:
        page = app.settlements.settlements(profile, _PAGE, cursor)
        for record in page.items:
            if since is not None and record.end < since.isoformat():
                return
            yield record
        if not page.cursor:
            return
        cursor = page.cursor


def proven_between(
    app: App, profile: str, since: date, until: date, most: int
) -> list[SettlementRecord]:
    """Return a profile's proven settlements that end from ``since`` to ``until``.

    Raises:
        RefusedRequest: ``TOO_MANY_SETTLEMENTS``: there are more than ``most``.
        OutsideFailure: the store did not answer.
    """
    proven = (
        record
        for record in latest(app, profile, since)
        if record.status == "proven" and record.end <= until.isoformat()
    )
    found = list(islice(proven, most + 1))
    if len(found) > most:
        raise RefusedRequest(
            "TOO_MANY_SETTLEMENTS",
            f"More than {most} settlements of profile {profile} end from {since.isoformat()} to "
            f"{until.isoformat()}.",
            "Ask for fewer days at once.",
            {"most": most},
        )
    return found
