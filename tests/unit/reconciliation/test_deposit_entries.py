"""Matches as entries: balanced, clearing relieved, the bank as the bank says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import a_profile
from matching_samples import DEPOSIT_DAY, a_deposit, a_line, matched

from handler.core.errors import RefusedRequest
from handler.reconciliation.deposit_entries import deposit_entries
from handler.settlement.period import Period
from handler.settlement.profile import Subsidiary

FAILED = "acct failed_transfers"


def entries(deposits, lines, profile=None, fx: str = "7900 FX"):
    found = matched(deposits, lines)
    assert found.questions == ()
    return [
        entry for one in found.matches for entry in deposit_entries(one, profile or a_profile(), fx)
    ]


def shown(entry):
    return [(line.account, line.debit, line.credit) for line in entry.lines]


def balances(made) -> dict[str, int]:
    total: dict[str, int] = {}
    for entry in made:
        assert entry.imbalance == 0
        for line in entry.lines:
            assert (line.debit > 0) != (line.credit > 0)
            total[line.account] = total.get(line.account, 0) + line.signed
    return total


def test_a_deposit() -> None:
    (entry,) = entries([a_deposit()], [a_line()])
    assert entry.external_id == "AMZ-US-11700000001-DEP"
    assert (entry.currency, entry.tran_date) == ("USD", date(2025, 8, 19))
    assert entry.memo == ("Amazon settlement 11700000001 US: Deposit from Amazon (bank line B1)")
    assert shown(entry) == [("1050 Clearing", 0, 100_000), ("1010 Bank", 100_000, 0)]


def test_a_sum_is_one_entry_for_each_settlement() -> None:
    made = entries([a_deposit(), a_deposit("11700000002", 500)], [a_line(amount=100_500)])
    assert [entry.external_id for entry in made] == [
        "AMZ-US-11700000001-DEP",
        "AMZ-US-11700000002-DEP",
    ]
    assert balances(made) == {"1050 Clearing": -100_500, "1010 Bank": 100_500}


def test_a_split_is_one_entry_for_each_line() -> None:
    made = entries([a_deposit()], [a_line(amount=60_000), a_line("B2", 40_000, 4)])
    assert [(entry.external_id, entry.tran_date.day) for entry in made] == [
        ("AMZ-US-11700000001-DEP", 19),
        ("AMZ-US-11700000001-DEP-2", 21),
    ]
    assert balances(made) == {"1050 Clearing": -100_000, "1010 Bank": 100_000}


@pytest.mark.parametrize(("paid", "loss"), [(71_500, 500), (72_400, -400), (72_000, 0)])
def test_another_currency_leaves_a_line_of_exchange(paid: int, loss: int) -> None:
    (entry,) = entries([a_deposit(currency="CAD")], [a_line(amount=paid)])
    expected = {"1050 Clearing": -72_000, "1010 Bank": paid}
    assert balances([entry]) == expected | ({"7900 FX": loss} if loss else {})
    assert entry.lines[0].account == "1050 Clearing"


def test_a_difference_of_exchange_without_an_account_is_refused() -> None:
    with pytest.raises(RefusedRequest) as refused:
        entries([a_deposit(currency="CAD")], [a_line(amount=71_500)], fx="")
    assert refused.value.code == "FX_ACCOUNT_MISSING"
    assert "11700000001" in refused.value.message
    assert entries([a_deposit(currency="CAD")], [a_line(amount=72_000)], fx="")


def test_a_failed_transfer_relieves_clearing_once() -> None:
    back = a_line("B2", -100_000, 4, descriptor="RETURNED")
    made = entries([a_deposit()], [a_line(), back])
    assert [entry.external_id for entry in made] == [
        "AMZ-US-11700000001-DEP",
        "AMZ-US-11700000001-DEP-RET",
    ]
    assert balances(made) == {"1050 Clearing": -100_000, "1010 Bank": 0, FAILED: 100_000}
    again = entries([a_deposit()], [a_line(), back, a_line("B3", days=10)])
    assert again[:2] == made
    assert again[2].external_id == "AMZ-US-11700000001-DEP-AGAIN"
    assert balances(again) == {"1050 Clearing": -100_000, "1010 Bank": 100_000, FAILED: 0}


def test_what_never_arrived_waits_among_failed_transfers_for_the_row_that_pays_it() -> None:
    later = a_deposit(
        "11700000002",
        250_000,
        deposit=DEPOSIT_DAY + timedelta(days=14),
        end=DEPOSIT_DAY + timedelta(days=12),
        failed_before=100_000,
    )
    made = entries([a_deposit(), later], [a_line("B3", 250_000, 16)])
    assert made[0].external_id == "AMZ-US-11700000001-DEP-FAIL"
    assert made[0].tran_date == later.end
    # The later settlement's own row credits failed transfers with 1,000.00: back to zero.
    assert balances(made) == {FAILED: 100_000, "1050 Clearing": -350_000, "1010 Bank": 250_000}


def test_a_closed_period_is_not_posted_to() -> None:
    closed = a_profile(subsidiaries={"US": Subsidiary("US", "Test", "USD", date(2025, 8, 31))})
    (entry,) = entries([a_deposit()], [a_line()], closed)
    assert entry.period == Period(2025, 9)
    assert entry.tran_date == date(2025, 9, 1)
