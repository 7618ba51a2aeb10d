"""How the fake NetSuite reads a call: REST and Celigo's flat form become one body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

REST = "/services/rest/record/v1/"
SUBLISTS = {
    "journalEntry": "line",
    "deposit": "other",
    "inventoryAdjustment": "inventory",
    "inventoryTransfer": "inventory",
    "itemReceipt": "item",
}
_PUT = re.compile(r"(\w+)/eid:([^/?]+)(?:\?replace=(\w+))?")
_POST = re.compile(r"(\w+)")
_TRANSFORM = re.compile(r"transferOrder/eid:([^/?]+)/!transform/itemReceipt")
# Header fields of either form, under one name.
_REFERENCES = {
    "postingPeriod": "period",
    "subsidiary": "subsidiary",
    "currency": "currency",
    "account": "account",
    "location": "location",
    "adjLocation": "location",
    "transferLocation": "transferLocation",
}
_LINE_REFERENCES = ("account", "entity", "department", "class", "location", "item")


class Refused(Exception):
    """NetSuite's no."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


@dataclass(frozen=True)
class Call:
    """A record as it came: ``body`` has header fields and ``lines`` under the same names always."""

    type: str
    external_id: str
    body: dict[str, Any]
    adds: bool
    replaces: bool
    is_rest: bool


def read_call(payload: Mapping[str, Any]) -> Call:
    """Return the call a payload makes.

    Raises:
        Refused: NetSuite knows no such address, record or form.
    """
    if "path" in payload:
        return _rest(payload)
    return _flat(payload)


def _rest(payload: Mapping[str, Any]) -> Call:
    method, path, sent = payload["method"], payload["path"], payload["body"]
    if not path.startswith(REST):
        raise Refused("NONEXISTENT_URL", f"There is nothing at {path}", 404)
    path, order, replaced = path.removeprefix(REST), "", None
    if method == "POST" and (found := _TRANSFORM.fullmatch(path)):
        kind, order = "itemReceipt", unquote(found[1])
    elif method == "PUT" and (found := _PUT.fullmatch(path)):
        kind, replaced = found[1], found[3]
        if sent.get("externalId", found[2]) != found[2]:
            raise Refused("INVALID_CONTENT", "externalId is not the one of the address")
        sent = {**sent, "externalId": found[2]}
    elif method == "POST" and (found := _POST.fullmatch(path)):
        kind = found[1]
    else:
        raise Refused("NONEXISTENT_URL", f"There is nothing at {method} {path}", 404)
    if kind not in SUBLISTS:
        raise Refused("NONEXISTENT_URL", f"There is no record {kind}", 404)
    sublist = SUBLISTS[kind]
    body = {name: value for name, value in sent.items() if name != sublist}
    body = {_REFERENCES.get(name, name): value for name, value in body.items()}
    lines = [dict(line) for line in sent.get(sublist, {}).get("items", [])]
    for line in lines:
        if "order_id" in line:
            raise Refused("INVALID_CONTENT", "Invalid content: unknown field order_id")
    body |= {"lines": lines, "order": order}
    return Call(kind, _named(sent), body, method == "POST", replaced == sublist, is_rest=True)


def _flat(payload: Mapping[str, Any]) -> Call:
    kind = payload.get("recordType", "journalEntry")
    if kind not in SUBLISTS:
        raise Refused("INVALID_RCRD_TYPE", f"There is no record {kind}")
    given = payload.get("otherDeposits" if kind == "deposit" else "lines", [])
    body: dict[str, Any] = {
        name: payload[name]
        for name in ("tranDate", "memo", "exchangeRate", "externalId")
        if name in payload
    }
    for name, ours in _REFERENCES.items():
        if name in payload:
            body[ours] = _reference(payload, name)
    lines = []
    for one in given:
        line = {name: value for name, value in one.items() if name not in _LINE_REFERENCES}
        line |= {name: _reference(one, name) for name in _LINE_REFERENCES if name in one}
        if kind in ("inventoryAdjustment", "inventoryTransfer"):
            line["adjustQtyBy"] = line.pop("quantity", None)
        lines.append(line)
    body |= {"lines": lines, "order": payload.get("transferOrderExternalId", "")}
    # Celigo adds or updates by external id and writes the lines over; a receipt is only added.
    return Call(kind, _named(payload), body, kind == "itemReceipt", replaces=True, is_rest=False)


def _reference(flat: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return a flat field as a reference: by its internal id where it has one beside it."""
    internal_id = flat.get(f"{name}InternalId", "")
    if internal_id:
        return {"id": internal_id}
    value = flat[name]
    digits = isinstance(value, str) and value.isascii() and value.isdigit()
    return {"id": value} if digits else {"refName": value}


def _named(sent: Mapping[str, Any]) -> str:
    found = sent.get("externalId")
    if not isinstance(found, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", found):
        raise Refused("INVALID_KEY_OR_REF", f"Invalid external id {found!r}")
    return found
