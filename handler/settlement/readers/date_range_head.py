"""The notation of a date-range file: currency, decimal mark, dates; each settled from the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from handler.core.money import Currency, currency
from handler.core.source import Source
from handler.settlement.readers import amounts, date_range_dates
from handler.settlement.readers.date_range_columns import (
    AMOUNT_COLUMNS,
    DATE,
    MARKETPLACE,
    RELEASE,
    TOTAL,
)
from handler.settlement.readers.date_range_csv import CsvLayout, read_layout, records, unusable
from handler.settlement.readers.date_range_dates import Notation
from handler.settlement.readers.date_range_locale import (
    AMOUNT_WORDS,
    CURRENCY_OF_DOMAIN,
    YEN_WORDS,
)

_CODE = re.compile(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])")
_MINUS = "\u2212"
# No ledger holds an amount this long; a hostile one must cost neither time nor memory.
_LONGEST_AMOUNT = 40


@dataclass(frozen=True, slots=True)
class DateRangeHead:
    """What must be known of a date-range file before its rows can be read.

    Attributes:
        layout: how it is written.
        money: currency of every amount.
        mark: the file's decimal mark.
        dates: how it writes dates.
    """

    layout: CsvLayout
    money: Currency
    mark: str
    dates: Notation

    @property
    def amounts(self) -> tuple[str, ...]:
        """The amount columns the file has, in the report's order, without the total."""
        return tuple(name for name in AMOUNT_COLUMNS if name in self.layout.columns)

    def amount(self, text: str) -> int | None:
        """Return an amount cell in minor units, or ``None`` where it is no amount."""
        if len(text) > _LONGEST_AMOUNT:
            return None
        return _minor(text, self.mark, self.money.exponent)


# Most cells of a report are zero and prices repeat: few are ever read twice by the grammar.
@lru_cache(maxsize=1 << 14)
def _minor(text: str, mark: str, exponent: int) -> int | None:
    return amounts.amount(signed(text), mark, exponent)


def signed(text: str) -> str:
    """Return an amount with a plain minus sign.

    Swedish reports write U+2212 before the digits. The sign stands before them in every report
    seen; behind them, in brackets, or with a currency sign an amount is refused.
    """
    plain = text.strip()
    return "-" + plain[1:] if plain.startswith(_MINUS) else text


def read_head(source: Source) -> DateRangeHead:
    """Settle how the file is written.

    Raises:
        UnusableFile: it is no date-range report, names no currency, has no rows, or its decimal
            mark or its order of day and month stays open.
    """
    layout = read_layout(source)
    if not any(True for _ in _cells(source, layout, [TOTAL])):
        raise unusable(f"The file has a header on line {layout.line} and no rows below it.")
    money = _currency(source, layout)
    return DateRangeHead(layout, money, _mark(source, layout, money), _dates(source, layout))


def _cells(source: Source, layout: CsvLayout, names: Sequence[str]) -> Iterator[str]:
    """Yield the cells of the named columns that are not blank, row by row."""
    places = [layout.columns[name] for name in names if name in layout.columns]
    for _, cells in records(source, layout):
        for place in places:
            if place < len(cells) and cells[place].strip():
                yield cells[place]


def _currency(source: Source, layout: CsvLayout) -> Currency:
    for line in layout.preamble:
        found = _currency_of(line)
        if found is not None:
            return found
    domains = {text.strip().casefold() for text in _cells(source, layout, [MARKETPLACE])}
    codes = sorted({CURRENCY_OF_DOMAIN[name] for name in domains if name in CURRENCY_OF_DOMAIN})
    if len(codes) == 1:
        by_domain = currency(codes[0])
        if by_domain is not None:
            return by_domain
    found_codes = f"marketplaces in {', '.join(codes)}" if codes else "no known marketplace"
    raise unusable(
        f"The currency stays open: no line above the header on line {layout.line} names it, as in "
        f"'All amounts in USD, unless specified', and the rows name {found_codes}."
    )


def _currency_of(line: str) -> Currency | None:
    """Return the currency that a line of the preamble states for all amounts."""
    plain = line.casefold()
    for word in AMOUNT_WORDS:
        place = plain.find(word)
        if place >= 0:
            codes = {code for code in _CODE.findall(line[place:]) if currency(code)}
            if len(codes) == 1:
                return currency(codes.pop())
    return currency("JPY") if any(word in line for word in YEN_WORDS) else None


def _mark(source: Source, layout: CsvLayout, money: Currency) -> str:
    mark = amounts.decimal_mark(_amount_texts(source, layout), money.exponent)
    if mark is not None:
        return mark
    for text in _amount_texts(source, layout):
        point, comma = (amounts.amount(text, each, money.exponent) for each in (".", ","))
        if point is not None and comma is not None and point != comma:
            raise unusable(
                f"The decimal mark stays open: {text.strip()!r} can be {money.text(point)} or "
                f"{money.text(comma)} {money.code}, and no amount in the file settles it."
            )
    raise AssertionError("unreachable: a mark stays open only where some text reads both ways")


def _amount_texts(source: Source, layout: CsvLayout) -> Iterator[str]:
    for text in _cells(source, layout, [*AMOUNT_COLUMNS, TOTAL]):
        if len(text) <= _LONGEST_AMOUNT:
            yield signed(text)


def _dates(source: Source, layout: CsvLayout) -> Notation:
    notation = date_range_dates.settled(_cells(source, layout, [DATE, RELEASE]))
    if notation is not None:
        return notation
    cells = _cells(source, layout, [DATE, RELEASE])
    sample = next(text for text in cells if len(date_range_dates.readings(text)) == 2)
    day_first, month_first = date_range_dates.readings(sample)
    raise unusable(
        f"The order of day and month stays open: {sample.strip()!r} can be {day_first} or "
        f"{month_first}, and no date in the file settles it."
    )
