"""Which profile a settlement file belongs to, when nobody says."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from handler.core.errors import RefusedRequest
from handler.settlement.profile import ProfileHint


def choose(hints: Iterable[ProfileHint], marketplaces: Collection[str], currency: str) -> str:
    """Return the name of the one profile that the file can belong to.

    Args:
        hints: of all profiles.
        marketplaces: as the file names them; capitals do not matter, empty ones are left out.
        currency: ISO 4217 code of the settlement; decides only where no marketplace is named.

    Raises:
        RefusedRequest: ``PROFILE_NEEDED``: no profile fits, or more than one. Never a guess:
            the wrong profile would post to another company's books.
    """
    known = sorted(hints, key=lambda hint: hint.name)
    named = sorted({name for name in marketplaces if name.strip()})
    if named:
        wanted = {name.strip().casefold() for name in named}
        fitting = [
            hint for hint in known if wanted & {name.casefold() for name in hint.marketplaces}
        ]
        about = f"The file names {', '.join(named)}"
        relation = "sells there"
    else:
        fitting = [hint for hint in known if currency in hint.currencies]
        about = f"The file names no marketplace and settles in {currency}"
        relation = f"settles in {currency}"
    if len(fitting) == 1:
        return fitting[0].name
    candidates = [hint.name for hint in fitting or known]
    listed = ", ".join(candidates) or "none"
    if fitting:
        message = f"{about}, which points to several profiles: {listed}."
    else:
        message = f"{about}; no profile {relation}. There are: {listed}."
    raise RefusedRequest(
        "PROFILE_NEEDED",
        message,
        "Name the profile.",
        {"candidates": candidates, "marketplaces": named, "currency": currency},
    )
