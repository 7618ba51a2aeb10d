"""NetSuite's REST record calls: {method, path, body}, one for each record.

Records are a ``PUT`` by external id, so that a repeated call is an update of the same record, never
a second one. ``replace=`` names the list whose lines the call replaces: without it a repeated call
adds its lines to the record once more. A receipt is made from the transfer order whose external id
is the shipment; its own external id lets NetSuite refuse a second one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from handler.inventory.posting import PostingKind
from handler.payloads.netsuite_names import (
    DEPOSIT,
    STOCK_RECORD,
    bank_and_items,
    buyer,
    rate,
    record_of,
    side,
)

if TYPE_CHECKING:
    from handler.payloads.references import References

REST: Final = "/services/rest/record/v1"
_SEGMENTS: Final = ("department", "class", "location")

_Part = Mapping[str, Any]


def entry_call(entry: _Part, document: _Part, references: References) -> dict[str, object]:
    """Return the call for an entry: a journal entry, or the deposit it says it is.

    Args:
        entry: of a document.
        document: the whole, which knows the receivable account.
        references: internal ids of names.

    Raises:
        UnusableMapping: ``NO_INTERNAL_ID``.
    """
    if record_of(entry) == DEPOSIT:
        return _deposit(entry, references)
    return {
        "method": "PUT",
        "path": f"{REST}/journalEntry/eid:{entry['external_id']}?replace=line",
        "body": {
            "externalId": entry["external_id"],
            "tranDate": entry["tran_date"],
            "postingPeriod": references.rest("posting_period", entry["period_name"]),
            "subsidiary": references.rest("subsidiary", entry["subsidiary_name"]),
            "currency": references.rest("currency", entry["currency"]),
            **rate(entry),
            "memo": entry["memo"],
            "line": {
                "items": [_journal_line(line, document, references) for line in entry["lines"]]
            },
        },
    }


def _journal_line(line: _Part, document: _Part, references: References) -> dict[str, object]:
    shown: dict[str, object] = {"account": references.rest("account", line["account"])}
    shown.update(side(line))
    shown["memo"] = line["memo"]
    if "entity" in line:
        shown["entity"] = references.rest("entity", line["entity"])
    shown.update(buyer(line, document))
    shown.update(_segments(line, references))
    if "tax_code" in line:
        shown["taxCode"] = references.rest("tax_code", line["tax_code"])
    return shown


def _segments(line: _Part, references: References) -> dict[str, object]:
    return {name: references.rest(name, line[name]) for name in _SEGMENTS if name in line}


def _deposit(entry: _Part, references: References) -> dict[str, object]:
    bank, items = bank_and_items(entry)
    return {
        "method": "PUT",
        "path": f"{REST}/deposit/eid:{entry['external_id']}?replace=other",
        "body": {
            "externalId": entry["external_id"],
            # The subsidiary is the account's: NetSuite takes it from there.
            "account": references.rest("account", bank["account"]),
            "tranDate": entry["tran_date"],
            "postingPeriod": references.rest("posting_period", entry["period_name"]),
            "currency": references.rest("currency", entry["currency"]),
            **rate(entry),
            "memo": entry["memo"],
            "other": {
                "items": [
                    {
                        "account": references.rest("account", line["account"]),
                        "amount": Decimal(line["credit"]),
                        "memo": line["memo"],
                        **_segments(line, references),
                    }
                    for line in items
                ]
            },
        },
    }


def stock_call(posting: _Part, references: References) -> dict[str, object]:
    """Return the call for a posting of stock.

    Raises:
        UnusableMapping: ``NO_INTERNAL_ID``.
    """
    header: dict[str, object] = {
        "externalId": posting["external_id"],
        "tranDate": posting["tran_date"],
        "memo": posting["memo"],
    }
    if posting["kind"] == PostingKind.RECEIPT:
        shipment = quote(posting["reference"], safe="")
        return {
            "method": "POST",
            "path": f"{REST}/transferOrder/eid:{shipment}/!transform/itemReceipt",
            "body": header | {"item": {"items": _received(posting, references)}},
        }
    header["subsidiary"] = references.rest("subsidiary", posting["subsidiary"])
    target = references.rest("location", posting["target"])
    place: dict[str, object] = {}
    if posting["kind"] == PostingKind.ADJUSTMENT:
        header |= {"account": references.rest("account", posting["account"]), "adjLocation": target}
        place = {"location": target}
    else:
        source = references.rest("location", posting["source"])
        header |= {"location": source, "transferLocation": target}
    lines = [
        {
            "item": references.rest("item", line["item"]),
            **place,
            "adjustQtyBy": line["quantity"],
            "memo": line["memo"],
        }
        for line in posting["lines"]
    ]
    return {
        "method": "PUT",
        "path": f"{REST}/{STOCK_RECORD[posting['kind']]}/eid:{posting['external_id']}"
        "?replace=inventory",
        "body": header | {"inventory": {"items": lines}},
    }


def _received(posting: _Part, references: References) -> Sequence[Mapping[str, object]]:
    return [
        {
            "item": references.rest("item", line["item"]),
            "location": references.rest("location", posting["target"]),
            "quantity": line["quantity"],
            "itemReceive": True,
        }
        for line in posting["lines"]
    ]
