"""Celigo's flat records: header fields and lists of lines, as its native NetSuite import maps them.

A field that refers to something holds its name. Where the accountants' file gives an internal id,
it stands beside it as ``<field>InternalId``: in Celigo each mapping is to a name or to an id, so
one field never holds now one and now the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from handler.payloads.netsuite_names import (
    DEPOSIT,
    STOCK_RECORD,
    bank_and_items,
    buyer,
    rate,
    record_of,
    side,
    transfer_order,
)

if TYPE_CHECKING:
    from handler.payloads.references import References

_SEGMENTS: Final = ("department", "class", "location")
_LINE_FIELDS: Final = ("entity", *_SEGMENTS, "tax_code")

_Part = Mapping[str, Any]


def entry_record(entry: _Part, document: _Part, references: References) -> dict[str, object]:
    """Return an entry as a flat record: a journal entry, or the deposit it says it is.

    Raises:
        UnusableMapping: ``NO_INTERNAL_ID``.
    """
    if record_of(entry) == DEPOSIT:
        return _deposit(entry, document, references)
    return {
        "externalId": entry["external_id"],
        "tranDate": entry["tran_date"],
        "postingPeriod": entry["period_name"],
        **references.beside("posting_period", "postingPeriod", entry["period_name"]),
        "subsidiary": entry["subsidiary_name"],
        **references.beside("subsidiary", "subsidiary", entry["subsidiary_name"]),
        "currency": entry["currency"],
        **references.beside("currency", "currency", entry["currency"]),
        **rate(entry),
        "memo": entry["memo"],
        "settlementId": document["settlement_id"],
        "lines": [
            {
                "account": line["account"],
                **references.beside("account", "account", line["account"]),
                **side(line),
                "memo": line["memo"],
                **_named(line, _LINE_FIELDS, references),
                **buyer(line, document),
            }
            for line in entry["lines"]
        ],
    }


def _named(line: _Part, fields: tuple[str, ...], references: References) -> dict[str, str]:
    return dict(_fields(line, fields, references))


def _fields(
    line: _Part, fields: tuple[str, ...], references: References
) -> Iterator[tuple[str, str]]:
    for name in fields:
        if name in line:
            yield name, line[name]
            yield from references.beside(name, name, line[name]).items()


def _deposit(entry: _Part, document: _Part, references: References) -> dict[str, object]:
    bank, items = bank_and_items(entry)
    return {
        "externalId": entry["external_id"],
        "recordType": "deposit",
        "account": bank["account"],
        **references.beside("account", "account", bank["account"]),
        "tranDate": entry["tran_date"],
        "postingPeriod": entry["period_name"],
        **references.beside("posting_period", "postingPeriod", entry["period_name"]),
        "currency": entry["currency"],
        **references.beside("currency", "currency", entry["currency"]),
        **rate(entry),
        "memo": entry["memo"],
        "settlementId": document["settlement_id"],
        "otherDeposits": [
            {
                "account": line["account"],
                **references.beside("account", "account", line["account"]),
                "amount": Decimal(line["credit"]),
                "memo": line["memo"],
                **_named(line, _SEGMENTS, references),
            }
            for line in items
        ],
    }


def stock_record(posting: _Part, references: References) -> dict[str, object]:
    """Return a posting of stock as a flat record.

    Raises:
        UnusableMapping: ``NO_INTERNAL_ID``.
    """
    # A transfer leaves the header's location; the others are made where their target is.
    here = posting["source"] or posting["target"]
    optional = {
        "subsidiary": ("subsidiary", posting["subsidiary"]),
        "account": ("account", posting["account"]),
        "location": ("location", here),
        "transferLocation": ("location", posting["target"] if posting["source"] else ""),
    }
    header: dict[str, object] = {}
    for name, (kind, value) in optional.items():
        if value:
            header |= {name: value, **references.beside(kind, name, value)}
    order = transfer_order(posting)
    return {
        "externalId": posting["external_id"],
        "recordType": STOCK_RECORD[posting["kind"]],
        "tranDate": posting["tran_date"],
        **header,
        **({"transferOrderExternalId": order} if order else {}),
        "memo": posting["memo"],
        "lines": [
            {
                "item": line["item"],
                **references.beside("item", "item", line["item"]),
                "quantity": line["quantity"],
                "location": here,
                **references.beside("location", "location", here),
                "memo": line["memo"],
            }
            for line in posting["lines"]
        ],
    }
