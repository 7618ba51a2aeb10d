"""What flows/exception_ports.py promises of the register, kept by each store alike."""

from dataclasses import replace

import pytest
from store_samples import RECORD, fault

from handler.core.errors import RefusedRequest
from handler.flows.exception_ports import (
    ExceptionList,
    ExceptionState,
    HistoryEntry,
    RegisteredException,
)
from handler.flows.ports import SettlementStore

SCOPE = f"settlement:{RECORD.settlement_id}"
NOTED = HistoryEntry("2026-01-02T00:00:00+00:00", "key:ann", "noted", "asked Amazon é")


def _known(store: SettlementStore, fingerprint: str = "f") -> RegisteredException:
    found = store.exception(SCOPE, fingerprint)
    assert found is not None
    return found


def _listed(store: SettlementStore, kind: str, value: str = "") -> list[str]:
    page = store.exceptions(100, "", ExceptionList(kind, value))
    return [one.fingerprint for one in page.items]


def _of(code: str, severity: str, fingerprint: str, **other: str) -> RegisteredException:
    one = fault(fingerprint, SCOPE)
    finding = {**one.finding, "code": code, "severity": severity}
    return replace(one, finding=finding, **other)  # type: ignore[arg-type]


def test_an_unknown_exception_is_none(settlements: SettlementStore) -> None:
    assert settlements.exception(SCOPE, "f") is None
    assert settlements.exceptions_of(SCOPE) == []


def test_a_change_is_written_over_what_was_read(settlements: SettlementStore) -> None:
    settlements.register([fault("f", SCOPE)])
    before = _known(settlements)
    after = replace(before, owner="ann", attempts=2, history=(NOTED,), retry_until="2026-01-03")
    assert settlements.change(after, before)
    assert _known(settlements) == replace(after, revision=1)
    assert not settlements.change(replace(after, owner="bob"), before)
    assert _known(settlements).owner == "ann"


def test_a_change_of_what_was_met_again_is_not_written(settlements: SettlementStore) -> None:
    settlements.register([fault("f", SCOPE)])
    before = _known(settlements)
    settlements.register([fault("f", SCOPE)])
    assert not settlements.change(replace(before, state=ExceptionState.RESOLVED), before)
    assert _known(settlements).state is ExceptionState.OPEN
    assert _known(settlements).count == 2


def test_what_was_done_stays_when_it_is_met_again(settlements: SettlementStore) -> None:
    settlements.register([fault("f", SCOPE)])
    before = _known(settlements)
    assert settlements.change(replace(before, owner="ann", attempts=3, history=(NOTED,)), before)
    settlements.resolve(SCOPE, "2026-01-05T00:00:00+00:00")
    assert _known(settlements).resolved_at == "2026-01-05T00:00:00+00:00"
    settlements.register([fault("f", SCOPE)])
    found = _known(settlements)
    assert (found.owner, found.attempts, found.history) == ("ann", 3, (NOTED,))
    assert (found.state, found.resolved_at) == (ExceptionState.OPEN, "")


def test_each_state_has_its_list(settlements: SettlementStore) -> None:
    settlements.register([fault(name, SCOPE) for name in "abc"])
    ignored, resolved = _known(settlements, "a"), _known(settlements, "b")
    assert settlements.change(replace(ignored, state=ExceptionState.IGNORED), ignored)
    at = "2026-02-01T00:00:00+00:00"
    assert settlements.change(
        replace(resolved, state=ExceptionState.RESOLVED, resolved_at=at), resolved
    )
    assert _listed(settlements, "open") == ["c"]
    assert _listed(settlements, "ignored") == ["a"]
    assert _listed(settlements, "resolved") == ["b"]
    assert [one.fingerprint for one in settlements.exceptions_of(SCOPE)] == ["c"]
    settlements.resolve(SCOPE, "2026-02-02T00:00:00+00:00")
    assert _listed(settlements, "resolved") == ["c", "b"]
    again = _known(settlements, "b")
    assert settlements.change(replace(again, state=ExceptionState.OPEN, resolved_at=""), again)
    assert _listed(settlements, "resolved") == ["c"]
    assert _listed(settlements, "open") == ["b"]


def test_open_ones_are_listed_by_code_and_severity(settlements: SettlementStore) -> None:
    settlements.register(
        [
            _of("BAD_ROW", "error", "a", first_seen="2026-01-01", last_seen="2026-01-09"),
            _of("BAD_ROW", "error", "b", first_seen="2026-01-02", last_seen="2026-01-02"),
            _of("COST_MISSING", "warning", "c"),
        ]
    )
    assert _listed(settlements, "code", "BAD_ROW") == ["a", "b"]
    assert _listed(settlements, "code", "COST_MISSING") == ["c"]
    assert _listed(settlements, "severity", "error") == ["b", "a"]
    assert _listed(settlements, "severity", "warning") == ["c"]
    assert settlements.opened("error", 10) == ["2026-01-02", "2026-01-01"]
    assert settlements.opened("error", 1) == ["2026-01-02"]
    settlements.register([_of("BAD_ROW", "error", "a", first_seen="2026-03-01")])
    assert settlements.opened("error", 10) == ["2026-01-02", "2026-01-01"]  # known since then
    settlements.resolve(SCOPE, "2026-02-02T00:00:00+00:00")
    assert _listed(settlements, "code", "BAD_ROW") == []
    assert settlements.opened("error", 10) == []


def test_lists_go_by_pages_and_know_their_own_cursor(settlements: SettlementStore) -> None:
    settlements.register([_of("BAD_ROW", "error", f"f{number}") for number in range(5)])
    for listed in (ExceptionList("code", "BAD_ROW"), ExceptionList("severity", "error")):
        met: list[str] = []
        page = settlements.exceptions(2, "", listed)
        met += [one.fingerprint for one in page.items]
        with pytest.raises(RefusedRequest, match="cursor"):
            settlements.exceptions(2, page.cursor, ExceptionList("code", "OTHER"))
        while page.cursor:
            page = settlements.exceptions(2, page.cursor, listed)
            met += [one.fingerprint for one in page.items]
        assert sorted(met) == [f"f{number}" for number in range(5)]
