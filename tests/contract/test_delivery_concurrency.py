"""Flows that want the same parcel, answers that get lost, and a table that fails, before and after.

On Amazon's own DynamoDB Local: other imitations lose concurrent transactions.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from delivery_samples import GROUP, entry, job, key, leased, parcel, target
from inventory_samples import day, run
from store_samples import RECORD, Clock, all_at_once, fault, settlement
from test_dynamo import LOST, Killed, Wrapped, raising

from handler.adapters.dynamo_inventory import DynamoInventory
from handler.adapters.dynamo_jobs import DynamoJobs
from handler.adapters.dynamo_keys import DynamoKeys
from handler.adapters.dynamo_outbox import DynamoOutbox
from handler.adapters.dynamo_settlements import DynamoSettlements
from handler.adapters.dynamo_targets import DynamoTargets
from handler.core.errors import OutsideFailure
from handler.flows.delivery_ports import Circuit
from handler.flows.parcel import Parcel

pytestmark = pytest.mark.dynamodb_local
WRITERS = 16
CALLS = 200
BUSY = ClientError({"Error": {"Code": "ThrottlingException"}}, "Any")
UNREACHABLE = EndpointConnectionError(endpoint_url="http://table")
DENIED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "Any")


@dataclass
class Stores:
    """Every store over one table, through one client."""

    outbox: DynamoOutbox
    settlements: DynamoSettlements
    inventory: DynamoInventory
    targets: DynamoTargets
    jobs: DynamoJobs
    keys: DynamoKeys


def _stores(client: Any, table: str) -> Stores:
    clock = Clock()
    return Stores(
        DynamoOutbox(client, table),
        DynamoSettlements(client, table, clock),
        DynamoInventory(client, table, clock),
        DynamoTargets(client, table),
        DynamoJobs(client, table, clock),
        DynamoKeys(client, table),
    )


@pytest.fixture
def stores(local_client: Any, local_table: str) -> Stores:
    return _stores(local_client, local_table)


def _only(stores: Stores) -> Parcel:
    (found,) = stores.outbox.group(GROUP)
    return found


def test_two_never_have_the_same_parcel(stores: Stores) -> None:
    assert stores.outbox.put(parcel())

    def lease(holder: str) -> bool:
        return stores.outbox.put(leased(_only(stores), holder))

    taken = parcel()
    for _ in range(3):
        seen = [leased(taken, f"flow {n}") for n in range(WRITERS)]
        results = all_at_once([lambda one=one: stores.outbox.put(one) for one in seen])
        assert sorted(results, key=str) == [False] * (WRITERS - 1) + [True]
        taken = _only(stores)
        assert taken == seen[results.index(True)]
    # Reading anew, each may have it once the other has: no revision is had twice.
    results = all_at_once([lambda n=n: lease(f"later {n}") for n in range(WRITERS)])
    assert _only(stores).revision == taken.revision + results.count(True)


def test_each_revision_has_one_writer(stores: Stores) -> None:
    assert stores.outbox.put(parcel())
    written: list[tuple[int, str]] = []

    def write_three(holder: str) -> None:
        done = 0
        while done < 3:
            mine = leased(_only(stores), holder)
            if stores.outbox.put(mine):
                written.append((mine.revision, holder))
                done += 1

    assert all_at_once([lambda n=n: write_three(f"w{n}") for n in range(5)]) == [None] * 5
    assert sorted(revision for revision, _ in written) == list(range(2, 17))
    assert (_only(stores).revision, _only(stores).holder) == max(written)


def test_one_of_many_new_parcels_is_written(stores: Stores) -> None:
    made = [parcel(profile=f"p{n}") for n in range(WRITERS)]
    results = all_at_once([lambda one=one: stores.outbox.put(one) for one in made])
    assert sorted(results, key=str) == [False] * (WRITERS - 1) + [True]
    assert _only(stores) == made[results.index(True)]


def test_moves_at_once_write_each_parcel_once_and_leave_what_was_taken(stores: Stores) -> None:
    first, paid = parcel(), parcel("000001-paid-00ff")
    stores.settlements.record(RECORD, [], "", [first])
    moved = settlement(state="paid")

    def move() -> bool:
        return stores.settlements.move(moved, RECORD, [first, paid])

    def take() -> bool:
        return stores.outbox.put(leased(first, "flow"))

    results = all_at_once([take, *[move] * WRITERS])
    assert results == [True] * (WRITERS + 1)
    assert list(stores.outbox.group(GROUP)) == [leased(first, "flow"), paid]


def test_no_call_is_lost_and_none_counted_twice(stores: Stores) -> None:
    results = all_at_once([lambda: stores.keys.count_call("a" * 64, 7)] * CALLS)
    assert sorted(results, key=str) == sorted(range(1, CALLS + 1), key=str)
    assert stores.keys.count_call("a" * 64, 7) == CALLS + 1


def test_one_of_many_writers_of_a_target_wins_and_audits(stores: Stores) -> None:
    calls = [
        lambda n=n: stores.targets.put_target(target(url=f"https://{n}"), entry(n))
        for n in range(WRITERS)
    ]
    results = all_at_once(calls)
    assert sorted(results, key=str) == [False] * (WRITERS - 1) + [True]
    winner = results.index(True)
    assert [one.url for one in stores.targets.targets()] == [f"https://{winner}"]
    assert [one.entry_id for one in stores.keys.audit(99).items] == [f"e{winner:04}"]


@dataclass
class Write:
    """A write, what must stand before it, and what must be there afterwards."""

    do: Callable[[Stores], Any]
    there: Callable[[Stores], Any]
    before: Callable[[Stores], Any] = lambda _: None
    answer: Any = True


MOVED = settlement(state="paid")
STOCK = parcel("000001-stock", group="run:r1")
WRITES: dict[str, Write] = {
    "new parcel": Write(
        lambda on: on.outbox.put(parcel()), lambda on: on.outbox.group(GROUP) == [parcel()]
    ),
    "parcel": Write(
        lambda on: on.outbox.put(leased(parcel(), "flow")),
        lambda on: on.outbox.group(GROUP) == [leased(parcel(), "flow")],
        lambda on: on.outbox.put(parcel()),
    ),
    "record": Write(
        lambda on: on.settlements.record(RECORD, [fault("f")], "key", [parcel()]),
        lambda on: (
            on.settlements.get(RECORD.settlement_id) == RECORD
            and on.outbox.group(GROUP) == [parcel()]
            and [one.count for one in on.settlements.exceptions(9).items] == [1]
        ),
    ),
    "move": Write(
        lambda on: on.settlements.move(MOVED, RECORD, [parcel(), parcel("000001-paid")]),
        lambda on: (
            on.settlements.get(RECORD.settlement_id) == MOVED
            and on.outbox.group(GROUP) == [parcel(), parcel("000001-paid")]
        ),
        lambda on: on.settlements.record(RECORD, [], "", [parcel()]),
    ),
    "posting": Write(
        lambda on: on.inventory.post_ledger(run(), [day()], [fault("f", "ledger:us")], [STOCK]),
        lambda on: (
            on.inventory.ledger_run("us", "r1") == run() and on.outbox.group("run:r1") == [STOCK]
        ),
    ),
    "job": Write(
        lambda on: on.jobs.put_job(job()), lambda on: on.jobs.job(job().job_id) == job()
    ),
    "job again": Write(
        lambda on: on.jobs.put_job(job(revision=2)),
        lambda on: on.jobs.job(job().job_id) == job(revision=2),
        lambda on: on.jobs.put_job(job()),
    ),
    "target": Write(
        lambda on: on.targets.put_target(target(), entry()),
        lambda on: on.targets.targets() == [target()] and list(on.keys.audit(9).items) == [entry()],
    ),
    "circuit": Write(
        lambda on: on.targets.put_circuit(Circuit("a", 1, "", 1)),
        lambda on: on.targets.circuit("a") == Circuit("a", 1, "", 1),
    ),
    "keys": Write(
        lambda on: on.keys.put([key(1), key(2)], entry()),
        lambda on: (
            list(on.keys.keys()) == [key(1), key(2)] and list(on.keys.audit(9).items) == [entry()]
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("forget_token", [False, True], ids=["token", "no token"])
@pytest.mark.parametrize("what", WRITES)
def test_a_lost_answer_is_no_other_writer_of_deliveries(
    stores: Stores, local_client: Any, local_table: str, what: str, forget_token: bool
) -> None:
    write = WRITES[what]
    write.before(stores)
    losing = Wrapped(local_client, 0, after=raising(LOST), forget_token=forget_token)
    # A move's first attempt meets the parcel that is there: only its second one writes.
    losing._at = 1 if what == "move" else 0
    assert write.do(_stores(losing, local_table)) == write.answer
    assert losing.writes >= losing._at + 2
    assert write.there(stores)


class Troubled:
    """A client one of whose calls fails, the first being 0, before or after it is done."""

    def __init__(self, client: Any, at: int, error: BaseException, *, after: bool) -> None:
        self._client, self._at, self._error, self._after = client, at, error, after
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return lambda **request: self._call(getattr(self._client, name), request)

    def _call(self, call: Any, request: dict[str, Any]) -> Any:
        number, self.calls = self.calls, self.calls + 1
        if number != self._at:
            return call(**request)
        if self._after:
            with suppress(ClientError):  # whatever the answer was, it got lost
                call(**request)
        raise self._error


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("what", WRITES)
def test_what_passes_is_tried_again_wherever_it_comes(
    local_client: Any, local_table: str, what: str, after: bool
) -> None:
    """Of the calls a write consists of one fails, each in its turn."""
    write = WRITES[what]
    stores = _stores(local_client, local_table)
    write.before(stores)
    smooth = Troubled(local_client, -1, BUSY, after=after)
    assert write.do(_stores(smooth, local_table)) == write.answer
    _empty(local_client, local_table)
    for at in range(smooth.calls):
        write.before(stores)
        error = UNREACHABLE if after else BUSY
        failing = Troubled(local_client, at, error, after=after)
        assert write.do(_stores(failing, local_table)) == write.answer
        assert write.there(stores)
        assert failing.calls > smooth.calls
        _empty(local_client, local_table)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("what", WRITES)
def test_killed_anywhere_leaves_all_or_nothing_and_may_be_told_again(
    local_client: Any, local_table: str, what: str, after: bool
) -> None:
    write = WRITES[what]
    stores = _stores(local_client, local_table)
    for at in range(3):
        write.before(stores)
        untouched = _items(local_client, local_table)
        failing = Troubled(local_client, at, Killed(), after=after)
        try:
            write.do(_stores(failing, local_table))
        except Killed:
            there = _items(local_client, local_table)
            assert there == untouched or write.there(stores)
            if there == untouched:
                assert write.do(stores) == write.answer
        assert write.there(stores)
        _empty(local_client, local_table)


READS: dict[str, Callable[[Stores], Any]] = {
    "coming": lambda on: on.outbox.coming(9),
    "parked": lambda on: on.outbox.parked(9),
    "group": lambda on: on.outbox.group(GROUP),
    "targets": lambda on: on.targets.targets(),
    "circuit": lambda on: on.targets.circuit("a"),
    "job": lambda on: on.jobs.job("job-1"),
    "find": lambda on: on.keys.find("a"),
    "keys": lambda on: on.keys.keys(),
    "audit": lambda on: on.keys.audit(9),
    "count": lambda on: on.keys.count_call("a", 1),
}


class Failing:
    """A client whose every call fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        return raising_any(self._error)


