"""How reconciliations look on a terminal: plain tables, amounts to the right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from textwrap import wrap
from typing import Any, Final

from handler.payloads.text_columns import section

Document = Mapping[str, Any]
_WIDE: Final = 100


def findings(document: Document) -> Iterator[str]:
    """Yield what is to be done, each with what to do."""
    found = document["findings"]
    yield ""
    yield f"Findings: {len(found)}" if found else "Findings: none"
    for one in found:
        yield from _wrapped(f"  {one['severity'].upper()} {one['code']}: ", one["what"])
        yield from _wrapped("    Repair: ", one["repair"])


def _wrapped(opening: str, text: str) -> Iterator[str]:
    indent = " " * (len(opening) - len(opening.lstrip()) + 2)
    yield from wrap(opening + text, _WIDE, subsequent_indent=indent, break_long_words=False)


def _deposits(document: Document) -> str:
    return "\n".join(
        [
            f"Deposits of profile {document['profile']}, as of {document['as_of']}",
            *section(
                "Matched",
                ("Settlement", "Bank line", "Kind", "Score>", "Amount>", "", "Why"),
                (
                    (
                        move["settlement_id"],
                        move["line_id"] or "(none)",
                        match["kind"],
                        match["score"],
                        move["bank"],
                        move["currency"],
                        "; ".join(match["reasons"]),
                    )
                    for match in document["matches"]
                    for move in match["movements"]
                ),
            ),
            *_questions(document),
            *section(
                "Not in the bank yet",
                ("Settlement", "Deposit date", "Amount>", ""),
                (
                    (one["settlement_id"], one["deposit_date"], one["amount"], one["currency"])
                    for one in document["unmatched_deposits"]
                ),
            ),
            *section(
                "Bank lines of nobody here",
                ("Bank line", "Date", "Amount>", "", "Text"),
                (
                    (one["id"], one["date"], one["amount"], one["currency"], one["descriptor"])
                    for one in document["unmatched_lines"]
                ),
            ),
            *section(
                "Need no bank line",
                ("Settlement", "Total>", ""),
                (
                    (one["settlement_id"], one["total"], one["currency"])
                    for one in document["without_bank_line"]
                ),
            ),
            *findings(document),
        ]
    )


def _questions(document: Document) -> Iterator[str]:
    return section(
        "Asked: no answer is certain",
        ("Settlements", "Bank lines", "Kind", "Score>", "Why"),
        (
            (
                " + ".join(one["settlement_ids"]),
                " + ".join(one["line_ids"]),
                one["kind"],
                one["score"],
                "; ".join(one["reasons"]),
            )
            for question in document["questions"]
            for one in question["candidates"]
        ),
    )


def _orders(document: Document) -> str:
    counts = document["counts"]
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    return "\n".join(
        [
            f"Orders as of {document['as_of']}: {told}",
            *section(
                "Another amount",
                ("Order", "NetSuite>", "Amazon>", "Difference>", "Likely cause"),
                (
                    (
                        one["order_id"],
                        one["netsuite"]["amount"],
                        one["settled"]["sales"],
                        one["difference"],
                        one["cause"],
                    )
                    for one in document["different"]
                ),
            ),
            *section(
                "Not in NetSuite",
                ("Order", "Sales>", "Refunds>", "", "Settlements"),
                (
                    (
                        one["order_id"],
                        one["sales"],
                        one["refunds"],
                        one["currency"],
                        ", ".join(one["settlement_ids"]),
                    )
                    for one in document["missing"]
                ),
            ),
            *section(
                "Not settled for long",
                ("Order", "Date", "Amount>", "", "Record"),
                (
                    (one["order_id"], one["date"], one["amount"], one["currency"], one["record"])
                    for one in document["overdue"]
                ),
            ),
            *section(
                "Booked more than once", ("Order",), ([one] for one in document["booked_twice"])
            ),
            *findings(document),
        ]
    )


def _clearing(document: Document) -> str:
    return "\n".join(
        [
            "Clearing account, NetSuite's against ours",
            *section(
                "Settlements",
                ("Settlement", "", "Ours>", "NetSuite>", "Difference>", "Causes"),
                (
                    (
                        row["settlement_id"],
                        row["currency"],
                        row["ours"],
                        row["netsuite"],
                        row["difference"],
                        "; ".join(cause["text"] for cause in row["causes"]),
                    )
                    for row in document["rows"]
                ),
            ),
            *section(
                "Without a balance of NetSuite's",
                ("Settlement",),
                ([one] for one in document["without_balance"]),
            ),
            *findings(document),
        ]
    )


def _reserves(document: Document) -> str:
    return "\n".join(
        [
            "Reserve held by Amazon, rolled forward",
            *section(
                "Settlements",
                ("Series", "Settlement", "Start", "End", "Opening>", "Released>", "Held>",
                 "Difference>"),
                (
                    (
                        row["series"],
                        row["settlement_id"],
                        row["start"],
                        row["end"],
                        row["opening"] or "unknown",
                        row["released"],
                        row["held"],
                        row["difference"],
                    )
                    for row in document["rows"]
                ),
            ),
            *findings(document),
        ]
    )  # fmt: skip


def _fees(document: Document) -> str:
    return "\n".join(
        [
            f"Fees of {document['period']} against the months before",
            *section(
                "Jumps",
                ("SKU", "Marketplace", "Fee", "Units>", "Sales>", "Charged>", "Excess>", "",
                 "Settlement: lines"),
                (
                    (
                        one["sku"],
                        one["marketplace"],
                        one["fee"],
                        one["units"],
                        one["sales"],
                        one["charged"],
                        one["excess"],
                        one["currency"],
                        _lines(one),
                    )
                    for one in document["jumps"]
                ),
            ),
            *findings(document),
        ]
    )  # fmt: skip


def _accrual(document: Document) -> str:
    lines = [f"Refunds still to come of the sales of {document['period']}"]
    for one in document["proposals"]:
        if one["why_none"]:
            lines += ["", f"{one['currency']}: {one['why_none']}"]
        lines += section(
            f"Proposed in {one['currency']}, reversed on the first of the next month",
            ("Entry", "Account", "Debit>", "Credit>"),
            (
                (accrual["entry"]["external_id"], line["account"], line["debit"], line["credit"])
                for accrual in one["accruals"]
                for line in accrual["entry"]["lines"]
            ),
        )
    return "\n".join(lines)


def _lines(jump: Document) -> str:
    by_settlement: dict[str, list[str]] = {}
    for row in jump["rows"]:
        by_settlement.setdefault(row["settlement_id"], []).append(str(row["file_line"]))
    told = "; ".join(f"{of}: {', '.join(lines)}" for of, lines in by_settlement.items())
    more = jump["rows_in_all"] - len(jump["rows"])
    return f"{told} and {more} more" if more else told


TABLES: Final[Mapping[str, Callable[[Document], str]]] = {
    "deposits": _deposits,
    "orders": _orders,
    "clearing": _clearing,
    "reserves": _reserves,
    "fees": _fees,
    "accrual": _accrual,
}
