"""Corrections: post the difference between what the books should say and what was posted.

A settlement whose content or mapping changed is settled anew; what was posted before is never
edited. The delta entry carries, for each account, what is missing or too much, so that everything
emitted for a settlement always adds up to its latest journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from handler.settlement.journal import (
    CLEARING,
    Journal,
    JournalEntry,
    JournalLine,
    line_without_rows,
)
from handler.settlement.period import Period, open_period, posting_date
from handler.settlement.profile import Dimensions, Profile
from handler.settlement.report import Header

CORRECTION = "correction"


class Balance(NamedTuple):
    """What a sum is kept for: lines that differ in none of these can stand for each other.

    Attributes:
        period: the posting period, moved to the first open one where it is closed by now.
    """

    subsidiary: str
    period: Period
    account: str
    accounting_class: str
    dimensions: tuple[str, str, str, str]
    entity: str
    order: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. Amounts in minor units, debit positive.

    Attributes:
        posted: what was emitted so far.
        wanted: what the latest journal says.
    """

    balance: Balance
    posted: int
    wanted: int

    @property
    def delta(self) -> int:
        """What is still to be posted."""
        return self.wanted - self.posted


def postable(journal: Journal, header: Header) -> Sequence[JournalEntry]:
    """Return the entries that are posted with the journal: a bank deposit waits for its line."""
    if journal.deposit is not None and header.declared_total < 0:
        return (*journal.entries, journal.deposit)
    return journal.entries


def balances(entries: Iterable[JournalEntry], profile: Profile) -> Mapping[Balance, int]:
    """Return the sums of entries, debit positive, in minor units."""
    sums: dict[Balance, int] = {}
    for entry in entries:
        entity = profile.subsidiaries.get(entry.subsidiary)
        closed_through = entity.closed_through if entity else None
        for line in entry.lines:
            dimensions = line.dimensions
            key = Balance(
                entry.subsidiary,
                open_period(entry.period, closed_through),
                line.account,
                line.accounting_class,
                (
                    dimensions.department,
                    dimensions.business_class,
                    dimensions.location,
                    dimensions.tax_code,
                ),
                line.entity,
                line.order,
            )
            sums[key] = sums.get(key, 0) + line.signed
    return sums


def changes(
    posted: Iterable[JournalEntry], wanted: Iterable[JournalEntry], profile: Profile
) -> tuple[Change, ...]:
    """Return every difference between what was posted and what is wanted."""
    before, after = balances(posted, profile), balances(wanted, profile)
    found = (
        Change(key, before.get(key, 0), after.get(key, 0)) for key in sorted({*before, *after})
    )
    return tuple(change for change in found if change.delta)


def delta_entries(
    found: Sequence[Change], header: Header, profile: Profile, version: int
) -> tuple[JournalEntry, ...]:
    """Return the entries that post the differences, one for each subsidiary and period.

    Args:
        version: of the correction, 2 for the first; part of the external id.
    """
    places = sorted({(change.balance.subsidiary, change.balance.period) for change in found})
    return tuple(
        entry
        for code, period in places
        for entry in _entries(
            code,
            period,
            [c for c in found if (c.balance.subsidiary, c.balance.period) == (code, period)],
            header,
            profile,
            version,
        )
    )


def _entries(
    code: str,
    period: Period,
    found: Sequence[Change],
    header: Header,
    profile: Profile,
    version: int,
) -> Iterator[JournalEntry]:
    closed_through = profile.subsidiaries[code].closed_through
    end = header.end.day_in(profile.home.time_zone)
    # The clearing line first: NetSuite lets a rounding difference fall there.
    ordered = sorted(found, key=lambda change: change.balance.accounting_class != CLEARING)
    lines = [_line(change, version) for change in ordered]
    # Splits meet over the clearing account; a single entry balances by itself.
    most = profile.policies.lines_per_entry
    size = most if len(lines) <= most else most - 1
    for number, start in enumerate(range(0, len(lines), size), 1):
        part = lines[start : start + size]
        net = sum(line.signed for line in part)
        if net:
            part = [_bridge(-net, period, profile), *part]
        suffix = f"-{number}" if number > 1 else ""
        yield JournalEntry(
            external_id=f"AMZ-{code}-{header.settlement_id}-{period.year:04}{period.month:02}"
            f"-R{version}{suffix}",
            subsidiary=code,
            currency=header.currency.code,
            tran_date=posting_date(period, end, closed_through),
            period=period,
            memo=f"Amazon settlement {header.settlement_id} {code}: correction {version - 1}",
            lines=tuple(part),
        )


def _line(change: Change, version: int) -> JournalLine:
    key = change.balance
    line = line_without_rows(
        key.account,
        key.accounting_class,
        change.delta,
        f"Correction {version - 1}: {key.accounting_class.replace('_', ' ')}",
        CORRECTION,
        key.period,
        Dimensions(*key.dimensions),
    )
    return replace(line, entity=key.entity, order=key.order)


def _bridge(signed: int, period: Period, profile: Profile) -> JournalLine:
    memo, dimensions = "Clearing: between parts", profile.home.dimensions
    return line_without_rows(
        profile.clearing, CLEARING, signed, memo, CORRECTION, period, dimensions
    )
