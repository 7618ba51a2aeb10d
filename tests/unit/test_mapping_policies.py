"""Policies, entities, VAT and unit costs in the mapping files: what is accepted, what refused."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from mapping_texts import CLASSES, MAPPINGS, NAMES, PROFILE, VOCABULARY, edited, refusal

from handler.adapters.mapping_costs import parse_costs
from handler.adapters.mapping_files import check_all, load_mappings
from handler.adapters.mapping_profiles import parse_profile
from handler.core.errors import UnusableMapping
from handler.settlement.profile import (
    RELIEVED_BY_DEFAULT,
    CostAccounts,
    CustomerPolicy,
    DepositRecord,
    Granularity,
    Policies,
    PostingPolicy,
    Profile,
)

TOP = 'company = "Demo"\n'
ACCOUNTS = 'bank = "1010 Bank"\n'
POLICIES = "lines_per_entry = 500\n"
HOME = "closed_through = 2025-06-30\n"
OTHER = "closed_through = 2025-06-30\n\n[[subsidiaries]]\n"
AMERICAN = 'code = "US"\nname = "Demo Inc."\ncurrency = "USD"\n'


def with_(text: str = PROFILE, **added: str) -> str:
    """The profile with lines added after known ones."""
    places = {"top": TOP, "accounts": ACCOUNTS, "policies": POLICIES, "home": HOME}
    for name, lines in added.items():
        # ACCOUNTS also ends a line of [accounts.classes]: the first one counts.
        start = text.index("\n" + places[name]) + 1 + len(places[name])
        text = f"{text[:start]}{lines}\n{text[start:]}"
    return text


def parsed(text: str) -> Profile:
    return parse_profile(text, "p", "x", NAMES)


def faults(text: str) -> list[str]:
    return refusal(lambda: parsed(text))


BY_ORDER = {
    "top": 'customer = "Amazon"',
    "accounts": 'orders_receivable = "1110 Receivable"',
    "policies": 'posting = "by_order"',
}


def test_without_the_keys_the_profile_books_a_summary() -> None:
    profile = parsed(PROFILE)
    assert (profile.policies.posting, profile.policies.relieved) == (
        PostingPolicy.SUMMARY,
        RELIEVED_BY_DEFAULT,
    )
    assert profile.policies.granularity is Granularity.SETTLEMENT
    assert profile.policies.customers is CustomerPolicy.AMAZON
    assert profile.policies.deposit_record is DepositRecord.JOURNAL_ENTRY
    assert (profile.orders_receivable, profile.customer, profile.cost) == ("", "", None)
    assert {m.vat_percent for m in profile.marketplaces} == {""}


def test_the_keys_say_what_they_say() -> None:
    more = 'posting = "by_order"\nrelieved = ["product_sales"]\ngranularity = "order"\n'
    profile = parsed(with_(**BY_ORDER | {"policies": f'{more}customers = "individual"'}))
    assert profile.policies.posting is PostingPolicy.BY_ORDER
    assert profile.policies.relieved == {"product_sales"}
    assert profile.policies.granularity is Granularity.ORDER
    assert profile.policies.customers is CustomerPolicy.INDIVIDUAL
    assert (profile.orders_receivable, profile.customer) == ("1110 Receivable", "Amazon")


def test_deposits_may_be_posted_as_deposits() -> None:
    chosen = parsed(with_(policies='deposit_record = "deposit"')).policies
    assert chosen.deposit_record is DepositRecord.DEPOSIT


def test_individual_customers_need_no_amazon_one() -> None:
    more = 'posting = "by_order"\ngranularity = "order"\ncustomers = "individual"'
    made = BY_ORDER | {"policies": more}
    del made["top"]
    assert parsed(with_(**made)).customer == ""


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"accounts": ""},
            (
                '31: found no orders_receivable with posting = "by_order"; expected the account '
                "that orders posted one by one stand on"
            ),
        ),
        (
            {"accounts": 'orders_receivable = "1190 Clearing"'},
            (
                "34: found the clearing account as orders_receivable; expected another account: "
                "clearing could not return to zero"
            ),
        ),
        (
            {"top": ""},
            (
                '1: found no customer with posting = "by_order"; expected NetSuite\'s customer for '
                'Amazon, at the top of the file, or customers = "individual"'
            ),
        ),
        (
            {"top": "customer = 881"},
            (
                "3: found customer = 881; expected a customer in NetSuite: text, not empty, on one "
                "line, without blanks at its ends"
            ),
        ),
        (
            {"policies": 'posting = "by_order"\ncustomers = "individual"'},
            (
                '58: found customers = "individual" with granularity = "settlement"; expected '
                'granularity = "order": a line of several orders has no one customer'
            ),
        ),
        (
            {"policies": 'posting = "each"'},
            '57: found posting = "each"; expected "summary" or "by_order"',
        ),
        (
            {"policies": 'granularity = "week"'},
            '57: found granularity = "week"; expected "settlement", "day", "order" or "sku_group"',
        ),
        (
            {"policies": 'deposit_record = "payment"'},
            '57: found deposit_record = "payment"; expected "journal_entry" or "deposit"',
        ),
        (
            {"policies": 'customers = "nobody"'},
            '57: found customers = "nobody"; expected "amazon" or "individual"',
        ),
        (
            {"policies": 'relieved = ["product_sales",\n"sales"]'},
            (
                '58: found the class "sales"; expected a class of classes.csv: one of '
                "product_sales, balance_brought_forward, bank_transfers, unmapped"
            ),
        ),
        (
            {"policies": 'relieved = ["unmapped",\n"unmapped"]'},
            "58: found the class unmapped again (line 57); expected each class once",
        ),
        (
            {"policies": "relieved = []"},
            (
                "57: found relieved = an empty list; expected classes of classes.csv: "
                '["product_sales", ...]'
            ),
        ),
        (
            {"policies": 'relieved = "product_sales"'},
            (
                '57: found relieved = "product_sales"; expected classes of classes.csv: '
                '["product_sales", ...]'
            ),
        ),
    ],
)
def test_refuses_policies(changes: dict[str, str], fault: str) -> None:
    # An empty line keeps the others where they are.
    line, _, rest = fault.partition(":")
    assert faults(with_(**BY_ORDER | changes)) == [f"p:{line}:{rest}"]


def test_lines_by_sku_group_need_groups() -> None:
    text = with_(policies='granularity = "sku_group"')
    assert parsed(text).policies.granularity is Granularity.SKU_GROUP
    start, end = text.index("[sku_groups]"), text.index("[policies]")
    (fault,) = faults(text[:start] + text[end:])
    assert 'found granularity = "sku_group" without groups; expected SKUs by group' in fault


# Entities.


def two_entities(home: str = "", other: str = "") -> str:
    text = edited(PROFILE, HOME, f"{HOME}{home}\n[[subsidiaries]]\n{AMERICAN}{other}\n")
    return edited(
        text, '"America/New_York"\nsubsidiary = "CA"', '"America/New_York"\nsubsidiary = "US"'
    )


BOTH = 'due_from_home = "1400 From"\ndue_to = "2400 To"\n'


def test_an_entity_that_is_not_paid_names_its_two_accounts() -> None:
    american = parsed(two_entities(other=BOTH)).subsidiaries["US"]
    assert (american.due_from_home, american.due_to) == ("1400 From", "2400 To")
    assert parsed(two_entities(home=BOTH, other=BOTH)).subsidiaries["CA"].due_to == "2400 To"


NEEDED = "expected both: due_from_home in its own books, due_to in those of the entity Amazon pays"


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ("", f"p:11: found no due_from_home and no due_to for US; {NEEDED}"),
        ('due_to = "2400 To"\n', f"p:11: found no due_from_home for US; {NEEDED}"),
        ('due_from_home = "1400 From"\n', f"p:11: found no due_to for US; {NEEDED}"),
        (
            BOTH.replace("2400 To", "1190 Clearing"),
            (
                "p:16: found the clearing account as due_to; expected another account: clearing "
                "could not return to zero"
            ),
        ),
        (
            'due_from_home = "1400 From"\ndue_to = 2400\n',
            (
                "p:16: found due_to = 2400; expected an account: text, not empty, on one line, "
                "without blanks at its ends"
            ),
        ),
    ],
)
def test_refuses_entities_that_cannot_settle_with_each_other(other: str, fault: str) -> None:
    assert faults(two_entities(other=other)) == [fault]


def test_an_entity_that_sells_nowhere_needs_no_accounts() -> None:
    text = edited(PROFILE, HOME, f"{HOME}\n[[subsidiaries]]\n{AMERICAN}")
    assert set(parsed(text).subsidiaries) == {"CA", "US"}


# VAT.


def vat(value: str) -> str:
    return edited(PROFILE, 'class = "C"\n', f'class = "C"\nvat_percent = {value}\n')


TAXED = (*NAMES, "sales_tax_collected")


@pytest.mark.parametrize("percent", ["0", "5.5", "20", "99.9999", "100", "100.0"])
def test_a_rate_is_a_percentage(percent: str) -> None:
    text = edited(
        vat(f'"{percent}"'), 'unmapped = "1199', 'sales_tax_collected = "2210 X"\nunmapped = "1199'
    )
    assert parse_profile(text, "p", "x", TAXED).home.vat_percent == percent


@pytest.mark.parametrize(
    "value",
    ["20", "20.0", '"-1"', '"101"', '"100.1"', '"020"', '"1e1"', '"2_0"', '"20 "', '"20%"',
     '"20,0"', '"20."', '".5"', '"\u0662\u0660"', '"NaN"', '""', '"1.23456"', '"20\\n"'],
)  # fmt: skip
def test_refuses_what_is_no_percentage(value: str) -> None:
    (fault,) = faults(vat(value))
    assert re.match(r"p:19: found vat_percent = .*; expected a percentage from 0 to 100", fault)


def test_a_rate_needs_the_class_of_the_tax() -> None:
    assert faults(vat('"20"')) == [
        (
            "p:19: found vat_percent, and no class sales_tax_collected; expected the class "
            "sales_tax_collected in classes.csv: its account takes the VAT"
        )
    ]


# Costs.

COSTED = {
    "top": 'item_costs = "costs/demo.csv"',
    "accounts": 'cogs = "5010 COGS"\ninventory_afn = "1310 FBA"',
}


def test_costs_go_where_the_profile_says() -> None:
    expected = CostAccounts("5010 COGS", {"AFN": "1310 FBA"}, "costs/demo.csv")
    assert parsed(with_(**COSTED)).cost == expected
    more = COSTED | {"accounts": 'cogs = "5010 COGS"\ninventory_mfn = "1300 Own"'}
    cost = parsed(with_(**more)).cost
    assert cost is not None
    assert cost.inventory == {"MFN": "1300 Own"}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"top": ""}, "p:1: found no item_costs beside cogs"),
        ({"accounts": ""}, "p:31: found no cogs beside item_costs"),
        ({"accounts": 'inventory_mfn = "1300"'}, "p:31: found no cogs beside inventory_mfn"),
        (
            {"accounts": 'cogs = "5010"'},
            "p:31: found neither inventory_afn nor inventory_mfn beside cogs",
        ),
        (
            {"accounts": 'cogs = "1190 Clearing"\ninventory_afn = "1310"'},
            "p:34: found the clearing account as cogs",
        ),
        (
            {"accounts": 'cogs = "5010"\ninventory_afn = "1190 Clearing"'},
            "p:35: found the clearing account as inventory_afn",
        ),
        (
            {"accounts": 'cogs = "5010"\ninventory_afn = "5010"'},
            'p:35: found the account "5010" for cogs and inventory_afn',
        ),
        *(
            ({"top": f'item_costs = "{name}"'}, f'p:3: found item_costs = "{name}"')
            for name in (
                "demo.csv",
                "costs/../classes.csv",
                "/etc/passwd",
                "costs/A.csv",
                "costs/a",
            )
        ),
    ],
)
def test_refuses_half_a_cost(changes: dict[str, str], found: str) -> None:
    (fault,) = faults(with_(**COSTED | changes))
    assert fault.startswith(f"{found}; expected ")


def test_orders_posted_one_by_one_book_their_own_cost() -> None:
    both = {
        "top": f"{BY_ORDER['top']}\n{COSTED['top']}",
        "accounts": f"{BY_ORDER['accounts']}\n{COSTED['accounts']}",
        "policies": BY_ORDER["policies"],
    }
    (fault,) = faults(with_(**both))
    assert 'found cogs with posting = "by_order"; expected one of the two' in fault
    both["policies"] += '\nrelieved = ["unmapped"]'
    assert parsed(with_(**both)).cost is not None


COSTS = 'sku,unit_cost,currency\nB1,2.5,CAD\nB1,1.85,USD\n"B,2",0,CAD\n'


def test_a_table_of_costs_is_exact() -> None:
    assert parse_costs(COSTS, "c.csv") == {
        ("B1", "CAD"): Fraction(5, 2),
        ("B1", "USD"): Fraction(185, 100),
        ("B,2", "CAD"): Fraction(0),
    }


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        *(
            (f"B3,{cost},CAD", f'found unit_cost = "{cost}"')
            for cost in (
                "",
                "-1",
                "1e2",
                "1_0",
                " 1",
                "1.",
                ".5",
                "01",
                "1.1234567",
                "NaN",
                "\u0661",
            )
        ),
        ("B3,1,cad", 'found currency = "cad"'),
        ("B3,1,", 'found currency = ""'),
        (",1,CAD", 'found sku = ""'),
        (" B3,1,CAD", 'found sku = " B3"'),
        ("B1,3,CAD", 'found a cost of "B1" in CAD again'),
        ("B3,1", "found 2 cells"),
        ("B3,1,CAD,x", "found 4 cells"),
        ('"B3,1,CAD', "found no CSV"),
    ],
)
def test_refuses_a_row_of_costs(row: str, fault: str) -> None:
    (found,) = refusal(lambda: parse_costs(f"{COSTS}{row}\n", "m/costs/x.csv"))
    assert found.startswith(f"m/costs/x.csv:5: {fault}")


def test_refuses_another_header_of_costs() -> None:
    (found,) = refusal(lambda: parse_costs("sku,cost,currency\nB1,1,CAD\n", "c.csv"))
    assert (
        found
        == "c.csv:1: found the header sku,cost,currency; expected the header sku,unit_cost,currency"
    )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "mappings"
    for name, text in {
        "classes.csv": CLASSES,
        "vocabulary.csv": VOCABULARY,
        "profiles/one.toml": with_(**COSTED),
        "profiles/two.toml": PROFILE,
        "costs/demo.csv": COSTS,
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    return made


def test_the_costs_in_use_are_part_of_the_version_and_no_other(directory: Path) -> None:
    one, two = load_mappings(directory, "one"), load_mappings(directory, "two")
    assert one.unit_costs["B1", "CAD"] == Fraction(5, 2)
    assert two.unit_costs == {}
    (directory / "costs" / "demo.csv").write_text(COSTS.replace("2.5", "2.6"))
    assert load_mappings(directory, "one").version != one.version
    assert load_mappings(directory, "two").version == two.version


def test_faults_of_costs_are_told_with_the_others(directory: Path) -> None:
    assert check_all(directory) == []
    (directory / "costs" / "unused.csv").write_text("sku\n")
    (directory / "costs" / "demo.csv").write_text(COSTS.replace("2.5", "2,5"))
    assert [(fault.file, fault.line) for fault in check_all(directory)] == [
        ("mappings/costs/demo.csv", 2),
        ("mappings/costs/unused.csv", 1),
    ]
    (directory / "costs" / "demo.csv").unlink()
    assert "mappings/costs/demo.csv:1: found no file that can be read" in str(
        check_all(directory)[0]
    )
    with pytest.raises(UnusableMapping):
        load_mappings(directory, "one")


# The demo profiles show every key once, as comments that are right when the mark is taken away.


def test_the_commented_keys_of_the_demo_profiles_are_right() -> None:
    classes = [row.split(",")[0] for row in (MAPPINGS / "classes.csv").read_text().splitlines()[1:]]
    shown = (MAPPINGS / "profiles" / "us.toml").read_text(encoding="utf-8")
    shown = re.sub(r"(?ms)^# relieved = \[.*?^# \]$", lambda m: m[0].replace("# ", ""), shown)
    taken = re.sub(r"(?m)^# (\w+ = .*)$", r"\1", shown)
    by_order = re.sub(r"(?m)^(cogs|inventory_\w+|item_costs) = .*$", "", taken)
    profile = parse_profile(by_order, "us", "us", classes)
    assert profile.policies == Policies(
        posting=PostingPolicy.BY_ORDER,
        granularity=Granularity.ORDER,
        customers=CustomerPolicy.INDIVIDUAL,
        deposit_record=DepositRecord.DEPOSIT,
    )
    assert profile.orders_receivable
    assert profile.refund_liability
    assert profile.customer
    assert profile.subsidiaries["US"].due_to
    costed = parse_profile(re.sub(r"(?m)^posting = .*$", "", taken), "us", "us", classes)
    assert costed.cost is not None
    assert set(costed.cost.inventory) == {"AFN", "MFN"}
    uk = (MAPPINGS / "profiles" / "uk.toml").read_text(encoding="utf-8")
    taken = re.sub(r"(?m)^# (vat_percent = .*)$", r"\1", uk)
    assert parse_profile(uk, "uk", "uk", classes).home.vat_percent == ""
    assert parse_profile(taken, "uk", "uk", classes).home.vat_percent == "20"
