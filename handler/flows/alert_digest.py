"""The digest of a day: what is open, what came and what went, and what is late. Days are UTC's.

It tells of the day up to its hour, so two digests neither leave out a moment nor tell one twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.flows.alert_text import Message, link
from handler.flows.exception_ports import ExceptionList
from handler.flows.moment import moment
from handler.reconciliation.state import SettlementState

if TYPE_CHECKING:
    from handler.flows.alert_feeds import Feed
    from handler.flows.app import App

_MOST: Final = 2_000  # counted of a list; beyond it the digest says "at least"
_PAGE: Final = 200
_NAMED: Final = 10
_LONGEST: Final = timedelta(days=7)


def due(now: datetime, hour: int) -> datetime:
    """Return the last moment at which a digest was due."""
    at = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return at if at <= now else at - timedelta(days=1)


def since(at: datetime, digested: str) -> datetime:
    """Return where the digest due at a moment begins: where the last one ended, within a week."""
    if not digested:
        return at - timedelta(days=1)
    return max(datetime.fromisoformat(digested), at - _LONGEST)


def compose(app: App, start: datetime, end: datetime, stale: Sequence[Feed]) -> Message | None:
    """Return the digest; ``None`` where nothing waits and only such are wanted.

    Raises:
        OutsideFailure: the store did not answer.
    """
    first, last = moment(start), moment(end)
    opened = {name: app.settlements.opened(name, _MOST) for name in ("error", "warning")}
    fresh = {name: sum(first <= at < last for at in found) for name, found in opened.items()}
    resolved, is_cut = _resolved(app, first, last)
    late, late_cut = _late(app, (end - timedelta(days=app.alerting.uncleared_days)).date())
    waits = bool(late or stale or any(opened.values()))
    if app.alerting.digest != "always" and not waits:
        return None
    counts = {name: _count(len(found), len(found) >= _MOST) for name, found in opened.items()}
    day = end.date().isoformat()
    waiting = f"{_count(len(late), late_cut)}{_names(late)}"
    lines = [
        f"From {first} to {last}.",
        *(f"Open, {name}: {counts[name]}, of them new: {fresh[name]}" for name in opened),
        f"Resolved: {_count(resolved, is_cut)}",
        f"Settlements not cleared after {app.alerting.uncleared_days} days: {waiting}",
        f"Stale feeds: {len(stale)}",
        *(f"- {feed.name}, profile {feed.profile}: {feed.age} days" for feed in stale[:_NAMED]),
    ]
    page = link(app, "overview")
    return {
        "alert": "digest",
        "title": f"Digest of {day}: {counts['error']} error(s) and {counts['warning']} warning(s) "
        "open",
        "text": "\n".join([*lines, *([f"See: {page}"] if page else [])]),
        "day": day,
        "open": {name: len(found) for name, found in opened.items()},
        "new": fresh,
        "resolved": resolved,
        "uncleared": late[:_NAMED],
        "stale": [feed.name for feed in stale[:_NAMED]],
        "link": page,
    }


def _resolved(app: App, first: str, last: str) -> tuple[int, bool]:
    count = seen = 0
    cursor = ""
    while seen < _MOST:
        page = app.settlements.exceptions(_PAGE, cursor, ExceptionList("resolved"))
        for one in page.items:
            at = one.resolved_at or one.last_seen
            if at < first:
                return count, False
            count += at < last
        seen, cursor = seen + len(page.items), page.cursor
        if not cursor:
            return count, False
    return count, True


def _late(app: App, before: date) -> tuple[list[str], bool]:
    """Return settlements that ended before a day and are not cleared, of the latest ones."""
    found: list[str] = []
    seen, cursor = 0, ""
    while seen < _MOST:
        listed = app.settlements.settlements("", _PAGE, cursor)
        found += [
            one.settlement_id
            for one in listed.items
            if one.end < before.isoformat() and one.state != SettlementState.CLEARED
        ]
        seen, cursor = seen + len(listed.items), listed.cursor
        if not cursor:
            return found, False
    return found, True


def _count(number: int, is_cut: bool) -> str:
    return f"at least {number}" if is_cut else str(number)


def _names(found: Sequence[str]) -> str:
    if not found:
        return ""
    return f" ({', '.join(found[:_NAMED])}{', ...' if len(found) > _NAMED else ''})"
