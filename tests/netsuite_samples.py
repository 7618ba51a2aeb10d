"""One good record of each kind for NetSuite, in both dialects, and what can be wrong with one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from builders import a_profile

from handler.inventory.posting import Posting, PostingKind, PostingLine
from handler.payloads.deposit_documents import entry_documents
from handler.payloads.ledger_documents import posting_document
from handler.payloads.netsuite_records import NetsuiteRecord, entry_records, stock_records
from handler.payloads.references import NO_REFERENCES, References
from handler.reconciliation.deposit_entries import deposit_entries
from handler.reconciliation.deposit_matching import DepositMatch
from handler.settlement.profile import DepositRecord, Dimensions, Policies, Profile

Payload = dict[str, Any]
DAY = date(2026, 1, 10)
DIALECTS = ("netsuite", "celigo")
KINDS = ("journal_entry", "deposit", "inventory_adjustment", "inventory_transfer", "item_receipt")
POSTINGS = {
    "inventory_adjustment": Posting(
        "AMZ-INV-US-20260110-ADJ1-1", PostingKind.ADJUSTMENT, DAY, DAY, "Test Inc.", "",
        "FBA", "5150 Lost", "", "Amazon FBA ledger 2026-01-10",
        (PostingLine("MUG", -2, "Adjustments M"), PostingLine("CUP", 1, "Adjustments F")),
    ),
    "inventory_transfer": Posting(
        "AMZ-INV-US-20260110-TRF1-1", PostingKind.TRANSFER, DAY, DAY, "Test Inc.", "FBA",
        "FBA Damaged", "", "", "Amazon FBA ledger 2026-01-10",
        (PostingLine("MUG", 3, "Adjustments E"),),
    ),
    "item_receipt": Posting(
        "AMZ-INV-US-20260110-RCP1-1", PostingKind.RECEIPT, DAY, DAY, "Test Inc.", "", "FBA",
        "", "FBA 1/X", "Amazon FBA ledger 2026-01-10 FBA 1/X", (PostingLine("MUG", 5, "Receipts"),),
    ),
}  # fmt: skip
ORDERS = {"FBA 1/X": {"MUG": 5}}


def books(record: DepositRecord = DepositRecord.DEPOSIT, **changes: Any) -> Profile:
    """A profile that posts deposits as deposits, with dimensions at home."""
    base = a_profile(policies=Policies(deposit_record=record), **changes)
    home = replace(base.home, dimensions=Dimensions("Marketplaces", "Amazon US", "", ""))
    return replace(base, home=home)


def deposit_document(match: DepositMatch, profile: Profile, fx: str = "7900 FX") -> Payload:
    """The entries of a match as the document they are kept and delivered in."""
    made = entry_documents(match, deposit_entries(match, profile, fx), profile)
    return {
        "settlement_id": next(iter(made)),
        "status": "proven",
        "journal_entries": [entry for entries in made.values() for entry in entries],
        "deposit_entry": None,
    }


def money_document(record: str) -> Payload:
    """An entry of three lines: 96.50 on one account, 90.00 and 6.50 on others."""
    sides = [("1010 Bank", "96.50", ""), ("1050 Clearing", "", "90.00"), ("7900 FX", "", "6.50")]
    entry = {
        "external_id": "AMZ-US-11700000001-DEP",
        "record": record,
        "tran_date": "2026-01-31",
        "posting_period": "2026-01",
        "period_name": "Jan 2026",
        "subsidiary": "US",
        "subsidiary_name": "Test Inc.",
        "currency": "USD",
        "memo": "Amazon settlement 11700000001",
        "lines": [
            {
                "account": account,
                "debit": debit or "0.00",
                "credit": credit or "0.00",
                "memo": "m",
                "class": "Amazon US",
            }
            for account, debit, credit in sides
        ],
    }
    return {
        "settlement_id": "11700000001",
        "status": "proven",
        "journal_entries": [entry],
        "deposit_entry": None,
    }


def a_record(kind: str, dialect: str, references: References = NO_REFERENCES) -> NetsuiteRecord:
    """A good record of a kind."""
    if kind in POSTINGS:
        (found,) = stock_records([posting_document(POSTINGS[kind])], dialect, references)
    else:
        (found,) = entry_records(money_document(kind), dialect, references)
    return found


def a_payload(kind: str, dialect: str) -> Payload:
    """The payload of a good record, to be changed at will."""
    return copy.deepcopy(dict(a_record(kind, dialect).payload))


def header(payload: Payload) -> Payload:
    """The fields of a payload's header."""
    found: Payload = payload.get("body", payload)
    return found


def lines(payload: Payload) -> list[Any]:
    """The lines of a payload, whatever they are called."""
    body = header(payload)
    for name in ("line", "other", "inventory", "item"):
        if name in body:
            return list_of(body[name])
    return list_of(body)


def list_of(holder: Payload) -> list[Any]:
    """The list in ``holder``."""
    found: list[Any] = next(
        holder[name] for name in ("items", "lines", "otherDeposits") if name in holder
    )
    return found


