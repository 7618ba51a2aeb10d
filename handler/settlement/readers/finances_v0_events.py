"""Amounts of a v0 financial event, found by walking its structure, not a list of known events.

Wherever an object with a currency and an amount stands, it is an amount, named by the type field
beside it (FeeAmount by FeeType) or by its own field. So an event list Amazon adds tomorrow counts.
The tables below hold the few fields of the published model (Selling Partner API for Finances, v0)
that state a sum, a detail or no money at all: counting them would count twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from handler.core.money import Currency
from handler.settlement.group import Kind
from handler.settlement.readers.notes import Notes

_DEEPEST = 16
# Event -> the field that states the sum of the others.
_SUMS: Mapping[str, str] = MappingProxyType(
    {
        "CouponPayment": "TotalAmount",
        "SellerReviewEnrollmentPayment": "TotalAmount",
        "SellerDealPayment": "totalAmount",
        "ProductAdsPayment": "transactionValue",
        "AffordabilityExpense": "TotalExpense",
        "AffordabilityExpenseReversal": "TotalExpense",
    }
)
# Event -> fields that detail an amount counted already, or are a base and no money moved.
_NOT_COUNTED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Adjustment": frozenset({"AdjustmentItemList"}),
        "DebtRecovery": frozenset({"DebtRecoveryItemList", "ChargeInstrumentList"}),
        "SAFETReimbursement": frozenset({"SAFETReimbursementItemList"}),
        "TaxWithholding": frozenset({"BaseAmount"}),
        "RentalTransaction": frozenset({"RentalInitialValue"}),
    }
)
# Field -> the field beside it that it takes away from, though the model shows both above zero.
_AGAINST: Mapping[str, str] = MappingProxyType(
    {
        "LiquidationFeeAmount": "LiquidationProceedsAmount",
        "TaxWithheld": "TaxAmount",
        "TaxWithheldAdjustment": "TaxAmountAdjustment",
    }
)
# The fields of an event that say what the event's own amount is.
_EVENT_TYPES = (
    "RetrochargeEventType",
    "SourceBusinessEventType",
    "ProviderTransactionType",
    "TransactionType",
    "DebtRecoveryType",
)
_OF_EVENT = frozenset(
    {"BaseTax", "ShippingTax", "LoanAmount", "TransactionAmount", "RecoveryAmount"}
)
_REMOVALS = frozenset({"Revenue", "RevenueAdjustment"})
_TAXES = frozenset({"taxAmount", "taxValue"})
_COMMINGLING = "NetworkComminglingTransaction"
_SKU = ("SellerSKU", "SKU")


@dataclass(frozen=True, slots=True)
class Found:
    """An amount of an event.

    Attributes:
        path: JSON path from the event.
        kind: in the API's words.
        value: in minor units.
        sku: the seller's SKU, or empty.
    """

    path: str
    kind: Kind
    value: int
    sku: str


def transaction_type(list_name: str) -> str:
    """Return what the events of a list are: "Shipment" for ShipmentEventList."""
    return list_name.removesuffix("List").removesuffix("Event")


class Event:
    """Reads the amounts of one event."""

    def __init__(
        self, number: int, name: str, event: Mapping[str, Any], money: Currency, notes: Notes
    ) -> None:
        self._number, self._name, self._event = number, name, event
        self._money, self._notes = money, notes

    def amounts(self) -> list[Found]:
        """Return every amount once, in the event's order."""
        found = list(self._walk(self._event, "", _sku(self._event), 0))
        field = _SUMS.get(self._name)
        sums = [each for each in found if each.path == field]
        parts = [each for each in found if each.path != field]
        if not sums or not parts:
            return found
        total = sum(each.value for each in parts)
        if total != sums[0].value:
            text = self._money.text
            self._bad(
                str(field),
                text(sums[0].value),
                f"{text(total)}, the sum of its {len(parts)} part(s)",
            )
        return parts

    def _walk(self, node: Mapping[str, Any], path: str, sku: str, depth: int) -> Iterator[Found]:
        if depth > _DEEPEST:
            self._bad(path, "more", f"objects nested at most {_DEEPEST} deep")
            return
        for field, value in node.items():
            where = f"{path}/{field}" if path else field
            if not path and field in _NOT_COUNTED.get(self._name, ()):
                continue
            listed = value if isinstance(value, list) else [value]
            for place, each in enumerate(listed):
                if not isinstance(each, dict):
                    continue
                at = f"{where}/{place}" if isinstance(value, list) else where
                if is_money(each):
                    yield from self._amount(node, field, at, each, sku)
                else:
                    yield from self._walk(each, at, _sku(each) or sku, depth + 1)

    def _amount(
        self, owner: Mapping[str, Any], field: str, path: str, found: Mapping[str, Any], sku: str
    ) -> Iterator[Found]:
        value = minor(found, self._number, path, self._money, self._notes)
        if value is None:
            return
        beside = owner.get(_AGAINST.get(field, ""))
        if isinstance(beside, dict):
            against = str(beside.get("CurrencyAmount", ""))
            if value and against.startswith("-") == (value < 0):
                value = -value
        yield Found(path, self._kind(owner, field, value), value, sku)

    def _kind(self, owner: Mapping[str, Any], field: str, value: int) -> Kind:
        stem = field.removesuffix("Amount")
        said = owner.get(f"{stem}Type")
        if stem != field and isinstance(said, str) and said:
            # One name for both directions; the newer API has a name for each.
            if said == "ReserveEvent":
                said = "ReserveCredit" if value > 0 else "ReserveDebit"
            return Kind(self._name, f"{stem[:1].upper()}{stem[1:]}Type", said)
        if field in _TAXES:
            return Kind(self._name, field, "Tax")
        if self._name == _COMMINGLING:
            return Kind(self._name, self._name, str(self._event.get("TransactionType") or field))
        if field in _REMOVALS:
            said = self._event.get("TransactionType") or field
            return Kind(self._name, "RemovalShipment TransactionType", str(said))
        if field in _OF_EVENT and owner is self._event:
            for name in _EVENT_TYPES:
                if self._event.get(name):
                    return Kind(self._name, name, str(self._event[name]))
        plain = field in ("Amount", "ReimbursedAmount")
        return Kind(self._name, field, self._name if plain else field)

    def _bad(self, path: str, found: object, expected: str) -> None:
        self._notes.bad_value(self._number, path, found, expected)


def is_money(node: Mapping[str, Any]) -> bool:
    """Whether an object is an amount."""
    return "CurrencyAmount" in node or "CurrencyCode" in node


def minor(
    found: Mapping[str, Any], number: int, path: str, money: Currency, notes: Notes
) -> int | None:
    """Return an amount object in minor units; ``None``, noted, where it is none."""
    if found.get("CurrencyCode") != money.code:
        notes.bad_value(number, f"{path}/CurrencyCode", found.get("CurrencyCode"), money.code)
        return None
    return notes.money(number, f"{path}/CurrencyAmount", found.get("CurrencyAmount"), money)


def _sku(node: Mapping[str, Any]) -> str:
    """Return the SKU an object names, itself or by the one item that details it."""
    for name in _SKU:
        if isinstance(node.get(name), str):
            return str(node[name])
    items = node.get("AdjustmentItemList")
    if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
        names = {str(item.get("SellerSKU") or "") for item in items}
        return names.pop() if len(names) == 1 else ""
    return ""
