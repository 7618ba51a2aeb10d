"""Reimbursements (GET_FBA_REIMBURSEMENTS_DATA): what Amazon paid or gave for lost units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from handler.core.money import currency
from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.amazon_stock import Reimbursement
from handler.inventory.readers.cells import BadCell, code, name, text, whole
from handler.inventory.readers.columns import Column

if TYPE_CHECKING:
    from handler.inventory.readers.table import Table

MARKS: Final = frozenset({"reimbursementid", "approvaldate"})
_UNUSED = frozenset(
    {
        "productname", "condition", "amountperunit", "quantityreimbursedtotal",
        "originalreimbursementtype",
    }
)  # fmt: skip
# No group marks: "1,234" euros has three decimals and is refused, never taken for 1.23 or 1234.
_AMOUNT = re.compile(r"(-?)([0-9]{1,18})(?:[.,]([0-9]+))?", re.ASCII)


def read(table: Table) -> AmazonReport:
    """Return the reimbursements.

    Raises:
        UnusableFile: a needed column is not there, or the text cannot be read.
    """
    columns = {
        "day": Column("approvaldate", table.days("approvaldate").read),
        "reimbursement_id": Column("reimbursementid", name),
        "case_id": Column("caseid", text),
        "order_id": Column("amazonorderid", text),
        "reason": Column("reason", text),
        "sku": Column("sku", text),
        "fnsku": Column("fnsku", text),
        "asin": Column("asin", text, optional=True),
        "currency": Column("currencyunit", code),
        "amount": Column("amounttotal", text),
        "cash_units": Column("quantityreimbursedcash", whole),
        "stock_units": Column("quantityreimbursedinventory", whole),
        "original_id": Column("originalreimbursementid", text, optional=True),
    }

    def row(line: int, values: list[Any]) -> Reimbursement:
        told = dict(zip(columns, values, strict=True))
        told["amount"] = minor_units(told["currency"], told["amount"])
        return Reimbursement(**told, line=line)

    rows, reimbursements, findings = table.read(tuple(columns.values()), row)
    return AmazonReport(
        ReportKind.REIMBURSEMENTS,
        rows,
        reimbursements=reimbursements,
        unknown_columns=table.unknown(columns.values(), _UNUSED),
        findings=findings,
    )


def minor_units(code_of_currency: str, amount: str) -> int:
    """Return an amount in minor units of its currency; 0 where the report gives neither.

    Raises:
        BadCell: there is no such currency, or the amount is none in it.
    """
    if not code_of_currency and not amount:
        return 0
    known = currency(code_of_currency)
    if known is None:
        raise BadCell("a currency such as EUR", "currencyunit", code_of_currency)
    found = _AMOUNT.fullmatch(amount)
    decimals = (found[3] or "") if found else ""
    if found is None or len(decimals) > known.exponent:
        raise BadCell(
            f"an amount in {known.code}: digits with at most {known.exponent} decimals and no "
            "marks between thousands",
            "amounttotal",
            amount,
        )
    value = int(found[2] + decimals.ljust(known.exponent, "0"))
    return -value if found[1] else value
