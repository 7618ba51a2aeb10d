"""The scorecard's answers: never a false green."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handler.reconciliation.scorecard import Answer, Status
from handler.reconciliation.scorecard_books import SettledFact, close_days, payouts_equal
from handler.reconciliation.scorecard_signals import (
    ErrorFact,
    LastStock,
    StockFact,
    errors_cured,
    stock_same,
)
from handler.reconciliation.state import SettlementState

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
WORST_FIRST = (Status.BAD, Status.ATTENTION, Status.UNKNOWN, Status.GOOD)
DAYS = st.integers(0, 200)


def a_fact(number: int, age: int, state: SettlementState) -> SettledFact:
    end = NOW.date() - timedelta(days=age)
    return SettledFact(str(number), end, state, varies=False, adjusted=False, recorded=end)


FACTS = st.lists(
    st.builds(a_fact, st.integers(0, 99), DAYS, st.sampled_from(SettlementState)), max_size=12
)
ERRORS = st.lists(
    st.builds(
        lambda severity, age, cured: ErrorFact(
            "A", severity, "b", NOW - timedelta(days=age), NOW if cured else None
        ),
        st.sampled_from(["error", "warning", "notice"]),
        DAYS,
        st.booleans(),
    ),
    max_size=12,
)


def no_better(after: Answer, before: Answer) -> bool:
    return WORST_FIRST.index(after.status) <= WORST_FIRST.index(before.status)


@given(FACTS, DAYS)
def test_a_held_settlement_improves_nothing(facts: list[SettledFact], age: int) -> None:
    more = [*facts, a_fact(100, age, SettlementState.HELD)]
    today = NOW.date()
    assert no_better(payouts_equal(more, today, 6), payouts_equal(facts, today, 6))
    assert no_better(close_days(more, today, 6), close_days(facts, today, 6))
    assert payouts_equal(facts[::-1], today, 6) == payouts_equal(facts, today, 6)


@given(ERRORS, st.sampled_from(["error", "warning", "notice"]), DAYS)
def test_an_open_exception_improves_nothing(
    errors: list[ErrorFact], severity: str, age: int
) -> None:
    more = [*errors, ErrorFact("C", severity, "d", NOW - timedelta(days=age))]
    assert no_better(errors_cured(more, NOW, 6), errors_cured(errors, NOW, 6))
    assert errors_cured(errors[::-1], NOW, 6) == errors_cured(errors, NOW, 6)


def test_no_data_is_never_good() -> None:
    for answer in (
        payouts_equal([], date(2026, 1, 31), 6),
        close_days([], date(2026, 1, 31), 6),
        stock_same([], None, NOW, 6),
        errors_cured([], NOW, 6),
    ):
        assert (answer.status, answer.figure) == (Status.UNKNOWN, None)
        assert answer.missing


def test_a_month_without_settlements_is_not_green() -> None:
    paid = [a_fact(month, 31 * month, SettlementState.CLEARED) for month in range(6)]
    assert payouts_equal(paid, NOW.date(), 6).status is Status.GOOD
    answer = payouts_equal([*paid[:2], *paid[3:]], NOW.date(), 6)
    assert answer.status is Status.UNKNOWN
    assert answer.missing == ("No settlement ends in 2025-11.",)


def test_stock_is_same_only_by_a_fresh_and_whole_comparison() -> None:
    whole = LastStock((), 0, 0)
    fresh = StockFact(NOW - timedelta(hours=36), 10, 0, 0)
    old = StockFact(NOW - timedelta(hours=36, seconds=1), 10, 0, 0)
    assert stock_same([fresh], whole, NOW, 6).status is Status.GOOD
    assert stock_same([old], whole, NOW, 6).status is Status.UNKNOWN
    assert stock_same([fresh], None, NOW, 6).status is Status.UNKNOWN
    assert stock_same([fresh], LastStock((), 0, 1), NOW, 6).status is Status.UNKNOWN
    assert stock_same([StockFact(NOW, 10, 5, 7)], None, NOW, 6).status is Status.BAD
