"""Answers of the API's getInventorySummaries: one, several pages in a list, or the bare entries.

A field that is absent or null is not told. What a SKU has on hand is what can be bought and what is
reserved; the answer's own ``totalQuantity`` counts units still on the way to Amazon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from handler.core.finding import Finding
from handler.inventory.amazon_report import AmazonReport, ReportKind
from handler.inventory.amazon_stock import AmazonStock
from handler.inventory.readers.cells import BadCell
from handler.inventory.readers.exact_json import is_text, unusable, value
from handler.inventory.readers.faults import Faults

if TYPE_CHECKING:
    from handler.core.source import Source

_REPAIR = (
    "Fetch the pages of getInventorySummaries once each, until there is no nextToken, and send "
    "them together in one list."
)
# field -> where it stands in inventoryDetails
_COUNTS = {
    "fulfillable": "fulfillableQuantity",
    "unsellable": "unfulfillableQuantity.totalUnfulfillableQuantity",
    "reserved": "reservedQuantity.totalReservedQuantity",
    "reserved_orders": "reservedQuantity.pendingCustomerOrderQuantity",
    "reserved_transfers": "reservedQuantity.pendingTransshipmentQuantity",
    "reserved_processing": "reservedQuantity.fcProcessingQuantity",
    "inbound_working": "inboundWorkingQuantity",
    "inbound_shipped": "inboundShippedQuantity",
    "inbound_receiving": "inboundReceivingQuantity",
    "researching": "researchingQuantity.totalResearchingQuantity",
}


def read(source: Source) -> AmazonReport:
    """Return the stock of all pages.

    Raises:
        UnusableFile: the file is not JSON, or not an answer of getInventorySummaries.
    """
    pages = _pages(value(source))
    faults, stock = Faults("entry"), []
    entries = [entry for page in pages for entry in _entries(page)]
    for number, entry in enumerate(entries, 1):
        try:
            stock.append(_stock(number, entry))
        except BadCell as bad:
            faults.note(number, bad.column, bad.found, bad.expected)
    return AmazonReport(
        ReportKind.SUMMARIES,
        len(entries),
        stock=tuple(stock),
        findings=(*_missing_pages(pages), *faults.findings()),
    )


def _pages(answer: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return the pages; bare entries are one page."""
    found = answer if isinstance(answer, list) else [answer]
    if not all(isinstance(one, dict) for one in found):
        unusable("The list holds something that is neither a page nor an entry.")
    if isinstance(answer, list) and all("sellerSku" in one or "fnSku" in one for one in found):
        return [{"inventorySummaries": found}]
    return found


def _entries(page: Mapping[str, Any]) -> list[Any]:
    payload = page.get("payload", page)
    found = payload.get("inventorySummaries") if isinstance(payload, dict) else None
    if page.get("errors"):
        unusable(f"Amazon answered with an error, not with stock: {str(page['errors'])[:200]}.")
    if not isinstance(found, list):
        unusable(
            "The JSON is no answer of getInventorySummaries: it has no list "
            f"payload.inventorySummaries; its keys are {', '.join(page)[:200]!r}."
        )
    return found


def _missing_pages(pages: list[dict[str, Any]]) -> Iterator[Finding]:
    if pages and _next_token(pages[-1]):
        yield Finding(
            "PAGES_MISSING",
            f"page {len(pages)}",
            f"The last page, number {len(pages)}, has a nextToken: more pages follow it.",
            {"pages": len(pages)},
            _REPAIR,
        )
    for number, page in enumerate(pages[1:], 2):
        if page == pages[number - 2] and _entries(page):
            yield Finding(
                "PAGES_MISSING",
                f"page {number}",
                f"Page {number} is the same as the page before it: it was fetched twice.",
                {"pages": len(pages), "page": number},
                _REPAIR,
            )


def _next_token(page: Mapping[str, Any]) -> object:
    pagination = page.get("pagination")
    return pagination.get("nextToken") if isinstance(pagination, dict) else None


def _stock(number: int, entry: object) -> AmazonStock:
    if not isinstance(entry, dict):
        raise BadCell("an object", "", repr(entry))
    details = _inner(entry, "inventoryDetails")
    counts: dict[str, Any] = {field: _count(details, path) for field, path in _COUNTS.items()}
    fulfillable, reserved = counts["fulfillable"], counts["reserved"]
    return AmazonStock(
        sku=_text(entry, "sellerSku", needed=True),
        fnsku=_text(entry, "fnSku"),
        asin=_text(entry, "asin"),
        condition=_text(entry, "condition"),
        on_hand=None if fulfillable is None or reserved is None else fulfillable + reserved,
        line=number,
        **counts,
    )


def _text(entry: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
    found = entry.get(key)
    if found is None and not needed:
        return ""
    if not is_text(found) or (needed and not found):
        raise BadCell("a text", key, "" if found is None else repr(found))
    return str(found)


def _count(details: Mapping[str, Any], path: str) -> int | None:
    *outer, key = path.split(".")
    for name in outer:
        details = _inner(details, name)
    found = details.get(key)
    if found is None:
        return None
    # True and False are whole numbers to Python.
    if not isinstance(found, int) or isinstance(found, bool):
        raise BadCell("a whole number", f"inventoryDetails.{path}", repr(found))
    return found


def _inner(entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = entry.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadCell("an object", key, repr(found))
    return found
