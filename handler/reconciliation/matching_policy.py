"""How deposits are matched: windows, bounds and thresholds, with defaults that suit most banks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor

from handler.core.money import known_currency


@dataclass(frozen=True, slots=True)
class RateRule:
    """What a currency is worth in another at the bank, in major units.

    Attributes:
        source: ISO 4217 code of the settlement.
        target: ISO 4217 code of the bank line.
        low: least units of ``target`` that one of ``source`` can bring.
        high: most; equal to ``low`` where the bank's rate is given.
        booked: the rate the settlement is carried at in the books; ``None`` where that is not
            known: then the clearing account is relieved at the bank's own rate.
        since: first day the rule holds for, by the bank line's date; ``None``: from ever.
        until: last day; ``None``: for ever.
    """

    source: str
    target: str
    low: Fraction
    high: Fraction
    booked: Fraction | None = None
    since: date | None = None
    until: date | None = None

    def holds(self, source: str, target: str, day: date) -> bool:
        """Return whether the rule is about this pair on this day."""
        return (
            (self.source, self.target) == (source, target)
            and (self.since is None or self.since <= day)
            and (self.until is None or day <= self.until)
        )

    @property
    def given(self) -> bool:
        """Whether the bank's rate is known and not just bounded."""
        return self.low == self.high

    def bounds(self, amount: int) -> tuple[int, int]:
        """Return least and most minor units of ``target`` that ``amount`` of ``source`` brings.

        Outward to whole minor units: banks round either way.
        """
        return floor(self._converted(amount, self.low)), ceil(self._converted(amount, self.high))

    def booked_value(self, amount: int) -> int | None:
        """Return ``amount`` of ``source`` in minor units of ``target`` as the books carry it.

        Half a minor unit goes to the even one.
        """
        return None if self.booked is None else round(self._converted(amount, self.booked))

    def _converted(self, amount: int, rate: Fraction) -> Fraction:
        places = known_currency(self.target).exponent - known_currency(self.source).exponent
        return amount * rate * Fraction(10) ** places


@dataclass(frozen=True, slots=True)
class MatchingPolicy:
    """Windows in days, bounds of the search, thresholds in points of a score.

    Attributes:
        early_days: how long before the deposit date a line may come (time zones).
        usual_days: how long after it money usually takes.
        late_days: how long after it a deposit is still looked for.
        merged_days: the same for several settlements in one line or several lines for one.
        return_days: how long after a payout the bank may send it back.
        again_days: how long after that Amazon may pay again.
        missing_days: a deposit not found this long after its date is an exception.
        merged_most: most settlements in one line.
        split_most: most lines for one settlement.
        pool_most: most settlements or lines among which such sums are looked for.
        accept: a match with fewer points is asked.
        ask_from: with fewer points it is not even asked.
        margin: points a match must have over every rival.
        margin_inexact: the same for a match whose amount is only within a rate's bounds, over
            rivals that nothing else explains.
        rates: for bank lines in another currency than the settlement.
    """

    early_days: int = 1
    usual_days: int = 6
    late_days: int = 45
    merged_days: int = 14
    return_days: int = 15
    again_days: int = 45
    missing_days: int = 10
    merged_most: int = 4
    split_most: int = 3
    pool_most: int = 24
    accept: int = 70
    ask_from: int = 55
    margin: int = 10
    margin_inexact: int = 20
    rates: tuple[RateRule, ...] = ()

    def rate(self, source: str, target: str, day: date) -> RateRule | None:
        """Return the first rule for the pair on the day."""
        return next((rule for rule in self.rates if rule.holds(source, target, day)), None)
