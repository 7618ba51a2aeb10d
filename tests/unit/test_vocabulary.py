"""Amazon's words to accounting classes: the rules, and the mappings as they are shipped."""

from __future__ import annotations

import csv
from itertools import permutations
from pathlib import Path

import pytest

from handler.adapters.mapping_files import (
    check_all,
    load_classes,
    load_mappings,
    load_vocabulary,
    profile_names,
)
from handler.core.money import currency
from handler.settlement.classes import UNMAPPED
from handler.settlement.group import Kind
from handler.settlement.profile import Profile, UnmappedPolicy
from handler.settlement.vocabulary import Rule, Vocabulary, equal_rank

MAPPINGS = Path(__file__).parents[2] / "mappings"
CASES = Path(__file__).parents[1] / "data" / "vocabulary_cases.tsv"


def cases() -> list[tuple[str, str, str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [(row[0], row[1], row[2], row[3]) for row in rows]


@pytest.fixture(scope="module")
def shipped() -> Vocabulary:
    return load_vocabulary(MAPPINGS, load_classes(MAPPINGS))


@pytest.fixture(scope="module", params=profile_names(MAPPINGS))
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_mappings(MAPPINGS, request.param).profile


# --- the shipped mappings -----------------------------------------------------------------------


def test_the_cases_are_all_there() -> None:
    assert len(cases()) == len(set(cases())) > 250
    assert profile_names(MAPPINGS) == ["ca", "eu", "uk", "us"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: " / ".join(case[:3]))
def test_every_case_has_its_class(shipped: Vocabulary, case: tuple[str, str, str, str]) -> None:
    rule = shipped.rule(Kind(*case[:3]))
    assert (rule.accounting_class if rule else UNMAPPED) == case[3]


def test_the_shipped_mappings_have_no_fault() -> None:
    assert [str(fault) for fault in check_all(MAPPINGS)] == []


def test_every_rule_can_win(shipped: Vocabulary) -> None:
    """A rule that always loses to another would only look as if it did something."""
    for rule in shipped.rules:
        texts = [
            f"{cell[:-1]}~" if cell.endswith("*") else cell
            for cell in (rule.transaction_type, rule.amount_type, rule.amount_description)
        ]
        assert shipped.rule(Kind(*texts)) == rule


def test_every_class_has_an_account_in_every_profile(profile: Profile) -> None:
    classes = load_classes(MAPPINGS)
    assert len(classes) == 56
    assert set(profile.accounts) == set(classes)
    for account in [profile.clearing, profile.bank, *profile.accounts.values()]:
        number, _, name = account.partition(" ")
        assert len(number) == 4
        assert number.isdigit()
        assert name


def test_accounts_that_must_meet_are_one(profile: Profile) -> None:
    accounts = profile.accounts
    home = profile.home
    for one, other in [
        ("reserve_held", "reserve_released"),
        ("failed_transfers", "bank_transfers"),
    ]:
        assert accounts[one] == accounts[other]
    assert accounts["bank_transfers"] == profile.bank
    for marketplace in profile.marketplaces:  # also where a rule gives one country its own
        for channel in ("", "AFN", "MFN"):
            collected = profile.booking("sales_tax_collected", marketplace, channel, "")
            withheld = profile.booking("marketplace_facilitator_tax", marketplace, channel, "")
            assert collected == withheld
    alone = ("balance_brought_forward", "card_charges", "reserve_held", "bank_transfers", UNMAPPED)
    assert len({accounts[name] for name in alone} | {profile.clearing}) == len(alone) + 1
    assert profile.policies.unmapped is UnmappedPolicy.SUSPENSE
    assert profile.marketplace("") is home


def test_every_marketplace_settles_in_a_real_currency_for_a_known_subsidiary(
    profile: Profile,
) -> None:
    for marketplace in profile.marketplaces:
        assert currency(marketplace.currency)
        assert marketplace.subsidiary in profile.subsidiaries


@pytest.mark.parametrize(
    ("name", "marketplace", "zone", "money"),
    [
        ("us", "Non-Amazon", "America/Los_Angeles", "USD"),
        ("us", "Non-Amazon US", "America/Los_Angeles", "USD"),
        ("ca", "Amazon.ca", "America/Los_Angeles", "CAD"),
        ("ca", "Non-Amazon CA", "America/Los_Angeles", "CAD"),
        ("uk", "Non-Amazon GB", "Europe/London", "GBP"),
        ("uk", "non-amazon uk", "Europe/London", "GBP"),
        ("eu", "Amazon.de", "Europe/Berlin", "EUR"),
        ("eu", "Non-Amazon FR", "Europe/Paris", "EUR"),
        ("eu", "Amazon.pl", "Europe/Warsaw", "PLN"),
        ("eu", "Amazon.se", "Europe/Stockholm", "SEK"),
        ("eu", "Amazon.com.be", "Europe/Brussels", "EUR"),
        ("eu", "Amazon.ie", "Europe/Dublin", "EUR"),
    ],
)
def test_marketplaces_of_the_demo_profiles(
    name: str, marketplace: str, zone: str, money: str
) -> None:
    found = load_mappings(MAPPINGS, name).profile.marketplace(marketplace)
    assert found is not None
    assert (found.time_zone.key, found.currency) == (zone, money)


def test_the_eu_profile_tells_its_own_postage_and_poland_apart() -> None:
    profile = load_mappings(MAPPINGS, "eu").profile
    germany, poland = profile.home, profile.marketplace("Non-Amazon PL")
    assert poland is not None
    assert profile.booking("seller_postage", germany, "MFN", "")[0] == (
        "6320 Postage of Own Shipments"
    )
    assert profile.booking("seller_postage", germany, "AFN", "")[0] == (
        "6310 Postage Bought from Amazon"
    )
    assert profile.booking("product_sales", poland, "AFN", "")[0] == "4015 Product Sales Poland"


# --- which rule wins ----------------------------------------------------------------------------

# From the most to the least specific; every one of them matches KIND.
KIND = Kind("Order", "ItemPrice", "Principal")
RANKED = [
    ("Order", "ItemPrice", "Principal"),
    ("Order", "ItemPrice", "Prin*"),
    ("Order", "ItemPrice", "P*"),
    ("Order", "ItemPrice", "*"),
    ("Order", "Item*", "Principal"),
    ("Order", "*", "Principal"),
    ("Ord*", "ItemPrice", "Principal"),
    ("*", "ItemPrice", "Principal"),
    ("Order", "Item*", "Prin*"),
    ("Order", "It*", "Princ*"),  # the amount type's length counts before the description's
    ("Order", "*", "*"),
    ("*", "ItemPrice", "*"),
    ("*", "*", "Principal"),
    ("Or*", "*", "*"),
    ("*", "I*", "*"),
    ("*", "*", "*"),
]


def rules(*patterns: tuple[str, str, str]) -> list[Rule]:
    return [Rule(*cells, "/".join(cells), line) for line, cells in enumerate(patterns, 2)]


def test_the_most_specific_rule_wins_whatever_the_order() -> None:
    for start in range(len(RANKED)):
        for order in (RANKED[start:], RANKED[start:][::-1]):
            found = Vocabulary(rules(*order)).rule(KIND)
            assert found is not None
            assert found.accounting_class == "/".join(RANKED[start])


def test_order_of_equal_exactness_is_settled_for_every_pair() -> None:
    for first, second in permutations(RANKED, 2):
        winner = Vocabulary(rules(first, second)).rule(KIND)
        assert winner is not None
        better = min(first, second, key=RANKED.index)
        assert winner.accounting_class == "/".join(better)


@pytest.mark.parametrize(
    ("pattern", "kind", "matches"),
    [
        (("Order", "", ""), ("Order", "", ""), True),
        (("Order", "", ""), ("Order", "ItemPrice", ""), False),  # empty means empty, not anything
        (("Order", "*", ""), ("Order", "ItemPrice", ""), True),
        (("Order", "*", ""), ("Order", "", ""), True),
        (("Ord*", "", ""), ("Ord", "", ""), True),
        (("Ord*", "", ""), ("Or", "", ""), False),
        (("ORDER  item", "", ""), (" order item ", "", ""), True),
        (("Straße", "", ""), ("STRASSE", "", ""), True),
        (("Fee *", "", ""), ("Fees", "", ""), False),
        (("Fee [a-z]", "", ""), ("Fee b", "", ""), False),  # no other wildcard
    ],
)
def test_what_a_pattern_matches(
    pattern: tuple[str, str, str], kind: tuple[str, str, str], matches: bool
) -> None:
    assert (Vocabulary(rules(pattern)).rule(Kind(*kind)) is not None) is matches


def test_rules_of_equal_rank_are_those_that_say_the_same() -> None:
    table = rules(
        ("Order", "a*", ""), ("order", " A* ", ""), ("Order", "b*", ""), ("Order", "*", "")
    )
    assert equal_rank(table) == {table[1]: table[0]}


def test_the_nearest_rule_is_proposed_and_nothing_far_off(shipped: Vocabulary) -> None:
    near = shipped.nearest(Kind("Order", "ItemFees", "FBAPerUnitFulfilmentFees"))
    assert near is not None
    assert near.accounting_class == "fba_fulfilment_fees"
    assert shipped.nearest(Kind("Order", "ItemPrice", "zzzz qqqq")) is None
