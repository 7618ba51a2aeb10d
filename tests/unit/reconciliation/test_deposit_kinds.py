"""Each way a payout reaches the bank, or does not."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from matching_samples import (
    CAD_TO_USD,
    DEPOSIT_DAY,
    PAYOUT,
    a_deposit,
    a_line,
    codes,
    matched,
)

from handler.reconciliation.deposit_matching import MatchKind, Purpose
from handler.reconciliation.matching_policy import RateRule

SECOND = "11700000002"


def only(found):
    """The one match, with nothing asked and nothing left."""
    assert len(found.matches) == 1, found
    assert found.questions == ()
    assert found.unmatched_deposits == ()
    return found.matches[0]


def test_one_to_one() -> None:
    match = only(matched([a_deposit()], [a_line()]))
    assert match.candidate.kind is MatchKind.ONE_TO_ONE
    assert match.candidate.reasons == (
        "same amount",
        "2 day(s) after the deposit date, as usual",
        "the descriptor names Amazon",
    )
    (movement,) = match.movements
    assert (movement.bank, movement.clearing, movement.fx) == (100_000, 100_000, 0)
    assert movement.day == DEPOSIT_DAY + timedelta(days=2)


def test_a_bank_that_names_nobody_is_matched_by_amount_and_date() -> None:
    assert only(matched([a_deposit()], [a_line(descriptor="")])).candidate.score == 75


def test_a_cent_less_is_no_match() -> None:
    found = matched([a_deposit()], [a_line(amount=99_999)])
    assert found.matches == ()
    assert found.questions == ()
    assert codes(found) == ["DEPOSIT_MISSING", "DEPOSIT_UNEXPECTED"]


def test_late() -> None:
    match = only(matched([a_deposit()], [a_line(days=30)]))
    assert match.candidate.kind is MatchKind.LATE
    assert "30 day(s) after the deposit date, later than usual" in match.candidate.reasons


@pytest.mark.parametrize("days", [-2, 46])
def test_outside_the_late_window_is_no_match(days: int) -> None:
    assert matched([a_deposit()], [a_line(days=days)]).matches == ()


def test_merged() -> None:
    deposits = [a_deposit(), a_deposit(SECOND, 23_456), a_deposit("11700000003", 77_777)]
    match = only(matched(deposits, [a_line(amount=201_233)]))
    assert match.candidate.kind is MatchKind.MERGED
    assert [(m.settlement_id, m.line_id, m.bank) for m in match.movements] == [
        ("11700000001", "B1", 100_000),
        (SECOND, "B1", 23_456),
        ("11700000003", "B1", 77_777),
    ]


def test_two_profiles_are_never_merged() -> None:
    deposits = [a_deposit(), a_deposit(SECOND, 23_456, profile="other")]
    assert matched(deposits, [a_line(amount=123_456)]).matches == ()


def test_split() -> None:
    match = only(matched([a_deposit()], [a_line("B2", 60_001, 3), a_line("B1", 39_999, 2)]))
    assert match.candidate.kind is MatchKind.SPLIT
    assert [(m.line_id, m.bank) for m in match.movements] == [("B1", 39_999), ("B2", 60_001)]


def test_other_currency_within_bounds_leaves_the_difference_of_exchange() -> None:
    match = only(matched([a_deposit(currency="CAD")], [a_line(amount=71_500)]))
    assert match.candidate.kind is MatchKind.OTHER_CURRENCY
    (movement,) = match.movements
    assert movement.currency == "USD"
    assert (movement.bank, movement.clearing, movement.fx) == (71_500, 72_000, -500)


def test_other_currency_without_a_booked_rate_leaves_none() -> None:
    rule = RateRule("CAD", "USD", Fraction(70, 100), Fraction(74, 100))
    match = only(matched([a_deposit(currency="CAD")], [a_line(amount=71_500)], rates=(rule,)))
    assert (match.movements[0].clearing, match.movements[0].fx) == (71_500, 0)


@pytest.mark.parametrize(("amount", "fits"), [(69_999, 0), (70_000, 1), (74_000, 1), (74_001, 0)])
def test_the_bounds_are_exact(amount: int, fits: int) -> None:
    found = matched([a_deposit(currency="CAD")], [a_line(amount=amount)])
    assert len(found.matches) == fits


def test_exponents_of_both_currencies_count() -> None:
    rule = RateRule("JPY", "USD", Fraction(67, 10_000), Fraction(67, 10_000), Fraction(68, 10_000))
    yen = a_deposit(amount=150_001, currency="JPY")  # 1,005.0067 USD
    match = only(matched([yen], [a_line(amount=100_501, days=20)], rates=(rule,)))
    assert "1005.01 USD is the amount at the given rate" in match.candidate.reasons
    # booked: 150,001 yen at 0.0068 = 1,020.0068 USD
    assert (match.movements[0].clearing, match.movements[0].fx) == (102_001, -1_500)


def test_a_rate_holds_within_its_days_only() -> None:
    past = RateRule("CAD", "USD", Fraction(1), Fraction(1), until=DEPOSIT_DAY)
    later = RateRule("CAD", "USD", Fraction(7, 10), Fraction(7, 10), since=DEPOSIT_DAY)
    found = matched([a_deposit(currency="CAD")], [a_line(amount=70_000)], rates=(past, later))
    assert len(found.matches) == 1
    assert (
        matched([a_deposit(currency="CAD")], [a_line(amount=70_000)], rates=(past,)).matches == ()
    )


def test_no_rate_no_match() -> None:
    assert matched([a_deposit(currency="CAD")], [a_line(amount=72_000)], rates=()).matches == ()
    assert matched([a_deposit(currency="EUR")], [a_line(amount=72_000)]).matches == ()
    assert CAD_TO_USD.given is False


RETURNED = a_line("B2", -100_000, 4, descriptor="RETURNED PAYMENT")


def test_failed_transfer_sent_back() -> None:
    found = matched([a_deposit()], [a_line(), RETURNED])
    match = only(found)
    assert match.candidate.kind is MatchKind.FAILED_TRANSFER
    assert [m.purpose for m in match.movements] == [Purpose.DEPOSIT, Purpose.RETURNED]
    assert codes(found) == ["DEPOSIT_RETURNED"]


def test_failed_transfer_paid_again() -> None:
    found = matched([a_deposit()], [a_line(), RETURNED, a_line("B3", days=9)])
    match = only(found)
    assert [(m.purpose, m.line_id, m.bank) for m in match.movements] == [
        (Purpose.DEPOSIT, "B1", 100_000),
        (Purpose.RETURNED, "B2", -100_000),
        (Purpose.PAID_AGAIN, "B3", 100_000),
    ]
    assert codes(found) == []


def test_failed_transfer_paid_again_with_a_later_settlement() -> None:
    later = a_deposit(
        SECOND,
        250_000,
        deposit=DEPOSIT_DAY + timedelta(days=14),
        end=DEPOSIT_DAY + timedelta(days=12),
        failed_before=100_000,
    )
    paid = a_line("B3", 250_000, 16)
    came_back = matched([a_deposit(), later], [a_line(), RETURNED, paid])
    assert [m.candidate.paid_again_by for m in came_back.matches] == [SECOND, ""]
    assert codes(came_back) == []
    never = matched([a_deposit(), later], [paid])
    assert never.questions == ()
    movement = never.matches[0].movements[0]
    assert (movement.purpose, movement.line_id) == (Purpose.NEVER_ARRIVED, "")
    assert (movement.day, movement.bank, movement.clearing) == (later.end, 0, 100_000)
    # Another seller account, or an earlier settlement, pays nothing of this one again.
    for other in ({"profile": "other"}, {"marketplace": "Amazon.ca"}, {"end": DEPOSIT_DAY.min}):
        found = matched(
            [a_deposit(), a_deposit(SECOND, 250_000, failed_before=100_000, **other)], []
        )
        assert found.matches == ()


def test_a_deposit_moved_on_to_savings_is_no_return() -> None:
    away = a_line("B2", -100_000, 3, descriptor="TRANSFER TO SAVINGS")
    found = matched([a_deposit()], [a_line(), away])
    assert only(found).candidate.kind is MatchKind.ONE_TO_ONE
    assert found.unmatched_lines == (away,)
    assert codes(found) == []


def test_a_return_found_later_adds_to_the_match_and_changes_none_of_it() -> None:
    before = only(matched([a_deposit()], [a_line()]))
    after = only(matched([a_deposit()], [a_line(), RETURNED]))
    assert after.movements[: len(before.movements)] == before.movements


def test_the_next_payout_of_the_same_amount_is_its_own() -> None:
    later = a_deposit(SECOND, deposit=DEPOSIT_DAY + timedelta(days=14))
    found = matched([a_deposit(), later], [a_line(), RETURNED, a_line("B3", days=16)])
    assert {m.candidate.settlement_ids: m.candidate.line_ids for m in found.matches} == {
        ("11700000001",): ("B1", "B2"),
        (SECOND,): ("B3",),
    }


def test_unmatched_is_a_finding_after_the_days_of_the_policy() -> None:
    on_the_day = matched([a_deposit()], [], as_of=DEPOSIT_DAY + timedelta(days=10))
    assert codes(on_the_day) == []
    found = matched([a_deposit()], [], as_of=DEPOSIT_DAY + timedelta(days=11))
    (finding,) = found.findings
    assert finding.code == "DEPOSIT_MISSING"
    assert finding.what == (
        "1000.00 USD of settlement 11700000001, to be deposited from 2025-08-17, is not in the "
        "bank after 11 days."
    )
    assert not finding.holds


def test_strangers_are_left_alone() -> None:
    strangers = [
        a_line("S1", 5_000, descriptor="AMZN MKTP US*RT4QK9"),
        a_line("S2", 5_001, descriptor="RENT"),
        a_line("S3", -5_002, descriptor=PAYOUT),
        a_line("S4", 0, descriptor=PAYOUT),
    ]
    found = matched([], strangers)
    assert found.unmatched_lines == tuple(strangers)
    assert found.findings == ()
