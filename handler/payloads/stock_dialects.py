"""Postings of stock in the forms that take them into NetSuite.

- ``netsuite``: REST record calls. An adjustment and a transfer are a ``PUT`` by external id with
  ``replace=inventory``: without it a repeated call adds its lines to the record once more. A
  receipt is made from the transfer order whose external id is the shipment; its own external id
  lets NetSuite refuse a second one.
- ``celigo``: flat header fields and ``lines``, as Celigo's native NetSuite import maps them.
- ``csv``: one row for each line, for NetSuite's CSV import. That imports one type of record at a
  time: rows are in the order of types, and the first column tells them apart.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from handler.core.errors import RefusedRequest
from handler.inventory.posting import PostingKind
from handler.inventory.postings import MOST_LINES
from handler.payloads import json_text
from handler.payloads.dialects import Rendered, inert

_JSON: Final = "application/json"
_REST: Final = "/services/rest/record/v1"
_RECORD: Final[Mapping[str, str]] = {
    PostingKind.ADJUSTMENT: "inventoryAdjustment",
    PostingKind.TRANSFER: "inventoryTransfer",
    PostingKind.RECEIPT: "itemReceipt",
}
_EXTERNAL_ID: Final = re.compile(r"[A-Za-z0-9_-]+")

_Posting = Mapping[str, Any]


def render_postings(postings: Sequence[_Posting], dialect: str) -> Rendered:
    """Return postings in a dialect.

    Args:
        postings: as :func:`~handler.payloads.ledger_documents.posting_document` writes them.
        dialect: "netsuite", "celigo" or "csv".

    Raises:
        RefusedRequest: ``UNKNOWN_FORMAT``.
    """
    if dialect not in STOCK_DIALECTS:
        raise RefusedRequest(
            "UNKNOWN_FORMAT",
            f"There is no format {dialect!r}.",
            f"Use one of: {', '.join(('json', *STOCK_DIALECTS))}.",
        )
    return STOCK_DIALECTS[dialect](postings)


def faults_of(posting: _Posting) -> tuple[str, ...]:
    """Return what NetSuite would refuse of a posting, in words; nothing where it is well formed."""
    return tuple(_faults(posting))


def _faults(posting: _Posting) -> Iterator[str]:
    kind, lines = posting["kind"], posting["lines"]
    if not _EXTERNAL_ID.fullmatch(posting["external_id"]):
        yield f'external id {posting["external_id"]!r}: expected letters, digits, "_" and "-"'
    if not lines:
        yield "it has no lines"
    if len(lines) > MOST_LINES:
        yield f"it has {len(lines)} lines; expected at most {MOST_LINES}"
    for name in _NEEDED[kind]:
        if not posting[name]:
            yield f"{kind} without {name}"
    if kind == PostingKind.TRANSFER and posting["source"] == posting["target"]:
        yield f"a transfer from {posting['source']!r} to itself"
    for number, line in enumerate(lines, start=1):
        quantity = line["quantity"]
        if not line["item"]:
            yield f"line {number} has no item"
        if quantity == 0 or (quantity < 0 and kind != PostingKind.ADJUSTMENT):
            least = "anything but 0" if kind == PostingKind.ADJUSTMENT else "at least 1"
            yield f"line {number} has quantity {quantity}; expected {least}"


_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    PostingKind.ADJUSTMENT: ("subsidiary", "target", "account"),
    PostingKind.TRANSFER: ("subsidiary", "source", "target"),
    PostingKind.RECEIPT: ("target", "reference"),
}


def _netsuite(postings: Sequence[_Posting]) -> Rendered:
    payloads = [_call(posting) for posting in postings]
    return Rendered(_JSON, payloads, json_text.dumps(payloads))


def _call(posting: _Posting) -> dict[str, object]:
    header: dict[str, object] = {
        "externalId": posting["external_id"],
        "tranDate": posting["tran_date"],
        "memo": posting["memo"],
    }
    if posting["kind"] == PostingKind.RECEIPT:
        shipment = quote(posting["reference"], safe="")
        return {
            "method": "POST",
            "path": f"{_REST}/transferOrder/eid:{shipment}/!transform/itemReceipt",
            "body": header | {"item": {"items": [_received(one, posting) for one in _of(posting)]}},
        }
    header["subsidiary"] = _reference(posting["subsidiary"])
    if posting["kind"] == PostingKind.ADJUSTMENT:
        here = _reference(posting["target"])
        header |= {"account": _reference(posting["account"]), "adjLocation": here}
        place = {"location": here}
    else:
        header |= {
            "location": _reference(posting["source"]),
            "transferLocation": _reference(posting["target"]),
        }
        place = {}
    lines = [
        {
            "item": _reference(line["item"]),
            **place,
            "adjustQtyBy": line["quantity"],
            "memo": line["memo"],
        }
        for line in _of(posting)
    ]
    return {
        "method": "PUT",
        "path": f"{_REST}/{_RECORD[posting['kind']]}/eid:{posting['external_id']}"
        "?replace=inventory",
        "body": header | {"inventory": {"items": lines}},
    }


def _of(posting: _Posting) -> Sequence[Mapping[str, Any]]:
    lines: Sequence[Mapping[str, Any]] = posting["lines"]
    return lines


def _received(line: Mapping[str, Any], posting: _Posting) -> dict[str, object]:
    return {
        "item": _reference(line["item"]),
        "location": _reference(posting["target"]),
        "quantity": line["quantity"],
        "itemReceive": True,
    }


def _reference(value: str) -> dict[str, str]:
    """Return NetSuite's reference to a record: digits are an internal id, the rest a name."""
    digits = value.isascii() and value.isdigit()
    return {"id": value} if digits else {"refName": value}


