"""Small mappings without a fault, and how tests break them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from handler.adapters.mapping_fault import FaultyMapping
from handler.core.errors import UnusableMapping

DATA = Path(__file__).parents[1] / "data"
MAPPINGS = Path(__file__).parents[2] / "mappings"

CLASSES = """\
accounting_class,nature,section,label,meaning
product_sales,revenue,sales,Product sales,"Goods, sold"
balance_brought_forward,settlement,transfers,Balance brought forward,
bank_transfers,settlement,transfers,Bank transfers,
unmapped,settlement,suspense,Suspense,
"""
NAMES = ("product_sales", "balance_brought_forward", "bank_transfers", "unmapped")
VOCABULARY = """\
transaction_type,amount_type,amount_description,accounting_class,why
Order,ItemPrice,Principal,product_sales,the price
Transfer,,,bank_transfers,
Trans*,*,,unmapped,"a prefix, and anything"
"""
PROFILE = """\
schema = 1
company = "Demo"
home = "Amazon.ca"

[[subsidiaries]]
code = "CA"
name = "Demo Ltd."
currency = "CAD"
closed_through = 2025-06-30

[[marketplaces]]
names = ["Amazon.ca", "Non-Amazon CA"]
country = "CA"
currency = "CAD"
time_zone = "America/Los_Angeles"
subsidiary = "CA"
department = "D"
class = "C"

[marketplaces.by_channel.AFN]
location = "FBA"

[[marketplaces]]
names = ["Amazon.com"]
country = "US"
currency = "USD"
time_zone = "America/New_York"
subsidiary = "CA"

[accounts]
clearing = "1190 Clearing"
bank = "1010 Bank"

[accounts.classes]
product_sales = "4010 Sales"
balance_brought_forward = "2120 Payable"
bank_transfers = "1010 Bank"
unmapped = "1199 Suspense"

[[rules]]
class = "product_sales"
marketplace = "Non-Amazon CA"
channel = "AFN"
account = "4011 Sales elsewhere"
netsuite_class = "Elsewhere"
why = "no sale of Amazon's"

[sku_groups]
"BOOKS" = ["B1", "B2"]

[policies]
unmapped = "hold"
clearing_lines = "net"
lines_per_entry = 500
"""


def refusal(parse: Callable[[], object]) -> list[str]:
    """Return the faults as messages spell them."""
    with pytest.raises(UnusableMapping) as caught:
        parse()
    assert caught.value.code == "UNUSABLE_MAPPING"
    assert isinstance(caught.value, FaultyMapping)
    faults = [str(fault) for fault in caught.value.faults]
    assert caught.value.message.split("\n")[:10] == faults[:10]
    return faults


def edited(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"the test's edit must hit one place: {old}"
    return text.replace(old, new)


def broken(name: str) -> list[tuple[str, str, str]]:
    """Return the edits of tests/data/faults_NAME.toml, each with the fault it makes."""
    cases = tomllib.loads((DATA / f"faults_{name}.toml").read_text(encoding="utf-8"))["case"]
    return [
        (
            case["old"],
            case["new"],
            f"{case['line']}: found {case['found']}; expected {case['expected']}",
        )
        for case in cases
    ]
