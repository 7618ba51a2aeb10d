"""What an event of Amazon's inventory ledger does to the books, by event and reason code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What becomes of units in NetSuite."""

    RECEIPT = "receipt"  # received by Amazon: as the policy's receipts say
    SHIPMENT = "shipment"  # sold, or returned by a customer: as the policy's shipments say
    ADJUST = "adjust"  # in or out against the account of the rule's role
    REMOVAL = "removal"  # on the way back to the seller: to removal in transit
    TRANSFER = "transfer"  # between centres: moves only where their locations differ
    PAIR_OUT = "pair_out"  # first leg of a change of disposition
    PAIR_IN = "pair_in"  # second leg of one
    REDEFINE_OUT = "redefine_out"  # units leave as one product ...
    REDEFINE_IN = "redefine_in"  # ... and come back as another
    HOLD = "hold"  # counted, never posted: somebody must look


@dataclass(frozen=True, slots=True)
class ReasonRule:
    """One row of ``mappings/ledger_reasons.csv``.

    Attributes:
        event: Amazon's event type, normalised: letters only, lower case ("whsetransfers"); "*" for
            any.
        reason: Amazon's code ("M"); "*" for any, empty for none.
        effect: what it does.
        role: names the account of an adjustment ("lost"); empty for the other effects.
        line: of the table.
    """

    event: str
    reason: str
    effect: Effect
    role: str = ""
    line: int = 0


class ReasonTable:
    """The rules, asked by event and reason; the more exact one answers."""

    def __init__(self, rules: Iterable[ReasonRule]) -> None:
        """Keep ``rules``; each pair of event and reason stands once."""
        self._rules = {(rule.event, rule.reason): rule for rule in rules}

    def __iter__(self) -> Iterator[ReasonRule]:
        return iter(self._rules.values())

    def find(self, event: str, reason: str) -> ReasonRule | None:
        """Return the rule for an event and reason, or ``None`` where the table knows neither.

        Of an event without a rule for the reason, the rule with "*" answers. An event the table
        does not name has no rule, unless one stands for every event.
        """
        for key in ((event, reason), (event, "*"), ("*", reason), ("*", "*")):
            if key in self._rules:
                return self._rules[key]
        return None
