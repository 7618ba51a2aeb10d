"""JSON with exact numbers: a Decimal is written as it is, digit for digit.

The standard library reads and writes numbers through float; an amount never goes that way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import NoReturn

# Beyond every amount. Written out, an exponent of a few digits fills a disk.
_LARGEST_EXPONENT = 400


def loads(content: bytes) -> object:
    """Return what JSON in UTF-8 says, with fractions as Decimals.

    Raises:
        ValueError: it is no JSON, or has NaN, a number beyond all amounts, or no end of nesting.
    """
    try:
        found: object = json.loads(
            content.decode("utf-8-sig"), parse_float=_number, parse_constant=_constant
        )
    except RecursionError as error:
        raise ValueError("lists in lists without end") from error
    return found


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError as error:  # an exponent beyond Decimal's own
        raise ValueError("a number beyond all amounts") from error
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError("a number beyond all amounts")
    return number


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def dumps(value: object) -> str:
    """Return ``value`` as compact JSON: dicts, lists, text, ints, bools, None and Decimals."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(str(name))}:{dumps(item)}" for name, item in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(dumps(item) for item in value) + "]"
    if isinstance(value, float):
        raise TypeError(f"{value!r}: a float has no place in an answer")
    return json.dumps(value, ensure_ascii=False)
