"""Amounts and moments as a reader's language writes them; the words of the pages are English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from handler.core.money import currency


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes numbers.

    Attributes:
        group: between thousands.
        point: before the decimals.
        shortest: how many digits of the whole part are grouped at least.
    """

    group: str
    point: str
    shortest: int = 4


_ENGLISH: Final = Notation(",", ".")
NOTATIONS: Final[Mapping[str, Notation]] = {
    "en-US": _ENGLISH,
    "en-GB": _ENGLISH,
    "en-CA": _ENGLISH,
    "de": Notation(".", ","),
    "fr": Notation("\u202f", ","),
    "es": Notation(".", ",", shortest=5),  # "1234,50" but "12.345,00"
    "it": Notation(".", ","),
    "ja": _ENGLISH,
}
DEFAULT: Final = "en-US"


def number_text(value: int, locale: str = DEFAULT) -> str:
    """Return a whole number with its thousands grouped."""
    return _grouped(str(value), NOTATIONS.get(locale, _ENGLISH))


def decimal_text(text: str, locale: str = DEFAULT) -> str:
    """Return an exact amount of the documents ("-1234.50") as a reader's language writes it."""
    return _grouped(text, NOTATIONS.get(locale, _ENGLISH))


def money_text(minor: int, code: str, locale: str = DEFAULT) -> str:
    """Return an amount with its currency's code behind it: "1,234.50 USD".

    The code, never a symbol: books of several dollars stand side by side. An amount of a currency
    nobody knows is shown in its minor units, and says so.
    """
    known = currency(code)
    if known is None:
        return f"{minor} minor units of {code or 'no currency'}"
    return f"{_grouped(known.text(minor), NOTATIONS.get(locale, _ENGLISH))} {code}"


def moment_text(moment: str) -> str:
    """Return a moment or a date of the stores for a reader's eye.

    Year first in every language: 03/04 is another day on each side of the Atlantic. A text that is
    no moment is shown as it is.
    """
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    if len(moment) <= len("2026-01-31") or at.tzinfo is None:
        return moment.replace("T", " ")
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _grouped(text: str, notation: Notation) -> str:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    if len(whole) >= notation.shortest:
        whole = f"{int(whole):,}".replace(",", notation.group)
    return sign + whole + (notation.point if point else "") + rest
