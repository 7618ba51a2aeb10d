"""What a bank's text says about where money came from. It supports a match, it never makes one."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

_AMAZON: Final = re.compile(r"(?<![a-z])(?:amazon|amzn|amz(?![a-z])|mktp(?:lace)? pmts)")
# A star with a code after it is how card schemes print a purchase (and its refund).
_CARD: Final = re.compile(r"\*\s?[a-z0-9]{5,}")
_NOT_A_PAYOUT: Final = re.compile(
    r"(?<![a-z])(?:refunds?|prime|aws|web services|lending|gift ?cards?|kindle|digital|audible)"
    r"(?![a-z])"
)
_RETURNED: Final = re.compile(
    r"(?<![a-z])(?:return(?:ed)?|revers(?:al|ed)|reject(?:ed)?|rejet|bounced?|unapplied|recall(?:ed)?"
    r"|ruecklauf|rücklauf|rueckgabe|rückgabe|retour|devolucion|devolución|storno)(?![a-z])"
)
# Words that say how money moved and nothing of who sent it.
_SILENT: Final = frozenset(
    "ach bacs chaps credit credits ct cr deposit direct eft electronic faster fp from giro id "
    "in inc incoming inward payment payments pmt ref reference sepa swift the transfer transaction "
    "trf trn wire".split()
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_NUMBER: Final = re.compile(r"(?<!\d)\d{8,}(?!\d)")
_SITE: Final = re.compile(r"amazon\.(?:com?\.[a-z]{2}|[a-z]{2,3})(?![a-z])")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a descriptor tells.

    Attributes:
        amazon: it names Amazon as one that pays sellers.
        silent: it names nobody.
        returned: it says that a payment came back.
        numbers: numbers as long as a settlement's.
        site: the store front it names ("amazon.de"), or empty.
    """

    amazon: bool
    silent: bool
    returned: bool
    numbers: frozenset[str]
    site: str

    @property
    def other(self) -> bool:
        """It names somebody, and not Amazon as one that pays sellers."""
        return not self.amazon and not self.silent


def read(descriptor: str) -> Evidence:
    """Return the evidence of a descriptor."""
    text = " ".join(descriptor.casefold().split())
    site = _SITE.search(text)
    names_amazon = bool(_AMAZON.search(text))
    return Evidence(
        amazon=names_amazon and not _CARD.search(text) and not _NOT_A_PAYOUT.search(text),
        silent=not names_amazon and all(word in _SILENT for word in _WORD.findall(text)),
        returned=bool(_RETURNED.search(text)),
        numbers=frozenset(_NUMBER.findall(text)),
        site=site.group() if site else "",
    )


# Points of a descriptor in a score; the descriptor's share is small beside amount and date.
NAMED: Final = 25
AMAZON: Final = 8
SITE: Final = 3
OTHER: Final = -10
NAMES_ANOTHER: Final = -25


def points(
    evidence: Evidence,
    settlements: Collection[str],
    marketplaces: Collection[str],
    known: Collection[str],
) -> tuple[int, str]:
    """Return what a descriptor adds to the score of a match, and the reason.

    Args:
        evidence: of the descriptor.
        settlements: ids of the settlements in the match.
        marketplaces: their store fronts.
        known: ids of every settlement that is expected.
    """
    if evidence.numbers.intersection(known).difference(settlements):
        return NAMES_ANOTHER, "the descriptor names another settlement"
    if evidence.numbers.issuperset(settlements):
        return NAMED, "the descriptor names the settlement"
    if (
        evidence.amazon
        and evidence.site
        and {m.casefold() for m in marketplaces} == {evidence.site}
    ):
        return AMAZON + SITE, f"the descriptor names {evidence.site}"
    if evidence.amazon:
        return AMAZON, "the descriptor names Amazon"
    if evidence.silent:
        return 0, "the descriptor names nobody"
    return OTHER, "the descriptor does not read like a payout of Amazon"
