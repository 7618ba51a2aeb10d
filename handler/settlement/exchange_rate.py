"""The exchange rate a caller hands on to NetSuite: exact text, checked, never worked with here.

It is units of the entity's own currency for one unit of the settlement's. Where every entity keeps
its books in the settlement's currency there is nothing to convert, and the rate is left aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from handler.core.errors import RefusedRequest
from handler.core.money import Currency
from handler.settlement.journal import JournalEntry
from handler.settlement.profile import Profile

_RATE = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,12}))?")
_SHOWN = 40
_MARK = "-fx"


def used_rate(text: str, profile: Profile, currency: Currency) -> str:
    """Return the rate without superfluous zeros, or nothing where none is given or needed.

    Raises:
        RefusedRequest: ``BAD_EXCHANGE_RATE``: it is no positive decimal.
    """
    if not text:
        return ""
    found = _RATE.fullmatch(text)
    if found is None or not text.strip("0."):
        raise _bad(
            f"The exchange rate is {text[:_SHOWN]!r}.",
            'Give a decimal above zero, such as "1.0825": digits with "." and at most 12 decimals.',
        )
    whole, rest = found[1], (found[2] or "").rstrip("0")
    abroad = any(entity.currency != currency.code for entity in profile.subsidiaries.values())
    return (f"{whole}.{rest}" if rest else whole) if abroad else ""


def refuse_shared_rate(rate: str, entries: Iterable[JournalEntry], profile: Profile) -> None:
    """Do nothing where one rate can serve all entries.

    Raises:
        RefusedRequest: ``BAD_EXCHANGE_RATE``: the entries convert to several currencies.
    """
    own = {
        profile.subsidiaries[entry.subsidiary].currency
        for entry in entries
        if converts(entry, profile)
    }
    if rate and len(own) > 1:
        raise _bad(
            f"One exchange rate is given, and the entries convert to {', '.join(sorted(own))}.",
            "Send the file without a rate: NetSuite takes its own for each entity.",
        )


def converts(entry: JournalEntry, profile: Profile) -> bool:
    """Return whether NetSuite converts the entry to another currency of its entity's books."""
    return profile.subsidiaries[entry.subsidiary].currency != entry.currency


def versioned(mapping_version: str, rate: str) -> str:
    """Return the version of what a settlement was settled with: another rate, another version."""
    return f"{mapping_version}{_MARK}{rate}" if rate else mapping_version


def rate_within(version: str) -> str:
    """Return the rate that :func:`versioned` put into a version; empty where there is none."""
    return version.partition(_MARK)[2]


def _bad(message: str, repair: str) -> RefusedRequest:
    return RefusedRequest("BAD_EXCHANGE_RATE", message, repair)
