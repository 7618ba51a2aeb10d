"""VAT that prices include and the seller owes: taken out of revenue, in lines of its own.

Where Amazon does not withhold the tax, a sale of 120.00 at 20 % is 100.00 of revenue and 20.00
that belongs to the tax office. The rows stay whole on their line; a block beside it moves the tax.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from handler.settlement.booking import LineKey
from handler.settlement.classes import AccountingClass, Nature
from handler.settlement.journal import JournalLine, line_without_rows
from handler.settlement.profile import Dimensions, Profile

VAT = "vat_included"
_HALF = Fraction(1, 2)
_TAXED_SECTIONS = ("sales", "refunds", "promotions")


def vat_block(
    key: LineKey, line: JournalLine, classes: Mapping[str, AccountingClass], profile: Profile
) -> Sequence[JournalLine]:
    """Return the two lines that move the VAT within ``line``, or nothing where there is none.

    Sales, refunds and promotions carry VAT, at the rate of their marketplace. Rounded half away
    from zero to the minor unit, as invoices are.
    """
    marketplace = profile.marketplace(key.marketplace) if key.marketplace else None
    found = classes[key.accounting_class]
    taxed = found.section in _TAXED_SECTIONS and found.nature in (
        Nature.REVENUE,
        Nature.CONTRA_REVENUE,
    )
    if marketplace is None or not marketplace.vat_percent or not taxed:
        return ()
    tax = included(-line.signed, Fraction(marketplace.vat_percent))
    if tax == 0 or profile.relieves(key.accounting_class):
        return ()
    owed = profile.accounts["sales_tax_collected"]
    memo = f"VAT {marketplace.vat_percent} % in {found.label.lower()}, {marketplace.names[0]}"

    def moved(account: str, signed: int) -> JournalLine:
        dimensions = Dimensions(*key.dimensions)
        return line_without_rows(account, VAT, signed, memo, VAT, line.period, dimensions)

    return [moved(line.account, tax), moved(owed, -tax)]


def included(gross: int, percent: Fraction) -> int:
    """Return the tax within ``gross`` minor units at ``percent``, rounded half away from zero."""
    exact = abs(gross) * percent / (100 + percent)
    rounded = int(exact + _HALF)
    return rounded if gross >= 0 else -rounded
