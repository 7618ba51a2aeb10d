"""What the books should say of one day of Amazon's ledger: totals in, moves out.

A pure function of the totals of that day and the day before, of the policy and of the registry.
So it can be asked again whenever one of them changes, and the difference to what is posted is
what is left to post. Every unit of the day ends in exactly one place: a move, the units that are
only reconciled, those that wait, or a pair with the next day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from handler.inventory.disposition_pairs import (
    Leg,
    Pair,
    location_of,
    pair_dispositions,
    pair_redefinitions,
)
from handler.inventory.ledger_held import Held
from handler.inventory.ledger_reason import Effect, ReasonRule
from handler.inventory.policy import InventoryPolicy, ReceiptPolicy, ShipmentPolicy
from handler.inventory.posting import Move, PostingKind
from handler.inventory.totals import CUSTOMER_RETURNS, Totals, cause_of

if TYPE_CHECKING:
    from handler.inventory.ledger_day import Total, TotalKey

# Amazon could not tell what happened, mostly as the rows are cut at the end of a period. No rule,
# not even one for every event, may post them.
_UNKNOWN_EVENTS: Final = "unknownevents"
_PAIR: Final = frozenset({Effect.PAIR_OUT, Effect.PAIR_IN})
_REDEFINE: Final = frozenset({Effect.REDEFINE_OUT, Effect.REDEFINE_IN})
_ADJUSTING: Final = frozenset({Effect.ADJUST, Effect.SHIPMENT}) | _REDEFINE
_ALONE: Final = {False: "they left and arrived nowhere", True: "they arrived from nowhere"}


class Identified(NamedTuple):
    """Which item units are, or why that cannot be said.

    Attributes:
        item: NetSuite's; empty where not known.
        code: of the finding where not known: ``UNREGISTERED_SKU``, ``FOUND_UNMAPPED``,
            ``POOL_CONFLICT`` or ``LISTING_QUARANTINED``; else empty.
        detail: more words for the finding; may be empty.
    """

    item: str
    code: str = ""
    detail: str = ""


ItemOf = Callable[[str, str], Identified]
"""Tells the item of an FNSKU and Amazon's MSKU. Of one FNSKU it is the same under every MSKU."""


@dataclass(frozen=True, slots=True)
class DayMoves:
    """What the books should say of one day.

    Attributes:
        moves: units of each; no zeros. A receipt may be below zero: Amazon took units back.
        reconciled: units of totals that the policy only compares, or that stay in one location.
        held: what waits, and why.
        from_before: units of totals of the day before that are in this day's moves.
        with_next: units of this day's totals that the next day's moves have.
    """

    moves: Mapping[Move, int]
    reconciled: Mapping[TotalKey, int]
    held: tuple[Held, ...]
    from_before: Mapping[TotalKey, int]
    with_next: Mapping[TotalKey, int]


def moves_of_day(
    totals: Totals,
    before: Totals,
    policy: InventoryPolicy,
    item_of: ItemOf,
    after: Totals | None = None,
) -> DayMoves:
    """Return the moves of a day.

    Args:
        totals: of the day.
        before: of the day before; empty where not known. Units that left a disposition there may
            arrive today.
        policy: locations, accounts and reasons.
        item_of: the registry's answer.
        after: of the next day, where known. It only tells which legs wait no longer: those moves
            are the next day's.
    """
    today = _sorted_out(totals, policy, item_of)
    pairs, across, alone = pair_dispositions(today.legs, _legs(before, policy, item_of))
    taken = pair_dispositions(_legs(after or {}, policy, item_of), today.legs).across
    redefined, alone_redefined = pair_redefinitions(today.redefined)
    moves = Counter(today.moves)
    for pair in (*pairs, *across):
        moves.update(_transfer(pair))
    for pair in redefined:
        for leg in (pair.leaving, pair.arriving):
            moves.update({_adjustment(leg, policy.accounts["redefinition"]): leg.units})
    with_next = _units_leaving(taken)
    waits = [leg._replace(units=leg.units - with_next[leg.key]) for leg in alone]
    held = [
        Held(leg.key, leg.units, "UNPAIRED_DISPOSITION", leg.line, _ALONE[leg.units > 0])
        for leg in (*waits, *alone_redefined)
        if leg.units
    ]
    return DayMoves(
        moves={
            move: units
            for move, units in sorted(moves.items())
            if units and move.source != move.target
        },
        reconciled=today.reconciled,
        held=(*today.held, *held),
        from_before=_units_leaving(across),
        with_next=with_next,
    )


@dataclass(frozen=True, slots=True)
class _SortedOut:
    """A day's totals by what becomes of them; pairs are not made yet."""

    moves: Counter[Move]
    reconciled: dict[TotalKey, int]
    held: list[Held]
    legs: list[Leg]
    redefined: list[Leg]


