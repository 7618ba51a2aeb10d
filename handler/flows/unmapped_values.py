"""Amazon's words that no rule names, as the register knows them: what waits for which rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from handler.flows.exception_ports import ExceptionList, RegisteredException
from handler.settlement.group import Kind

if TYPE_CHECKING:
    from handler.flows.app import App

UNMAPPED_CODES: Final = ("UNMAPPED_TRANSACTION_HELD", "UNMAPPED_TRANSACTION")
_MOST: Final = 200  # exceptions of a code that are looked at
_PREFIX: Final = "settlement:"


@dataclass(slots=True)
class UnmappedValue:
    """One of Amazon's words without a rule, over all settlements it waits in.

    Attributes:
        kind: as the files spell it.
        proposed_class: of the nearest rule; empty where none is near.
        proposed_from: where that rule stands.
        holds: whether a settlement is held by it; else it is posted to suspense.
        rows: how many.
        amounts: currency -> exact sum, in units of the currency.
        settlements: ids of those it waits in.
        since: ISO 8601 in UTC, when it was first seen.
    """

    kind: Kind
    proposed_class: str = ""
    proposed_from: str = ""
    holds: bool = False
    rows: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    settlements: list[str] = field(default_factory=list)
    since: str = ""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Values without a rule, those that hold a settlement first, then by their rows.

    Attributes:
        values: one for each of Amazon's words.
        codes: of :data:`UNMAPPED_CODES`, those that are open.
        has_more: whether more exceptions wait than were looked at.
    """

    values: Sequence[UnmappedValue]
    codes: frozenset[str]
    has_more: bool


def unmapped_values(app: App) -> Unmapped:
    """Return what waits for a rule.

    Raises:
        OutsideFailure: the store did not answer.
    """
    found: dict[Kind, UnmappedValue] = {}
    codes: set[str] = set()
    has_more = False
    for code in UNMAPPED_CODES:
        page = app.settlements.exceptions(_MOST, "", ExceptionList("code", code))
        has_more = has_more or bool(page.cursor)
        codes.update(one.code for one in page.items)
        for one in page.items:
            _count(found, one, holds=code == UNMAPPED_CODES[0])
    values = sorted(found.values(), key=lambda value: (not value.holds, -value.rows, value.kind))
    return Unmapped(values, frozenset(codes), has_more)


def unmapped_document(value: UnmappedValue) -> dict[str, Any]:
    """Return a value as answers tell it."""
    return {
        **value.kind._asdict(),
        "proposed_class": value.proposed_class,
        "proposed_from": value.proposed_from,
        "holds": value.holds,
        "rows": value.rows,
        "amounts": {code: str(amount) for code, amount in sorted(value.amounts.items())},
        "settlements": value.settlements,
        "since": value.since,
    }


def _count(found: dict[Kind, UnmappedValue], one: RegisteredException, *, holds: bool) -> None:
    evidence = one.finding.get("evidence")
    if not isinstance(evidence, dict) or not one.scope.startswith(_PREFIX):
        return
    kind = Kind(*(str(evidence.get(name, "")) for name in Kind._fields))
    value = found.setdefault(kind, UnmappedValue(kind))
    value.proposed_class = value.proposed_class or str(evidence.get("proposed_class", ""))
    value.proposed_from = value.proposed_from or str(evidence.get("proposed_from", ""))
    value.holds = value.holds or holds
    value.rows += int(evidence.get("rows", 0))
    currency, amount = str(evidence.get("currency", "")), _amount(evidence.get("amount"))
    if currency and amount is not None:
        value.amounts[currency] = value.amounts.get(currency, Decimal(0)) + amount
    value.settlements.append(one.scope.removeprefix(_PREFIX))
    value.since = min(value.since or one.first_seen, one.first_seen)


def _amount(text: object) -> Decimal | None:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None