def _celigo(postings: Sequence[_Posting]) -> Rendered:
    payloads: list[dict[str, object]] = []
    for posting in postings:
        # A transfer leaves the header's location; the others are made where their target is.
        here = posting["source"] or posting["target"]
        optional = {
            "subsidiary": posting["subsidiary"],
            "account": posting["account"],
            "location": here,
            "transferLocation": posting["target"] if posting["source"] else "",
            "transferOrderExternalId": _order(posting),
        }
        payloads.append(
            {
                "externalId": posting["external_id"],
                "recordType": _RECORD[posting["kind"]],
                "tranDate": posting["tran_date"],
                **{name: value for name, value in optional.items() if value},
                "memo": posting["memo"],
                "lines": [
                    {
                        "item": line["item"],
                        "quantity": line["quantity"],
                        "location": here,
                        "memo": line["memo"],
                    }
                    for line in _of(posting)
                ],
            }
        )
    return Rendered(_JSON, payloads, json_text.dumps(payloads))


def _order(posting: _Posting) -> str:
    """Return the transfer order a receipt is made from; the others come from none."""
    return str(posting["reference"]) if posting["kind"] == PostingKind.RECEIPT else ""


_COLUMNS: Final = (
    "Record Type",
    "External ID",
    "Date",
    "Subsidiary",
    "Account",
    "Location",
    "To Location",
    "Transfer Order",
    "Memo",
    "Item",
    "Quantity",
    "Line Memo",
)


def _csv(postings: Sequence[_Posting]) -> Rendered:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for posting in sorted(postings, key=lambda one: str(one["kind"])):
        head = (
            _RECORD[posting["kind"]],
            posting["external_id"],
            posting["tran_date"],
            posting["subsidiary"],
            posting["account"],
            posting["source"] or posting["target"],
            posting["target"] if posting["source"] else "",
            _order(posting),
            posting["memo"],
        )
        for line in _of(posting):
            # The quantity is a number of ours: its minus starts no formula.
            writer.writerow(
                [*map(inert, (*head, line["item"])), line["quantity"], inert(line["memo"])]
            )
    return Rendered("text/csv", [], out.getvalue())


STOCK_DIALECTS: Final[Mapping[str, Callable[[Sequence[_Posting]], Rendered]]] = {
    "netsuite": _netsuite,
    "celigo": _celigo,
    "csv": _csv,
}
