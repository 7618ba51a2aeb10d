"""A record for NetSuite, in either dialect, read into one form that rules can be asked of.

Nothing is taken for granted: a payload may come from a caller, and be anything JSON can say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from handler.payloads import json_text
from handler.payloads.rest_records import REST

JOURNAL, DEPOSIT = "journalEntry", "deposit"
ADJUSTMENT, TRANSFER, RECEIPT = "inventoryAdjustment", "inventoryTransfer", "itemReceipt"
# record -> the list that holds its lines in REST
_SUBLIST: Final = {
    JOURNAL: "line",
    DEPOSIT: "other",
    ADJUSTMENT: "inventory",
    TRANSFER: "inventory",
    RECEIPT: "item",
}
_PUT: Final = re.compile(re.escape(REST) + r"/(\w+)/eid:([^/?]*)(?:\?replace=(\w+))?")
_POST: Final = re.compile(re.escape(REST) + r"/(\w+)")
_TRANSFORM: Final = re.compile(
    re.escape(REST) + r"/transferOrder/eid:([^/?]*)/!transform/itemReceipt"
)
_LONGEST_SHOWN: Final = 60
_NO_FIELDS: Final[Mapping[str, object]] = {}


@dataclass(frozen=True, slots=True)
class Fault:
    """What NetSuite would refuse.

    Attributes:
        where: "currency", "line 2: debit"; lines are counted from 1.
        found: what stands there.
        expected: what should.
    """

    where: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}; expected {self.expected}"

    def as_dict(self) -> dict[str, str]:
        """Return the fault as plain values, for answers."""
        return {"where": self.where, "found": self.found, "expected": self.expected}


@dataclass(frozen=True, slots=True)
class Fields:
    """A header or a line; ``flat`` where fields hold names, with internal ids beside them."""

    values: Mapping[str, object]
    flat: bool

    def get(self, name: str) -> object:
        """Return a field's value, ``None`` where there is none."""
        return self.values.get(name)

    def reference(self, name: str) -> str:
        """Return what a field refers to, the internal id before the name; empty for nothing."""
        value = self.values.get(name)
        if self.flat:
            return _text(self.values.get(f"{name}InternalId")) or _text(value)
        if not isinstance(value, Mapping):
            return ""
        return _text(value.get("id")) or _text(value.get("refName"))

    def name(self, name: str) -> str:
        """Return the name a field refers by; empty where it has none."""
        value = self.values.get(name)
        if not self.flat and isinstance(value, Mapping):
            value = value.get("refName")
        return _text(value)


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it was read.

    Attributes:
        record: NetSuite's name of it.
        header: its fields.
        lines: as they came, each of them anything.
        order: of a receipt, the external id of the transfer order.
        faults: of the call itself.
    """

    record: str
    header: Fields
    lines: Sequence[object]
    order: str = ""
    faults: tuple[Fault, ...] = ()

    def line_fields(self) -> list[Fields | None]:
        """Return the lines as fields, ``None`` for one that is no object."""
        return [
            Fields(line, self.header.flat) if isinstance(line, Mapping) else None
            for line in self.lines
        ]


def read_payload(payload: object) -> Seen | Fault:
    """Return the record a payload is, or why it is none."""
    if not isinstance(payload, Mapping):
        return Fault("payload", kind_of(payload), "an object")
    if "path" in payload or "method" in payload:
        return _call(payload)
    return _flat(payload)


def shown(value: object) -> str:
    """Return a value as JSON, cut where it is long; "nothing" where there is none."""
    if value is None:
        return "nothing"
    try:
        text = json_text.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return kind_of(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."


def kind_of(value: object) -> str:
    """Return what kind of JSON a value is, in words."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        return "a text"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return "a number"


def _call(payload: Mapping[str, object]) -> Seen | Fault:
    method, path, body = payload.get("method"), payload.get("path"), payload.get("body")
    if not isinstance(body, Mapping):
        return Fault("body", kind_of(body), "an object")
    header = Fields(body, flat=False)
    address = path if isinstance(path, str) else ""
    if method == "POST" and (found := _TRANSFORM.fullmatch(address)):
        return Seen(RECEIPT, header, _items(body, RECEIPT), unquote(found[1]))
    put = _PUT.fullmatch(address) if method == "PUT" else None
    match = put or (_POST.fullmatch(address) if method == "POST" else None)
    if match is None or match[1] not in _SUBLIST or match[1] == RECEIPT:
        return Fault(
            "path",
            f"{shown(method)} {shown(path)}",
            f"PUT {REST}/RECORD/eid:ID?replace=LIST, or POST .../!transform/itemReceipt",
        )
    record, faults = match[1], []
    if put is not None:
        if put[2] != body.get("externalId"):
            faults.append(
                Fault("path", f"eid:{put[2]}", f"eid:{_text(body.get('externalId'))}, as in body")
            )
        if put[3] != _SUBLIST[record]:
            faults.append(
                Fault(
                    "path",
                    f"replace={put[3]}" if put[3] else "no replace",
                    f"?replace={_SUBLIST[record]}: else a repeated call adds its lines again",
                )
            )
    return Seen(record, header, _items(body, record), faults=tuple(faults))


def _flat(payload: Mapping[str, object]) -> Seen | Fault:
    record = payload.get("recordType", JOURNAL)
    if not isinstance(record, str) or record not in _SUBLIST:
        return Fault("recordType", shown(record), f"one of {', '.join(_SUBLIST)}, or none")
    name = "otherDeposits" if record == DEPOSIT else "lines"
    order = _text(payload.get("transferOrderExternalId"))
    return Seen(record, Fields(payload, flat=True), _list(payload.get(name)), order)


def _items(body: Mapping[str, object], record: str) -> Sequence[object]:
    sublist = body.get(_SUBLIST[record])
    return _list((sublist if isinstance(sublist, Mapping) else _NO_FIELDS).get("items"))


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _text(value: object) -> str:
    """Return a text, or the digits of a whole number; empty for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""
