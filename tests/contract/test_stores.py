"""What flows/ports.py promises of the stores, kept by each of them alike."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from store_samples import RECORD, Clock, fault, settlement

from handler.adapters.refusals import IDEMPOTENCY_DAYS
from handler.core.errors import Conflict, RefusedRequest
from handler.flows.ports import ExceptionState, Page, RegisteredException, SettlementStore

SCOPE = f"settlement:{RECORD.settlement_id}"
USE = (RECORD.settlement_id, RECORD.profile, RECORD.content_hash)


def _open(store: SettlementStore) -> dict[str, RegisteredException]:
    return {known.fingerprint: known for known in store.exceptions(1000).items}


def _recorded(store: SettlementStore) -> list[tuple[str, int]]:
    return [(record.settlement_id, record.version) for record in store.settlements("", 1000).items]


def test_gives_back_what_was_recorded(settlements: SettlementStore) -> None:
    assert settlements.get(RECORD.settlement_id) is None
    assert settlements.record(RECORD, [])
    assert settlements.get(RECORD.settlement_id) == RECORD
    assert settlements.settlements("", 10) == Page([RECORD])
    assert settlements.settlements("us", 10) == Page([RECORD])


@pytest.mark.parametrize("odd", ["", "a#b", "settlement:1", "é 日本", "x" * 5000])
def test_odd_ids_are_ids(settlements: SettlementStore, odd: str) -> None:
    record = settlement(odd, profile=f"p{odd}")
    assert settlements.get(odd) is None
    assert settlements.record(record, [fault("f", f"settlement:{odd}")])
    assert settlements.get(odd) == record
    assert settlements.settlements(f"p{odd}", 10) == Page([record])
    assert _open(settlements)["f"].scope == f"settlement:{odd}"


def test_versions_follow_one_another(settlements: SettlementStore) -> None:
    second = settlement(version=2, status="proven", profile="ca")
    assert not settlements.record(second, [fault("never")])
    assert settlements.get(RECORD.settlement_id) is None

    assert settlements.record(RECORD, [])
    assert not settlements.record(settlement(content_hash="d" * 64), [fault("never")])
    assert not settlements.record(settlement(version=3), [fault("never")])
    assert settlements.get(RECORD.settlement_id) == RECORD

    assert settlements.record(second, [])
    assert not settlements.record(second, [fault("never")])
    assert settlements.get(RECORD.settlement_id) == second
    assert settlements.settlements("us", 10) == Page([])
    assert settlements.settlements("ca", 10) == Page([second])
    assert settlements.settlements("", 10) == Page([second])
    assert not _open(settlements)


def test_a_version_that_would_forget_an_acknowledgement_is_not_written(
    settlements: SettlementStore,
) -> None:
    settlements.record(RECORD, [])
    acknowledged = replace(RECORD, netsuite_ids=("AMZ-1=5001",))
    assert settlements.move(acknowledged, RECORD)
    later = settlement(version=2)  # settled from what was read before
    assert not settlements.record(later, [])
    assert settlements.get(RECORD.settlement_id) == acknowledged
    assert settlements.record(replace(later, netsuite_ids=acknowledged.netsuite_ids), [])


def test_a_refused_record_resolves_nothing(settlements: SettlementStore) -> None:
    settlements.record(RECORD, [fault("f1")])
    assert not settlements.record(settlement(version=1), [fault("f2")])
    assert list(_open(settlements)) == ["f1"]
    assert _open(settlements)["f1"].count == 1


def test_exceptions_come_back_whole(settlements: SettlementStore) -> None:
    met = fault("f1", amount=-5, lines=[1, 2, 3], text="", nothing=None, rate=1.5, yes=True)
    settlements.record(RECORD, [met])
    assert settlements.exceptions(10) == Page([met])


def test_the_same_fault_counts_up(settlements: SettlementStore) -> None:
    settlements.record(RECORD, [fault("f1"), fault("f2"), fault("f2")])
    later = "2025-02-01T00:00:00+00:00"
    settlements.record(settlement(version=2), [fault("f1", at=later, line=7)])
    (known,) = settlements.exceptions(10).items
    assert (known.fingerprint, known.count) == ("f1", 2)
    assert (known.first_seen, known.last_seen) == (RECORD.recorded_at, later)
    assert known.finding["evidence"] == {"line": 7}

    settlements.register([fault("f2")])
    assert _open(settlements)["f2"].count == 3
    assert _open(settlements)["f2"].state is ExceptionState.OPEN


def test_a_proven_settlement_resolves_its_exceptions_and_no_others(
    settlements: SettlementStore,
) -> None:
    settlements.register([fault("f0"), fault("f1", "file:a.txt"), fault("f2", "settlement:9")])
    settlements.record(RECORD, [fault("f3")])
    settlements.record(settlement(version=2, status="proven"), [])
    assert set(_open(settlements)) == {"f1", "f2"}


def test_more_exceptions_than_one_transaction_takes(settlements: SettlementStore) -> None:
    old = [fault(f"old{n}") for n in range(40)]
    settlements.register(old)
    assert len(_open(settlements)) == 40
    new = [fault(f"new{n}") for n in range(80)]
    assert settlements.record(RECORD, [*new, fault("old7")], "key")
    assert set(_open(settlements)) == {known.fingerprint for known in new} | {"old7"}
    assert settlements.get(RECORD.settlement_id) == RECORD
    assert settlements.record(settlement(version=2), [])
    assert not _open(settlements)


def test_what_is_ignored_stays_ignored(settlements: SettlementStore) -> None:
    settlements.register([fault("f1", state=ExceptionState.IGNORED), fault("f2")])
    settlements.record(RECORD, [fault("f1"), fault("f2")])
    settlements.register([fault("f1"), fault("f2")])
    assert {key: known.count for key, known in _open(settlements).items()} == {"f2": 3}
    settlements.resolve(SCOPE, "2025-02-01T00:00:00+00:00")
    assert not _open(settlements)


@pytest.mark.parametrize("state", [ExceptionState.RETRYING, ExceptionState.PARKED])
def test_states_between_are_to_be_handled(
    settlements: SettlementStore, state: ExceptionState
) -> None:
    settlements.register([fault("f1", "file:a b.txt", state=state)])
    assert _open(settlements)["f1"].state is state
    settlements.resolve("file:a b.txt", "2025-02-01T00:00:00+00:00")
    assert not _open(settlements)
    settlements.resolve("file:a b.txt", "2025-02-01T00:00:00+00:00")


def test_an_idempotency_key_stands_for_one_call(settlements: SettlementStore) -> None:
    assert settlements.idempotent("key é") is None
    assert settlements.record(RECORD, [], "key é")
    assert settlements.idempotent("key é") == USE
    assert settlements.idempotent("key e") is None
    assert settlements.record(settlement(version=2), [], "key é")


@pytest.mark.parametrize(
    "other", [{"settlement_id": "9"}, {"profile": "ca"}, {"content_hash": "d" * 64}]
)
def test_a_key_used_for_something_else_writes_nothing(
    settlements: SettlementStore, other: dict[str, str]
) -> None:
    settlements.record(RECORD, [fault("f1")], "key")
    version = 1 if "settlement_id" in other else 2
    with pytest.raises(Conflict) as refused:
        settlements.record(settlement(version=version, **other), [fault("f2")], "key")
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert _recorded(settlements) == [(RECORD.settlement_id, 1)]
    assert list(_open(settlements)) == ["f1"]
    assert settlements.idempotent("key") == USE


def test_a_key_expires(settlements: SettlementStore, clock: Clock) -> None:
    settlements.record(RECORD, [], "key")
    clock.time += timedelta(days=IDEMPOTENCY_DAYS) - timedelta(seconds=1)
    assert settlements.idempotent("key") == USE
    clock.time += timedelta(seconds=1)
    assert settlements.idempotent("key") is None
    assert settlements.record(settlement("9"), [], "key")
    assert settlements.idempotent("key") == ("9", *USE[1:])


def test_a_refused_record_uses_no_key(settlements: SettlementStore) -> None:
    settlements.record(RECORD, [])
    assert not settlements.record(RECORD, [], "key")
    assert settlements.idempotent("key") is None


def test_settlements_are_listed_latest_end_first_page_by_page(
    settlements: SettlementStore,
) -> None:
    for number in range(7):
        profile = "us" if number % 2 else "ca"
        end = f"2025-01-{20 - number // 2}"
        settlements.record(settlement(str(number), profile=profile, end=end), [])
    expected = ["1", "0", "3", "2", "5", "4", "6"]
    assert [record.settlement_id for record in settlements.settlements("", 100).items] == expected
    for limit in (1, 2, 3, 7):
        found, cursor, pages = [], "", 0
        while cursor or not pages:
            page = settlements.settlements("", limit, cursor)
            found += [record.settlement_id for record in page.items]
            cursor, pages = page.cursor, pages + 1
        assert (found, pages) == (expected, -(-7 // limit))
    first = settlements.settlements("us", 2)
    assert [record.settlement_id for record in first.items] == ["1", "3"]
    assert [r.settlement_id for r in settlements.settlements("us", 2, first.cursor).items] == ["5"]


def test_exceptions_are_listed_latest_first_page_by_page(settlements: SettlementStore) -> None:
    settlements.register([fault(f"f{n}", at=f"2025-01-0{n}") for n in range(1, 6)])
    settlements.register([fault("f2", at="2025-01-09")])
    found, cursor, pages = [], "", 0
    while cursor or not pages:
        page = settlements.exceptions(2, cursor)
        found += [known.fingerprint for known in page.items]
        cursor, pages = page.cursor, pages + 1
    assert (found, pages) == (["f2", "f5", "f4", "f3", "f1"], 3)


def _cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


BAD_CURSORS = {
    "no base64": "%%%",
    "another alphabet": "é",
    "no JSON": "aaaa",
    "too long": "a" * 100_000,
    "no list": base64.urlsafe_b64encode(b'{"a": 1}').decode(),
    "nested": base64.urlsafe_b64encode(b"[" * 9000).decode(),
    "another list": _cursor("EXCEPTIONS", "2025", "SETTLEMENT#1", "HEAD"),
    "too few": _cursor("SETTLEMENTS#us", "2025"),
    "no text": _cursor("SETTLEMENTS#us", 1, 2, 3),
    "empty text": _cursor("SETTLEMENTS#us", "2025", "", "HEAD"),
    "no character": _cursor("SETTLEMENTS#us", "2025", "\ud800", "HEAD"),
    "too long a key": _cursor("SETTLEMENTS#us", "2025", "x" * 1025, "HEAD"),
}


@pytest.mark.parametrize("cursor", BAD_CURSORS.values(), ids=list(BAD_CURSORS))
def test_bad_cursors_are_refused(settlements: SettlementStore, cursor: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        settlements.settlements("us", 10, cursor)
    assert refused.value.code == "BAD_CURSOR"


def test_a_cursor_opens_no_other_list(settlements: SettlementStore) -> None:
    for number in range(4):
        settlements.record(settlement(str(number), profile="us" if number < 2 else "ca"), [])
    cursor = settlements.settlements("us", 1).cursor
    for profile in ("ca", ""):
        with pytest.raises(RefusedRequest) as refused:
            settlements.settlements(profile, 10, cursor)
        assert refused.value.code == "BAD_CURSOR"
    with pytest.raises(RefusedRequest):
        settlements.exceptions(10, cursor)


def test_keeps_every_version_as_it_was_recorded(settlements: SettlementStore) -> None:
    assert settlements.versions(RECORD.settlement_id) == ()
    second = settlement(version=2, status="proven", state="proven", content_hash="d" * 64)
    assert settlements.record(RECORD, [])
    assert settlements.record(second, [])
    assert tuple(settlements.versions(RECORD.settlement_id)) == (RECORD, second)
    assert settlements.versions("another") == ()


def test_moves_from_the_state_it_had_and_from_no_other(settlements: SettlementStore) -> None:
    proven = settlement(status="proven", state="proven")
    assert settlements.record(proven, [])
    delivered = settlement(status="proven", state="delivered")
    posted = settlement(status="proven", state="posted", netsuite_ids=("AMZ-1=77",))
    assert settlements.move(delivered, proven)
    assert settlements.move(delivered, proven)  # told again
    assert not settlements.move(posted, proven)
    assert settlements.get(RECORD.settlement_id) == delivered
    assert settlements.settlements("us", 10) == Page([delivered])
    assert settlements.move(posted, delivered)
    assert settlements.get(RECORD.settlement_id) == posted
    assert not settlements.move(settlement("another"), settlement("another", state="proven"))
    assert settlements.get("another") is None


def test_the_moment_of_each_state_is_kept(settlements: SettlementStore) -> None:
    """Against the moments themselves: records that differ in nothing else are the same."""
    proven = settlement(status="proven", state="proven")
    assert settlements.record(proven, [])
    delivered = proven.came_to("delivered", "2026-01-15T08:00:00+00:00")
    posted = delivered.came_to("posted", "2026-01-16T08:00:00+00:00")
    assert settlements.move(delivered, proven)
    assert settlements.move(posted, delivered)
    told = {"delivered": "2026-01-15T08:00:00+00:00", "posted": "2026-01-16T08:00:00+00:00"}
    found = settlements.get(RECORD.settlement_id)
    assert found is not None
    assert found.moved_at == told
    (listed,) = settlements.settlements("us", 10).items
    assert listed.moved_at == told
    corrected = replace(posted, version=2, state="proven")
    assert settlements.record(corrected, [])
    again = corrected.came_to("posted", "2026-02-20T08:00:00+00:00")
    assert settlements.move(again, corrected)
    found = settlements.get(RECORD.settlement_id)
    assert found is not None
    told["posted"] = "2026-02-20T08:00:00+00:00"  # what was corrected is in the books since then
    assert (found.state, found.moved_at) == ("posted", told)


def test_a_key_first_used_on_a_replay_is_remembered(settlements: SettlementStore) -> None:
    assert settlements.record(RECORD, [])
    settlements.remember("k", RECORD)
    assert settlements.idempotent("k") == USE
    settlements.remember("k", RECORD)
    with pytest.raises(Conflict) as refused:
        settlements.remember("k", settlement("another"))
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert settlements.idempotent("k") == USE


@pytest.mark.parametrize("kind", ["bank", "orders", "clearing"])
def test_what_reconciling_found_is_registered_and_resolved(
    settlements: SettlementStore, kind: str
) -> None:
    first, second = fault("one", f"{kind}:ca"), fault("two", f"{kind}:ca")
    settlements.register([first, second])
    assert _open(settlements) == {"one": first, "two": second}
    # Told as resolved, and not met again: the count stays, and the other stays open.
    settlements.register([replace(first, state=ExceptionState.RESOLVED, count=0)])
    assert _open(settlements) == {"two": second}
    settlements.register([first])
    assert _open(settlements)["one"].count == 2
