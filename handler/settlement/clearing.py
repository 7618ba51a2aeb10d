"""How classified groups become journal entries through the clearing account.

Each section of an entry (sales, refunds, fees, reserves ...) stands against a clearing line of its
own, which comes first: NetSuite lets a rounding difference fall on the first line. All clearing
lines of a settlement together are what Amazon pays. One entry for each subsidiary and period.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple

from handler.settlement.classes import AccountingClass
from handler.settlement.classify import Classified, ClassifiedGroup
from handler.settlement.deposit import deposit_entry
from handler.settlement.journal import CLEARING, Journal, JournalEntry, JournalLine
from handler.settlement.period import Period, open_period, posting_date
from handler.settlement.profile import ClearingPolicy, Dimensions, Profile
from handler.settlement.report import Header


class _LineKey(NamedTuple):
    """What the rows of one journal line have in common."""

    subsidiary: str
    posting: Period
    posted: Period
    rank: int
    section: str
    accounting_class: str
    account: str
    dimensions: tuple[str, str, str, str]


def build(
    header: Header,
    classified: Classified,
    classes: Mapping[str, AccountingClass],
    profile: Profile,
) -> Journal:
    """Build the journal of a settlement by the summary policy."""
    members: dict[_LineKey, list[ClassifiedGroup]] = {}
    moved: dict[tuple[Period, Period], tuple[int, int]] = {}
    for found in classified.groups:
        key = _line_key(found, classes, profile)
        members.setdefault(key, []).append(found)
        if key.posted != key.posting:
            rows, net = moved.get((key.posted, key.posting), (0, 0))
            moved[key.posted, key.posting] = (rows + found.group.rows, net + found.group.amount)
    lines = [(key, _line(key, members[key], classes)) for key in sorted(members)]
    end = header.end.day_in(profile.home.time_zone)
    entries: list[JournalEntry] = []
    for (code, period), keyed in groupby(
        lines, key=lambda pair: (pair[0].subsidiary, pair[0].posting)
    ):
        posting = [line for _, line in keyed if line.signed]
        subsidiary = profile.subsidiaries[code]
        parts = _parts(posting, profile)
        for number, part in enumerate(parts, 1):
            suffix = f"-{number}" if number > 1 else ""
            entries.append(
                JournalEntry(
                    external_id=f"AMZ-{code}-{header.settlement_id}-{period.year:04}"
                    f"{period.month:02}{suffix}",
                    subsidiary=code,
                    currency=header.currency.code,
                    tran_date=posting_date(period, end, subsidiary.closed_through),
                    period=period,
                    memo=_entry_memo(header, code, number, len(parts)),
                    lines=tuple(part),
                )
            )
    return Journal(
        entries=tuple(entries),
        nil_lines=tuple(line for _, line in lines if not line.signed),
        deposit=deposit_entry(header, profile),
        moved=tuple((*key, *value) for key, value in sorted(moved.items())),
    )


def _line_key(
    found: ClassifiedGroup, classes: Mapping[str, AccountingClass], profile: Profile
) -> _LineKey:
    key, marketplace = found.group.key, found.marketplace
    accounting_class = classes[found.accounting_class]
    account, dimensions = profile.booking(
        found.accounting_class, marketplace, key.channel, key.sku_group
    )
    posted = Period.of(key.day)
    closed_through = profile.subsidiaries[marketplace.subsidiary].closed_through
    return _LineKey(
        subsidiary=marketplace.subsidiary,
        posting=open_period(posted, closed_through),
        posted=posted,
        rank=accounting_class.rank,
        section=accounting_class.section,
        accounting_class=found.accounting_class,
        account=account,
        dimensions=(
            dimensions.department,
            dimensions.business_class,
            dimensions.location,
            dimensions.tax_code,
        ),
    )


def _line(
    key: _LineKey, members: list[ClassifiedGroup], classes: Mapping[str, AccountingClass]
) -> JournalLine:
    net = sum(found.group.amount for found in members)
    memo = classes[key.accounting_class].label
    if key.posted != key.posting:
        memo += f" ({key.posted.label}, closed)"
    return JournalLine(
        account=key.account,
        accounting_class=key.accounting_class,
        debit=max(-net, 0),  # Amazon took it: a cost
        credit=max(net, 0),  # Amazon owes it: an income
        memo=memo,
        row_count=sum(found.group.rows for found in members),
        groups=tuple(found.group.key for found in members),
        section=key.section,
        period=key.posted,
        dimensions=Dimensions(*key.dimensions),
    )


def _parts(lines: list[JournalLine], profile: Profile) -> list[list[JournalLine]]:
    """Return the lines with their clearing lines, in parts within the profile's limit.

    A part is balanced by itself: it is made of whole blocks, each a clearing line before the lines
    it stands against.
    """
    limit = profile.policies.lines_per_entry
    by_section = profile.policies.clearing_lines is ClearingPolicy.SECTION
    blocks: list[list[JournalLine]] = []
    for _, section in groupby(
        _by_section(lines) if by_section else lines,
        key=lambda line: line.section if by_section else "",
    ):
        rest = list(section)
        while rest:
            taken, rest = rest[: limit - 1], rest[limit - 1 :]
            blocks.append(_against_clearing(taken, profile, by_section))
    parts: list[list[JournalLine]] = []
    for block in blocks:
        if not parts or len(parts[-1]) + len(block) > limit:
            parts.append([])
        parts[-1].extend(block)
    return parts


def _by_section(lines: list[JournalLine]) -> list[JournalLine]:
    """Return the lines with those of a section together, sections in the order they first come."""
    places: dict[str, int] = {}
    for line in lines:
        places.setdefault(line.section, len(places))
    return sorted(lines, key=lambda line: places[line.section])


def _against_clearing(
    lines: list[JournalLine], profile: Profile, by_section: bool
) -> list[JournalLine]:
    net = sum(line.signed for line in lines)
    if net == 0:
        return lines  # such as tax collected and withheld: nothing reaches the clearing account
    clearing = JournalLine(
        account=profile.clearing,
        accounting_class=CLEARING,
        debit=max(-net, 0),
        credit=max(net, 0),
        memo="Clearing: " + (lines[0].section.replace("_", " ") if by_section else "all"),
        row_count=sum(line.row_count for line in lines),
        groups=tuple(key for line in lines for key in line.groups),
        section=lines[0].section,
        period=lines[0].period,
        dimensions=profile.home.dimensions,
    )
    return [clearing, *lines]


def _entry_memo(header: Header, code: str, part: int, parts: int) -> str:
    span = f"{header.start.day.isoformat()}..{header.end.day.isoformat()}"
    of = f" ({part}/{parts})" if parts > 1 else ""
    return f"Amazon settlement {header.settlement_id} {code} {span}{of}"
