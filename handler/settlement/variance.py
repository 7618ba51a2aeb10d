"""A settlement whose rows do not add up to what Amazon declares: how much, and which line likely.

The difference is never plugged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handler.core.finding import Finding
from handler.settlement.classify import KindUse
from handler.settlement.report import SettlementReport


def variance(report: SettlementReport, kinds: Iterable[KindUse]) -> Finding:
    """Return the finding of a file that does not add up, with the line most likely behind it."""
    header = report.header
    money, difference = header.currency, report.computed_total - header.declared_total
    likely = _likely_cause(report, tuple(kinds), difference)
    return Finding(
        "SETTLEMENT_VARIANCE",
        f"settlement {header.settlement_id}",
        f"The rows add up to {money.text(report.computed_total)} {money.code}, Amazon declares "
        f"{money.text(header.declared_total)}: a difference of {money.text(difference)}. {likely}",
        {
            "declared": money.text(header.declared_total),
            "computed": money.text(report.computed_total),
            "difference": money.text(difference),
            "rows": report.rows,
            "likely_cause": likely,
        },
    )


def _likely_cause(report: SettlementReport, kinds: Sequence[KindUse], difference: int) -> str:
    money = report.header.currency
    if any(finding.code == "BAD_ROW" for finding in report.findings):
        return "Rows that could not be read are missing from the sum: repair them first."
    for use in kinds:
        if use.amount and use.amount == difference:
            return f"All {use.rows} row(s) of {use.kind} together come to it: they may stand twice."
        if use.rows > 1 and use.amount and use.amount == 2 * difference:
            return f"Half the rows of {use.kind} come to it: they may stand twice."
    classes = {use.accounting_class for use in kinds}
    if "reserve_held" not in classes and "reserve_released" not in classes:
        return (
            "The file has no reserve row: a reserve of "
            f"{money.text(-difference)} may be missing from it."
        )
    return "Rows are missing, doubled or changed."
