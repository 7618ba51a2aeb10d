"""Refunds expected of a closing month: the seller's curve, and the entry proposed from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from refund_files import an_index, refund, sale

from handler.settlement.order_index import OrderIndex
from handler.settlement.period import Period
from handler.settlement.refund_accrual import AccrualProposal, RefundAccrualPolicy, propose
from handler.settlement.refund_curve import curve

POLICY = RefundAccrualPolicy(
    enabled=True,
    refunds_account="4100 Refunds",
    liability_account="2300 Refund liability",
    minimum_items=10,
)
START = date(2025, 8, 1)


def a_history(settlements: int = 16, every_day: int = 1) -> list[OrderIndex]:
    """One sale of 100.00 a day; of each, 5.00 comes back after 10 days and 3.00 after 40."""
    rows: dict[int, list[dict[str, str]]] = {n: [] for n in range(1, settlements + 1)}

    def add(day: date, row: dict[str, str]) -> None:
        number = (day - START).days // 14 + 1
        if number in rows:
            rows[number].append(row)

    for n in range(0, settlements * 14, every_day):
        day, order = START + timedelta(days=n), f"order {n}"
        add(day, sale("100.00", day.isoformat(), order=order))
        for days, amount in ((10, "-5.00"), (40, "-3.00")):
            late = day + timedelta(days=days)
            add(late, refund(amount, late.isoformat(), order=order))
    return [an_index(number, *found) for number, found in rows.items()]


HISTORY = a_history()
THROUGH = HISTORY[-1].end
CLOSING = Period(2026, 2)


def proposed(indexes: list[OrderIndex] = HISTORY, **changes: object) -> AccrualProposal:
    policy = replace(POLICY, **changes)  # type: ignore[arg-type]
    return propose(indexes, CLOSING, policy, lambda _: "US")


def test_the_curve_is_the_sellers_own() -> None:
    found = curve(HISTORY, 10)
    assert found is not None
    shares = {each.name: each.share for each in found.buckets}
    assert shares["0-30"] == Fraction(5, 100)
    assert shares["31-60"] == Fraction(3, 100)
    assert (shares["61-90"], shares["90+"]) == (0, 0)
    assert found.known
    assert found.to_come(-1) == Fraction(8, 100)
    assert found.to_come(9) == Fraction(8, 100)
    assert found.to_come(10) == Fraction(3, 95)  # of what the first refund left
    assert found.to_come(40) == 0


def test_only_sales_old_enough_tell_of_a_bucket() -> None:
    found = curve(HISTORY, 10)
    assert found is not None
    for each, last in zip(found.buckets, (30, 60, 90, 120), strict=True):
        assert each.items == (THROUGH - timedelta(days=last) - START).days + 1


def test_the_entry_is_dr_refunds_cr_liability_with_its_reversal() -> None:
    found = proposed()
    (accrual,) = found.accruals
    entry = accrual.entry
    assert entry.imbalance == 0
    assert [(x.account, x.debit > 0, x.credit > 0) for x in entry.lines] == [
        ("4100 Refunds", True, False), ("2300 Refund liability", False, True),
    ]  # fmt: skip
    assert (entry.tran_date, entry.period) == (date(2026, 2, 28), CLOSING)
    assert accrual.reversal_date == date(2026, 3, 1)
    assert entry.external_id == "AMZ-US-REFACC-USD-202602"
    assert found.why_none == ""


def test_the_amount_is_what_the_curve_says_of_what_is_not_refunded() -> None:
    (accrual,) = proposed().accruals
    # 28 sales; those of the first 18 days are 10 days old or more and gave 5.00 back already.
    known = min(THROUGH, CLOSING.last_day)
    assert known == CLOSING.last_day
    assert accrual.sales == 28 * 100_00
    assert accrual.not_refunded == 28 * 100_00 - 18 * 5_00
    expected = 10 * 100_00 * Fraction(8, 100) + 18 * 95_00 * Fraction(3, 95)
    assert accrual.entry.lines[0].debit == expected == 134_00


def test_refunds_after_the_month_are_what_is_expected_not_what_is_known() -> None:
    through = [index for index in HISTORY if index.end <= CLOSING.last_day]
    assert len(through) < len(HISTORY)
    late = propose(through, CLOSING, POLICY, lambda _: "US")
    assert late.sales_through == through[-1].end


def test_off_unless_switched_on() -> None:
    found = proposed(enabled=False)
    assert (found.accruals, found.curve) == ((), None)
    assert "switch" in found.why_none
    assert not RefundAccrualPolicy().enabled


def test_a_short_history_is_unknown_and_proposes_nothing() -> None:
    found = proposed(HISTORY[:6])  # 84 days tell nothing of refunds after 61 to 90
    assert found.accruals == ()
    assert found.curve is not None
    assert not found.curve.known
    assert [each.share is None for each in found.curve.buckets] == [False, False, True, True]
    assert found.why_none.startswith("Unknown")
    assert proposed([]).why_none.startswith("Unknown")
    assert curve([], 10) is None


def test_few_sales_are_unknown_too() -> None:
    assert proposed(minimum_items=1000).accruals == ()
    assert "fewer than 1000" in proposed(minimum_items=1000).why_none


def test_a_month_without_settlements_proposes_nothing() -> None:
    far = propose(HISTORY, Period(2027, 1), POLICY, lambda _: "US")
    assert far.accruals == ()
    assert "no settlement reaches" in far.why_none
    past = propose(HISTORY, Period(2024, 1), POLICY, lambda _: "US")
    assert "Nothing is left" in past.why_none


def test_neither_order_nor_doubles_of_settlements_matter() -> None:
    assert proposed([*reversed(HISTORY), HISTORY[3]]) == proposed()


def test_each_entity_has_its_own_entry() -> None:
    day = "2026-02-10"
    mexico = sale("1000.00", day, order="mx", marketplace_name="Amazon.com.mx")
    more = replace(an_index(14, mexico), settlement_id="99")
    found = propose(
        [*HISTORY, more], CLOSING, POLICY, lambda name: "MX" if name.endswith("mx") else "US"
    )
    assert [each.entry.subsidiary for each in found.accruals] == ["MX", "US"]
    assert found.accruals[0].sales == 1000_00


def test_two_currencies_are_not_one_curve() -> None:
    with pytest.raises(ValueError, match="CAD, USD"):
        proposed([*HISTORY, replace(HISTORY[0], settlement_id="9", currency="CAD")])
