"""Fee rates against their own past, exactly."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from handler.reconciliation.fee_watch import Fee, FeePolicy, FeeSums, fee_findings, watch
from handler.settlement.period import Period

NOW = Period(2025, 9)


def sums(month: int, **changes) -> FeeSums:
    """A month with 15 % referral fee and 3.22 a unit."""
    values = {"sales": 100_000, "referral": 15_000, "fulfilment": 16_100, "units": 50} | changes
    sku = values.pop("sku", "SKU-1")
    return FeeSums(sku, "Amazon.com", "USD", Period(2025, month), **values)


PAST = [sums(month) for month in (3, 4, 5, 6, 7, 8)]


def test_a_steady_rate_is_silent() -> None:
    assert watch([*PAST, sums(9)], NOW) == ()


def test_a_jump_gives_its_figures() -> None:
    (jump,) = watch([*PAST, sums(9, referral=17_000)], NOW)
    assert (jump.fee, jump.rate, jump.usual) == (
        Fee.REFERRAL,
        Fraction(17, 100),
        Fraction(15, 100),
    )
    assert jump.excess == 2_000
    (finding,) = fee_findings([jump])
    assert finding.code == "FEE_JUMP"
    assert finding.subject == "SKU SKU-1 on Amazon.com, referral fee"
    assert finding.what == (
        "The referral fee of SKU SKU-1 on Amazon.com was 17.00 % in Sep 2025, usually 15.00 % "
        "(median of 6 periods): 20.00 USD over 50 units."
    )


def test_the_fulfilment_fee_is_by_unit_so_that_a_sale_price_is_no_jump() -> None:
    assert watch([*PAST, sums(9, sales=50_000, referral=7_500)], NOW) == ()
    (jump,) = watch([*PAST, sums(9, fulfilment=25_000)], NOW)
    assert (jump.fee, jump.rate, jump.excess) == (Fee.FULFILMENT, Fraction(500), 8_900)
    assert "was 5.00 USD a unit" in fee_findings([jump])[0].what


@pytest.mark.parametrize(
    ("referral", "jumps"), [(16_500, 0), (16_501, 1), (13_500, 0), (13_499, 1)]
)
def test_the_relative_threshold_is_exact_both_ways(referral: int, jumps: int) -> None:
    assert len(watch([*PAST, sums(9, referral=referral)], NOW)) == jumps


def test_both_thresholds_must_be_passed() -> None:
    strict = FeePolicy(referral_points=Fraction(2, 100))
    assert watch([*PAST, sums(9, referral=17_000)], NOW, strict) == ()
    assert len(watch([*PAST, sums(9, referral=17_001)], NOW, strict)) == 1


def test_one_odd_month_does_not_move_the_usual() -> None:
    odd = [*PAST[:-1], sums(8, referral=90_000)]
    assert watch([*odd, sums(9)], NOW) == ()


def test_too_little_past_or_too_few_units_say_nothing() -> None:
    assert watch([*PAST[:2], sums(9, referral=40_000)], NOW) == ()
    assert watch([*PAST, sums(9, referral=40_000, units=4)], NOW) == ()
    few = [sums(month, units=4) for month in (6, 7, 8)]
    assert watch([*few, sums(9, referral=40_000)], NOW) == ()
    assert watch([*PAST, sums(9, sales=0)], NOW) == ()
    assert watch(PAST, NOW) == ()


def test_goods_the_seller_ships_have_no_fulfilment_fee_to_compare_with() -> None:
    own = [sums(month, fulfilment=0) for month in (6, 7, 8)]
    assert watch([*own, sums(9)], NOW) == ()


def test_only_the_last_periods_count_and_later_ones_do_not() -> None:
    old = [sums(month, referral=30_000) for month in (1, 2)]
    assert watch([*old, *PAST, sums(9), sums(10, referral=90_000)], NOW) == ()


def test_parts_are_added_up_in_any_order() -> None:
    whole = [*PAST, sums(9, referral=17_000), sums(9, sku="SKU-0", referral=1)]
    parts = [
        *PAST,
        sums(9, sales=40_000, referral=8_000, fulfilment=100, units=20),
        sums(9, sales=60_000, referral=9_000, fulfilment=16_000, units=30),
        sums(9, sku="SKU-0", referral=1),
    ]
    first = watch(whole, NOW)
    assert [jump.sums.sku for jump in first] == ["SKU-1"]  # SKU-0 has no past
    for seed in range(10):
        random.Random(seed).shuffle(parts)
        assert watch(parts, NOW) == first
