"""Several entities in one settlement: who owes whom, so that each entity's books balance.

Amazon pays one deposit, to the home entity. What another entity earned or owes stays on its
clearing account until this block moves it: it is due from the home entity, which owes it in turn.
After that only the home entity's clearing account holds the deposit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from handler.core.finding import Finding
from handler.settlement.journal import CLEARING, JournalEntry, JournalLine, line_without_rows
from handler.settlement.period import Period, open_period
from handler.settlement.profile import Profile
from handler.settlement.report import Header

INTERCOMPANY = "intercompany"
_Place = tuple[str, Period]


def unmoved(entries: Iterable[JournalEntry], profile: Profile) -> Mapping[str, int]:
    """Return what entities without the two accounts keep on their clearing account, minor units."""
    left: dict[str, int] = {}
    for entry in entries:
        entity = profile.subsidiaries[entry.subsidiary]
        if entry.subsidiary == profile.home.subsidiary or (entity.due_from_home and entity.due_to):
            continue
        share = sum(line.signed for line in entry.lines if line.accounting_class == CLEARING)
        left[entry.subsidiary] = left.get(entry.subsidiary, 0) + share
    return {code: share for code, share in left.items() if share}


def missing_accounts(
    entries: Iterable[JournalEntry], profile: Profile, header: Header
) -> Iterator[Finding]:
    """Yield a finding for each entity whose share cannot be moved to the one that is paid."""
    for code, share in sorted(unmoved(entries, profile).items()):
        text = header.currency.text(share)
        yield Finding(
            "INTERCOMPANY_ACCOUNTS_MISSING",
            f"settlement {header.settlement_id}, subsidiary {code}",
            f"{text} {header.currency.code} of the settlement is {code}'s, and the deposit goes to "
            f"{profile.home.subsidiary}: the profile {profile.name!r} names no due_from_home and "
            f"due_to for {code}.",
            {"subsidiary": code, "amount": text, "home": profile.home.subsidiary},
        )


def intercompany_blocks(
    blocks: Mapping[_Place, Sequence[Sequence[JournalLine]]], profile: Profile
) -> Iterator[tuple[_Place, Sequence[JournalLine]]]:
    """Yield for each entity but the home one the two blocks that move its share, with their place.

    An entity without the two accounts keeps its share on its own clearing account; the proof then
    holds the settlement.
    """
    home = profile.home.subsidiary
    home_closed = profile.subsidiaries[home].closed_through
    for (code, period), found in sorted(blocks.items()):
        entity = profile.subsidiaries[code]
        share = sum(
            line.signed for block in found for line in block if line.accounting_class == CLEARING
        )
        if code == home or share == 0 or not (entity.due_from_home and entity.due_to):
            continue
        yield (
            (code, period),
            _block(share, entity.due_from_home, f"Due from {home}", period, profile),
        )
        yield (
            (home, open_period(period, home_closed)),
            _block(-share, entity.due_to, f"Due to {code}", period, profile),
        )


def _block(
    share: int, account: str, memo: str, period: Period, profile: Profile
) -> Sequence[JournalLine]:
    """Return a clearing line that gives ``share`` away (credit positive) against ``account``."""

    def line(of_account: str, of_class: str, signed: int) -> JournalLine:
        dimensions = profile.home.dimensions
        return line_without_rows(
            of_account, of_class, signed, memo, INTERCOMPANY, period, dimensions
        )

    return [line(profile.clearing, CLEARING, -share), line(account, INTERCOMPANY, share)]
