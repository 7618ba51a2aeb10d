"""NetSuite's clearing account against ours, settlement by settlement, with the likely cause."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from handler.core.finding import Finding
from handler.core.money import known_currency
from handler.reconciliation.clearing_causes import (
    BookedEntry,
    BookedTotal,
    Cause,
    OurEntry,
    causes,
    causes_of_total,
)

_NUMBER: Final = re.compile(r"(?<!\d)\d{8,}(?!\d)")
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ClearingRow:
    """One settlement's clearing balance, debits positive, in minor units.

    Attributes:
        settlement_id: Amazon's number.
        currency: ISO 4217 code.
        ours: the sum of what was handed over for posting.
        netsuite: what NetSuite holds.
        deposited: whether a deposit entry is among ours: then both should be zero.
        causes: of the difference; their amounts add up to it.
        moved: entries in another period than they were made for.
    """

    settlement_id: str
    currency: str
    ours: int
    netsuite: int
    deposited: bool
    causes: tuple[Cause, ...]
    moved: tuple[tuple[OurEntry, BookedEntry], ...] = ()

    @property
    def difference(self) -> int:
        """NetSuite's less ours."""
        return self.netsuite - self.ours


@dataclass(frozen=True, slots=True)
class ClearingReconciliation:
    """The outcome.

    Attributes:
        rows: one for each settlement and currency, in order.
        unattributed: NetSuite's entries and totals that belong to no settlement of ours.
        findings: for the register.
    """

    rows: tuple[ClearingRow, ...]
    unattributed: tuple[BookedEntry | BookedTotal, ...]
    findings: tuple[Finding, ...]


def reconcile_clearing(
    ours: Iterable[OurEntry],
    booked: Iterable[BookedEntry] = (),
    totals: Iterable[BookedTotal] = (),
) -> ClearingReconciliation:
    """Compare NetSuite's clearing account with ours.

    An entry of NetSuite belongs to the settlement whose external id it carries; one without such an
    id to the settlement whose number its memo names. Where NetSuite gives totals only, the cause is
    told from the amount. Totals come beside entries for other settlements, never for the same:
    a settlement with a total is judged by the total alone.
    """
    made: dict[_Key, list[OurEntry]] = defaultdict(list)
    for entry in sorted(ours, key=lambda one: (one.external_id, one.settlement_id)):
        made[entry.settlement_id, entry.currency].append(entry)
    sums: Counter[_Key] = Counter()
    unattributed: list[BookedEntry | BookedTotal] = []
    with_total: set[_Key] = set()
    for total in sorted(totals, key=lambda one: (one.settlement_id, one.currency)):
        key = (total.settlement_id, total.currency)
        if key in made:
            sums[key] += total.amount
            with_total.add(key)
        else:
            unattributed.append(total)
    held, homeless = _attribute(made, booked)
    rows = []
    for key, entries in sorted(made.items()):
        mine = sum(entry.clearing for entry in entries)
        deposited = any(entry.deposit for entry in entries)
        if key in with_total:
            found = causes_of_total(sums[key] - mine, entries)
            rows.append(ClearingRow(*key, mine, sums[key], deposited, found))
            continue
        theirs = sum(entry.clearing for entry in held[key])
        reasons, moved = causes(entries, held[key])
        rows.append(ClearingRow(*key, mine, theirs, deposited, reasons, moved))
    unattributed += homeless
    return ClearingReconciliation(
        rows=tuple(rows),
        unattributed=tuple(unattributed),
        findings=(
            *(finding for row in rows for finding in _findings(row)),
            *(_unattributed(one) for one in unattributed),
        ),
    )


def _attribute(
    made: dict[_Key, list[OurEntry]], booked: Iterable[BookedEntry]
) -> tuple[dict[_Key, list[BookedEntry]], list[BookedEntry]]:
    owners: dict[str, set[_Key]] = defaultdict(set)
    for key, entries in made.items():
        owners[key[0]].add(key)
        for entry in entries:
            owners[entry.external_id].add(key)
    held: dict[_Key, list[BookedEntry]] = defaultdict(list)
    homeless: list[BookedEntry] = []
    for one in sorted(booked, key=lambda line: (line.external_id, line.record)):
        keys = set(owners.get(one.external_id, ()))
        for number in sorted(set(_NUMBER.findall(f"{one.external_id} {one.memo}"))):
            keys = keys or {key for key in owners.get(number, ()) if key[1] == one.currency}
        if len(keys) == 1 and next(iter(keys))[1] == one.currency:
            held[keys.pop()].append(one)
        else:
            homeless.append(one)
    return held, homeless


def _findings(row: ClearingRow) -> Iterable[Finding]:
    money = known_currency(row.currency)
    subject = f"settlement {row.settlement_id}"
    why = "; ".join(cause.text(money) for cause in row.causes)
    evidence: dict[str, object] = {
        "ours": money.text(row.ours),
        "netsuite": money.text(row.netsuite),
        "difference": money.text(row.difference),
        "currency": money.code,
        "causes": [cause.text(money) for cause in row.causes],
    }
    if row.difference:
        yield Finding(
            "CLEARING_DIFFERS",
            subject,
            f"NetSuite's clearing balance of settlement {row.settlement_id} is "
            f"{money.text(row.netsuite)} {money.code}, expected {money.text(row.ours)}: {why}.",
            evidence,
        )
    if row.deposited and row.netsuite:
        told = f": {why}" if why else ": the deposit entry is not the settlement's amount"
        yield Finding(
            "CLEARING_NOT_ZERO",
            subject,
            f"Settlement {row.settlement_id} is deposited, and {money.text(row.netsuite)} "
            f"{money.code} is left on the clearing account{told}.",
            evidence,
        )
    for mine, theirs in row.moved:
        yield Finding(
            "CLEARING_PERIOD",
            f"entry {mine.external_id}",
            f"Entry {mine.external_id} stands in {theirs.period}, and was made for {mine.period}: "
            f"{money.text(mine.clearing)} {money.code}.",
            {"netsuite": str(theirs.period), "ours": str(mine.period), "record": theirs.record},
        )


def _unattributed(one: BookedEntry | BookedTotal) -> Finding:
    money = known_currency(one.currency)
    if isinstance(one, BookedTotal):
        subject, amount = f"settlement {one.settlement_id or '(none)'}", one.amount
        extra: Sequence[tuple[str, object]] = ()
    else:
        subject, amount = f"entry {one.record or one.external_id}", one.clearing
        extra = (("external_id", one.external_id), ("memo", one.memo), ("record", one.record))
    return Finding(
        "CLEARING_UNATTRIBUTED",
        subject,
        f"{money.text(amount)} {money.code} on the clearing account ({subject}) belongs to no "
        "settlement known here.",
        {"amount": money.text(amount), "currency": money.code, **dict(extra)},
    )