def _amount(line: Payload, value: Any) -> None:
    line[next(name for name in ("debit", "credit", "amount") if name in line)] = value


def _quantity(line: Payload, value: Any) -> None:
    line[next(name for name in ("adjustQtyBy", "quantity") if name in line)] = value


def _double(payload: Payload) -> None:
    found = lines(payload)
    found += [copy.deepcopy(found[0]) for _ in range(1001 - len(found))]


def _same_place(payload: Payload) -> None:
    header(payload)["transferLocation"] = copy.deepcopy(header(payload)["location"])


def _on_the_bank(payload: Payload) -> None:
    lines(payload)[0]["account"] = copy.deepcopy(header(payload)["account"])


def _no_order(payload: Payload) -> None:
    if "path" in payload:
        payload["path"] = payload["path"].replace("FBA%201%2FX", "")
    else:
        del payload["transferOrderExternalId"]


MONEY, STOCK = KINDS[:2], KINDS[2:]
# name -> (kinds it applies to, what it does to a payload)
FAULTS: dict[str, tuple[tuple[str, ...], Callable[[Payload], None]]] = {
    "bad external id": (KINDS, lambda p: header(p).update(externalId="A B")),
    "long external id": (KINDS, lambda p: header(p).update(externalId="A" * 101)),
    "no external id": (KINDS, lambda p: header(p).pop("externalId") and _forget(p)),
    "day of no calendar": (KINDS, lambda p: header(p).update(tranDate="2026-02-30")),
    "day in another form": (KINDS, lambda p: header(p).update(tranDate="1/31/2026")),
    "compact day": (KINDS, lambda p: header(p).update(tranDate="20260131")),
    "no day": (KINDS, lambda p: header(p).pop("tranDate") and None),
    "no lines": (KINDS, lambda p: lines(p).clear()),
    "too many lines": (KINDS, _double),
    "no account": (MONEY, lambda p: lines(p)[0].pop("account") and None),
    "empty account": (MONEY, lambda p: lines(p)[0].update(account="" if _flat(p) else {})),
    "negative amount": (MONEY, lambda p: _amount(lines(p)[0], Decimal("-1.00"))),
    "zero amount": (MONEY, lambda p: _amount(lines(p)[0], Decimal("0.00"))),
    "text for an amount": (MONEY, lambda p: _amount(lines(p)[0], "96.50")),
    "true for an amount": (MONEY, lambda p: _amount(lines(p)[0], True)),
    "three decimals": (MONEY, lambda p: _amount(lines(p)[0], Decimal("96.505"))),
    "unbalanced": (MONEY[:1], lambda p: _amount(lines(p)[0], Decimal("96.51"))),
    "both sides": (MONEY[:1], lambda p: lines(p)[0].update(credit=Decimal("96.50"))),
    "zero on the other side": (MONEY[:1], lambda p: lines(p)[0].update(credit=Decimal("0.00"))),
    "neither side": (MONEY[:1], lambda p: lines(p)[0].pop("debit") and None),
    "one line": (MONEY[:1], lambda p: lines(p).__delitem__(slice(1, None))),
    "no subsidiary": (
        ("journal_entry", "inventory_adjustment", "inventory_transfer"),
        lambda p: header(p).pop("subsidiary") and None,
    ),
    "no bank": (("deposit",), lambda p: header(p).pop("account") and None),
    "on the bank itself": (("deposit",), _on_the_bank),
    "no item": (STOCK, lambda p: lines(p)[0].pop("item") and None),
    "zero units": (STOCK, lambda p: _quantity(lines(p)[0], 0)),
    "half a unit": (STOCK, lambda p: _quantity(lines(p)[0], Decimal("1.5"))),
    "text for units": (STOCK, lambda p: _quantity(lines(p)[0], "2")),
    "units below zero": (STOCK[1:], lambda p: _quantity(lines(p)[0], -1)),
    "no adjustment account": (STOCK[:1], lambda p: header(p).pop("account") and None),
    "no line location": ((STOCK[0], STOCK[2]), lambda p: lines(p)[0].pop("location") and None),
    "no source": (STOCK[1:2], lambda p: header(p).pop("location") and None),
    "no target": (STOCK[1:2], lambda p: header(p).pop("transferLocation") and None),
    "to itself": (STOCK[1:2], _same_place),
    "no transfer order": (STOCK[2:], _no_order),
}


def _flat(payload: Payload) -> bool:
    return "path" not in payload


def _forget(payload: Payload) -> None:
    """Take the external id out of the address too: it would give the record one."""
    if payload.get("method") == "PUT":
        payload["path"] = payload["path"].replace("eid:AMZ", "eid:%41MZ")


CASES = [
    (name, kind, dialect)
    for name, (kinds, _) in FAULTS.items()
    for kind in kinds
    for dialect in DIALECTS
]


def broken(name: str, kind: str, dialect: str) -> Payload:
    """A payload with one fault."""
    payload = a_payload(kind, dialect)
    FAULTS[name][1](payload)
    return payload
