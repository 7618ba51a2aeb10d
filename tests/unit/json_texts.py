"""JSON inputs for tests: numbers are written as given, and any part of an input can be damaged."""

from __future__ import annotations

import json
import re
from typing import Any

_MARK = re.compile(r'"\\u0001(.*?)\\u0002"')


def number(text: str) -> str:
    """A number that :func:`text` writes exactly so, whatever Python would make of it."""
    return f"\x01{text}\x02"


def text(value: Any) -> bytes:
    """The value as JSON."""
    return _MARK.sub(lambda found: found[1], json.dumps(value)).encode()


def loaded(content: bytes) -> Any:
    """JSON as values whose numbers :func:`text` writes as they were."""
    return json.loads(content, parse_float=number, parse_int=number)


Path = tuple[str | int, ...]
SCRAP: tuple[Any, ...] = (
    *(None, True, "", "text", [], {}, [1], {"a": "b"}, [None], [[]]),
    *(number(text) for text in ("0", "0.1", "1e400", "-0.005", "12", "999999999999.99")),
)


def spots(value: Any, above: Path = ()) -> list[Path]:
    """The way to every part of a value."""
    inner: list[Path] = []
    if isinstance(value, dict):
        inner = [spot for key in value for spot in spots(value[key], (*above, key))]
    if isinstance(value, list):
        inner = [spot for at, part in enumerate(value) for spot in spots(part, (*above, at))]
    return [above, *inner]


def damaged(value: Any, spot: Path, scrap: Any) -> Any:
    """The value with the part at ``spot`` replaced."""
    if not spot:
        return scrap
    changed = value.copy()
    changed[spot[0]] = damaged(value[spot[0]], spot[1:], scrap)
    return changed
