"""What the ports promise of keys, the audit, targets and jobs, kept by each store alike."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from delivery_samples import AT, DAY_SECONDS, NOW_SECONDS, entry, job, key, target
from store_samples import Clock

from handler.adapters.audited import MOST_KEYS
from handler.adapters.dynamo_keys import DynamoKeys
from handler.core.errors import RefusedRequest
from handler.flows.delivery_ports import Circuit, TargetStore
from handler.flows.job_ports import JobKind, JobState, JobStore
from handler.flows.key_ports import AuditEntry, KeyStore
from handler.flows.ports import Page

Both = tuple[KeyStore, TargetStore]


def test_keys_come_back_whole(keys: KeyStore) -> None:
    assert keys.find(key(1).key_hash) is None
    assert list(keys.keys()) == []
    flow = key(1, expires_at="2026-01-16T00:00:00+00:00", per_minute=30, imported=True)
    other = key(2, name="another", scopes=frozenset())
    keys.put([flow], entry(1))
    keys.put([other], entry(2))
    assert keys.find(flow.key_hash) == flow
    assert list(keys.keys()) == [other, flow]
    revoked = replace(flow, revoked=True, expires_at="", per_minute=0)
    keys.put([revoked], entry(3))
    assert keys.find(flow.key_hash) == revoked
    assert list(keys.keys()) == [other, revoked]


def test_keys_are_written_with_their_audit_or_not_at_all(keys: KeyStore) -> None:
    many = [key(n) for n in range(MOST_KEYS)]
    with pytest.raises(ValueError, match="91 keys"):
        keys.put([*many, key(MOST_KEYS)], entry())
    with pytest.raises(ValueError, match="twice"):
        keys.put([key(1), key(1, revoked=True)], entry())
    with pytest.raises(ValueError, match="isoformat"):
        keys.put([key(1)], entry(at="yesterday"))
    assert list(keys.keys()) == []
    assert keys.audit(9) == Page([])
    keys.put(many, entry())
    assert len(keys.keys()) == MOST_KEYS
    assert keys.audit(9) == Page([entry()])


def test_a_revoked_key_stays_so_and_no_key_becomes_anothers(keys: KeyStore) -> None:
    first, second = key(1), key(2)
    assert keys.put([first, second], entry(1))
    assert keys.put([replace(first, revoked=True)], entry(2))
    ending = [replace(one, expires_at="2026-01-16T00:00:00+00:00") for one in (first, second)]
    assert not keys.put([key(3), *ending], entry(3))  # a rotation that read before
    assert keys.find(key(3).key_hash) is None
    assert keys.find(second.key_hash) == second
    twin = replace(second, name="twin", created_at="2026-01-17T00:00:00+00:00")
    assert not keys.put([twin], entry(4))  # the same token, imported by two
    for other in ({"name": "twin"}, {"scopes": frozenset({"*"})}):  # within the same second
        assert not keys.put([replace(second, **other)], entry(4))
    assert keys.find(second.key_hash) == second
    assert keys.put([replace(twin, revoked=True)], entry(5))
    assert [one.entry_id for one in keys.audit(9).items] == [entry(n).entry_id for n in (5, 2, 1)]


def test_an_expired_key_is_not_forgotten(moto_client: Any) -> None:
    """The table forgets what has "expires_at" as a number."""
    DynamoKeys(moto_client, "table").put([key(1, expires_at=AT)], entry())
    assert all("expires_at" not in item for item in moto_client.scan(TableName="table")["Items"])


def test_keys_of_earlier_versions_are_keys(moto_client: Any) -> None:
    old = key(1)
    item = {
        "pk": {"S": f"APIKEY#{old.key_hash}"},
        "sk": {"S": "KEY"},
        "gsi1pk": {"S": "APIKEYS"},
        "gsi1sk": {"S": f"{old.name}#{old.key_hash}"},
        "key_hash": {"S": old.key_hash},
        "name": {"S": old.name},
        "scopes": {"L": [{"S": scope} for scope in old.scopes]},
        "created_at": {"S": old.created_at},
        "revoked": {"BOOL": False},
    }
    moto_client.put_item(TableName="table", Item=item)
    store = DynamoKeys(moto_client, "table")
    assert store.find(old.key_hash) == old
    assert list(store.keys()) == [old]


def test_calls_are_counted_by_key_and_minute(keys: KeyStore) -> None:
    first, other = key(1).key_hash, key(2).key_hash
    assert [keys.count_call(first, 100) for _ in range(3)] == [1, 2, 3]
    assert keys.count_call(other, 100) == 1
    assert keys.count_call(first, 101) == 1
    assert keys.count_call(first, 101) == 2
    assert (keys.calls(first, 101), keys.calls(other, 100), keys.calls(other, 101)) == (2, 1, 0)
    assert keys.calls(first, 101) == 2  # to look counts none
    assert keys.find(first) is None


def test_a_count_of_a_minute_to_come_stays_while_others_are_counted(keys: KeyStore) -> None:
    first, other = key(1).key_hash, key(2).key_hash
    keys.count_call(first, 90)
    keys.count_call(other, 100)
    keys.count_call(first, 91)
    assert (keys.calls(first, 91), keys.calls(other, 100)) == (1, 1)


def test_counts_are_forgotten(moto_client: Any) -> None:
    DynamoKeys(moto_client, "table").count_call("a" * 64, 100)
    (item,) = moto_client.scan(TableName="table")["Items"]
    assert 101 * 60 < int(item["expires_at"]["N"]) < 200 * 60


def _audit(keys: KeyStore, limit: int) -> tuple[list[AuditEntry], int]:
    found: list[AuditEntry] = []
    cursor, pages = "", 0
    while cursor or not pages:
        page = keys.audit(limit, cursor)
        found += page.items
        cursor, pages = page.cursor, pages + 1
    return found, pages


def test_the_audit_is_the_latest_first_page_by_page(keys_and_targets: Both) -> None:
    keys, targets = keys_and_targets
    entries = [
        entry(1, at="2025-01-15T00:00:00+00:00"),
        entry(2, at="2025-01-16T00:00:00+00:00"),
        entry(3, at="2025-01-16T00:00:00+00:00"),
        entry(4, at="2025-01-16T01:30:00.5+01:00"),
        entry(5, at="2025-01-16T00:30:01+00:00", action="webhook.put", change={}),
    ]
    for number in (3, 0, 2, 1):
        keys.put([key(number)], entries[number])
    assert targets.put_target(target(), entries[4])
    for limit in (1, 2, 5, 9):
        assert _audit(keys, limit) == (entries[::-1], -(-5 // limit))


def test_the_audits_cursor_is_its_own(keys: KeyStore) -> None:
    for number in range(3):
        keys.put([key(number)], entry(number))
    assert keys.audit(1).cursor
    for cursor in ("%%%", "a" * 20_000, "W10"):
        with pytest.raises(RefusedRequest) as refused:
            keys.audit(9, cursor)
        assert refused.value.code == "BAD_CURSOR"


def test_targets_come_back_whole_by_name(targets: TargetStore) -> None:
    assert list(targets.targets()) == []
    first, second = target("b"), target("a", profiles=(), active=False, url="http://localhost:1")
    assert targets.put_target(first, entry(1))
    assert targets.put_target(second, entry(2))
    assert list(targets.targets()) == [second, first]


def test_a_target_and_its_audit_are_written_together(keys_and_targets: Both) -> None:
    keys, targets = keys_and_targets
    assert not targets.put_target(target(revision=2), entry(1))
    assert list(targets.targets()) == []
    assert keys.audit(9) == Page([])
    assert targets.put_target(target(), entry(2))
    assert not targets.put_target(target(active=False), entry(3))
    changed = target(revision=2, active=False)
    assert targets.put_target(changed, entry(4))
    assert list(targets.targets()) == [changed]
    assert keys.audit(9) == Page([entry(4), entry(2)])


def test_circuits_follow_one_another(targets: TargetStore) -> None:
    assert targets.circuit("a") == Circuit("a")
    opened = Circuit("a", 5, "2025-01-16T01:00:00+00:00", 1)
    assert not targets.put_circuit(replace(opened, revision=2))
    assert targets.put_circuit(opened)
    assert not targets.put_circuit(opened)
    assert targets.circuit("a") == opened
    assert targets.circuit("b") == Circuit("b")
    assert targets.put_circuit(Circuit("a", revision=2))
    assert targets.circuit("a") == Circuit("a", revision=2)
    assert list(targets.targets()) == []


@pytest.mark.parametrize("kind", JobKind)
def test_jobs_come_back_whole(jobs: JobStore, kind: JobKind) -> None:
    outcome = {"data": [{"id": "1", "amount": "1.10", "é": [None, True, -3]}], "code": ""}
    new = job(kind=kind, state=JobState.DONE, outcome=outcome)
    assert jobs.job(new.job_id) is None
    assert jobs.put_job(new)
    assert jobs.job(new.job_id) == new
    assert jobs.job("job-" + "b" * 32) is None


def test_jobs_follow_one_another(jobs: JobStore) -> None:
    assert not jobs.put_job(job(revision=2))
    assert jobs.job(job().job_id) is None
    assert jobs.put_job(job())
    assert not jobs.put_job(job(state=JobState.FAILED))
    going = job(revision=2, state=JobState.IN_PROGRESS)
    assert jobs.put_job(going)
    assert not jobs.put_job(replace(going, state=JobState.FAILED))
    assert not jobs.put_job(replace(going, revision=4))
    assert jobs.job(job().job_id) == going


def test_an_expired_job_is_not_there(jobs: JobStore, clock: Clock) -> None:
    assert int(clock.time.timestamp()) == NOW_SECONDS
    assert jobs.put_job(job())
    clock.time += timedelta(seconds=DAY_SECONDS - 1)
    assert jobs.job(job().job_id) == job()
    clock.time += timedelta(seconds=1)
    assert jobs.job(job().job_id) is None
    assert not jobs.put_job(job(revision=2, expires_at=NOW_SECONDS * 2))
    again = job(expires_at=NOW_SECONDS + 2 * DAY_SECONDS, profile="ca")
    assert jobs.put_job(again)
    assert jobs.job(job().job_id) == again


@pytest.mark.parametrize("told", [{}, {"outcome": {"data": ["x" * 200_000]}}], ids=["", "long"])
def test_what_a_caller_does_with_a_job_changes_none(jobs: JobStore, told: dict[str, Any]) -> None:
    given: Callable[[], Any] = lambda: job(wish=dict(job().wish), **told)  # noqa: E731
    new = given()
    assert jobs.put_job(new)
    new.wish["marketplace"] = "changed"
    assert jobs.job(new.job_id) == given()
