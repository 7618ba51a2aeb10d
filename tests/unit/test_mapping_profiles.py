"""A profile from text: what is accepted, and every refusal with its line."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from mapping_texts import NAMES, PROFILE, broken, edited, refusal

from handler.adapters.mapping_profiles import parse_hint, parse_profile
from handler.settlement.profile import ClearingPolicy, Dimensions, UnmappedPolicy

SECOND_RULE = '[[rules]]\nclass = "product_sales"\naccount = "4012 X"\nwhy = "w"\n'


def test_a_profile_says_what_its_text_says() -> None:
    profile = parse_profile(PROFILE, "p.toml", "demo", NAMES)
    canada, states = profile.marketplaces
    assert (profile.name, profile.company, profile.home) == ("demo", "Demo", canada)
    assert profile.subsidiaries["CA"].closed_through == date(2025, 6, 30)
    assert profile.subsidiaries["CA"].name == "Demo Ltd."
    assert canada.names == ("Amazon.ca", "Non-Amazon CA")
    assert canada.time_zone == ZoneInfo("America/Los_Angeles")
    assert canada.dimensions == Dimensions(department="D", business_class="C")
    assert canada.by_channel == {"AFN": Dimensions(location="FBA")}
    assert (states.country, states.currency, states.by_channel) == ("US", "USD", {})
    assert (profile.clearing, profile.bank) == ("1190 Clearing", "1010 Bank")
    assert profile.accounts["unmapped"] == "1199 Suspense"
    assert profile.sku_groups == {"B1": "BOOKS", "B2": "BOOKS"}
    assert profile.policies.unmapped is UnmappedPolicy.HOLD
    assert profile.policies.clearing_lines is ClearingPolicy.NET
    assert profile.policies.lines_per_entry == 500


def test_a_rule_holds_whichever_name_of_the_marketplace_it_was_written_with() -> None:
    profile = parse_profile(PROFILE, "p.toml", "demo", NAMES)
    canada, states = profile.marketplaces
    account, dimensions = profile.booking("product_sales", canada, "AFN", "")
    assert account == "4011 Sales elsewhere"
    assert dimensions == Dimensions("D", "Elsewhere", "FBA")
    assert profile.booking("product_sales", canada, "MFN", "")[0] == "4010 Sales"
    assert profile.booking("product_sales", states, "AFN", "")[0] == "4010 Sales"


def test_optional_parts_may_be_missing() -> None:
    text = edited(PROFILE, "closed_through = 2025-06-30\n", "")
    text = edited(text, "lines_per_entry = 500\n", "")
    text = text[: text.index("[[rules]]")] + text[text.index("[policies]") :]
    profile = parse_profile(text, "p.toml", "demo", NAMES)
    assert (profile.rules, profile.sku_groups) == ((), {})
    assert profile.subsidiaries["CA"].closed_through is None
    assert profile.policies.lines_per_entry == 900


def test_a_hint_needs_no_accounts_to_be_complete() -> None:
    text = edited(PROFILE, 'unmapped = "1199 Suspense"\n', "")
    hint = parse_hint(text, "p.toml", "demo")
    assert hint.name == "demo"
    assert hint.marketplaces == {"Amazon.ca", "Non-Amazon CA", "Amazon.com"}
    assert hint.currencies == {"CAD", "USD"}


@pytest.mark.parametrize(("old", "new", "fault"), broken("profile"))
def test_refuses_profile(old: str, new: str, fault: str) -> None:
    text = edited(PROFILE, old, new)
    faults = refusal(lambda: parse_profile(text, "m/profiles/x.toml", "x", NAMES))
    assert faults == [f"m/profiles/x.toml:{fault}"]


@pytest.mark.parametrize("code", ["ca", "C A", "C-A", "ABCDEFGHIJKLM", "ÇA"])
def test_refuses_a_code_that_external_ids_cannot_carry(code: str) -> None:
    text = edited(PROFILE, 'code = "CA"', f'code = "{code}"')
    text = text.replace('subsidiary = "CA"', f'subsidiary = "{code}"')
    assert refusal(lambda: parse_profile(text, "p", "x", NAMES)) == [
        f'p:6: found code = "{code}"; expected 1 to 12 of A-Z and 0-9'
    ]


@pytest.mark.parametrize("lines", [3, 1000])
def test_accepts_the_edges_of_the_line_limit(lines: int) -> None:
    text = edited(PROFILE, "lines_per_entry = 500", f"lines_per_entry = {lines}")
    assert parse_profile(text, "p", "x", NAMES).policies.lines_per_entry == lines


@pytest.mark.parametrize(
    "conditions",
    [
        'channel = "MFN"\nmarketplace = "Amazon.ca"',  # excludes the first rule
        'channel = "AFN"\nmarketplace = "Amazon.com"',
        'channel = "AFN"',  # fewer conditions: the other wins
        'channel = "AFN"\nmarketplace = "Amazon.ca"\nsku_group = "BOOKS"',  # more
    ],
)
def test_accepts_two_rules_that_rows_can_choose_between(conditions: str) -> None:
    text = edited(PROFILE, "[sku_groups]", f"{SECOND_RULE}{conditions}\n\n[sku_groups]")
    assert len(parse_profile(text, "p", "x", NAMES).rules) == 2


PARTS = ("subsidiaries", "marketplaces", "accounts", "rules", "policies", "sku_groups")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("value", ["1", '"text"', '["text"]', "[1]", "{ a = 1 }"])
def test_a_part_of_the_wrong_kind_is_a_fault_at_its_line(part: str, value: str) -> None:
    tables = PROFILE.split("\n\n")
    kept = [table for table in tables[1:] if not table.lstrip("[").startswith(part.rstrip("s"))]
    text = "\n\n".join([f"{tables[0]}\n{part} = {value}", *kept])
    if part == "marketplaces":
        text = "\n\n".join(table for table in text.split("\n\n") if "[marketplaces" not in table)
    faults = refusal(lambda: parse_profile(text, "p.toml", "x", NAMES))
    assert any(fault.startswith("p.toml:4: found ") for fault in faults), faults


@pytest.mark.parametrize("part", ["subsidiaries", "marketplaces", "accounts", "policies"])
def test_a_missing_part_is_a_fault(part: str) -> None:
    text = "\n\n".join(t for t in PROFILE.split("\n\n") if not t.lstrip("[").startswith(part))
    faults = refusal(lambda: parse_profile(text, "p.toml", "x", NAMES))
    assert any(fault.startswith(f"p.toml:1: found no {part}; expected [") for fault in faults)


def test_endless_lists_and_numbers_are_faults_too() -> None:
    for text in ("x = " + "[" * 100_000, "x = " + "1" * 10_000):
        (fault,) = refusal(lambda text=text: parse_profile(text, "p.toml", "x", NAMES))
        assert fault.startswith("p.toml:1: found ")


def test_one_fault_hides_no_other() -> None:
    text = PROFILE
    for old, new in [
        ('code = "CA"', 'code = "c"'),  # and so two marketplaces refer to none
        ('country = "US"', 'country = "XX"'),
        ('unmapped = "1199 Suspense"\n', 'sales = "1"\n'),
        ('"4010 Sales"', '""'),
        ('class = "product_sales"', 'class = "sales"'),
        ('channel = "AFN"', 'channel = "FBA"'),
        ('"hold"', '"ignore"'),
        ("lines_per_entry = 500", "lines_per_entry = 5000"),
    ]:
        text = edited(text, old, new)
    faults = refusal(lambda: parse_profile(text, "p", "x", NAMES))
    lines = [int(fault.split(":")[1]) for fault in faults]
    assert lines == [6, 16, 25, 28, 34, 35, 38, 41, 43, 52, 54]


def test_a_faulty_rule_is_not_said_to_change_nothing_or_to_tie() -> None:
    text = edited(PROFILE, '"4011 Sales elsewhere"\nnetsuite_class = "Elsewhere"', '""')
    second = SECOND_RULE + 'channel = "AFN"\nmarketplace = "Amazon.ca"\n'
    text = edited(text, "[sku_groups]", f"{second}\n[sku_groups]")
    (fault,) = refusal(lambda: parse_profile(text, "p", "x", NAMES))
    assert fault.startswith('p:44: found account = ""; expected text')


def test_an_empty_table_of_accounts_lacks_every_class() -> None:
    start, end = PROFILE.index("product_sales ="), PROFILE.index("[[rules]]")
    faults = refusal(lambda: parse_profile(PROFILE[:start] + PROFILE[end:], "p", "x", NAMES))
    assert [fault.split("; ")[0] for fault in faults] == [
        f"p:34: found no account for the class {name}" for name in sorted(NAMES)
    ]
