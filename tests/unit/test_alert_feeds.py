"""Feeds gone quiet, by the marketplace's own calendar, and the digest of a day in UTC."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from alert_world import AlertWorld
from plugin import CA_ID

from handler.core.finding import Finding
from handler.flows.alert_digest import due, since
from handler.flows.alert_feeds import feeds
from handler.flows.exception_handling import close
from handler.flows.exception_ports import ExceptionState
from handler.flows.exception_record import exception_id
from handler.flows.inventory_ports import SnapshotRecord
from handler.flows.registered import registered

END = "2025-08-28"  # of the settlement the world has; Amazon.ca runs on Pacific time


def at(world: AlertWorld, text: str) -> None:
    world.clock.now = datetime.fromisoformat(text)


def stale(world: AlertWorld) -> list[tuple[str, str]]:
    return [one for one in world.exceptions() if one[1] == "FEED_STALE"]


def test_a_feed_is_stale_by_the_days_of_its_marketplace() -> None:
    world = AlertWorld()
    world.settlement(CA_ID)
    at(world, "2025-09-14T06:59:00+00:00")  # the 14th in UTC, and still the 13th there
    (feed,) = feeds(world.app)
    assert (feed.last.isoformat(), feed.age, feed.is_stale) == (END, 16, False)
    at(world, "2025-09-14T07:00:00+00:00")
    (feed,) = feeds(world.app)
    assert (feed.age, feed.is_stale) == (17, True)


def test_a_profile_may_have_a_limit_of_its_own() -> None:
    world = AlertWorld(stale_days={"": 16, "ca": 30})
    world.settlement(CA_ID)
    at(world, "2025-09-20T00:00:00+00:00")
    (feed,) = feeds(world.app)
    assert (feed.limit, feed.is_stale) == (30, False)


def test_it_is_told_once_until_one_has_come() -> None:
    world = AlertWorld()
    world.settlement(CA_ID)
    at(world, "2025-09-14T12:00:00+00:00")
    for _ in range(130):
        world.alert()
    assert stale(world) == [("feed:ca", "FEED_STALE")]
    (one,) = world.app.settlements.exceptions_of("feed:ca")
    assert one.count == 1
    ((_, subject, text),) = world.topic.told
    assert subject.startswith("warning: FEED_STALE, settlements of Amazon.ca")
    assert "No settlement for 17 days from Amazon.ca" in text
    known = world.app.settlements.get(CA_ID)
    assert known is not None
    assert world.app.settlements.record(
        replace(known, settlement_id="2", end="2025-09-11", version=1), []
    )
    for _ in range(61):
        world.alert()
    assert stale(world) == []
    at(world, "2025-09-29T12:00:00+00:00")
    world.alert()
    assert len(world.topic.told) == 2


def test_reports_of_stock_that_came_before_are_missed_too() -> None:
    world = AlertWorld()
    at(world, "2025-09-01T00:00:00+00:00")
    world.app.inventory.put_snapshot(
        SnapshotRecord("ca", "myi", "", "2025-08-29T10:00:00+00:00", "h", 1, "r", "s", "t")
    )
    assert [(one.name, one.is_stale) for one in feeds(world.app)] == [("stock report myi", False)]
    at(world, "2025-09-02T00:00:00+00:00")
    assert [one.is_stale for one in feeds(world.app)] == [True]


def test_stale_feeds_are_registered_where_nobody_listens() -> None:
    world = AlertWorld()
    world.settlement(CA_ID)
    at(world, "2025-09-14T12:00:00+00:00")
    world.alert(change=lambda app: replace(app, topic=None))
    assert stale(world) == [("feed:ca", "FEED_STALE")]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-31T06:59:59+00:00", "2026-01-30T07:00:00+00:00"),
        ("2026-01-31T07:00:00+00:00", "2026-01-31T07:00:00+00:00"),
        ("2026-03-01T00:30:00+01:00", "2026-02-28T07:00:00+00:00"),
    ],
)
def test_a_digest_is_due_at_its_hour_in_utc(now: str, expected: str) -> None:
    assert due(datetime.fromisoformat(now), 7).isoformat() == expected


def test_a_digest_begins_where_the_last_one_ended() -> None:
    end = datetime(2026, 1, 31, 7, tzinfo=UTC)
    assert since(end, "").day == 30
    assert since(end, "2026-01-28T07:00:00+00:00").day == 28
    assert since(end, "2025-01-28T07:00:00+00:00").day == 24


def test_a_digest_tells_each_day_of_what_waits_once() -> None:
    world = AlertWorld(digest="waiting", digest_hour=7)
    world.settlement("9")  # long over, and not cleared
    at(world, "2026-01-31T06:30:00+00:00")
    world.alert()  # that of yesterday, and the stale feed
    world.meet("line 1")
    world.meet("line 2", code="UNMAPPED_TRANSACTION")
    at(world, "2026-01-31T07:30:00+00:00")
    for _ in range(30):
        world.alert()
    told = [(title, text) for name, title, text in world.topic.told if name.startswith("digest")]
    assert len(told) == 2
    title, text = told[1]
    # The stale feed is a warning too.
    assert title == "Digest of 2026-01-31: 1 error(s) and 2 warning(s) open"
    assert "Open, error: 1, of them new: 1" in text
    assert "Settlements not cleared after 10 days: 1 (9)" in text
    assert "Stale feeds: 1\n- settlements of Amazon.ca" in text
    assert "See: https://books.test/dashboard/overview" in text
    world.resolve()
    at(world, "2026-02-01T07:00:00+00:00")
    world.alert()
    *_, (name, _, text) = world.topic.told
    assert name == "digest-2026-02-01T07"
    assert "Resolved: 2" in text
    assert "Open, error: 0, of them new: 0" in text


@pytest.mark.parametrize(("digest", "count"), [("waiting", 0), ("always", 1), ("never", 0)])
def test_an_empty_digest_is_sent_only_where_it_is_wanted(digest: str, count: int) -> None:
    world = AlertWorld(digest=digest)
    for _ in range(3):
        world.alert()
    assert len(world.topic.told) == count


def test_a_late_digest_tells_nothing_of_the_next_day() -> None:
    world = AlertWorld(digest="always")
    world.meet()
    at(world, "2026-02-01T07:30:00+00:00")
    world.resolve()
    world.meet("line 2")
    at(world, "2026-02-01T11:00:00+00:00")
    world.alert()
    told = {name: text for name, _, text in world.topic.told}
    assert "Resolved: 0" in told["digest-2026-02-01T07"]
    assert "Open, error: 1, of them new: 0" in told["digest-2026-02-01T07"]
    at(world, "2026-02-02T07:00:00+00:00")
    world.alert()
    *_, (name, _, text) = world.topic.told
    assert name == "digest-2026-02-02T07"
    assert "Resolved: 1" in text
    assert "Open, error: 1, of them new: 1" in text


def test_one_that_is_ignored_stays_so_and_counts_no_more() -> None:
    world = AlertWorld()
    world.settlement(CA_ID)
    at(world, "2025-09-14T12:00:00+00:00")
    world.alert()
    (one,) = world.app.settlements.exceptions_of("feed:ca")
    close(world.app, exception_id(one), ExceptionState.IGNORED, "sold no more", "key:ann")
    for _ in range(130):
        world.alert()
    after = world.app.settlements.exception("feed:ca", one.fingerprint)
    assert after is not None
    assert (after.state, after.count) == (ExceptionState.IGNORED, 1)


def test_one_whose_marketplace_has_another_name_now_is_resolved() -> None:
    world = AlertWorld()
    old = Finding("FEED_STALE", "settlements of Amazon.old (CAD)", "", {})
    world.app.settlements.register(registered(world.app, "feed:ca", [old]))
    world.settlement(CA_ID)
    at(world, "2025-09-01T12:00:00+00:00")
    world.alert()
    assert stale(world) == []


def test_the_digest_of_another_hour_is_another_digest() -> None:
    world = AlertWorld(digest="always")
    at(world, "2025-09-14T12:00:00+00:00")
    world.alert()
    later = replace(world.app, alerting=replace(world.app.alerting, digest_hour=20))
    at(world, "2025-09-14T20:30:00+00:00")
    world.alert(change=lambda _: later)
    assert len([subject for subject in world.topic.subjects if "Digest" in subject]) == 2
