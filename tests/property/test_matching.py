"""A year at the bank, many times over: no match wrong, nearly all found, order and replay moot."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from builders import a_profile
from generated_year import AS_OF, POLICY, START, Group, Year, a_year

from handler.reconciliation.deposit_entries import deposit_entries
from handler.reconciliation.deposit_matching import Decision, DepositMatching, MatchKind
from handler.reconciliation.deposits import match

SEEDS = range(80)


def outcome(year: Year, as_of: date = AS_OF, decisions=()) -> DepositMatching:
    return match(year.expected, year.lines, POLICY, as_of=as_of, decisions=decisions)


def groups(found: DepositMatching) -> list[Group]:
    return [
        (frozenset(one.candidate.settlement_ids), frozenset(one.candidate.line_ids))
        for one in found.matches
    ]


def test_no_match_is_wrong_and_at_least_98_percent_are_matched() -> None:
    right = due = 0
    kinds: set[MatchKind] = set()
    for seed in SEEDS:
        year = a_year(seed)
        found = outcome(year)
        kinds |= {one.candidate.kind for one in found.matches}
        for settlements, lines in groups(found):
            for one in settlements:
                assert year.truth[one] == (settlements, lines), f"seed {seed}: {one}"
            right += len(settlements)
        due += len(year.expected)
    assert kinds == set(MatchKind)
    assert right * 100 >= due * 98, f"{right} of {due}"


@pytest.mark.parametrize("seed", range(6))
def test_order_is_moot(seed: int) -> None:
    year = a_year(seed)
    first = outcome(year)
    chance = random.Random(seed)
    for _ in range(3):
        chance.shuffle(year.expected)
        chance.shuffle(year.lines)
        assert outcome(year) == first


@pytest.mark.parametrize("seed", range(6))
def test_a_confirmed_match_stands_when_sent_again(seed: int) -> None:
    year = a_year(seed)
    first = outcome(year)
    confirmed = [
        Decision(one.candidate.settlement_ids, one.candidate.line_ids, one.candidate.paid_again_by)
        for one in first.matches
    ]
    again = outcome(year, decisions=confirmed)
    assert all(one.decided for one in again.matches)
    assert sorted(map(repr, groups(again))) == sorted(map(repr, groups(first)))
    assert {m.movements for m in again.matches} == {m.movements for m in first.matches}
    assert again.questions == first.questions
    assert again.unmatched_lines == first.unmatched_lines


@pytest.mark.parametrize("seed", range(12))
def test_every_settlement_and_line_has_one_place(seed: int) -> None:
    year = a_year(seed)
    found = outcome(year)
    places = [*(one.candidate for one in found.matches), *found.questions]
    settlements = [of for place in places for of in place.settlement_ids]
    settlements += [one.settlement_id for one in found.unmatched_deposits]
    assert sorted(settlements) == sorted(one.settlement_id for one in year.expected)
    lines = [of for place in places for of in place.line_ids]
    lines += [one.id for one in found.unmatched_lines]
    assert sorted(lines) == sorted(one.id for one in year.lines)


@pytest.mark.parametrize("seed", range(12))
def test_month_by_month_no_match_is_wrong_and_none_is_taken_back(seed: int) -> None:
    """A feed that grows: what was matched once is confirmed, and later lines only add to it."""
    year = a_year(seed)
    confirmed: dict[str, frozenset[str]] = {}
    day = START
    while day < AS_OF:
        day += timedelta(days=30)
        known = Year(
            [one for one in year.expected if one.end <= day],
            [one for one in year.lines if one.date <= day],
        )
        for settlements, lines in groups(outcome(known, day)):
            for one in settlements:
                truth = year.truth[one]
                assert settlements == truth[0], f"seed {seed}: {one}"
                assert lines <= truth[1], f"seed {seed}: {one}"
                assert lines >= confirmed.get(one, frozenset()), f"seed {seed}: {one}"
                confirmed[one] = lines


@pytest.mark.parametrize("seed", range(6))
def test_entries_balance_and_follow_the_bank_line(seed: int) -> None:
    year, profile = a_year(seed), a_profile()
    found = outcome(year)
    names: set[str] = set()
    lines = {one.id: one for one in year.lines}
    for one in found.matches:
        bank = 0
        for entry in deposit_entries(one, profile, "7900 FX"):
            assert entry.imbalance == 0
            assert entry.external_id not in names
            names.add(entry.external_id)
            bank += sum(line.signed for line in entry.lines if line.account == profile.bank)
        assert bank == sum(lines[of].amount for of in one.candidate.line_ids)
