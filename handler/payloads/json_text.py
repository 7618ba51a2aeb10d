"""JSON with exact numbers: a Decimal is written as it is, digit for digit.

The standard library writes numbers through float; an amount never goes that way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal


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