def raising_any(error: Exception) -> Callable[..., Any]:
    def call(**_: Any) -> Any:
        raise error

    return call


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UNREACHABLE, "STORE_UNREACHABLE"),
        (DENIED, "STORE_FAILED"),
    ],
)
def test_a_table_that_fails_is_an_outside_failure(error: Exception, code: str) -> None:
    stores = _stores(Failing(error), "table")
    for call in [*READS.values(), *(write.do for write in WRITES.values())]:
        with pytest.raises(OutsideFailure) as failure:
            call(stores)
        assert failure.value.code == code


def test_a_lost_count_counts_twice_and_never_not_at_all(
    local_client: Any, local_table: str
) -> None:
    failing = Troubled(local_client, 0, LOST, after=True)
    assert DynamoKeys(failing, local_table).count_call("a", 1) == 2


def test_a_parcel_taken_from_under_a_lost_answer_is_not_ours(
    stores: Stores, local_client: Any, local_table: str
) -> None:
    """Without its token, what we wrote and another went on from looks like another's."""
    stores.outbox.put(parcel())
    mine = leased(parcel(), "mine")
    theirs = replace(mine, holder="theirs", revision=3)

    def lost() -> None:
        assert stores.outbox.put(theirs)
        raise LOST

    losing = Wrapped(local_client, 0, after=lost, forget_token=True)
    assert not DynamoOutbox(losing, local_table).put(mine)
    assert _only(stores) == theirs


def _items(client: Any, table: str) -> list[Any]:
    found = client.scan(TableName=table)["Items"]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def _empty(client: Any, table: str) -> None:
    for item in _items(client, table):
        client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
