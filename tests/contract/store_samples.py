"""Settlements and exceptions for the tests of the stores."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from handler.flows.ports import ExceptionState, RegisteredException, SettlementRecord

R = TypeVar("R")

RECORD = SettlementRecord(
    settlement_id="11223344556",
    profile="us",
    status="held",
    version=1,
    content_hash="c" * 64,
    mapping_version="m1",
    format="v2-flat-file",
    currency="USD",
    declared_total=-12_345_678_901_234,
    computed_total=0,
    start="2025-01-01",
    end="2025-01-15",
    external_ids=("AMZ-US-11223344556-2025-01", "AMZ-US-11223344556-2025-02"),
    raw_key="raw-settlements/us/january 2025 + é.txt",
    result_key="results/us/11223344556/cccc-m1.json.gz",
    recorded_at="2025-01-16T00:00:00+00:00",
    state="held",
)


def settlement(settlement_id: str = RECORD.settlement_id, **other: Any) -> SettlementRecord:
    return replace(RECORD, settlement_id=settlement_id, **other)


def fault(
    fingerprint: str = "f1",
    scope: str = f"settlement:{RECORD.settlement_id}",
    *,
    at: str = "2025-01-16T00:00:00+00:00",
    state: ExceptionState = ExceptionState.OPEN,
    **evidence: Any,
) -> RegisteredException:
    return RegisteredException(
        scope=scope,
        fingerprint=fingerprint,
        finding={"code": "BAD_ROW", "what": "a blank — and “quotes”", "evidence": evidence},
        state=state,
        count=1,
        first_seen=at,
        last_seen=at,
    )


class Clock:
    """The time it is told."""

    def __init__(self) -> None:
        self.time = datetime(2025, 1, 16, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


def all_at_once(calls: list[Callable[[], R]]) -> list[R | Exception]:
    """Return what each call returned or raised, all of them having started together."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = calls[index]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
