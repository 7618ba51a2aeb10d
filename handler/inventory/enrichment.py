"""What explains the ledger's units: returns, removals and reimbursements. None of it moves any."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from handler.inventory.totals import ADJUSTMENTS, CUSTOMER_RETURNS, VENDOR_RETURNS, Totals

if TYPE_CHECKING:
    from handler.inventory.amazon_stock import CustomerReturn, Reimbursement, Removal

# Amazon's codes for units missing from their bin, and for such that came to light again.
_LOST: Final = frozenset({"M", "5"})
_FOUND: Final = "F"
# Amazon looks for lost units that long, and pays without being asked.
CLAIM_AFTER_DAYS: Final = 45


@dataclass(frozen=True, slots=True)
class LostUnits:
    """Units Amazon lost on one day, and what became of them.

    Attributes:
        day: Amazon's.
        fnsku: of the units.
        lost: how many, at least 1.
        found: of these, found again.
        reimbursed: of these, paid for or replaced.
        reimbursements: what closed them, oldest first; one may close units of several days.
        is_claimable: whether units are open for longer than Amazon needs.
    """

    day: date
    fnsku: str
    lost: int
    found: int
    reimbursed: int
    reimbursements: tuple[Reimbursement, ...]
    is_claimable: bool

    @property
    def open(self) -> int:
        """Units neither found nor reimbursed."""
        return self.lost - self.found - self.reimbursed


@dataclass(frozen=True, slots=True)
class LedgerEvidence:
    """What the other reports say of the ledger's units.

    Attributes:
        lost: by FNSKU and day.
        returns: (day, FNSKU, centre, disposition) of the ledger's returns -> the customers' returns
            of the same.
        removals: removal order of the ledger -> its rows in the reports of removals.
    """

    lost: tuple[LostUnits, ...]
    returns: Mapping[tuple[date, str, str, str], tuple[CustomerReturn, ...]]
    removals: Mapping[str, tuple[Removal, ...]]

    @property
    def claims(self) -> tuple[LostUnits, ...]:
        """What may be claimed from Amazon."""
        return tuple(one for one in self.lost if one.is_claimable)


def enrich(
    totals_by_day: Mapping[date, Totals],
    returns: Iterable[CustomerReturn],
    removals: Iterable[Removal],
    reimbursements: Iterable[Reimbursement],
    as_of: date,
) -> LedgerEvidence:
    """Return what explains the ledger's units.

    Lost units of an FNSKU are closed oldest first: by units found since, then by reimbursements
    since.

    Args:
        totals_by_day: of the ledger.
        returns: of the report of customer returns.
        removals: of the reports of removal orders and shipments.
        reimbursements: one that takes money back counts against the one it names.
        as_of: the day that age is reckoned to.
    """
    keys = [(day, key) for day, totals in totals_by_day.items() for key in totals]
    returned = {
        (day, key.fnsku, key.centre, key.disposition)
        for day, key in keys
        if key.event == CUSTOMER_RETURNS
    }
    orders = {key.reference for _, key in keys if key.event == VENDOR_RETURNS}
    by_return: defaultdict[tuple[date, str, str, str], list[CustomerReturn]] = defaultdict(list)
    for row in returns:
        by_return[row.day, row.fnsku, row.centre, row.disposition].append(row)
    by_order: defaultdict[str, list[Removal]] = defaultdict(list)
    for removal in removals:
        by_order[removal.order_id].append(removal)
    return LedgerEvidence(
        tuple(_lost_units(totals_by_day, list(reimbursements), as_of)),
        {place: tuple(by_return[place]) for place in sorted(returned) if place in by_return},
        {order: tuple(by_order[order]) for order in sorted(orders) if order in by_order},
    )


@dataclass(frozen=True, slots=True)
class _Units:
    """Units of one day; of a reimbursement, with its row."""

    day: date
    units: int
    row: Reimbursement | None = None


def _lost_units(
    totals_by_day: Mapping[date, Totals], reimbursements: list[Reimbursement], as_of: date
) -> Iterator[LostUnits]:
    found = _adjusted(totals_by_day, frozenset({_FOUND}))
    paid = _paid(reimbursements)
    for fnsku, changes in sorted(_adjusted(totals_by_day, _LOST).items()):
        lost = [_Units(one.day, -one.units) for one in changes if one.units < 0]
        back = _closed(lost, found.get(fnsku, []))
        missing = [
            _Units(one.day, one.units - sum(part.units for part in parts))
            for one, parts in zip(lost, back, strict=True)
        ]
        for one, rest, parts in zip(lost, missing, _closed(missing, paid[fnsku]), strict=True):
            reimbursed = sum(part.units for part in parts)
            is_old = (as_of - one.day).days > CLAIM_AFTER_DAYS
            yield LostUnits(
                day=one.day,
                fnsku=fnsku,
                lost=one.units,
                found=one.units - rest.units,
                reimbursed=reimbursed,
                reimbursements=tuple(part.row for part in parts if part.row),
                is_claimable=is_old and rest.units > reimbursed,
            )


def _adjusted(
    totals_by_day: Mapping[date, Totals], reasons: frozenset[str]
) -> dict[str, list[_Units]]:
    """Return each FNSKU's adjustments with one of ``reasons``, by day."""
    found: defaultdict[str, list[_Units]] = defaultdict(list)
    for day, totals in sorted(totals_by_day.items()):
        units: Counter[str] = Counter()
        for key, total in totals.items():
            if key.event == ADJUSTMENTS and key.reason in reasons:
                units[key.fnsku] += total.quantity
        for fnsku in units:
            found[fnsku].append(_Units(day, units[fnsku]))
    return dict(found)


def _paid(reimbursements: list[Reimbursement]) -> defaultdict[str, list[_Units]]:
    """Return the units reimbursed as lost, by FNSKU and day, less those taken back since."""
    back: Counter[tuple[str, str]] = Counter()
    for row in reimbursements:
        back[row.original_id, row.fnsku] += max(0, -row.cash_units)
    paid: defaultdict[str, list[_Units]] = defaultdict(list)
    lost = [row for row in reimbursements if row.reason.lower().startswith("lost")]
    for row in sorted(lost, key=lambda row: (row.day, row.reimbursement_id, row.line)):
        units = max(0, row.cash_units + row.stock_units)
        taken = min(units, back[row.reimbursement_id, row.fnsku])
        back[row.reimbursement_id, row.fnsku] -= taken
        paid[row.fnsku].append(_Units(row.day, units - taken, row))
    return paid


def _closed(lost: list[_Units], later: list[_Units]) -> list[list[_Units]]:
    """Return for each of ``lost`` what closes it: the oldest first, and never before its day."""
    left = [one.units for one in lost]
    closed: list[list[_Units]] = [[] for _ in lost]
    for one in later:
        units = one.units
        for number, lot in enumerate(lost):
            taken = min(units, left[number])
            if taken > 0 and lot.day <= one.day:
                closed[number].append(_Units(one.day, taken, one.row))
                left[number] -= taken
                units -= taken
    return closed
