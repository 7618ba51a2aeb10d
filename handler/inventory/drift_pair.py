"""Two counts of the same units side by side, and what is told where they drift apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from handler.core.finding import Finding
from handler.inventory.amazon_counts import Measure, Unregistered
from handler.inventory.drift_causes import REPAIRS, Cause, CountTimes

if TYPE_CHECKING:
    from handler.inventory.listing import ListingKey, Pool
    from handler.inventory.published import Published

_WORDS: Final[Mapping[Measure, str]] = {
    Measure.ON_HAND: "on hand",
    Measure.AVAILABLE: "available",
    Measure.PUBLISHED: "published",
}


class NetsuiteCount(NamedTuple):
    """NetSuite's count of an item at a location; rows of the same (bins, lots) add up.

    Attributes:
        item: NetSuite's item.
        location: NetSuite's location.
        on_hand: units; ``None`` where not asked.
        available: on hand less committed; ``None`` where not asked.
    """

    item: str
    location: str
    on_hand: int | None = None
    available: int | None = None


@dataclass(frozen=True, slots=True)
class FbmCount:
    """What Amazon should have of one listing, and what is known of it there.

    Attributes:
        item: NetSuite's item; the SKU of a kit that has none.
        published: the listing's state.
        due: what the rule would publish of NetSuite's stock now; ``None`` for the last one sent.
        ordered: units Amazon sold of it since the last one was sent.
    """

    item: str
    published: Published
    due: int | None = None
    ordered: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure of Amazon's beside NetSuite's.

    Attributes:
        pool: whose stock.
        item: NetSuite's item.
        location: NetSuite's; of the seller's own stock "<marketplace>/<SKU>".
        measure: what is compared.
        amazon, netsuite: units; 0 where missing.
        missing: "amazon" or "netsuite" where that system does not name it; else empty.
        tolerance: units by which the two may differ.
        listing: of the seller's own stock; else ``None``.
        cause: proposed; ``None`` where the two agree.
        evidence: the figures the cause was sought in, and notes.
    """

    pool: Pool
    item: str
    location: str
    measure: Measure
    amazon: int
    netsuite: int
    missing: str
    tolerance: int
    listing: ListingKey | None
    cause: Cause | None
    evidence: Mapping[str, object]

    @property
    def difference(self) -> int:
        """Amazon's less NetSuite's."""
        return self.amazon - self.netsuite

    @property
    def drifts(self) -> bool:
        """Whether the two differ by more than is tolerated."""
        return abs(self.difference) > self.tolerance


def drift_subject(item: str, location: str, measure: Measure) -> str:
    """Return what a finding of a pair is about.

    One item at one location has two figures, and each may drift for itself.
    """
    return f"item {item} at {location}, {_WORDS[measure]}"


def drift_finding(pair: Pair, times: CountTimes) -> Finding:
    """Return what is told of a pair that differs by more than is tolerated."""
    cause, words = pair.cause, _WORDS[pair.measure]
    known = {"amazon": "Amazon does not name it", "netsuite": "NetSuite does not name it"}
    missing = f" {known[pair.missing]}." if pair.missing else ""
    proposed = ""
    if cause is not None:
        part = "" if cause.whole or not cause.units else f", which is {cause.units:+} of it"
        proposed = f" Likely cause: {cause.text}{part}."
    return Finding(
        "STOCK_DRIFT",
        drift_subject(pair.item, pair.location, pair.measure),
        f"Item {pair.item} at {pair.location}: Amazon has {pair.amazon} {words}"
        f"{_amazon_time(pair.measure, times)}, NetSuite {pair.netsuite} (read "
        f"{times.read_at.isoformat()}); they differ by {pair.difference:+}, and {pair.tolerance} "
        f"is tolerated.{missing}{proposed}",
        {
            "pool": str(pair.pool),
            "measure": str(pair.measure),
            "amazon": pair.amazon,
            "netsuite": pair.netsuite,
            "difference": pair.difference,
            "tolerance": pair.tolerance,
            "missing_in": pair.missing,
            "cause": str(cause.kind) if cause else "",
            "explains": cause.units if cause else 0,
            **pair.evidence,
        },
        REPAIRS[cause.kind] if cause else "",
    )


def unregistered_finding(one: Unregistered) -> Finding:
    """Return what is told of units that no item is known for."""
    return Finding(
        "UNREGISTERED_SKU",
        f"SKU {one.sku} (FNSKU {one.fnsku}) at {one.location}, {_WORDS[one.measure]}",
        f"Amazon has {one.units} units of SKU {one.sku} (FNSKU {one.fnsku}) that would be "
        f"{_WORDS[one.measure]} at {one.location}, and no sound FBA registration stands for them; "
        "they are compared with nothing.",
        {"sku": one.sku, "fnsku": one.fnsku, "units": one.units},
        "Register the SKU with its FNSKU and NetSuite item, or mend its registration where it is "
        "in quarantine, and compare again.",
    )


def _amazon_time(measure: Measure, times: CountTimes) -> str:
    if measure is Measure.ON_HAND and times.balance_day:
        return f" (ledger, end of {times.balance_day.isoformat()})"
    if measure is Measure.AVAILABLE and times.stock_at:
        return f" (report of {times.stock_at.isoformat()})"
    return ""
