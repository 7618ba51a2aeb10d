"""Amazon's own balances, proven: each row of the ledger's summary must follow from its figures.

    start + in transit + receipts - shipments + returns - removals +/- transfers
        + found - lost - damaged - disposed + other (+ unknown) = end

Amazon writes outflows with a sign or without, and counts units in transit or not. Which of these
a file does is settled once for the whole file, never row by row: a row may not choose its proof.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from handler.core.finding import Finding
from handler.inventory.totals import (
    ADJUSTMENTS,
    CUSTOMER_RETURNS,
    RECEIPTS,
    SHIPMENTS,
    VENDOR_RETURNS,
    WAREHOUSE_TRANSFERS,
    Totals,
)

if TYPE_CHECKING:
    from handler.inventory.ledger_event import LedgerBalance

_IN_TRANSIT: Final = "in transit between warehouses"
_TRANSFERS: Final = "warehouse transfer in/out"
_UNKNOWN: Final = "unknown events"
_OUTFLOWS: Final = ("customer shipments", "vendor returns", "lost", "damaged", "disposed")
_INFLOWS: Final = ("receipts", "customer returns", "found", "other events")

# The columns of the summary that an event of the detail is counted in.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    RECEIPTS: ("receipts",),
    SHIPMENTS: ("customer shipments",),
    CUSTOMER_RETURNS: ("customer returns",),
    VENDOR_RETURNS: ("vendor returns",),
    WAREHOUSE_TRANSFERS: (_TRANSFERS,),
    ADJUSTMENTS: ("found", "lost", "damaged", "disposed", "other events"),
}


class Interpretation(NamedTuple):
    """How a file writes its figures.

    Attributes:
        outflow: 1 where outflows have their sign, -1 where they are written without.
        transit: 1 or -1 where units in transit are part of the balance, 0 where they are not.
        transfers: 1 where transfers come in as written, -1 where they go out.
        unknown: 1 where unknown events are part of the balance, 0 where they are not.
    """

    outflow: int
    transit: int
    transfers: int
    unknown: int

    def sign_of(self, column: str) -> int:
        """Return what a column's figure counts for in the balance."""
        if column in _OUTFLOWS:
            return self.outflow
        fixed = {_IN_TRANSIT: self.transit, _TRANSFERS: self.transfers, _UNKNOWN: self.unknown}
        return fixed.get(column, 1)

    def as_dict(self) -> dict[str, object]:
        """Return it in words, for an answer."""
        return {
            "outflows": "signed" if self.outflow == 1 else "unsigned",
            "in_transit": {1: "added", -1: "subtracted", 0: "not counted"}[self.transit],
            "transfers": "added" if self.transfers == 1 else "subtracted",
            "unknown_events": "added" if self.unknown else "not counted",
        }


# Of two that prove as many rows the earlier stands.
INTERPRETATIONS: Final = tuple(
    Interpretation(*signs) for signs in product((1, -1), (0, 1, -1), (1, -1), (1, 0))
)


@dataclass(frozen=True, slots=True)
class EquationProof:
    """Whether a summary's balances follow from its figures.

    Attributes:
        interpretation: the one under which most rows balance.
        rows: how many there are.
        balanced: how many of them balance under it.
        findings: a ``LEDGER_DRIFT`` for each that does not.
    """

    interpretation: Interpretation
    rows: int
    balanced: int
    findings: tuple[Finding, ...]

    @property
    def is_proven(self) -> bool:
        """Whether every row balances."""
        return self.balanced == self.rows


def prove_balances(balances: Sequence[LedgerBalance]) -> EquationProof:
    """Settle the interpretation of a file, and prove each of its rows under it."""
    shapes = Counter(_shape(row) for row in balances)
    counts = {
        one: sum(rows for shape, rows in shapes.items() if not _gap(shape, one))
        for one in INTERPRETATIONS
    }
    best = max(INTERPRETATIONS, key=lambda one: counts[one])
    drifting = [row for row in balances if _gap(_shape(row), best)]
    return EquationProof(
        best,
        len(balances),
        counts[best],
        tuple(_drift(row, _gap(_shape(row), best), best) for row in drifting),
    )


class _Shape(NamedTuple):
    """A row as far as the equation is concerned; many rows share one."""

    fixed: int
    outflows: int
    transit: int
    transfers: int
    unknown: int


def _shape(row: LedgerBalance) -> _Shape:
    told = row.movements.get
    return _Shape(
        row.start - row.end + sum(told(name, 0) for name in _INFLOWS),
        sum(told(name, 0) for name in _OUTFLOWS),
        told(_IN_TRANSIT, 0),
        told(_TRANSFERS, 0),
        told(_UNKNOWN, 0),
    )


