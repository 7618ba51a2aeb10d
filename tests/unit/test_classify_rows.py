"""Rows classified one by one: as a whole settlement classifies them, or with the reason why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugin import MAPPINGS, SETTLEMENTS, plugin

from handler.core.errors import PluginError, RefusedRequest
from handler.core.source import from_bytes
from handler.flows.classify_rows import ClassifiedRow, RowKind, classify_rows
from handler.settlement.settle import settle

FILES = sorted(SETTLEMENTS.glob("ca_*.txt"))
PRINCIPAL = RowKind("Order", "ItemPrice", "Principal", "Amazon.ca", "AFN", "SKU-1")


def one(profile: str, row: RowKind) -> ClassifiedRow | PluginError:
    (found,) = classify_rows(plugin().app, profile, [row])
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_group_goes_where_settling_its_file_puts_it(file: Path) -> None:
    settled = settle(from_bytes(file.read_bytes()), MAPPINGS.load("ca"))
    accounts = {
        key: (line.accounting_class, line.account, line.entity)
        for entry in settled.journal.entries
        for line in entry.lines
        for key in line.groups
    }
    assert accounts
    keys = list(accounts)
    rows = [RowKind(*key.kind, key.marketplace, key.channel) for key in keys]
    for key, found in zip(keys, classify_rows(plugin().app, "ca", rows), strict=True):
        if isinstance(found, ClassifiedRow):
            assert (found.accounting_class, found.account, found.entity) == accounts[key]
        else:
            assert accounts[key][0] == "unmapped"
            assert found.code == "UNMAPPED_TRANSACTION"


def test_says_how_the_rule_matched() -> None:
    exact = one("ca", PRINCIPAL)
    assert isinstance(exact, ClassifiedRow)
    assert (exact.accounting_class, exact.rule) == ("product_sales", "exact")
    open_one = one("ca", RowKind("AdhocDisbursement", "TransactionType", "To somebody"))
    assert isinstance(open_one, ClassifiedRow)
    assert (open_one.accounting_class, open_one.rule) == ("bank_transfers", "any")
    vocabulary = (MAPPINGS.load("ca")).vocabulary
    prefix = next(
        rule for rule in vocabulary.rules
        if any(cell.endswith("*") and cell != "*" for cell in rule.cells)
        and "*" not in rule.cells
    )  # fmt: skip
    said = [cell.replace("*", " and more") for cell in prefix.cells]
    found = one("ca", RowKind(*said))
    assert isinstance(found, ClassifiedRow)
    assert (found.rule, found.rule_line) == ("prefix", prefix.line)


def test_unmapped_is_answered_with_the_nearest_class() -> None:
    found = one("ca", RowKind("Order", "ItemPrice", "Principals"))
    assert isinstance(found, RefusedRequest)
    assert found.code == "UNMAPPED_TRANSACTION"
    assert found.details["proposed_class"] == "product_sales"
    assert found.details["account"] == "1199 Amazon Suspense"
    assert "suspense" in found.message


def test_unknown_marketplace_and_unknown_profile() -> None:
    found = one("ca", RowKind("Order", "ItemPrice", "Principal", "Amazon.xx"))
    assert isinstance(found, RefusedRequest)
    assert found.code == "UNKNOWN_MARKETPLACE"
    with pytest.raises(RefusedRequest) as refused:
        one("nobody", PRINCIPAL)
    assert refused.value.code == "UNKNOWN_PROFILE"


def test_only_so_many_proposals_are_looked_for() -> None:
    rows = [RowKind("Order", "ItemPrice", f"Principals {number}") for number in range(40)]
    found = classify_rows(plugin().app, "ca", [*rows, *rows])
    proposed = [
        one.details["proposed_class"] for one in found if isinstance(one, RefusedRequest)
    ]  # fmt: skip
    assert len(proposed) == 80
    assert [bool(name) for name in proposed] == ([True] * 25 + [False] * 15) * 2
