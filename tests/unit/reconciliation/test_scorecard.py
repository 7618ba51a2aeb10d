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


IN_THE_BOOKS = (SettlementState.POSTED, SettlementState.DEPOSITED, SettlementState.CLEARED)


def a_fact(number: int, age: int, state: SettlementState, after: int | None = None) -> SettledFact:
    end = NOW.date() - timedelta(days=age)
    posted = end + timedelta(days=after) if after is not None and state in IN_THE_BOOKS else None
    return SettledFact(str(number), end, state, varies=False, adjusted=False, posted=posted)


FACTS = st.lists(
    st.builds(
        a_fact,
        st.integers(0, 99),
        DAYS,
        st.sampled_from(SettlementState),
        st.one_of(st.none(), st.integers(0, 40)),
    ),
    max_size=12,
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


def test_the_close_is_told_in_days_against_the_months_before() -> None:
    took = [1, 2, 4, 6, 8, 10]  # the running month first
    facts = [a_fact(n, 31 * n, SettlementState.CLEARED, days) for n, days in enumerate(took)]
    answer = close_days(facts, NOW.date(), 6)
    assert (answer.status, answer.figure) == (Status.GOOD, 5)
    assert list(answer.trend.values()) == took[::-1]
    assert answer.missing == ()


def test_what_came_late_into_the_books_stays_late() -> None:
    facts = [a_fact(n, 31 * n, SettlementState.CLEARED, 4) for n in range(6)]
    for days, status in ((10, Status.GOOD), (11, Status.ATTENTION), (31, Status.BAD)):
        answer = close_days([*facts, a_fact(9, 40, SettlementState.POSTED, days)], NOW.date(), 6)
        assert answer.status is status
        assert [row["settlement_id"] for row in answer.rows] == ["9"] * (days > 10)


def test_a_close_whose_day_is_not_known_is_never_good() -> None:
    facts = [a_fact(n, 31 * n, SettlementState.CLEARED, 4) for n in range(6)]
    for broken in (
        [*facts, a_fact(9, 3, SettlementState.POSTED)],  # since when is not recorded
        facts[:2] + facts[3:],  # a month of which nothing is known
        [*facts[:1], a_fact(1, 31, SettlementState.PROVEN), *facts[2:]],  # late
    ):
        answer = close_days(broken, NOW.date(), 6)
        assert answer.status is not Status.GOOD
    on_its_way = close_days([*facts, a_fact(9, 3, SettlementState.PROVEN)], NOW.date(), 6)
    assert on_its_way.status is Status.GOOD


def test_stock_is_same_only_by_a_fresh_and_whole_comparison() -> None:
    whole = LastStock((), 0, 0)
    fresh = StockFact(NOW - timedelta(hours=36), 10, 0, 0)
    old = StockFact(NOW - timedelta(hours=36, seconds=1), 10, 0, 0)
    assert stock_same([fresh], whole, NOW, 6).status is Status.GOOD
    assert stock_same([old], whole, NOW, 6).status is Status.UNKNOWN
    assert stock_same([fresh], None, NOW, 6).status is Status.UNKNOWN
    assert stock_same([fresh], LastStock((), 0, 1), NOW, 6).status is Status.UNKNOWN
    assert stock_same([StockFact(NOW, 10, 5, 7)], None, NOW, 6).status is Status.BAD
