"""`state check`: each law broken once, and named; a whole state is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handler.flows.inventory_ports import LedgerDayRecord, LedgerRun, SnapshotRecord
from handler.flows.parcel import Parcel, ParcelKind, ParcelState
from handler.flows.ports import SettlementRecord
from handler.flows.state_check import check
from handler.flows.state_ports import Fact

AT = "2026-01-31T12:00:00+00:00"
ONE = SettlementRecord(
    settlement_id="1",
    profile="us",
    status="proven",
    version=1,
    content_hash="c",
    mapping_version="m",
    format="flat_v2",
    currency="USD",
    declared_total=1,
    computed_total=1,
    start="2026-01-01",
    end="2026-01-15",
    external_ids=("E1",),
    raw_key="raw-settlements/us/1",
    result_key="results/us/1/v1",
    recorded_at=AT,
    state="proven",
)
TWO = replace(ONE, version=2, external_ids=("E2",), result_key="results/us/1/v2")
RUN = LedgerRun(
    run_id="us-1",
    profile="us",
    kind="ledger_detail",
    content_hash="d",
    version="v",
    told_at=AT,
    first_day="2026-01-01",
    last_day="2026-01-01",
    external_ids=("S1",),
    netsuite_ids=(),
    state="ready",
    raw_key="raw-posted/d",
    result_key="results/inventory/us/d",
    recorded_at=AT,
)
DAY = LedgerDayRecord(date(2026, 1, 1), 1, AT, "d", "results/inventory/us/d")
REPORT = SnapshotRecord("us", "myi", "", AT, "e", 1, "raw-posted/e", "results/inventory/us/e", AT)


def parcel(group: str, *names: str, kind: ParcelKind = ParcelKind.JOURNAL) -> Parcel:
    return Parcel(
        group=group,
        place=f"{names[0]}-journal",
        profile="us",
        kind=kind,
        subject=group.partition(":")[2],
        external_ids=names,
        document_key="results/us/1/v1",
        state=ParcelState.WAITING,
        ready_at=AT,
        created_at=AT,
    )


WHOLE: dict[str, Fact] = {
    "head": Fact("head", "1", TWO),
    "listed": Fact("listed", "1", TWO),
    "v1": Fact("version", "1", ONE),
    "v2": Fact("version", "1", TWO),
    "exception": Fact("exception", "1", "print"),
    "p1": Fact("parcel", "settlement:1", parcel("settlement:1", "E1")),
    "p2": Fact("parcel", "settlement:1", parcel("settlement:1", "E2")),
    "run": Fact("run", "us", RUN),
    "stock": Fact("parcel", "run:us-1", parcel("run:us-1", "S1", kind=ParcelKind.STOCK)),
    "day": Fact("day", "us", DAY),
    "report": Fact("snapshot", "us", REPORT),
    "r1": Fact("rules", "", 1),
    "r2": Fact("rules", "", 2),
}
FILES = {
    "raw-settlements/us/1", "results/us/1/v1", "results/us/1/v2", "results/inventory/us/d",
    "raw-posted/e",
}  # fmt: skip
Facts = dict[str, Fact]


def told(facts: Facts, files: set[str] = FILES) -> list[tuple[str, str]]:
    found = list(check(facts.values(), files))
    assert all(one.what and one.repair for one in found)
    return [(one.code, one.of) for one in found]


def without(*names: str) -> Facts:
    return {name: fact for name, fact in WHOLE.items() if name not in names}


def instead(name: str, of: Callable[[Any], Any]) -> Facts:
    return WHOLE | {name: replace(WHOLE[name], value=of(WHOLE[name].value))}


def test_a_whole_state_is_whole_in_any_order() -> None:
    assert told(WHOLE) == []
    assert told(dict(reversed(WHOLE.items()))) == []
    assert told({}) == []


@pytest.mark.parametrize(
    ("facts", "code", "of"),
    [
        (without("listed"), "LIST_DIFFERS", "settlement 1"),
        (instead("listed", lambda one: replace(one, state="posted")), "LIST_DIFFERS", None),
        (without("v1"), "VERSIONS_DIFFER", "settlement 1"),
        (without("v2"), "VERSIONS_DIFFER", "settlement 1"),
        (instead("v1", lambda one: replace(one, version=3)), "VERSIONS_DIFFER", "settlement 1"),
        (without("p1"), "PARCEL_MISSING", "settlement 1"),
        (without("stock"), "PARCEL_MISSING", "run us-1"),
        (without("run"), "SUBJECT_MISSING", "run:us-1"),
        (without("r1"), "RULES_MISSING", "stored rules"),
    ],
)
def test_each_law(facts: Facts, code: str, of: str | None) -> None:
    ((found, subject),) = told(facts)
    assert (found, subject) == (code, of or "settlement 1")


def test_a_settlement_without_its_head() -> None:
    assert told(without("head")) == [
        ("HEAD_MISSING", "settlement 1"),
        ("SUBJECT_MISSING", "settlement:1"),
    ]
    assert told({"exception": WHOLE["exception"]}) == [("HEAD_MISSING", "settlement 1")]


def test_what_netsuite_has_needs_no_parcel() -> None:
    posted = replace(TWO, netsuite_ids=("E1=7",))
    facts = without("p1") | {
        "head": Fact("head", "1", posted),
        "listed": Fact("listed", "1", posted),
    }
    assert told(facts) == []
    run = replace(RUN, netsuite_ids=("S1=8",), state="posted")
    assert told(without("stock") | {"run": Fact("run", "us", run)}) == []


@pytest.mark.parametrize("key", sorted(FILES))
def test_each_file_that_is_not_there(key: str) -> None:
    found = told(WHOLE, FILES - {key})
    assert found
    assert {code for code, _ in found} == {"FILE_MISSING"}


def test_a_held_version_posts_nothing() -> None:
    held = replace(ONE, status="held", external_ids=(), state="held")
    assert told(without("p1") | {"v1": Fact("version", "1", held)}) == []
