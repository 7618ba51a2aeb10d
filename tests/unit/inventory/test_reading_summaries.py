"""Answers of getInventorySummaries."""

from __future__ import annotations

import json

import pytest
from stock_report_texts import read

from handler.core.errors import UnusableFile
from handler.inventory.amazon_stock import AmazonStock

DETAILS = {
    "fulfillableQuantity": 10, "inboundWorkingQuantity": 1, "inboundShippedQuantity": 2,
    "inboundReceivingQuantity": 3,
    "reservedQuantity": {
        "totalReservedQuantity": 9, "pendingCustomerOrderQuantity": 4,
        "pendingTransshipmentQuantity": 3, "fcProcessingQuantity": 2,
    },
    "researchingQuantity": {"totalResearchingQuantity": 5},
    "unfulfillableQuantity": {"totalUnfulfillableQuantity": 6},
}  # fmt: skip
ENTRY = {"sellerSku": "S-1", "fnSku": "X1", "asin": "B1", "condition": "NewItem"}
WHOLE = {**ENTRY, "inventoryDetails": DETAILS, "totalQuantity": 36}


def page(*entries: object, token: str = "") -> dict[str, object]:
    found: dict[str, object] = {"payload": {"inventorySummaries": list(entries)}}
    return {**found, "pagination": {"nextToken": token}} if token else found


def answer(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("value", [page(WHOLE), [page(WHOLE)], [WHOLE]])
def test_an_answer_pages_and_bare_entries_read_the_same(value: object) -> None:
    assert read(answer(value)).stock == (
        AmazonStock(
            sku="S-1", fnsku="X1", asin="B1", condition="NewItem", fulfillable=10, unsellable=6,
            reserved=9, reserved_orders=4, reserved_transfers=3, reserved_processing=2,
            inbound_working=1, inbound_shipped=2, inbound_receiving=3, researching=5, on_hand=19,
            line=1,
        ),
    )  # fmt: skip


def test_what_is_not_told_is_none() -> None:
    (stock,) = read(answer([{**ENTRY, "inventoryDetails": None, "totalQuantity": 5}])).stock
    assert (stock.fulfillable, stock.reserved, stock.on_hand) == (None, None, None)


@pytest.mark.parametrize("value", [1.0, True, "1", 1e3, [], 10**30])
def test_a_count_is_a_whole_number(value: object) -> None:
    found = read(answer([WHOLE, {**ENTRY, "inventoryDetails": {"fulfillableQuantity": value}}]))
    (finding,) = found.findings
    assert (finding.code, finding.subject) == ("BAD_INVENTORY_ROW", "entry 2")
    assert finding.evidence["column"] == "inventoryDetails.fulfillableQuantity"
    assert (found.rows, len(found.stock)) == (2, 1)


def test_pages_missing_and_pages_fetched_twice() -> None:
    following = page({**WHOLE, "sellerSku": "S-2"})
    assert read(answer([page(WHOLE, token="a"), following])).findings == ()
    (last,) = read(answer([page(WHOLE, token="a")])).findings
    (twice,) = read(answer([following, following])).findings
    assert (last.code, twice.code) == ("PAGES_MISSING", "PAGES_MISSING")
    assert "getInventorySummaries" in last.repair


@pytest.mark.parametrize(
    "content",
    [
        b"{", b"[1]", b'{"a": 1, "a": 2}', b'{"payload": NaN}', b"{} {}", b'{"x": "\xff"}',
        b'{"errors": [{"code": "Unauthorized"}]}', b'{"payload": {}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_other_json_is_refused(content: bytes) -> None:
    with pytest.raises(UnusableFile):
        read(content)
