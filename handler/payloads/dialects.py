"""A proven document in the forms that take it into NetSuite.

- ``netsuite``: REST record calls, ``PUT .../journalEntry/eid:<external id>?replace=line``. The
  external id makes a repeated call an update of the same entry, never a second one.
- ``celigo``: flat header fields and ``lines``, as Celigo's native NetSuite import maps them.
- ``csv``: one row for each line, for NetSuite's CSV import.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from handler.core.errors import RefusedRequest
from handler.payloads import json_text

_JSON = "application/json"
_SEGMENTS = ("department", "class", "location")
_CELIGO = ("entity", *_SEGMENTS, "tax_code")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document in one dialect.

    Attributes:
        content_type: of ``text``.
        payloads: for JSON dialects, one for each entry; amounts are Decimals.
        text: the whole as text.
    """

    content_type: str
    payloads: list[dict[str, object]]
    text: str


def render(document: Mapping[str, Any], dialect: str) -> Rendered:
    """Return what is to be posted of ``document`` in ``dialect``.

    Raises:
        RefusedRequest: ``UNKNOWN_FORMAT``, or ``SETTLEMENT_HELD``: a held one posts nothing.
    """
    if dialect not in DIALECTS:
        raise RefusedRequest(
            "UNKNOWN_FORMAT",
            f"There is no format {dialect!r}.",
            f"Use one of: {', '.join(('json', *DIALECTS))}.",
        )
    if document["status"] != "proven":
        codes = sorted({found["code"] for found in document["exceptions"]})
        raise RefusedRequest(
            "SETTLEMENT_HELD",
            f"Settlement {document['settlement_id']} is held and posts nothing: "
            f"{', '.join(codes)}.",
            "Repair what its exceptions name, and settle it again.",
            {"exceptions": codes},
        )
    return DIALECTS[dialect](document)


def postable(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the entries that are posted at once: a bank deposit waits for its bank line."""
    yield from document["journal_entries"]
    deposit = document["deposit_entry"]
    if deposit is not None and deposit["post"] == "with_journal":
        yield deposit


def _netsuite(document: Mapping[str, Any]) -> Rendered:
    payloads: list[dict[str, object]] = [
        {
            "method": "PUT",
            "path": "/services/rest/record/v1/journalEntry/"
            f"eid:{entry['external_id']}?replace=line",
            "body": {
                "externalId": entry["external_id"],
                "tranDate": entry["tran_date"],
                "postingPeriod": {"refName": entry["period_name"]},
                "subsidiary": _reference(entry["subsidiary_name"]),
                "currency": {"refName": entry["currency"]},
                **_rate(entry),
                "memo": entry["memo"],
                "line": {"items": [_rest_line(line, document) for line in entry["lines"]]},
            },
        }
        for entry in postable(document)
    ]
    return Rendered(_JSON, payloads, json_text.dumps(payloads))


def _rest_line(line: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, object]:
    shown: dict[str, object] = {"account": _reference(line["account"])}
    shown.update(_side(line))
    shown["memo"] = line["memo"]
    if "entity" in line:
        shown["entity"] = _reference(line["entity"])
    shown.update(_buyer(line, document))
    shown.update({name: _reference(line[name]) for name in _SEGMENTS if name in line})
    if "tax_code" in line:
        shown["taxCode"] = _reference(line["tax_code"])
    return shown


def _buyer(line: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, str]:
    """Return the order whose buyer the flow puts in as the line's entity, where it must.

    NetSuite takes no receivable line without a customer, and it knows no ``order_id``: a flow that
    forgets the look-up is refused by NetSuite, and nothing is posted to nobody.
    """
    receivable = line["account"] == document.get("orders_receivable")
    if receivable and "entity" not in line and "order_id" in line:
        return {"order_id": line["order_id"]}
    return {}


def _rate(entry: Mapping[str, Any]) -> dict[str, object]:
    """Return the exchange rate, where NetSuite converts the entry and the caller gave one."""
    return {"exchangeRate": Decimal(entry["exchange_rate"])} if "exchange_rate" in entry else {}


def _reference(value: str) -> dict[str, str]:
    """Return NetSuite's reference to a record: digits are an internal id, the rest a name."""
    return {"id": value} if value.isdigit() else {"refName": value}


def _side(line: Mapping[str, Any]) -> dict[str, object]:
    """Return the one side that is set: NetSuite refuses a zero on the other."""
    side = "debit" if Decimal(line["debit"]) else "credit"
    return {side: Decimal(line[side])}


def _celigo(document: Mapping[str, Any]) -> Rendered:
    payloads: list[dict[str, object]] = [
        {
            "externalId": entry["external_id"],
            "tranDate": entry["tran_date"],
            "postingPeriod": entry["period_name"],
            "subsidiary": entry["subsidiary_name"],
            "currency": entry["currency"],
            **_rate(entry),
            "memo": entry["memo"],
            "settlementId": document["settlement_id"],
            "lines": [
                {
                    "account": line["account"],
                    **_side(line),
                    "memo": line["memo"],
                    **{name: line[name] for name in _CELIGO if name in line},
                    **_buyer(line, document),
                }
                for line in entry["lines"]
            ],
        }
        for entry in postable(document)
    ]
    return Rendered(_JSON, payloads, json_text.dumps(payloads))


_COLUMNS = (
    "External ID",
    "Date",
    "Posting Period",
    "Subsidiary",
    "Currency",
    "Exchange Rate",
    "Memo",
    "Account",
    "Debit",
    "Credit",
    "Line Memo",
    "Name",
    "Department",
    "Class",
    "Location",
    "Tax Code",
)


def _csv(document: Mapping[str, Any]) -> Rendered:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for entry in postable(document):
        for line in entry["lines"]:
            side = _side(line)
            cells = [
                entry["external_id"],
                entry["tran_date"],
                entry["period_name"],
                entry["subsidiary_name"],
                entry["currency"],
                entry.get("exchange_rate", ""),
                entry["memo"],
                line["account"],
                str(side.get("debit", "")),
                str(side.get("credit", "")),
                line["memo"],
                line.get("entity", ""),
                *(line.get(name, "") for name in (*_SEGMENTS, "tax_code")),
            ]
            writer.writerow([inert(cell) for cell in cells])
    return Rendered("text/csv", [], out.getvalue())


def inert(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


DIALECTS: Mapping[str, Callable[[Mapping[str, Any]], Rendered]] = {
    "netsuite": _netsuite,
    "celigo": _celigo,
    "csv": _csv,
}
