"""What NetSuite calls our records, and what every dialect asks of an entry and its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from handler.inventory.posting import PostingKind

# Kinds of records: what an entry's ``record`` says, and what callers see as ``kind``.
JOURNAL_ENTRY: Final = "journal_entry"
DEPOSIT: Final = "deposit"
STOCK_KIND: Final[Mapping[str, str]] = {
    PostingKind.ADJUSTMENT: "inventory_adjustment",
    PostingKind.TRANSFER: "inventory_transfer",
    PostingKind.RECEIPT: "item_receipt",
}
STOCK_RECORD: Final[Mapping[str, str]] = {
    PostingKind.ADJUSTMENT: "inventoryAdjustment",
    PostingKind.TRANSFER: "inventoryTransfer",
    PostingKind.RECEIPT: "itemReceipt",
}

_Part = Mapping[str, Any]


def record_of(entry: _Part) -> str:
    """Return the kind of NetSuite's record that an entry is posted as."""
    return str(entry.get("record", JOURNAL_ENTRY))


def bank_and_items(entry: _Part) -> tuple[_Part, Sequence[_Part]]:
    """Return a deposit's bank line and its other lines, each of which is a credit.

    Raises:
        ValueError: it is no deposit: it has not one debit alone.
    """
    lines = entry["lines"]
    (bank,) = (line for line in lines if Decimal(line["debit"]))
    return bank, [line for line in lines if line is not bank]


def side(line: _Part) -> dict[str, object]:
    """Return the one side that is set: NetSuite refuses a zero on the other."""
    name = "debit" if Decimal(line["debit"]) else "credit"
    return {name: Decimal(line[name])}


def rate(entry: _Part) -> dict[str, object]:
    """Return the exchange rate, where NetSuite converts the entry and the caller gave one."""
    return {"exchangeRate": Decimal(entry["exchange_rate"])} if "exchange_rate" in entry else {}


def buyer(line: _Part, document: _Part) -> dict[str, str]:
    """Return the order whose buyer the flow puts in as the line's entity, where it must.

    NetSuite takes no receivable line without a customer, and it knows no ``order_id``: a flow that
    forgets the look-up is refused by NetSuite, and nothing is posted to nobody.
    """
    receivable = line["account"] == document.get("orders_receivable")
    if receivable and "entity" not in line and "order_id" in line:
        return {"order_id": line["order_id"]}
    return {}


def transfer_order(posting: _Part) -> str:
    """Return the transfer order a receipt is made from; other postings come from none."""
    return str(posting["reference"]) if posting["kind"] == PostingKind.RECEIPT else ""