def _sorted_out(totals: Totals, policy: InventoryPolicy, item_of: ItemOf) -> _SortedOut:
    out = _SortedOut(Counter(), {}, [], [], [])
    for key in sorted(totals):
        total = totals[key]
        units = total.quantity
        if not units:
            continue
        rule = policy.reasons.find(key.event, key.reason)
        who = item_of(key.fnsku, key.sku)
        location = location_of(key.disposition, policy.at_amazon(key.country))
        if rule is not None and _is_only_counted(rule.effect, policy):
            out.reconciled[key] = units
            if who.code:
                out.held.append(Held(key, 0, who.code, total.first_line, who.detail))
            continue
        obstacle = _obstacle(key, rule, who, location, policy)
        leg = Leg(key, who.item, location, units, total.first_line)
        if rule is None or obstacle is not None:
            code, detail = obstacle or ("UNKNOWN_LEDGER_REASON", "")
            out.held.append(Held(key, units, code, total.first_line, detail))
        elif rule.effect in _PAIR:
            out.legs.append(leg)
        elif rule.effect in _REDEFINE:
            out.redefined.append(leg)
        else:
            out.moves.update(_move(leg, rule, policy))
    return out


def _legs(totals: Totals, policy: InventoryPolicy, item_of: ItemOf) -> list[Leg]:
    """Return the legs of changes of disposition in a neighbouring day."""
    changes: dict[TotalKey, Total] = {}
    for key, total in totals.items():
        rule = policy.reasons.find(key.event, key.reason)
        if rule is not None and rule.effect in _PAIR:
            changes[key] = total
    return _sorted_out(changes, policy, item_of).legs


def _is_only_counted(effect: Effect, policy: InventoryPolicy) -> bool:
    """Return whether the policy only compares such units: something else moves them, or nothing."""
    match effect:
        case Effect.RECEIPT:
            return policy.receipts is ReceiptPolicy.RECONCILE
        case Effect.SHIPMENT:
            return policy.shipments is ShipmentPolicy.RECONCILE
        case Effect.TRANSFER:
            return not policy.fba_by_country  # all centres are one location
        case _:
            return False


def _obstacle(
    key: TotalKey, rule: ReasonRule | None, who: Identified, location: str, policy: InventoryPolicy
) -> tuple[str, str] | None:
    """Return code and words of what keeps a total from being posted, or ``None``."""
    if rule is None or key.event == _UNKNOWN_EVENTS:
        return "UNKNOWN_LEDGER_REASON", ""
    if rule.effect is Effect.HOLD:
        return "UNKNOWN_LEDGER_REASON", f"line {rule.line} of the table says to hold it"
    role = _role(rule, key)
    if rule.effect in _ADJUSTING and not policy.accounts.get(role):
        return "UNKNOWN_LEDGER_REASON", f'the profile names no account for "{role}"'
    if who.code:
        return who.code, who.detail
    return None if location else ("UNKNOWN_DISPOSITION", "")


def _role(rule: ReasonRule, key: TotalKey) -> str:
    """Return the role of the account an adjustment is made against."""
    if rule.effect in _REDEFINE:
        return "redefinition"
    if rule.effect is Effect.SHIPMENT:
        return "returns" if key.event == CUSTOMER_RETURNS else "shipments"
    return rule.role


def _move(leg: Leg, rule: ReasonRule, policy: InventoryPolicy) -> dict[Move, int]:
    """Return the move of a total that needs no partner."""
    key, here = leg.key, leg.location
    locations = policy.at_amazon(key.country)
    match rule.effect:
        case Effect.RECEIPT if policy.receipts is ReceiptPolicy.ITEM_RECEIPT and key.reference:
            receipt = Move(
                PostingKind.RECEIPT, leg.item, "", here, "", cause_of(key), key.reference
            )
            return {receipt: leg.units}
        case Effect.RECEIPT:
            # Without a shipment there is no transfer order to receive against.
            return _signed_transfer(leg, locations.in_transit, here, leg.units)
        case Effect.REMOVAL:
            return _signed_transfer(leg, here, locations.removal_in_transit, -leg.units)
        case Effect.TRANSFER:
            # Both legs pass through one location of the whole pool, so that they balance although
            # they are of two countries and often of two days.
            return _signed_transfer(leg, policy.fba.in_transit, here, leg.units)
        case _:
            return {_adjustment(leg, policy.accounts[_role(rule, key)]): leg.units}


def _adjustment(leg: Leg, account: str) -> Move:
    return Move(PostingKind.ADJUSTMENT, leg.item, "", leg.location, account, cause_of(leg.key), "")


def _signed_transfer(leg: Leg, source: str, target: str, units: int) -> dict[Move, int]:
    """Return units as going from ``source`` to ``target``; below zero they go the other way."""
    move = Move(
        PostingKind.TRANSFER, leg.item, source, target, "", cause_of(leg.key), leg.key.reference
    )
    return {move: units}


def _transfer(pair: Pair) -> dict[Move, int]:
    """Return what a change of disposition moves: nothing where both are kept in one location."""
    source, target = pair.leaving.location, pair.arriving.location
    return {} if source == target else _signed_transfer(pair.leaving, source, target, pair.units)


def _units_leaving(pairs: Iterable[Pair]) -> Counter[TotalKey]:
    units: Counter[TotalKey] = Counter()
    for pair in pairs:
        units[pair.leaving.key] -= pair.units
    return units
