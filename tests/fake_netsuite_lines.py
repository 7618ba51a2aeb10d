"""What the fake NetSuite makes of a record's lines: money on accounts, units at locations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fake_netsuite_calls import Refused

Known = Callable[[str, Any, str], str]
# Where NetSuite's currencies have other than two decimals.
_DECIMALS = {"JPY": 0, "KRW": 0, "CLP": 0, "KWD": 3, "BHD": 3, "JOD": 3, "TND": 3}


@dataclass
class Money:
    """A line of an account; debits positive; ``base`` in the subsidiary's currency."""

    account: str
    signed: Decimal
    memo: str = ""
    entity: str = ""
    base: Decimal = Decimal(0)


@dataclass
class Stock:
    """Units of an item that come to a location; below zero they leave."""

    item: str
    location: str
    quantity: int
    memo: str = ""


def money_lines(
    kind: str, body: Mapping[str, Any], known: Known, receivable: Collection[str]
) -> list[Money]:
    """Return the lines of a journal entry or a deposit.

    Raises:
        Refused: NetSuite would not save it.
    """
    _check_date(body)
    currency = known("currency", body.get("currency"), "currency")
    decimals = _DECIMALS.get(currency, 2)
    lines = [_money(line, kind, decimals, known, receivable) for line in body["lines"]]
    if kind == "deposit":
        bank = known("account", body.get("account"), "account")
        if any(line.account == bank for line in lines):
            raise Refused("USER_ERROR", "A deposit's line is on the account deposited to")
        total = -sum((line.signed for line in lines), Decimal(0))
        if total <= 0:
            raise Refused("USER_ERROR", f"A deposit of {total}")
        return [Money(bank, total, body.get("memo", "")), *lines]
    known("subsidiary", body.get("subsidiary"), "subsidiary")
    if len(lines) < 2:
        raise Refused("USER_ERROR", "A journal entry needs two lines")
    if sum((line.signed for line in lines), Decimal(0)) != 0:
        raise Refused("USER_ERROR", "The amounts in the debit and credit columns must balance.")
    return lines


def _money(
    line: Mapping[str, Any], kind: str, decimals: int, known: Known, receivable: Collection[str]
) -> Money:
    account = known("account", line.get("account"), "account")
    entity = known("entity", line["entity"], "entity") if line.get("entity") else ""
    if account in receivable and not entity:
        raise Refused("USER_ERROR", "Please choose a customer for the receivable line")
    if kind == "deposit":
        signed = -_amount(line.get("amount"), decimals)
    else:
        debit, credit = line.get("debit"), line.get("credit")
        if (debit is None) == (credit is None):
            raise Refused("USER_ERROR", "A line has a debit or a credit, and not both")
        signed = _amount(debit, decimals) if credit is None else -_amount(credit, decimals)
    return Money(account, signed, line.get("memo", ""), entity)


def _amount(value: Any, decimals: int) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise Refused("INVALID_CONTENT", f"{value!r} is no number")
    found = Decimal(value)
    if found <= 0:
        raise Refused("USER_ERROR", f"An amount of {found}")
    if found != round(found, decimals):
        raise Refused("USER_ERROR", f"{found} has more than {decimals} decimals")
    return found


def stock_lines(kind: str, body: Mapping[str, Any], known: Known) -> list[Stock]:
    """Return what an adjustment, a transfer or a receipt moves.

    Raises:
        Refused: NetSuite would not save it.
    """
    _check_date(body)
    if kind == "inventoryAdjustment":
        known("account", body.get("account"), "account")
    if kind != "itemReceipt":
        known("subsidiary", body.get("subsidiary"), "subsidiary")
        here = known("location", body.get("location"), "location")
    there = ""
    if kind == "inventoryTransfer":
        there = known("location", body.get("transferLocation"), "transferLocation")
        if there == here:
            raise Refused("USER_ERROR", "From and to location are the same")
    found: list[Stock] = []
    for line in body["lines"]:
        item = known("item", line.get("item"), "item")
        quantity = line.get("quantity" if kind == "itemReceipt" else "adjustQtyBy")
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity == 0:
            raise Refused("USER_ERROR", f"A quantity of {quantity!r}")
        if kind != "inventoryAdjustment" and quantity < 0:
            raise Refused("USER_ERROR", f"A quantity of {quantity}")
        memo = line.get("memo", "")
        if kind == "inventoryTransfer":
            found.append(Stock(item, here, -quantity, memo))
            found.append(Stock(item, there, quantity, memo))
        else:
            place = known("location", line.get("location"), "location")
            found.append(Stock(item, place, quantity, memo))
    return found


def _check_date(body: Mapping[str, Any]) -> None:
    given = body.get("tranDate")
    try:
        if not isinstance(given, str) or len(given) != 10:
            raise ValueError
        date.fromisoformat(given)
    except ValueError:
        raise Refused("INVALID_CONTENT", f"tranDate {given!r} is no date") from None
