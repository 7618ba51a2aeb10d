"""Who comes first, what is left after a failure, and how long the table is waited for.

On Amazon's own DynamoDB Local: other imitations lose concurrent transactions.
"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from store_samples import RECORD, Clock, all_at_once, fault, settlement

from handler.adapters import dynamo_items
from handler.adapters.dynamo import Table
from handler.adapters.dynamo_settlements import DynamoSettlements
from handler.core.errors import Conflict, OutsideFailure
from handler.flows import cursors
from handler.flows.ports import SettlementStore

local = pytest.mark.dynamodb_local
WRITERS = 10
WRITES = ("put_item", "transact_write_items")
LOST = ReadTimeoutError(endpoint_url="http://table")


class Wrapped:
    """A client that does something around one of its writes, the first being 0."""

    def __init__(
        self,
        client: Any,
        at: int = 0,
        before: Callable[[], object] = lambda: None,
        after: Callable[[], object] = lambda: None,
        *,
        forget_token: bool = False,
    ) -> None:
        self._client, self._at, self._before, self._after = client, at, before, after
        self._forget_token = forget_token
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        return call if name not in WRITES else lambda **request: self._write(call, request)

    def _write(self, call: Any, request: dict[str, Any]) -> Any:
        number, self.writes = self.writes, self.writes + 1
        if self._forget_token:
            del request["ClientRequestToken"]
        if number == self._at:
            self._before()
        answer = call(**request)
        if number == self._at:
            self._after()
        return answer


class Killed(BaseException):
    """The process ends here."""


def raising(error: BaseException) -> Callable[[], object]:
    def call() -> object:
        raise error

    return call


@pytest.fixture
def store(local_client: Any, local_table: str, clock: Clock) -> SettlementStore:
    return DynamoSettlements(local_client, local_table, clock)


def _items(client: Any, table: str) -> dict[str, Any]:
    return {item["sk"]["S"]: item for item in client.scan(TableName=table)["Items"]}


def _counts(store: SettlementStore) -> dict[str, int]:
    return {known.fingerprint: known.count for known in store.exceptions(1000).items}


@local
@pytest.mark.parametrize("same", [True, False], ids=["same content", "other content"])
def test_one_of_many_first_writers_wins(store: SettlementStore, same: bool) -> None:
    records = [
        settlement(content_hash="c" * 64 if same else f"{n:064}", end=f"2025-02-{n + 10}")
        for n in range(WRITERS)
    ]
    calls = [lambda r=r: store.record(r, [fault("f1")], "key" if same else "") for r in records]
    results = all_at_once(calls)
    assert sorted(results, key=str) == [False] * (WRITERS - 1) + [True]
    winner = records[results.index(True)]
    assert store.get(RECORD.settlement_id) == winner
    assert list(store.settlements("", 100).items) == [winner]
    assert list(store.settlements("us", 100).items) == [winner]
    assert _counts(store) == {"f1": 1}


@local
def test_one_of_many_successors_wins(store: SettlementStore) -> None:
    store.record(RECORD, [fault("f1"), fault("f2")])
    records = [settlement(version=2, content_hash=f"{n:064}") for n in range(WRITERS)]
    results = all_at_once([lambda r=r: store.record(r, [fault("f1")]) for r in records])
    assert sorted(results, key=str) == [False] * (WRITERS - 1) + [True]
    assert store.get(RECORD.settlement_id) == records[results.index(True)]
    assert _counts(store) == {"f1": 2}


@local
def test_one_of_many_uses_of_a_key_wins(store: SettlementStore) -> None:
    calls = [lambda n=n: store.record(settlement(str(n)), [], "key") for n in range(WRITERS)]
    results = all_at_once(calls)
    assert results.count(True) == 1
    refused = [result.code for result in results if isinstance(result, Conflict)]
    assert refused == ["IDEMPOTENCY_KEY_REUSED"] * (WRITERS - 1)
    (only,) = store.settlements("", 100).items
    assert only.settlement_id == str(results.index(True))


@local
def test_no_count_is_lost(store: SettlementStore) -> None:
    def met() -> None:
        for _ in range(5):
            store.register([fault("f1"), fault("f2")])

    def recorded() -> bool:
        return store.record(RECORD, [fault("f1"), fault("f2")])

    results = all_at_once([*[met] * WRITERS, recorded])
    assert results == [None] * WRITERS + [True]
    assert _counts(store) == {"f1": 5 * WRITERS + 1, "f2": 5 * WRITERS + 1}


@local
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_killed_anywhere_leaves_nothing_or_the_whole_record(
    store: SettlementStore, local_client: Any, local_table: str, at: int, moment: str
) -> None:
    """230 older exceptions take four writes: the record with 95, the others in two, the head."""
    store.register([fault(f"old{n}") for n in range(230)])
    untouched = _items(local_client, local_table)
    failing = Wrapped(local_client, at, **{moment: raising(Killed())})
    with pytest.raises(Killed):
        DynamoSettlements(failing, local_table, Clock()).record(RECORD, [fault("new")], "key")
    assert failing.writes == at + 1

    if (at, moment) == (0, "before"):
        assert _items(local_client, local_table) == untouched
        assert store.get(RECORD.settlement_id) is None
        assert store.record(RECORD, [fault("new")], "key")
    else:
        there = _items(local_client, local_table)
        assert {"HEAD", "LISTED", "V#000001", "KEY", "EXCEPTION#new"} <= set(there)
        assert _counts(store)["new"] == 1
        assert not store.record(RECORD, [fault("new")], "key")
    assert store.get(RECORD.settlement_id) == RECORD  # and finishes what the killed one could not
    assert list(store.settlements("", 100).items) == [RECORD]
    assert _counts(store) == {"new": 1}
    assert "to_resolve" not in _items(local_client, local_table)["HEAD"]


@local
def test_what_was_left_is_not_resolved_once_it_was_met_again(
    store: SettlementStore, local_client: Any, local_table: str
) -> None:
    store.register([fault(f"old{n:03}") for n in range(120)])
    failing = Wrapped(local_client, 0, after=raising(Killed()))
    with pytest.raises(Killed):
        DynamoSettlements(failing, local_table, Clock()).record(RECORD, [])
    store.register([fault("old119")])
    assert store.get(RECORD.settlement_id) == RECORD
    assert _counts(store) == {"old119": 2}


@local
@pytest.mark.parametrize("forget_token", [False, True])
def test_a_lost_answer_is_no_other_writer(
    store: SettlementStore, local_client: Any, local_table: str, forget_token: bool
) -> None:
    def lost() -> None:
        # Worse: by the time we ask again, somebody has gone on from what we wrote.
        assert store.record(settlement(version=2), [fault("f1")])
        raise LOST

    losing = Wrapped(local_client, 0, after=lost, forget_token=forget_token)
    assert DynamoSettlements(losing, local_table, Clock()).record(RECORD, [fault("f1")], "key")
    assert losing.writes == 2
    assert store.get(RECORD.settlement_id) == settlement(version=2)
    assert _counts(store) == {"f1": 2}


@local
def test_a_lost_answer_counts_once(
    store: SettlementStore, local_client: Any, local_table: str
) -> None:
    losing = Wrapped(local_client, 0, after=raising(LOST))
    DynamoSettlements(losing, local_table, Clock()).register([fault("f1")])
    assert losing.writes == 2
    assert _counts(store) == {"f1": 1}


@local
def test_every_version_is_kept(store: SettlementStore, local_client: Any, local_table: str) -> None:
    store.record(RECORD, [])
    store.record(settlement(version=2, content_hash="d" * 64), [])
    there = _items(local_client, local_table)
    assert there["V#000001"]["content_hash"] == {"S": "c" * 64}
    assert there["V#000002"]["content_hash"] == {"S": "d" * 64}


@local
def test_huge_evidence_is_cut_and_says_so(store: SettlementStore) -> None:
    evidence: Any = {"lines": list(range(5_000)), "text": "é" * 20_000, "rows": ["r" * 60] * 400}
    faults = [fault(f"f{n}", **evidence) for n in range(80)]
    assert store.record(RECORD, faults)
    evidence = store.exceptions(1).items[0].finding["evidence"]
    assert evidence["lines"][:3] == [0, 1, 2]
    assert "more)" in evidence["lines"][-1]
    assert evidence["text"].endswith(" characters more)")
    deep: Any = {"a": {f"k{n}": {f"k{n}": "v" * 300 for n in range(99)} for n in range(99)}}
    store.register([fault("deep", at="2026", **{f"k{n}": deep for n in range(99)})])
    assert "left_out" in str(store.exceptions(1).items[0].finding["evidence"])


@local
def test_a_made_up_position_reads_its_own_list_only(store: SettlementStore) -> None:
    store.record(settlement("1", profile="us"), [fault("f1", "settlement:1")])
    store.record(settlement("2", profile="ca"), [fault("f2", "settlement:2")])
    forged = cursors.encode("SETTLEMENTS#us", "9999", "SETTLEMENT#2", "EXCEPTION#f2")
    page = store.settlements("us", 10, forged)
    assert [record.settlement_id for record in page.items] == ["1"]


def _refusal(code: str, reasons: tuple[str, ...] = ()) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "arn:aws:iam::123456789012:role/secret"},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    return ClientError(answer, "TransactWriteItems")


CONFLICT = _refusal("TransactionCanceledException", ("None", "TransactionConflict"))
UNREACHABLE = EndpointConnectionError(endpoint_url="http://table")


@pytest.mark.parametrize(
    ("error", "code", "attempts"),
    [
        (CONFLICT, "STORE_BUSY", 8),
        (_refusal("ThrottlingException"), "STORE_BUSY", 8),
        (_refusal("ProvisionedThroughputExceededException"), "STORE_BUSY", 8),
        (UNREACHABLE, "STORE_UNREACHABLE", 3),
        (LOST, "STORE_UNREACHABLE", 3),
        (_refusal("AccessDeniedException"), "STORE_FAILED", 1),
        (_refusal("TransactionCanceledException", ("ValidationError",)), "STORE_FAILED", 1),
    ],
)
def test_patience_ends(error: Exception, code: str, attempts: int) -> None:
    tokens: list[str] = []

    class Client:
        def transact_write_items(self, **request: Any) -> Any:
            tokens.append(request["ClientRequestToken"])
            raise error

    pauses: list[float] = []
    client: Any = Client()
    with pytest.raises(OutsideFailure) as failure:
        Table(client, "table", pauses.append).transact([])
    assert failure.value.code == code
    assert failure.value.retryable
    assert "arn:" not in str(failure.value)
    assert (len(tokens), len(set(tokens)), len(pauses)) == (attempts, 1, attempts - 1)
    assert sum(pauses) <= 3


def test_a_record_written_before_moments_were_kept_is_read() -> None:
    for item in dynamo_items.settlement_items(RECORD, "w"):
        del item["moments"]
        assert dynamo_items.settlement(item) == RECORD
        assert dynamo_items.settlement(item).moved_at == {}
