"""The JSON of a call: its numbers are read and written digit for digit."""

from __future__ import annotations

import json
from decimal import Decimal

from handler.entrypoints.celigo.call_refused import BAD_JSON, CallRefused
from handler.payloads import json_text


def read(body: bytes) -> object:
    """Return what the body holds; an empty body is an empty object. Fractions are Decimals.

    Raises:
        CallRefused: it is no JSON, or there is neither an object nor a list at its top (400).
    """
    if not body:
        return {}
    try:
        found = json_text.loads(body)
    except ValueError as error:
        raise CallRefused(BAD_JSON, status=400) from error
    if not isinstance(found, dict | list):
        raise CallRefused(BAD_JSON, status=400)
    return found


def written(value: object) -> bytes:
    """Return ``value`` as JSON in UTF-8; half a surrogate pair is written as its escape."""
    return json_text.dumps(value).encode("utf-8", "backslashreplace")


def result(body: bytes) -> object:
    """Return the value behind a body that :func:`written` made; ``None`` where it is empty."""
    return json.loads(body, parse_float=Decimal) if body else None
