"""How large a result is, counted as integrator.io counts, and whether it is JSON at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from handler.entrypoints.celigo import exact_json
from handler.entrypoints.celigo.call_refused import NOT_SERIALIZABLE, CallRefused, too_large

_DEFAULT_MOST: Final = 5 * 1024 * 1024
# A Lambda answer ends at 6 MB, with the JSON inside it escaped once more.
MOST_BYTES: Final = 4_400_000


def body_of(result: object, most: object = None) -> bytes:
    """Return the result as the body of an answer; ``None`` is an empty body.

    Args:
        result: what a function returned.
        most: ``maxResponseSize`` of the call, in bytes; what is no number counts as not given.

    Raises:
        CallRefused: it is too large, or holds what is no JSON, as dates and floats are not.
    """
    limit: int | Decimal = _DEFAULT_MOST
    if most and isinstance(most, int | Decimal) and not isinstance(most, bool):
        limit = most
    try:
        if size_of(result) > limit:
            raise CallRefused(too_large(limit))
        body = b"" if result is None else exact_json.written(result)
    except (TypeError, ValueError, RecursionError) as error:
        raise CallRefused(NOT_SERIALIZABLE) from error
    if len(body) > MOST_BYTES:
        raise CallRefused(too_large(MOST_BYTES))
    return body


def size_of(value: object) -> int:
    """Return the size in bytes as JavaScript holds it: 2 a letter, 8 a number, 4 a truth value.

    The names within an object count too, and so does the place within a list, written as text.

    Raises:
        TypeError: something in it is no JSON.
    """
    match value:
        case None:
            return 0
        case bool():
            return 4
        case str():
            return len(value.encode("utf-16-le", "surrogatepass"))
        case int() | Decimal() if not isinstance(value, Decimal) or value.is_finite():
            return 8
        case Mapping():
            return _inside(value.items())
        case list() | tuple():
            return _inside((str(place), item) for place, item in enumerate(value))
    raise TypeError(f"{type(value).__name__} is no JSON")


def _inside(items: Iterable[tuple[object, object]]) -> int:
    size = 0
    for name, item in items:
        if not isinstance(name, str):
            raise TypeError("the names within an object are text")
        size += size_of(name) + size_of(item)
    return size
