"""What NetSuite would refuse of a record, before it is asked.

Fields that are not known here are let pass: an account of NetSuite may have fields of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from handler.core.errors import RefusedRequest
from handler.core.money import currency as iso_currency
from handler.inventory.postings import MOST_LINES
from handler.payloads.netsuite_reading import (
    ADJUSTMENT,
    DEPOSIT,
    JOURNAL,
    RECEIPT,
    TRANSFER,
    Fault,
    Fields,
    Seen,
    kind_of,
    read_payload,
    shown,
)

_MOST_LINES: Final = {JOURNAL: 1000, DEPOSIT: 1000}  # of money; of stock, what we make at most
LONGEST_EXTERNAL_ID: Final = 100
_EXTERNAL_ID: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_EXTERNAL_ID}}}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Where only an internal id tells the currency: what all but a few currencies have.
_USUAL_DECIMALS: Final = 2
# Beyond what NetSuite holds; sums below stay within Decimal's 28 digits, so they are exact.
_TOO_MUCH: Final = Decimal(10) ** 15
_REFERENCE: Final = "a name or an internal id"
_MOST_NAMED: Final = 3

Payload = dict[str, object]


def faults_of_payload(payload: object, currency: str = "") -> tuple[Fault, ...]:
    """Return what NetSuite would refuse of a record; nothing where it is well formed.

    Args:
        payload: a REST call {method, path, body} or Celigo's flat record; numbers are int or
            Decimal.
        currency: ISO 4217 code of its amounts, where the record names an internal id only.
    """
    seen = read_payload(payload)
    if isinstance(seen, Fault):
        return (seen,)
    return (*seen.faults, *_header(seen), *_RULES[seen.record](seen, currency))


def checked(payload: Payload, kind: str, external_id: str, currency: str = "") -> Payload:
    """Return a payload of ours as it is.

    Args:
        payload: to leave for NetSuite.
        kind: of the record, for the message.
        external_id: of the record.
        currency: as :func:`faults_of_payload`.

    Raises:
        RefusedRequest: ``NOT_FOR_NETSUITE``: NetSuite would refuse it.
    """
    faults = faults_of_payload(payload, currency)
    if faults:
        named = "; ".join(str(fault) for fault in faults[:_MOST_NAMED])
        raise RefusedRequest(
            "NOT_FOR_NETSUITE",
            f"NetSuite would refuse the {kind} {external_id}: {named}.",
            "Nothing was sent. Correct what the record is made from, and let it be made anew.",
            {"external_id": external_id, "faults": [fault.as_dict() for fault in faults]},
        )
    return payload


def _header(seen: Seen) -> Iterator[Fault]:
    header = seen.header
    external_id = header.get("externalId")
    if not isinstance(external_id, str) or not _EXTERNAL_ID.fullmatch(external_id):
        yield Fault(
            "externalId",
            shown(external_id),
            f'1 to {LONGEST_EXTERNAL_ID} letters, digits, "_" and "-"',
        )
    if not _is_day(header.get("tranDate")):
        yield Fault("tranDate", shown(header.get("tranDate")), "a day such as 2026-01-31")
    rate = header.get("exchangeRate")
    if rate is not None and (_number(rate) or 0) <= 0:
        yield Fault("exchangeRate", shown(rate), "a number above 0")
    if not seen.lines:
        yield Fault("lines", "none", "at least one")
    most = _MOST_LINES.get(seen.record, MOST_LINES)
    if len(seen.lines) > most:
        yield Fault("lines", str(len(seen.lines)), f"at most {most}")
    for number, line in enumerate(seen.lines, start=1):
        if not isinstance(line, Mapping):
            yield Fault(f"line {number}", kind_of(line), "an object")


def _journal(seen: Seen, currency: str) -> Iterator[Fault]:
    yield from _needed(seen.header, ("subsidiary",))
    if len(seen.lines) == 1:
        yield Fault("lines", "1", "at least 2: what is debited is credited elsewhere")
    decimals, total, sound = _decimals(seen, currency), Decimal(0), bool(seen.lines)
    for where, line in _lines(seen):
        yield from _needed(line, ("account",), where)
        yield from _of_one_currency(seen, line, where)
        given = [side for side in ("debit", "credit") if line.get(side) is not None]
        if len(given) != 1:
            sound = False
            yield Fault(where, " and ".join(given) or "neither side", "a debit or a credit")
            continue
        found = list(_amount(line, given[0], decimals, where))
        yield from found
        amount = _number(line.get(given[0]))
        if found or amount is None:
            sound = False
        else:
            total += amount if given[0] == "debit" else -amount
    if sound and total:
        more = "debits" if total > 0 else "credits"
        yield Fault("lines", f"{abs(total):f} more {more}", "debits and credits that are equal")


def _deposit(seen: Seen, currency: str) -> Iterator[Fault]:
    yield from _needed(seen.header, ("account",))
    bank, decimals = seen.header.reference("account"), _decimals(seen, currency)
    for where, line in _lines(seen):
        yield from _needed(line, ("account",), where)
        yield from _of_one_currency(seen, line, where)
        yield from _amount(line, "amount", decimals, where)
        if bank and line.reference("account") == bank:
            yield Fault(f"{where}: account", bank, "another account than the one deposited to")


def _adjustment(seen: Seen, _currency: str) -> Iterator[Fault]:
    yield from _needed(seen.header, ("subsidiary", "account"))
    quantity = "quantity" if seen.header.flat else "adjustQtyBy"
    for where, line in _lines(seen):
        yield from _needed(line, ("item", "location"), where)
        yield from _quantity(line, quantity, where, signed=True)


def _transfer(seen: Seen, _currency: str) -> Iterator[Fault]:
    yield from _needed(seen.header, ("subsidiary", "location", "transferLocation"))
    source = seen.header.reference("location")
    if source and source == seen.header.reference("transferLocation"):
        yield Fault("transferLocation", source, "another location than the units leave")
    quantity = "quantity" if seen.header.flat else "adjustQtyBy"
    for where, line in _lines(seen):
        yield from _needed(line, ("item",), where)
        yield from _quantity(line, quantity, where)


def _receipt(seen: Seen, _currency: str) -> Iterator[Fault]:
    if not seen.order:
        yield Fault("transfer order", "none", "the external id of the order that is received")
    for where, line in _lines(seen):
        yield from _needed(line, ("item", "location"), where)
        yield from _quantity(line, "quantity", where)


_RULES: Final[Mapping[str, Callable[[Seen, str], Iterator[Fault]]]] = {
    JOURNAL: _journal,
    DEPOSIT: _deposit,
    ADJUSTMENT: _adjustment,
    TRANSFER: _transfer,
    RECEIPT: _receipt,
}


def _lines(seen: Seen) -> Iterator[tuple[str, Fields]]:
    """Yield each line that is an object, with the words for where it stands."""
    for number, line in enumerate(seen.line_fields(), start=1):
        if line is not None:
            yield f"line {number}", line


def _needed(fields: Fields, names: tuple[str, ...], where: str = "") -> Iterator[Fault]:
    for name in names:
        if not fields.reference(name):
            at = f"{where}: {name}" if where else name
            yield Fault(at, shown(fields.get(name)), _REFERENCE)


def _of_one_currency(seen: Seen, line: Fields, where: str) -> Iterator[Fault]:
    own, whole = line.reference("currency"), seen.header.reference("currency")
    if own and own != whole:
        yield Fault(f"{where}: currency", own, f"{whole or 'none'}, as the whole record")


def _decimals(seen: Seen, currency: str) -> int:
    found = iso_currency(currency or seen.header.name("currency"))
    return found.exponent if found else _USUAL_DECIMALS


def _amount(line: Fields, name: str, decimals: int, where: str) -> Iterator[Fault]:
    at, amount = f"{where}: {name}", _number(line.get(name))
    if amount is None:
        yield Fault(at, shown(line.get(name)), "a number")
    elif amount <= 0 or amount >= _TOO_MUCH:
        yield Fault(at, _digits(amount), f"an amount above 0 and below {_TOO_MUCH:,}")
    elif amount != round(amount, decimals):
        yield Fault(at, _digits(amount), f"at most {decimals} decimals")


def _quantity(line: Fields, name: str, where: str, *, signed: bool = False) -> Iterator[Fault]:
    at, units = f"{where}: {name}", _number(line.get(name))
    if units is None:
        yield Fault(at, shown(line.get(name)), "a number")
    elif abs(units) >= _TOO_MUCH or units != int(units):
        yield Fault(at, _digits(units), "whole units")
    elif units == 0 or (units < 0 and not signed):
        yield Fault(at, _digits(units), "anything but 0" if signed else "at least 1")


def _number(value: object) -> Decimal | None:
    """Return an exact number, ``None`` where there is none: text, true, NaN, a float."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _digits(number: Decimal) -> str:
    """Return a number for a reader; one with a huge exponent is not written out."""
    return str(number)[:40]


def _is_day(value: object) -> bool:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
