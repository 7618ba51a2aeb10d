"""JSON with exact numbers: a Decimal is written as it is, digit for digit.

The standard library reads and writes numbers through float; an amount never goes that way.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, NoReturn

# Far deeper than any record. What is nested deeper could be read, but not worked on or written.
_DEEPEST = 64
# Beyond every amount. Written out, an exponent of a few digits fills a disk.
_LARGEST_EXPONENT = 400
_WORDS = {None: "null", True: "true", False: "false"}


def loads(content: bytes) -> object:
    """Return what JSON in UTF-8 says, with fractions as Decimals.

    Raises:
        ValueError: it is no JSON, or has NaN, a number beyond all amounts, no end of nesting, or
            a name twice in one object: who reads the first would read something else.
    """
    try:
        found: object = json.loads(
            content.decode("utf-8-sig"),
            parse_float=_number,
            parse_constant=_constant,
            object_pairs_hook=_members,
        )
    except RecursionError as error:
        raise ValueError("lists in lists without end") from error
    if content.count(b"[") + content.count(b"{") > _DEEPEST and not _is_shallow(found):
        raise ValueError(f"lists in lists, more than {_DEEPEST} deep")
    return found


def _is_shallow(found: object) -> bool:
    level: list[Any] = [found]
    for _ in range(_DEEPEST):
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [each for one in inner for each in one if isinstance(each, dict | list)]
        if not level:
            return True
    return False


def name_given_twice(content: bytes) -> str | None:
    """Return a name that stands twice in one object of a text that is JSON; ``None`` for none."""
    try:
        json.loads(content, parse_float=str, parse_int=str, object_pairs_hook=_members)
    except GivenTwice as error:
        return error.name
    return None


class GivenTwice(ValueError):
    """A name stands twice in one object.

    Attributes:
        name: which.
    """

    def __init__(self, name: str) -> None:
        super().__init__("a name stands twice in one object")
        self.name = name


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        count = Counter(name for name, _ in pairs)
        raise GivenTwice(next(name for name in found if count[name] > 1))
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
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts)


# Not json.dumps part by part: its call alone costs ten times what a short text does, and answers
# are made of those.
def _write(value: object, add: Callable[[str], None]) -> None:
    if type(value) is str:
        add(encode_basestring(value))
    elif type(value) is int:
        add(repr(value))
    elif value is None or value is True or value is False:
        add(_WORDS[value])
    elif isinstance(value, dict | Mapping):
        mark = "{"
        for name, item in value.items():
            add(f"{mark}{encode_basestring_ascii(str(name))}:")
            _write(item, add)
            mark = ","
        add("}" if mark == "," else "{}")
    elif isinstance(value, list | tuple):
        mark = "["
        for item in value:
            add(mark)
            _write(item, add)
            mark = ","
        add("]" if mark == "," else "[]")
    elif isinstance(value, Decimal):
        add(format(value, "f"))
    elif isinstance(value, float):
        raise TypeError(f"{value!r}: a float has no place in an answer")
    else:
        add(json.dumps(value, ensure_ascii=False))
