"""Tax Amazon collects and withholds nets to zero per order, or is told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from builders import DATA, FILES
from refund_files import GROUPING, a_settlement, classify_kind, index_of, sale, tax, withheld

from handler.core.finding import Finding, Severity
from handler.core.source import from_bytes
from handler.settlement import facilitator_tax
from handler.settlement.facilitator_tax import MOST_NAMED


def told(*rows: Mapping[str, str]) -> tuple[Finding, ...]:
    return checked(a_settlement(1, *rows).content())


def checked(content: bytes) -> tuple[Finding, ...]:
    index = index_of(content)
    return facilitator_tax.check(index, from_bytes(content), GROUPING, classify_kind)


def test_what_cancels_out_is_no_fault() -> None:
    shipping = tax("0.50", amount_description="ShippingTax", item="2")
    assert told(sale(), tax("1.00"), shipping, withheld("-1.50")) == ()


def test_tax_the_seller_owes_is_no_fault() -> None:
    assert told(sale(), tax("2.00")) == ()


def test_what_stays_open_names_order_lines_and_amounts() -> None:
    rows = [sale(order="111-1111111-1119529"), sale(order="2")]
    rows += [tax("1.00", order="111-1111111-1119529"), tax("3.00", order="2")]
    rows += [withheld("-0.90", order="111-1111111-1119529"), withheld("-3.00", order="2")]
    (warning,) = told(*rows)
    assert warning.code == "FACILITATOR_TAX_OPEN"
    assert warning.entry.severity is Severity.WARNING
    assert not warning.holds
    assert warning.evidence == {
        "order": "...9529",
        "collected": "1.00",
        "withheld": "-0.90",
        "open": "0.10",
        "currency": "USD",
        "lines_collected": [5],
        "lines_withheld": [7],
    }
    assert "111-1111111" not in f"{warning.subject} {warning.what}"


def test_withheld_without_anything_collected_is_open() -> None:
    (warning,) = told(sale(), withheld("-1.00"))
    assert (warning.evidence["collected"], warning.evidence["open"]) == ("0.00", "-1.00")


def test_retrocharges_count() -> None:
    retro = {"transaction_type": "Order_Retrocharge", "amount_type": "ItemPrice"}
    charge = sale("-1.00", amount_description="Tax") | {
        name.replace("_", "-"): value for name, value in retro.items()
    }
    back = withheld("1.00") | {"transaction-type": "Order_Retrocharge"}
    assert told(sale(), tax("1.00"), withheld("-1.00"), charge, back) == ()
    (warning,) = told(sale(), tax("1.00"), withheld("-1.00"), charge)
    assert warning.evidence["open"] == "-1.00"


def test_a_sale_and_its_refund_are_one_order() -> None:
    given_back = [
        tax("-1.00") | {"transaction-type": "Refund"},
        withheld("0.99") | {"transaction-type": "Refund"},
    ]
    (warning,) = told(sale(), tax("1.00"), withheld("-1.00"), *given_back)
    assert warning.evidence["open"] == "-0.01"
    assert warning.evidence["lines_withheld"] == [5, 7]


def test_many_are_counted_and_orders_that_end_alike_are_told_apart() -> None:
    rows = [withheld(f"-{n}.00", order=f"{n:03}-7654321-7654321") for n in range(1, 31)]
    found = told(*rows)
    assert len(found) == MOST_NAMED + 1
    assert len({finding.fingerprint("settlement:1") for finding in found}) == len(found)
    assert found[0].evidence["open"] == "-30.00"  # the largest first
    assert found[-1].evidence == {"orders": 10, "open": "-55.00", "currency": "USD"}


@pytest.mark.parametrize(
    "path",
    [*FILES, DATA / "settlements_other" / "us_settlement.xml"],
    ids=lambda path: path.name,
)
def test_real_files_keep_the_law(path) -> None:
    assert checked(path.read_bytes()) == ()
