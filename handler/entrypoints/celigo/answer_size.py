"""How large a result is, counted as integrator.io counts, and whether it is JSON at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from handler.entrypoints.celigo import exact_json
from handler.entrypoints.celigo.call_refused import NOT_SERIALIZABLE, CallRefused, too_large

_DEFAULT_MOST: Final = 5 * 1024 * 1024
# A Lambda answer ends at 6 MB, with the JSON inside it escaped once more.
MOST_BYTES: Final = 4_400_000
_OF_A_PLACE: Final = 16


def body_of(result: object, most: object = None) -> bytes:
    """Return the result as the body of an answer; ``None`` is an empty body.

    Args:
        result: what a function returned.
        most: ``maxResponseSize`` of the call, in bytes; what is no number counts as not given.

    Raises:
        CallRefused: it is too large, or holds what is no JSON, as dates and floats are not.
    """
    limit = _limit(most)
    try:
        if size_of(result) > limit:
            raise CallRefused(too_large(limit))
        body = b"" if result is None else exact_json.written(result)
    except (TypeError, ValueError, RecursionError) as error:
        raise CallRefused(NOT_SERIALIZABLE) from error
    if len(body) > MOST_BYTES:
        raise CallRefused(too_large(MOST_BYTES))
    return body


@dataclass(frozen=True, slots=True)
class Room:
    """What an answer still has room for.

    Attributes:
        held: bytes left as JavaScript holds values.
        sent: bytes left as they are sent.
    """

    held: int
    sent: int

    @property
    def left(self) -> int:
        """The bytes left, by whichever count has fewer."""
        return max(0, min(self.held, self.sent))

    def holds(self, items: Sequence[object]) -> bool:
        """Return whether ``items`` fit in as well."""
        after = self.without(items)
        return after.held >= 0 and after.sent >= 0

    def without(self, items: Sequence[object], more: int = 0) -> Room:
        """Return the room that ``items``, within a list, and ``more`` bytes leave.

        Raises:
            TypeError: something in them is no JSON.
        """
        # A place in a list counts as its number written out, and a comma stands beside it.
        held = size_of(list(items)) + _OF_A_PLACE * len(items)
        sent = len(exact_json.written(list(items))) + len(items)
        return Room(self.held - held - more, self.sent - sent - more)


def room_for(most: int) -> Room:
    """Return the room of an answer of at most ``most`` bytes."""
    return Room(most, min(most, MOST_BYTES))


def most_bytes(most: object) -> int:
    """Return the limit that ``maxResponseSize`` of a call sets, in whole bytes."""
    return int(_limit(most))


def _limit(most: object) -> int | Decimal:
    if most and isinstance(most, int | Decimal) and not isinstance(most, bool):
        return most
    return _DEFAULT_MOST


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
