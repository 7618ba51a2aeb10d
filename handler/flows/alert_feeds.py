"""Feeds that have gone quiet: settlements of a profile, and reports of stock that came before.

Days are counted by the calendar of the marketplace, in its own time zone; those of stock in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from handler.core.errors import UnusableMapping
from handler.core.finding import Finding
from handler.flows.exception_ports import ExceptionState
from handler.flows.register_findings import resolve_gone
from handler.flows.registered import registered

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.settlement.profile import Marketplace, Profile

_LOOKED_BACK: Final = 200  # settlements of a profile


@dataclass(frozen=True, slots=True)
class Feed:
    """Something that comes again and again.

    Attributes:
        profile: whose.
        name: "settlements of Amazon.ca (CAD)", "stock report myi".
        last: day of the last one.
        age: days since then.
        limit: days after which it is stale.
    """

    profile: str
    name: str
    last: date
    age: int
    limit: int

    @property
    def is_stale(self) -> bool:
        """Whether it should have come again."""
        return self.age > self.limit

    @property
    def finding(self) -> Finding:
        """What is registered of a stale one."""
        source = self.name.removeprefix("settlements of ")
        what = f"No {self.name} for {self.age} days"
        if source != self.name:
            what = f"No settlement for {self.age} days from {source}"
        return Finding(
            "FEED_STALE",
            self.name,
            f"{what} in profile {self.profile}: the last one ends {self.last}, and {self.limit} "
            "days are expected at most.",
            {"profile": self.profile, "last": self.last.isoformat(), "limit_days": self.limit},
        )


def feeds(app: App) -> list[Feed]:
    """Return every feed that ever began; a profile whose mappings are wrong has none.

    Raises:
        UnusableMapping: the list of profiles cannot be read.
        OutsideFailure: the store did not answer.
    """
    now = app.now()
    found: list[Feed] = []
    for hint in app.mappings.hints():
        try:
            profile = app.mappings.load(hint.name).profile
        except UnusableMapping:
            continue
        found += [*_settlements(app, profile, now), *_stock(app, profile.name, now)]
    return found


def watch_feeds(app: App) -> list[Feed]:
    """Register stale feeds, each once, and resolve those that came again; return the stale ones.

    Raises:
        UnusableMapping, OutsideFailure: as :func:`feeds`.
    """
    known = feeds(app)
    for profile in sorted({feed.profile for feed in known}):
        _register(app, profile, [feed for feed in known if feed.profile == profile])
    return [feed for feed in known if feed.is_stale]


def _register(app: App, profile: str, known: Sequence[Feed]) -> None:
    scope = f"feed:{profile}"
    findings = [feed.finding for feed in known if feed.is_stale]
    # One that is open already is no news: met each hour it would be the latest for ever.
    there = {one.fingerprint for one in app.settlements.exceptions_of(scope)}
    new = [
        finding
        for finding in findings
        if finding.fingerprint(scope) not in there and not _is_ignored(app, scope, finding)
    ]
    if new:
        app.settlements.register(registered(app, scope, new))
    # Also of a feed that is none any more, as where a marketplace was renamed.
    resolve_gone(app, scope, findings, lambda _: True)


def _is_ignored(app: App, scope: str, finding: Finding) -> bool:
    known = app.settlements.exception(scope, finding.fingerprint(scope))
    return known is not None and known.state is ExceptionState.IGNORED


def _settlements(app: App, profile: Profile, now: datetime) -> Iterator[Feed]:
    last: dict[str, str] = {}
    for record in app.settlements.settlements(profile.name, _LOOKED_BACK).items:
        last[record.currency] = max(record.end, last.get(record.currency, ""))
    limits = app.alerting.stale_days
    for currency, end in sorted(last.items()):
        places = [one for one in profile.marketplaces if one.currency == currency]
        zone = (places or [profile.home])[0].time_zone
        day = date.fromisoformat(end[:10])
        age = (now.astimezone(zone).date() - day).days
        limit = limits.get(profile.name, limits[""])
        yield Feed(profile.name, f"settlements of {_named(places, currency)}", day, age, limit)


def _named(places: Sequence[Marketplace], currency: str) -> str:
    names = [one.names[0] for one in places]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more} ({currency})" if names else currency


def _stock(app: App, profile: str, now: datetime) -> Iterator[Feed]:
    for one in app.inventory.snapshots(profile):
        told = datetime.fromisoformat(one.told_at).astimezone(UTC).date()
        name = f"stock report {one.kind}{f' of {one.marketplace}' if one.marketplace else ''}"
        age = (now.astimezone(UTC).date() - told).days
        yield Feed(profile, name, told, age, app.alerting.stock_days)
