"""A flat file added up by columns and row by row comes out the same, whatever is wrong with it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from builders import V1_COLUMNS, V2_COLUMNS, a_profile
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handler.core.errors import UnusableFile
from handler.core.source import from_bytes
from handler.settlement.readers import flat, flat_columns_added, flat_lines
from handler.settlement.report import SettlementReport

V2_FACTS = ["117", "2025-08-01 00:00:00 UTC", "2025-08-15 00:00:00 UTC", "", "10.00", "USD"]
ROWS = {
    "price": ("ItemPrice", "Principal", "19.99"),
    "fee": ("ItemFees", "Commission", "-3.00"),
    "zero": ("ItemPrice", "Tax", "0.00"),
    "empty": ("ItemPrice", "Tax", ""),
    "blank": ("ItemPrice", "Tax", "  "),
    "bad": ("ItemFees", "Commission", "1.2.3"),
    "spaced": ("ItemFees", "Commission", " 1.20 "),
    "long": ("ItemPrice", "Principal", "9" * 24 + ".99"),
}
TIMES = ["2025-08-02 10:00:00 UTC", "2025-08-03 23:59:59 UTC", "2025-08-02 10:61:00 UTC", "", "no"]
HARM = [
    *[""] * 24,
    "short",
    "wide",
    "spaced id",
    "double",
    "blank line",
    "other total",
    "no total",
    "tail",
]


def v2(kind: str, when: str, market: str, promotion: str) -> list[str]:
    amount_type, description, amount = ROWS[kind]
    cells = dict.fromkeys(V2_COLUMNS, "")
    cells |= {
        "settlement-id": "117",
        "transaction-type": "Order",
        "order-id": "113-1",
        "marketplace-name": market,
        "amount-type": amount_type,
        "amount-description": description,
        "amount": amount,
        "fulfillment-id": "AFN",
        "posted-date": when[:10],
        "posted-date-time": when,
        "promotion-id": promotion,
    }
    return list(cells.values())


def v1(kind: str, when: str, market: str, promotion: str) -> list[str]:
    cells = dict.fromkeys(V1_COLUMNS, "")
    amount_type, description, amount = ROWS[kind]
    name = "price" if amount_type == "ItemPrice" else "item-related-fee"
    cells |= {
        "settlement-id": "117",
        "transaction-type": "Order",
        "order-id": "113-1",
        "marketplace-name": market,
        f"{name}-type": description,
        f"{name}-amount": amount,
        "posted-date": when,
        "quantity-purchased": "1" if promotion else "",
        "promotion-type": "Shipping" if promotion else "",
        "promotion-amount": "-1.00" if promotion == "PROMO" else "",
    }
    return list(cells.values())


def harmed(cells: list[str], harm: str, end: str) -> str:
    match harm:
        case "short":
            cells = cells[:-1]
        case "wide":
            cells = [*cells, ""]
        case "spaced id":
            cells = [" 117", *cells[1:]]
        case "double":
            return end.join(["\t".join(cells)] * 2)
        case "blank line":
            return "\t".join(cells) + end
        case "other total" | "no total":
            cells = [*cells[:4], "5.00" if harm == "other total" else " ", *cells[5:]]
        case "tail":
            cells = [*cells[:-1], "117"]
    return "\t".join(cells)


rows = st.lists(
    st.tuples(
        st.sampled_from([*ROWS, *["empty"] * 2, *["price", "fee"] * 6]),
        st.sampled_from([*TIMES[:2] * 12, *TIMES]),
        st.sampled_from(["Amazon.com", "Amazon.ca", ""]),
        st.sampled_from(["", "", "PROMO", "few"]),
        st.sampled_from(HARM),
    ),
    max_size=40,
)


def lanes(content: bytes, chunk: int) -> Iterator[SettlementReport | UnusableFile]:
    """Yield what each lane makes of a file: by columns where they can be, and never by columns."""
    by_columns = flat.columns_of
    for lane in (by_columns, lambda *_: None):
        with (
            patch.object(flat, "columns_of", lane),
            patch.object(flat_lines, "_CHUNK", chunk),
        ):
            try:
                yield flat.read(from_bytes(content), a_profile().grouping)
            except UnusableFile as error:
                yield error


ALIKE = ("price", TIMES[0], "Amazon.com", "")


@example([(*ALIKE, ""), (*ALIKE, "other total")], "v2", "\n", 4000)
@given(rows, st.sampled_from(["v1", "v2"]), st.sampled_from(["\n", "\r\n"]), st.integers(1, 4000))
@settings(max_examples=150, deadline=None)
def test_by_columns_and_row_by_row_say_the_same(moves, version, end, chunk) -> None:
    columns, row = (V2_COLUMNS, v2) if version == "v2" else (V1_COLUMNS, v1)
    facts = [*V2_FACTS, *[""] * (len(columns) - len(V2_FACTS))]
    body = [harmed(row(*move[:4]), move[4], end) for move in moves]
    content = end.join(["\t".join(columns), "\t".join(facts), *body, ""]).encode()
    by_columns, by_rows = lanes(content, chunk)
    if isinstance(by_columns, UnusableFile):
        assert isinstance(by_rows, UnusableFile)
        assert (by_columns.code, by_columns.message) == (by_rows.code, by_rows.message)
    else:
        assert by_columns == by_rows


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_good_rows_do_go_by_columns(version: str) -> None:
    """Else the lanes would agree because there is but one."""
    columns, row = (V2_COLUMNS, v2) if version == "v2" else (V1_COLUMNS, v1)
    chance, wanted = random.Random(7), 500
    facts = [*V2_FACTS, *[""] * (len(columns) - len(V2_FACTS))]
    lines = [
        "\t".join(row(chance.choice(["price", "fee", "zero"]), TIMES[0], "Amazon.com", "PROMO"))
        for _ in range(wanted)
    ]
    content = "\n".join(["\t".join(columns), "\t".join(facts), *lines, ""]).encode()
    seen = 0

    def counted(*given):
        nonlocal seen
        added = flat_columns_added.add_columns(*given)
        seen += added or 0
        return added

    with patch.object(flat, "add_columns", counted):
        report = flat.read(from_bytes(content), a_profile().grouping)
    assert report.rows == seen == wanted
