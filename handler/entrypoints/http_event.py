"""What API Gateway hands over, made fit for WSGI."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

_ADDRESS: Final = ("rawPath", "rawQueryString")


def with_plain_address(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event with its address in ASCII, as browsers and flows send it.

    API Gateway takes the escapes out of a path, and WSGI knows no letter beyond Latin-1: anybody
    could make the function fail before it asks for a key, and its alarms ring.
    """
    odd = [name for name in _ADDRESS if not str(event.get(name, "")).isascii()]
    return {**event, **{name: _escaped(str(event[name])) for name in odd}} if odd else event


def _escaped(text: str) -> str:
    return "".join(
        letter if letter.isascii() else quote(letter, errors="replace") for letter in text
    )