def _gap(shape: _Shape, signs: Interpretation) -> int:
    """Return the end the figures lead to, less the end that is written."""
    return (
        shape.fixed
        + signs.outflow * shape.outflows
        + signs.transit * shape.transit
        + signs.transfers * shape.transfers
        + signs.unknown * shape.unknown
    )


def _drift(row: LedgerBalance, gap: int, signs: Interpretation) -> Finding:
    return Finding(
        "LEDGER_DRIFT",
        f"{_name(row)} on {row.day.isoformat()}",
        f"Line {row.line}: {_name(row)} ends {row.day.isoformat()} with {row.end} units by "
        f"Amazon's figure, and with {row.end + gap} by its start and movements.",
        {
            "line": row.line,
            "sku": row.sku,
            "start": row.start,
            **dict(sorted(row.movements.items())),
            "end": row.end,
            "computed": row.end + gap,
            "difference": gap,
            **{f"read_{name}": told for name, told in signs.as_dict().items()},
        },
    )


def _name(row: LedgerBalance) -> str:
    return f"FNSKU {row.fnsku} {row.disposition} in {row.location} ({row.sku})"


def continuity(balances: Iterable[LedgerBalance]) -> tuple[Finding, ...]:
    """Return a ``LEDGER_DRIFT`` wherever a day starts with other units than the last one ended.

    Only days that follow on each other are compared. Rows of one day, FNSKU, SKU, disposition and
    location are added up: a report by store has several.
    """
    days: defaultdict[tuple[str, str, str, str], dict[date, list[LedgerBalance]]]
    days = defaultdict(lambda: defaultdict(list))
    for row in balances:
        days[row.fnsku, row.sku, row.disposition, row.location][row.day].append(row)
    found: list[Finding] = []
    for _, by_day in sorted(days.items()):
        for day, rows in sorted(by_day.items()):
            before = by_day.get(day - timedelta(days=1))
            start = sum(row.start for row in rows)
            end = sum(row.end for row in before or ())
            if before and start != end:
                found.append(
                    Finding(
                        "LEDGER_DRIFT",
                        f"start of {_name(rows[0])} on {day.isoformat()}",
                        f"Line {rows[0].line}: {_name(rows[0])} starts {day.isoformat()} with "
                        f"{start} units, but ended the day before with {end} (line "
                        f"{before[0].line}).",
                        {
                            "start": start,
                            "end_before": end,
                            "difference": start - end,
                            "lines": [row.line for row in (*before, *rows)],
                        },
                    )
                )
    return tuple(found)


def detail_against_summary(
    totals_by_day: Mapping[date, Totals],
    balances: Iterable[LedgerBalance],
    signs: Interpretation,
) -> tuple[Finding, ...]:
    """Return a ``LEDGER_DISAGREES`` wherever the two views tell other movements of a day.

    Compared is each event's sum by day, FNSKU and disposition, over all locations: one view names
    centres where the other may name countries.

    Args:
        totals_by_day: of the detail, with an entry for each day it covers.
        balances: of a summary by day; days the detail does not cover are left out.
        signs: as :func:`prove_balances` settled them for that summary.
    """
    rows = [row for row in balances if row.day in totals_by_day]
    covered = {row.day for row in rows}
    detail, summary = _Sums(Counter), _Sums(Counter)
    for day in covered:
        for key, total in totals_by_day[day].items():
            detail[day, key.fnsku, key.disposition][key.event] += total.quantity
    for row in rows:
        sums = summary[row.day, row.fnsku, row.disposition]
        for event, columns in _COLUMNS.items():
            sums[event] += sum(
                signs.sign_of(column) * row.movements.get(column, 0) for column in columns
            )
    found: list[Finding] = []
    for place in sorted({*detail, *summary}):
        ours, theirs = detail[place], summary[place]
        events = [event for event in _COLUMNS if ours[event] != theirs[event]]
        if events:
            day, fnsku, disposition = place
            subject = f"FNSKU {fnsku} {disposition} on {day.isoformat()}"
            told = (f"{event} {ours[event]} and {theirs[event]}" for event in events)
            found.append(
                Finding(
                    "LEDGER_DISAGREES",
                    subject,
                    f"{subject}, units of detail and summary: {', '.join(told)}.",
                    {
                        "detail": {event: ours[event] for event in events},
                        "summary": {event: theirs[event] for event in events},
                    },
                )
            )
    return tuple(found)


_Sums = defaultdict[tuple[date, str, str], Counter[str]]
