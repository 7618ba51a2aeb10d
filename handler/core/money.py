"""Currencies and exact amounts.

An amount is an ``int`` of the currency's minor unit (cents, yen, fils) everywhere inside; text in
major units ("-12.34") exists only at the borders. No float ever holds an amount.
"""

from __future__ import annotations

from dataclasses import dataclass

# ISO 4217, list one. Minor units differ from two only where named below.
_CODES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP
    BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF
    KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
    MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
    UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG""".split()
)
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency: its code, and how many decimals its minor unit stands for."""

    code: str
    exponent: int

    def text(self, minor: int) -> str:
        """Return ``minor`` in major units as plain text: "-1234.50", no grouping, no symbol."""
        sign = "-" if minor < 0 else ""
        digits = str(abs(minor)).rjust(self.exponent + 1, "0")
        if self.exponent == 0:
            return sign + digits
        return f"{sign}{digits[: -self.exponent]}.{digits[-self.exponent :]}"

    def grouped(self, minor: int) -> str:
        """Return ``minor`` in major units for a reader's eye: "-1,234.50"."""
        whole, point, rest = self.text(abs(minor)).partition(".")
        return ("-" if minor < 0 else "") + f"{int(whole):,}" + point + rest

    def minor(self, text: str) -> int:
        """Read back what :meth:`text` wrote.

        Raises:
            ValueError: ``text`` is not an amount in this class's own notation.
        """
        sign, body = (-1, text[1:]) if text.startswith("-") else (1, text)
        whole, point, rest = body.partition(".")
        wants_point = "." if self.exponent else ""
        digits = whole + rest
        if (
            point != wants_point
            or len(rest) != self.exponent
            or not (digits.isascii() and digits.isdigit() and whole)
        ):
            raise ValueError(f"{text!r} is not an amount in {self.code}")
        return sign * int(digits)


def currency(code: str) -> Currency | None:
    """Return the currency of an ISO 4217 code, or ``None`` where no such currency exists."""
    return Currency(code, _EXPONENTS.get(code, 2)) if code in _CODES else None


def known_currency(code: str) -> Currency:
    """Return the currency of a code that was checked before, such as a recorded one.

    Raises:
        ValueError: there is no such currency.
    """
    found = currency(code)
    if found is None:
        raise ValueError(f"{code!r} is no ISO 4217 code")
    return found
