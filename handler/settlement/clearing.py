"""How lines become journal entries through the clearing account.

Each section of an entry (sales, refunds, fees, reserves ...) stands against a clearing line of its
own, which comes first: NetSuite lets a rounding difference fall on the first line. All clearing
lines of a settlement together are what Amazon pays. One entry for each subsidiary and period.

An entry is made of blocks, each balanced by itself, so that it can be split between any two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from handler.settlement.booking import LineKey, line, line_key
from handler.settlement.classes import AccountingClass
from handler.settlement.classify import Classified, ClassifiedGroup
from handler.settlement.deposit import deposit_entry
from handler.settlement.intercompany import intercompany_blocks
from handler.settlement.journal import CLEARING, Journal, JournalEntry, JournalLine
from handler.settlement.period import Period, posting_date
from handler.settlement.profile import ClearingPolicy, Profile
from handler.settlement.report import Header
from handler.settlement.vat import vat_block

Block = Sequence[JournalLine]
# Whose books and which month an entry is for.
Place = tuple[str, Period]
NO_COSTS: Final[Mapping[Place, Sequence[Block]]] = {}


def build(
    header: Header,
    classified: Classified,
    classes: Mapping[str, AccountingClass],
    profile: Profile,
    costs: Mapping[Place, Sequence[Block]] = NO_COSTS,
) -> Journal:
    """Build the journal of a settlement.

    Args:
        header: its facts.
        classified: its groups.
        classes: by name.
        profile: whose books.
        costs: balanced blocks to add where the cost of goods is booked with the settlement.
    """
    members: dict[LineKey, list[ClassifiedGroup]] = {}
    moved: dict[tuple[Period, Period], tuple[int, int]] = {}
    for found in classified.groups:
        key = line_key(found, classes, profile)
        members.setdefault(key, []).append(found)
        if key.posted != key.posting:
            rows, net = moved.get((key.posted, key.posting), (0, 0))
            moved[key.posted, key.posting] = (rows + found.group.rows, net + found.group.amount)
    lines = [(key, line(key, members[key], classes, profile)) for key in sorted(members)]
    blocks: dict[Place, list[Block]] = {}
    for place, keyed in groupby(lines, key=lambda pair: (pair[0].subsidiary, pair[0].posting)):
        posting = [(key, made) for key, made in keyed if made.signed]
        blocks[place] = [
            *_section_blocks([made for _, made in posting], profile),
            *(vat_block(key, made, classes, profile) for key, made in posting),
        ]
    for place, block in intercompany_blocks(blocks, profile):
        blocks.setdefault(place, []).append(block)
    for place, more in costs.items():
        blocks.setdefault(place, []).extend(more)
    return Journal(
        entries=tuple(
            entry
            for place in sorted(blocks)
            for entry in _entries(place, blocks[place], header, profile)
        ),
        nil_lines=tuple(made for _, made in lines if not made.signed),
        deposit=deposit_entry(header, profile),
        moved=tuple((*key, *value) for key, value in sorted(moved.items())),
    )


def _entries(
    place: Place, blocks: Sequence[Block], header: Header, profile: Profile
) -> Iterator[JournalEntry]:
    """Yield the entries of one subsidiary and period: one, or more where the limit asks for it."""
    code, period = place
    closed_through = profile.subsidiaries[code].closed_through
    end = header.end.day_in(profile.home.time_zone)
    parts: list[list[JournalLine]] = []
    for block in blocks:
        if not block:
            continue
        if not parts or len(parts[-1]) + len(block) > profile.policies.lines_per_entry:
            parts.append([])
        parts[-1].extend(block)
    for number, part in enumerate(parts, 1):
        suffix = f"-{number}" if number > 1 else ""
        yield JournalEntry(
            external_id=f"AMZ-{code}-{header.settlement_id}-{period.year:04}{period.month:02}"
            f"{suffix}",
            subsidiary=code,
            currency=header.currency.code,
            tran_date=posting_date(period, end, closed_through),
            period=period,
            memo=_entry_memo(header, code, number, len(parts)),
            lines=tuple(part),
        )


def _section_blocks(lines: list[JournalLine], profile: Profile) -> Iterator[Block]:
    """Yield the lines, section by section, each block after the clearing line it stands against."""
    by_section = profile.policies.clearing_lines is ClearingPolicy.SECTION
    places: dict[str, int] = {}
    for found in lines:
        places.setdefault(found.section if by_section else "", len(places))
    ordered = sorted(lines, key=lambda found: places.get(found.section, 0))
    for _, section in groupby(ordered, key=lambda found: places.get(found.section, 0)):
        rest = list(section)
        # One place in the limit is the clearing line's.
        taken = profile.policies.lines_per_entry - 1
        for start in range(0, len(rest), taken):
            yield _against_clearing(rest[start : start + taken], profile, by_section)


def _against_clearing(lines: list[JournalLine], profile: Profile, by_section: bool) -> Block:
    net = sum(found.signed for found in lines)
    if net == 0:
        return lines  # such as tax collected and withheld: nothing reaches the clearing account
    clearing = JournalLine(
        account=profile.clearing,
        accounting_class=CLEARING,
        debit=max(-net, 0),
        credit=max(net, 0),
        memo="Clearing: " + (lines[0].section.replace("_", " ") if by_section else "all"),
        row_count=sum(found.row_count for found in lines),
        groups=tuple(key for found in lines for key in found.groups),
        section=lines[0].section,
        period=lines[0].period,
        dimensions=profile.home.dimensions,
    )
    return [clearing, *lines]


def _entry_memo(header: Header, code: str, part: int, parts: int) -> str:
    span = f"{header.start.day.isoformat()}..{header.end.day.isoformat()}"
    of = f" ({part}/{parts})" if parts > 1 else ""
    return f"Amazon settlement {header.settlement_id} {code} {span}{of}"
