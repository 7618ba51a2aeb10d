"""What flows/alert_ports.py promises, and since when an exception is open: each store alike."""

from dataclasses import replace

import pytest
from store_samples import RECORD, all_at_once, fault

from handler.flows.alert_ports import Alert, AlertState, AlertStore, Mark
from handler.flows.exception_ports import ExceptionState, HistoryEntry
from handler.flows.ports import SettlementStore

Stores = tuple[SettlementStore, AlertStore]
SCOPE = f"settlement:{RECORD.settlement_id}"
ALERT = Alert(
    "alert-é", AlertState.WAITING, "2026-01-01T10:00:00+00:00", "2026-01-01T09:00:00+00:00",
    1_800_000_000, {"title": "é", "text": "a\nb", "open": {"error": 1}},
)  # fmt: skip


def day(number: int) -> str:
    return f"2026-01-{number:02d}T00:00:00+00:00"


def _opened(store: SettlementStore, fingerprint: str = "f") -> str:
    found = store.exception(SCOPE, fingerprint)
    assert found is not None
    return found.opened_at


def test_an_exception_says_since_when_it_is_open(register_and_alerts: Stores) -> None:
    store, _ = register_and_alerts
    one = replace(fault("f", SCOPE), first_seen=day(1), last_seen=day(1))
    store.register([one])
    store.register([replace(one, last_seen=day(2))])
    assert _opened(store) == day(1)
    store.resolve(SCOPE, day(3))
    assert _opened(store) == ""
    store.register([replace(one, last_seen=day(4))])
    assert _opened(store) == day(4)
    store.register([replace(one, state=ExceptionState.RESOLVED, count=0, last_seen=day(5))])
    assert _opened(store) == ""
    store.register([replace(one, last_seen=day(6))])
    store.register([replace(one, last_seen=day(7))])
    assert _opened(store) == day(6)


def test_one_opened_by_hand_is_open_since_then(register_and_alerts: Stores) -> None:
    store, _ = register_and_alerts
    store.register([replace(fault("f", SCOPE), last_seen=day(1))])
    for state, action, at in (
        (ExceptionState.IGNORED, "ignored", 2),
        (ExceptionState.OPEN, "reopened", 3),
        (ExceptionState.OPEN, "noted", 4),
    ):
        known = store.exception(SCOPE, "f")
        assert known is not None
        entry = HistoryEntry(day(at), "key:ann", action)
        assert store.change(replace(known, state=state, history=(*known.history, entry)), known)
        assert _opened(store) == ("" if state is ExceptionState.IGNORED else day(3))


def test_one_ignored_is_not_opened_by_being_met(register_and_alerts: Stores) -> None:
    store, alerts = register_and_alerts
    store.register([replace(fault("f", SCOPE), state=ExceptionState.IGNORED)])
    store.register([replace(fault("f", SCOPE), last_seen=day(9))])
    assert alerts.met("2025", 10) == []


def test_open_ones_come_in_the_order_they_were_met(register_and_alerts: Stores) -> None:
    store, alerts = register_and_alerts
    for number in range(1, 8):
        store.register([replace(fault(f"f{number}", SCOPE), last_seen=day(number))])
    store.register([replace(fault("f2", SCOPE), last_seen=day(9))])
    store.register(
        [replace(fault("f3", SCOPE), state=ExceptionState.RESOLVED, count=0, last_seen=day(9))]
    )
    found = alerts.met(day(1), 3)
    assert [one.fingerprint for one in found] == ["f1", "f4", "f5"]
    found = alerts.met(f"{found[-1].last_seen}#{found[-1].fingerprint}", 10)
    assert [one.fingerprint for one in found] == ["f6", "f7", "f2"]
    assert found[-1].opened_at == day(2)
    assert alerts.met(day(10), 10) == []


def test_an_alert_is_kept_as_it_is_and_claimed_by_one(register_and_alerts: Stores) -> None:
    _, alerts = register_and_alerts
    assert alerts.alert(ALERT.alert_id) is None
    assert alerts.put(ALERT)
    assert alerts.alert(ALERT.alert_id) == ALERT
    assert not alerts.put(ALERT)
    leased = replace(ALERT, accepted=("topic",), attempts=1, last_error="x", revision=2)
    assert alerts.put(leased)
    assert not alerts.put(replace(leased, attempts=9))
    assert alerts.alert(ALERT.alert_id) == leased


def test_those_that_wait_come_by_when_they_are_ready(register_and_alerts: Stores) -> None:
    _, alerts = register_and_alerts
    for number in (3, 1, 2, 4):
        assert alerts.put(replace(ALERT, alert_id=f"a{number}", ready_at=day(number)))
    for name, state in (("a2", AlertState.SENT), ("a4", AlertState.GIVEN_UP)):
        assert alerts.put(replace(ALERT, alert_id=name, state=state, revision=2))
    assert [one.alert_id for one in alerts.waiting(10)] == ["a1", "a3"]
    assert [one.alert_id for one in alerts.waiting(1)] == ["a1"]


def test_the_mark_is_moved_by_who_read_it(register_and_alerts: Stores) -> None:
    _, alerts = register_and_alerts
    assert alerts.mark() == Mark()
    moved = Mark("p", day(1), day(2), 1)
    assert alerts.put_mark(moved)
    assert not alerts.put_mark(moved)
    assert alerts.mark() == moved
    assert alerts.put_mark(replace(moved, position="q", revision=2))
    assert alerts.mark().position == "q"


@pytest.mark.parametrize("revision", [1, 2])
def test_many_at_once_one_has_it(register_and_alerts: Stores, revision: int) -> None:
    _, alerts = register_and_alerts
    if revision == 2:
        assert alerts.put(ALERT)
    wanted = [replace(ALERT, last_error=f"by {number}", revision=revision) for number in range(8)]
    won = all_at_once([lambda one=one: alerts.put(one) for one in wanted])
    assert sorted(won, key=str) == [False] * 7 + [True]
    kept = alerts.alert(ALERT.alert_id)
    assert kept == wanted[won.index(True)]


@pytest.mark.parametrize("kind", ["webhook:celigo", "feed:ca", "alert:webhook:celigo"])
def test_what_alerts_and_webhooks_register_has_a_place(
    register_and_alerts: Stores, kind: str
) -> None:
    store, _ = register_and_alerts
    store.register([fault("f", kind)])
    assert [one.fingerprint for one in store.exceptions_of(kind)] == ["f"]
