"""Ties are asked, never guessed; answers stand over scores, never over arithmetic."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from matching_samples import DEPOSIT_DAY, PAYOUT, a_deposit, a_line, codes, matched

from handler.core.errors import RefusedRequest
from handler.reconciliation.deposit_matching import Decision, MatchKind

FIRST, SECOND = "11700000001", "11700000002"


def test_two_settlements_and_two_lines_of_one_amount() -> None:
    found = matched([a_deposit(), a_deposit(SECOND)], [a_line(), a_line("B2")])
    assert found.matches == ()
    (question,) = found.questions
    assert question.settlement_ids == (FIRST, SECOND)
    assert question.line_ids == ("B1", "B2")
    assert len(question.candidates) == 4
    assert question.why == "4 ways fit, and none stands clear of the others."
    assert codes(found) == ["DEPOSIT_AMBIGUOUS"]
    assert found.unmatched_deposits == found.unmatched_lines == ()


@pytest.mark.parametrize("other", ["", "RENT TENANT 4", f"{PAYOUT} x"])
def test_a_descriptor_alone_decides_nothing(other: str) -> None:
    named = a_line("B2", descriptor=f"{PAYOUT} {FIRST}")
    found = matched([a_deposit()], [a_line(descriptor=other), named])
    assert found.matches == ()
    assert [c.line_ids for c in found.questions[0].candidates] == [("B2",), ("B1",)]


def test_a_line_of_somebody_else_is_asked_even_alone() -> None:
    found = matched([a_deposit()], [a_line(descriptor="RENT TENANT 4")])
    assert found.matches == ()
    assert found.questions[0].why == (
        "Only one way fits, and too little speaks for it: 65 points of 70 needed (same amount; "
        "2 day(s) after the deposit date, as usual; the descriptor does not read like a payout of "
        "Amazon)."
    )


def test_a_line_that_names_another_settlement_is_asked() -> None:
    other = a_deposit(SECOND, 5_000)
    found = matched([a_deposit(), other], [a_line(descriptor=f"{PAYOUT} {SECOND}")])
    assert found.matches == ()


def test_late_without_amazons_name_is_asked() -> None:
    assert len(matched([a_deposit()], [a_line(days=20, descriptor="")]).questions) == 1


def test_a_sum_and_a_single_line_that_both_fit_are_asked() -> None:
    deposits = [a_deposit(), a_deposit(SECOND, 50_000)]
    found = matched(deposits, [a_line(descriptor=""), a_line("B2", 150_000)])
    assert found.matches == ()
    assert {c.kind for c in found.questions[0].candidates} == {
        MatchKind.ONE_TO_ONE,
        MatchKind.MERGED,
    }


def test_a_sum_of_four_is_asked() -> None:
    deposits = [a_deposit(f"1170000000{n}", 10_000 + n) for n in range(4)]
    found = matched(deposits, [a_line(amount=40_006)])
    assert found.matches == ()
    assert found.questions[0].candidates[0].kind is MatchKind.MERGED


def test_two_lines_within_the_bounds_of_a_rate_are_asked() -> None:
    lines = [a_line(amount=71_000), a_line("B2", 73_000, 1)]
    found = matched([a_deposit(currency="CAD")], lines)
    assert found.matches == ()
    assert len(found.questions) == 1


def test_a_stranger_within_the_bounds_does_not_win_over_the_true_line_that_is_late() -> None:
    lines = [a_line("STRANGER", 71_000), a_line("TRUE", 73_000, 20)]
    assert matched([a_deposit(currency="CAD")], lines).matches == ()


def test_a_run_of_payouts_in_another_currency_does_not_block_itself() -> None:
    deposits = [
        a_deposit(f"1170000000{n}", 100_000 + n, currency="CAD", deposit=day)
        for n in range(6)
        for day in [DEPOSIT_DAY + timedelta(days=14 * n)]
    ]
    lines = [a_line(f"B{n}", 72_000 + 7 * n, 14 * n + 2) for n in range(6)]
    found = matched(deposits, lines)
    assert [m.candidate.line_ids for m in found.matches] == [(f"B{n}",) for n in range(6)]


def test_an_answer_matches_and_frees_the_rest() -> None:
    deposits, lines = [a_deposit(), a_deposit(SECOND)], [a_line(), a_line("B2")]
    found = matched(deposits, lines, [Decision((FIRST,), ("B2",))])
    assert found.questions == ()
    assert [(m.candidate.line_ids, m.decided) for m in found.matches] == [
        (("B2",), True),
        (("B1",), False),
    ]
    refused = matched(deposits, lines, [Decision((FIRST,), ("B2",), together=False)])
    assert {m.candidate.settlement_ids: m.candidate.line_ids for m in refused.matches} == {}
    assert len(refused.questions[0].candidates) == 3


def test_no_is_an_answer_too() -> None:
    found = matched([a_deposit()], [a_line()], [Decision((FIRST,), ("B1",), together=False)])
    assert found.matches == found.questions == ()
    assert codes(found) == ["DEPOSIT_MISSING", "DEPOSIT_UNEXPECTED"]


@pytest.mark.parametrize(
    ("decision", "kind"),
    [
        (Decision((FIRST,), ("B1",)), MatchKind.ONE_TO_ONE),
        (Decision((FIRST,), ("LATE",)), MatchKind.LATE),
        (Decision((SECOND, FIRST), ("SUM",)), MatchKind.MERGED),
        (Decision((FIRST,), ("HALF", "REST")), MatchKind.SPLIT),
        (Decision(("CAD",), ("B1",)), MatchKind.OTHER_CURRENCY),
        (Decision((FIRST,), ("B1", "BACK")), MatchKind.FAILED_TRANSFER),
        (Decision((FIRST,), ("B1", "BACK", "LATE")), MatchKind.FAILED_TRANSFER),
        (Decision((FIRST,), (), SECOND), MatchKind.FAILED_TRANSFER),
        (Decision((FIRST,), ("B1", "BACK"), SECOND), MatchKind.FAILED_TRANSFER),
    ],
)
def test_any_kind_can_be_decided(decision: Decision, kind: MatchKind) -> None:
    found = matched(*everything(), [decision, decision])
    (match,) = [m for m in found.matches if m.decided]
    assert match.candidate.kind is kind
    assert match.candidate.reasons == ("decided by a person",)


def everything():
    deposits = [a_deposit(), a_deposit(SECOND, 7_001), a_deposit("CAD", 138_888, currency="CAD")]
    lines = [
        a_line(),
        a_line("LATE", days=25),
        a_line("SUM", 107_001),
        a_line("HALF", 99_000, 40),
        a_line("REST", 1_000, 45),
        a_line("BACK", -100_000, 3, descriptor="REVERSAL"),
    ]
    return deposits, lines


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        ([Decision(("nobody",), ("B1",))], "UNKNOWN_DECISION"),
        ([Decision((FIRST,), ("nothing",))], "UNKNOWN_DECISION"),
        ([Decision((FIRST,), (), "nobody")], "UNKNOWN_DECISION"),
        ([Decision((), ("B1",))], "UNKNOWN_DECISION"),
        ([Decision((SECOND,), ("B1",))], "DECISION_AMOUNT"),
        ([Decision((FIRST,), ())], "DECISION_AMOUNT"),
        ([Decision((FIRST,), ("BACK",))], "DECISION_AMOUNT"),
        ([Decision((FIRST,), ("BACK", "B1", "SUM"))], "DECISION_AMOUNT"),
        ([Decision((FIRST, SECOND), ("B1", "REST"))], "DECISION_AMOUNT"),
        ([Decision(("CAD", FIRST), ("SUM",))], "DECISION_AMOUNT"),
        ([Decision((FIRST,), ("B1",)), Decision((FIRST,), ("LATE",))], "DECISION_CONFLICT"),
    ],
)
def test_a_decision_against_the_facts_is_refused(decisions: list[Decision], code: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        matched(*everything(), decisions)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("deposits", "lines", "code", "message"),
    [
        (
            [a_deposit(amount=0)],
            [],
            "NOT_A_DEPOSIT",
            "Settlement 11700000001 pays nothing out: its total is 0.00 USD.",
        ),
        (
            [a_deposit(amount=-5)],
            [],
            "NOT_A_DEPOSIT",
            "Settlement 11700000001 pays nothing out: its total is -0.05 USD.",
        ),
        (
            [a_deposit(), a_deposit(amount=7)],
            [],
            "DUPLICATE_SETTLEMENT",
            "The settlement '11700000001' was given twice.",
        ),
        (
            [],
            [a_line(), a_line()],
            "DUPLICATE_BANK_LINE",
            "The bank line 'B1' was given twice.",
        ),
        (
            [a_deposit(currency="usd")],
            [],
            "UNKNOWN_CURRENCY",
            "'usd' of settlement 11700000001 is no ISO 4217 code.",
        ),
        (
            [],
            [a_line(currency="XXX")],
            "UNKNOWN_CURRENCY",
            "'XXX' of bank line B1 is no ISO 4217 code.",
        ),
    ],
)
def test_refusals_are_exact(deposits, lines, code: str, message: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        matched(deposits, lines)
    assert (refused.value.code, refused.value.message) == (code, message)
    assert refused.value.repair


def test_sums_are_looked_for_within_bounds_and_the_bound_is_told() -> None:
    lines = [a_line(f"P{n}", 100 + n, descriptor="") for n in range(30)]
    found = matched([a_deposit()], lines)
    assert codes(found) == ["DEPOSIT_MISSING", "DEPOSIT_SEARCH_CUT"]
    parts = [a_line("A1", 60_000), a_line("A2", 40_000)]
    named = matched([a_deposit()], [*lines, *parts])  # Amazon's own are still added up
    assert named.matches[0].candidate.line_ids == ("A1", "A2")
    many = [a_deposit(f"117000001{n:02}", 1_000 + n) for n in range(30)]
    cut = matched(many, [a_line(amount=2_001)])
    assert "DEPOSIT_SEARCH_CUT" in codes(cut)
    assert cut.matches == ()


def test_a_question_shows_a_bounded_number_of_candidates() -> None:
    deposits = [a_deposit(f"117000001{n:02}") for n in range(6)]
    (question,) = matched(deposits, [a_line(f"B{n}") for n in range(6)]).questions
    assert (len(question.candidates), question.left_out) == (20, 16)


def test_order_is_moot() -> None:
    deposits, lines = everything()
    lines.append(replace(a_line("B9"), descriptor=""))
    first = matched(deposits, lines)
    for seed in range(20):
        chance = random.Random(seed)
        chance.shuffle(deposits)
        chance.shuffle(lines)
        assert matched(deposits, lines) == first
