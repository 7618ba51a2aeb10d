"""What the port promises of stored rules, kept by each store alike."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from store_samples import all_at_once

from handler.adapters.dynamo_rules import DynamoRules
from handler.flows.rule_ports import RuleBook, RuleStore
from handler.settlement.vocabulary import Rule

Stores = Callable[[], RuleStore]
FEE = Rule("Order", "ItemFees", "Mystery Fee", "referral_fees", 0, "a letter")
ODD = Rule("", "*", "返品 \"手数料\", '*'", "fba_fees", 0)


def book(number: int, *rules: Rule, by: str = "key:ann") -> RuleBook:
    return RuleBook(number, rules, "2026-01-31T12:00:00+00:00", by, "Why, said Ann")


def test_there_are_none_at_first(rule_stores: Stores) -> None:
    store = rule_stores()
    assert store.newest() == RuleBook()
    assert list(store.books(5)) == []


def test_books_come_back_whole_the_newest_first(rule_stores: Stores) -> None:
    store = rule_stores()
    written = [book(1, FEE), book(2, FEE, ODD), book(3)]
    for one in written:
        assert store.save(one)
        assert store.newest() == one
    assert list(store.books(2)) == written[:0:-1]
    assert list(store.books(50)) == written[::-1]


def test_a_number_is_given_once(rule_stores: Stores) -> None:
    store = rule_stores()
    assert store.save(book(1, FEE))
    assert not store.save(book(1, ODD))
    assert not store.save(book(3, ODD))
    assert not store.save(book(0, ODD))
    assert store.save(book(1, FEE))  # the same call again, after a lost answer
    assert list(store.books(9)) == [book(1, FEE)]


def test_what_another_saved_is_seen_at_once(rule_stores: Stores) -> None:
    first, second = rule_stores(), rule_stores()
    assert first.newest() == second.newest() == RuleBook()
    for number in range(1, 4):
        assert first.save(book(number, replace(FEE, why=str(number))))
    assert second.newest() == first.newest() == book(3, replace(FEE, why="3"))


@pytest.mark.dynamodb_local
def test_of_writers_at_once_one_is_kept_and_the_others_are_told(
    local_client: Any, local_table: str
) -> None:
    for number in range(1, 6):
        offered = [book(number, FEE, by=f"key:{n}") for n in range(8)]
        told = all_at_once(
            [lambda one=one: DynamoRules(local_client, local_table).save(one) for one in offered]
        )
        assert sorted(told) == [False] * 7 + [True]
        assert DynamoRules(local_client, local_table).newest() == offered[told.index(True)]


def test_the_largest_book_the_flow_lets_through_fits(rule_stores: Stores) -> None:
    rules = [
        Rule("Order", "ItemFees", f"{n:03} {'ü' * 190}", "referral_fees", 0, "ß" * 170)
        for n in range(400)
    ]
    store = rule_stores()
    assert store.save(book(1, *rules))
    assert rule_stores().newest().rules == tuple(rules)
