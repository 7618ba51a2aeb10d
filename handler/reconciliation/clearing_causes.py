"""Why NetSuite's clearing balance of a settlement is not ours: causes that add up to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.core.money import Currency
    from handler.settlement.journal import JournalEntry
    from handler.settlement.period import Period


class CauseKind(StrEnum):
    """What happened to an entry."""

    ENTRY_MISSING = "entry_missing"
    DEPOSIT_MISSING = "deposit_entry_missing"
    POSTED_TWICE = "posted_twice"
    EDITED = "edited"
    FOREIGN_ENTRY = "foreign_entry"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of a difference.

    Attributes:
        kind: what happened.
        entry: the external id it is about; NetSuite's record where there is none.
        amount: its part of the difference, NetSuite's less ours, in minor units.
    """

    kind: CauseKind
    entry: str
    amount: int

    def text(self, money: Currency) -> str:
        """Return the cause in words."""
        amount = f"{money.text(self.amount)} {money.code}"
        return {
            CauseKind.ENTRY_MISSING: f"entry {self.entry} is missing ({amount})",
            CauseKind.DEPOSIT_MISSING: f"the deposit entry {self.entry} is missing ({amount})",
            CauseKind.POSTED_TWICE: f"entry {self.entry} was posted more than once ({amount})",
            CauseKind.EDITED: f"entry {self.entry} was edited ({amount})",
            CauseKind.FOREIGN_ENTRY: f"entry {self.entry} was not made here ({amount})",
            CauseKind.UNKNOWN: f"{amount} without a likely cause",
        }[self.kind]


@dataclass(frozen=True, slots=True)
class OurEntry:
    """An entry as it was handed over for posting.

    Attributes:
        external_id: of the entry.
        settlement_id: whose it is.
        clearing: sum of its clearing lines, debits positive, in minor units.
        currency: ISO 4217 code.
        period: it was made for.
        deposit: whether it is a deposit entry.
    """

    external_id: str
    settlement_id: str
    clearing: int
    currency: str
    period: Period
    deposit: bool = False

    @classmethod
    def of(
        cls, entry: JournalEntry, settlement_id: str, account: str, *, deposit: bool = False
    ) -> OurEntry:
        """Return what ``entry`` does to the clearing ``account``."""
        clearing = sum(line.signed for line in entry.lines if line.account == account)
        return cls(
            entry.external_id, settlement_id, clearing, entry.currency, entry.period, deposit
        )


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """An entry as NetSuite holds it.

    Attributes:
        record: NetSuite's internal id.
        external_id: empty where it has none.
        memo: of the entry.
        clearing: sum of its lines on the clearing account, debits positive, in minor units.
        currency: ISO 4217 code.
        period: it stands in.
    """

    record: str
    external_id: str
    memo: str
    clearing: int
    currency: str
    period: Period


@dataclass(frozen=True, slots=True)
class BookedTotal:
    """NetSuite's clearing balance of a settlement where it gives no entries; minor units."""

    settlement_id: str
    currency: str
    amount: int


def causes(
    ours: Sequence[OurEntry], booked: Sequence[BookedEntry]
) -> tuple[tuple[Cause, ...], tuple[tuple[OurEntry, BookedEntry], ...]]:
    """Return the causes of the difference, and the entries that stand in another period.

    The amounts of the causes add up to NetSuite's balance less ours, exactly.
    """
    mine = {entry.external_id: entry for entry in ours}
    held: dict[str, list[BookedEntry]] = defaultdict(list)
    foreign: list[BookedEntry] = []
    for one in booked:
        (held[one.external_id] if one.external_id in mine else foreign).append(one)
    found: list[Cause] = []
    moved: list[tuple[OurEntry, BookedEntry]] = []
    for external_id, entry in mine.items():
        records = held[external_id]
        if not records:
            # Posted by hand, or its external id was lost: the same amount is the same entry.
            records = _taken(foreign, entry.clearing)
        if not records:
            kind = CauseKind.DEPOSIT_MISSING if entry.deposit else CauseKind.ENTRY_MISSING
            found.append(Cause(kind, external_id, -entry.clearing))
            continue
        first = min(records, key=lambda one: (one.clearing != entry.clearing, one.record))
        if first.clearing != entry.clearing:
            edited = first.clearing - entry.clearing
            found.append(Cause(CauseKind.EDITED, external_id, edited))
        if first.period != entry.period:
            moved.append((entry, first))
        found += [
            Cause(CauseKind.POSTED_TWICE, external_id, one.clearing)
            for one in records
            if one is not first
        ]
    amounts = {entry.clearing: entry.external_id for entry in reversed(ours)}
    for one in foreign:
        copied = amounts.get(one.clearing)
        name = one.external_id or one.record
        found.append(
            Cause(CauseKind.POSTED_TWICE, copied, one.clearing)
            if copied
            else Cause(CauseKind.FOREIGN_ENTRY, name, one.clearing)
        )
    return tuple(cause for cause in found if cause.amount), tuple(moved)


def _taken(foreign: list[BookedEntry], clearing: int) -> list[BookedEntry]:
    """Take the first entry of this amount out of ``foreign``; none where there is none."""
    places = [place for place, one in enumerate(foreign) if one.clearing == clearing]
    return [foreign.pop(places[0])] if places else []


def causes_of_total(difference: int, ours: Sequence[OurEntry]) -> tuple[Cause, ...]:
    """Return the causes that a difference of totals suggests: one entry, or two, or unknown.

    Where several entries would explain it, none is named: that would be a guess.
    """
    if difference == 0:
        return ()
    single = [
        cause
        for entry in ours
        for cause in (
            Cause(
                CauseKind.DEPOSIT_MISSING if entry.deposit else CauseKind.ENTRY_MISSING,
                entry.external_id,
                -entry.clearing,
            ),
            Cause(CauseKind.POSTED_TWICE, entry.external_id, entry.clearing),
        )
    ]
    for count in (1, 2):
        fits = [
            chosen
            for chosen in combinations(single, count)
            if sum(cause.amount for cause in chosen) == difference
            and len({cause.entry for cause in chosen}) == count
        ]
        if len(fits) == 1:
            return fits[0]
        if fits:
            break
    return (Cause(CauseKind.UNKNOWN, "", difference),)
