"""Units of the ledger that are counted and not posted, and what to tell about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from handler.core.finding import Finding

if TYPE_CHECKING:
    from handler.inventory.ledger_day import TotalKey

# Enough lines to find the rows by; a report may name an unknown SKU in thousands.
_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Held:
    """Part of a total that waits.

    Attributes:
        key: of the total.
        units: signed; 0 where nothing would be posted of the event anyway, and only the fault of
            its SKU is told.
        code: of the finding.
        line: first one of the file.
        detail: more words, from who knows them; may be empty.
    """

    key: TotalKey
    units: int
    code: str
    line: int
    detail: str = ""


def held_findings(held: Iterable[tuple[date, Held]]) -> tuple[Finding, ...]:
    """Return one finding for each fault, whatever the number of days and rows it comes in.

    Args:
        held: with the day of each.
    """
    faults: defaultdict[tuple[str, str], list[tuple[date, Held]]] = defaultdict(list)
    for day, one in held:
        faults[one.code, _subject(day, one)].append((day, one))
    return tuple(
        _finding(code, subject, found) for (code, subject), found in sorted(faults.items())
    )


def _subject(day: date, held: Held) -> str:
    key = held.key
    match held.code:
        case "UNKNOWN_LEDGER_REASON":
            return f"ledger event {key.event}, reason {key.reason or '(none)'}"
        case "UNKNOWN_DISPOSITION":
            return f"disposition {key.disposition or '(none)'}"
        case "UNPAIRED_DISPOSITION":
            return f"FNSKU {key.fnsku} in {key.centre} on {day.isoformat()}"
        case _:
            return f"SKU {key.sku} (FNSKU {key.fnsku})"


def _finding(code: str, subject: str, found: Sequence[tuple[date, Held]]) -> Finding:
    days = sorted({day for day, _ in found})
    units = sum(one.units for _, one in found)
    span = days[0].isoformat() + ("" if len(days) == 1 else f" to {days[-1].isoformat()}")
    details = sorted({one.detail for _, one in found if one.detail})
    waits = f"{units} units net wait" if any(one.units for _, one in found) else "no unit waits"
    return Finding(
        code,
        subject,
        f"{subject}, {span}: {waits} in {len(found)} totals"
        + "".join(f"; {detail}" for detail in details)
        + ".",
        {
            "units": units,
            "first_day": days[0].isoformat(),
            "last_day": days[-1].isoformat(),
            "fnskus": sorted({one.key.fnsku for _, one in found})[:_MOST_LINES],
            "dispositions": sorted({one.key.disposition for _, one in found}),
            "reasons": sorted({one.key.reason for _, one in found}),
            "lines": sorted({one.line for _, one in found})[:_MOST_LINES],
        },
    )
