"""Settlements and mappings for tests: valid by default, override one thing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from handler.core.source import from_bytes
from handler.settlement.classes import AccountingClass, Nature
from handler.settlement.profile import (
    ClearingPolicy,
    Marketplace,
    Policies,
    Profile,
    Subsidiary,
    UnmappedPolicy,
)
from handler.settlement.settle import Mappings, Settled, settle
from handler.settlement.vocabulary import Rule, Vocabulary

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
FILES = sorted((DATA / "settlements").glob("*.txt"))

V2_COLUMNS = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount currency "
    "transaction-type order-id merchant-order-id adjustment-id shipment-id marketplace-name "
    "amount-type amount-description amount fulfillment-id posted-date posted-date-time "
    "order-item-code merchant-order-item-id merchant-adjustment-item-id sku quantity-purchased "
    "promotion-id"
).split()
V1_COLUMNS = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount currency "
    "transaction-type order-id merchant-order-id adjustment-id shipment-id marketplace-name "
    "shipment-fee-type shipment-fee-amount order-fee-type order-fee-amount fulfillment-id "
    "posted-date order-item-code merchant-order-item-id merchant-adjustment-item-id sku "
    "quantity-purchased price-type price-amount item-related-fee-type item-related-fee-amount "
    "misc-fee-amount other-fee-amount other-fee-reason-description promotion-id promotion-type "
    "promotion-amount direct-payment-type direct-payment-amount other-amount"
).split()


def a_row(**cells: str) -> dict[str, str]:
    """A V2 row: the principal of one order."""
    row = {
        "transaction-type": "Order",
        "order-id": "111-1111111-1111111",
        "marketplace-name": "Amazon.com",
        "amount-type": "ItemPrice",
        "amount-description": "Principal",
        "amount": "10.00",
        "fulfillment-id": "AFN",
        "posted-date": "2025-08-05",
        "posted-date-time": "2025-08-05 12:00:00 UTC",
        "sku": "SKU-1",
        "quantity-purchased": "1",
    }
    return row | {name.replace("_", "-"): value for name, value in cells.items()}


@dataclass(frozen=True)
class AFile:
    """A flat file in the making."""

    rows: tuple[Mapping[str, str], ...] = (a_row(),)
    total: str = "10.00"
    settlement_id: str = "11700000001"
    start: str = "2025-08-01 00:00:00 UTC"
    end: str = "2025-08-15 00:00:00 UTC"
    deposit: str = "2025-08-17 00:00:00 UTC"
    currency: str = "USD"
    columns: tuple[str, ...] = tuple(V2_COLUMNS)
    end_of_line: str = "\n"
    extra: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The file as text."""
        facts = {
            "settlement-id": self.settlement_id,
            "settlement-start-date": self.start,
            "settlement-end-date": self.end,
            "deposit-date": self.deposit,
            "total-amount": self.total,
            "currency": self.currency,
        }
        body = [{"settlement-id": self.settlement_id, **row} for row in self.rows]
        lines = ["\t".join(self.columns)]
        lines += ["\t".join(row.get(c, "") for c in self.columns) for row in (facts, *body)]
        return self.end_of_line.join(lines) + self.end_of_line

    def content(self) -> bytes:
        """The file as bytes."""
        return self.text().encode()


def a_file(rows: Iterable[Mapping[str, str]] = (), **changes: object) -> AFile:
    """A V2 file; its total is the rows' own unless given."""
    made = tuple(rows) or (a_row(),)
    return replace(AFile(rows=made), **changes)  # type: ignore[arg-type]


def classes() -> dict[str, AccountingClass]:
    """The classes as shipped."""
    with (ROOT / "mappings" / "classes.csv").open(newline="") as file:
        return {
            row["accounting_class"]: AccountingClass(
                row["accounting_class"],
                Nature(row["nature"]),
                row["section"],
                row["label"],
                row["meaning"],
                rank,
            )
            for rank, row in enumerate(csv.DictReader(file))
        }


def vocabulary() -> Vocabulary:
    """The vocabulary as shipped."""
    with (ROOT / "mappings" / "vocabulary.csv").open(newline="") as file:
        return Vocabulary(
            Rule(
                row["transaction_type"],
                row["amount_type"],
                row["amount_description"],
                row["accounting_class"],
                line,
            )
            for line, row in enumerate(csv.DictReader(file), 2)
        )


def a_profile(**changes: object) -> Profile:
    """A company that sells on Amazon.com; each class has an account of its own name."""
    home = Marketplace(
        names=("Amazon.com", "Non-Amazon US"),
        country="US",
        currency="USD",
        time_zone=ZoneInfo("America/Los_Angeles"),
        subsidiary="US",
    )
    made = Profile(
        name="test",
        company="Test Inc.",
        subsidiaries={"US": Subsidiary("US", "Test Inc.", "USD")},
        marketplaces=(home,),
        home=home,
        clearing="1050 Clearing",
        bank="1010 Bank",
        accounts={name: f"acct {name}" for name in classes()},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def mappings(profile: Profile | None = None, **policies: object) -> Mappings:
    """The shipped vocabulary with a test profile."""
    chosen = profile or a_profile()
    if "unmapped" in policies:
        policies["unmapped"] = UnmappedPolicy(policies["unmapped"])
    if "clearing_lines" in policies:
        policies["clearing_lines"] = ClearingPolicy(policies["clearing_lines"])
    if policies:
        chosen = replace(chosen, policies=replace(Policies(), **policies))  # type: ignore[arg-type]
    return Mappings(classes(), vocabulary(), chosen, "test-version")


def settled(file: AFile | bytes, chosen: Mappings | None = None) -> Settled:
    """The file, settled."""
    content = file if isinstance(file, bytes) else file.content()
    return settle(from_bytes(content), chosen or mappings())


def codes(found: Settled) -> list[str]:
    """The codes of a settlement's findings."""
    return [finding.code for finding in found.findings]
