"""Which matched deposits go out as NetSuite's deposit, and which as a journal entry."""

from __future__ import annotations

import pytest
from matching_samples import a_deposit, a_line, matched
from netsuite_samples import books, deposit_document

from handler.payloads.netsuite_records import entry_records
from handler.settlement.profile import DepositRecord


def kinds(deposits, bank_lines, **profile) -> list[str]:
    """The kinds of records that matching these leaves."""
    found = matched(deposits, bank_lines)
    assert found.questions == ()
    return [
        record.kind
        for one in found.matches
        for record in entry_records(deposit_document(one, books(**profile)), "netsuite")
    ]


def test_money_that_came_in_is_a_deposit_where_the_profile_says_so() -> None:
    assert kinds([a_deposit()], [a_line()]) == ["deposit"]
    assert kinds([a_deposit()], [a_line(amount=60_000), a_line("B2", 40_000, 4)]) == ["deposit"] * 2
    both = [a_deposit(), a_deposit("11700000002", 500)]
    assert kinds(both, [a_line(amount=100_500)]) == ["deposit", "deposit"]
    assert kinds([a_deposit()], [a_line()], record=DepositRecord.JOURNAL_ENTRY) == ["journal_entry"]


@pytest.mark.parametrize(
    ("paid", "kind"), [(72_000, "deposit"), (72_400, "deposit"), (71_500, "journal_entry")]
)
def test_a_gain_of_exchange_is_deposited_and_a_loss_is_an_entry(paid: int, kind: str) -> None:
    assert kinds([a_deposit(currency="CAD")], [a_line(amount=paid)]) == [kind]


def test_money_that_went_back_is_an_entry() -> None:
    back = a_line("B2", -100_000, 4, descriptor="RETURNED")
    found = kinds([a_deposit()], [a_line(), back, a_line("B3", days=10)])
    assert found == ["deposit", "journal_entry", "deposit"]


def test_what_failed_on_the_bank_account_itself_is_no_deposit() -> None:
    back = a_line("B2", -100_000, 4, descriptor="RETURNED")
    accounts = {**books().accounts, "failed_transfers": "1010 Bank"}
    found = kinds([a_deposit()], [a_line(), back, a_line("B3", days=10)], accounts=accounts)
    assert found == ["deposit", "journal_entry", "journal_entry"]
