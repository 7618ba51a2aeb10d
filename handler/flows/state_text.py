"""Items of the table as lines of text, and back, without any loss.

A line is the item in JSON as DynamoDB types it: numbers stay the text DynamoDB gave, so none is
rounded; binary values stand in base64; keys and sets are in order, so the same item is the same
line. What is not exactly such a line is refused: an export is never half understood.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from handler.flows.state_ports import Item, Key

_TEXTS: Final = ("S", "N")
_SETS: Final = ("SS", "NS")
_FLAGS: Final = ("BOOL", "NULL")


def line_of(item: Mapping[str, Any]) -> bytes:
    """Return an item as a line.

    Raises:
        ValueError: a value is of no type DynamoDB has.
    """
    shown = {name: _shown(value) for name, value in item.items()}
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode() + b"\n"


def item_of(line: bytes) -> Item:
    """Return the item of a line.

    Raises:
        ValueError: it is no line that :func:`line_of` wrote.
    """
    shown = json.loads(line)
    if not isinstance(shown, dict):
        raise ValueError("not an item")
    item = {name: _value(value) for name, value in shown.items()}
    key_of(item)
    return item


def key_of(item: Mapping[str, Any]) -> Key:
    """Return partition and sort key.

    Raises:
        ValueError: it has none.
    """
    try:
        pk, sk = item["pk"]["S"], item["sk"]["S"]
    except (KeyError, TypeError):
        raise ValueError("an item without its keys") from None
    return pk, sk


def expires_by(item: Mapping[str, Any], seconds: int) -> bool:
    """Return whether an item's time is over: DynamoDB may delete it any moment.

    Args:
        item: the item.
        seconds: now, since 1970.
    """
    ends = item.get("expires_at", {}).get("N")
    return ends is not None and ends.isdigit() and int(ends) <= seconds


def _shown(value: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, content),) = value.items()
    if kind in _TEXTS or kind in _FLAGS:
        return {kind: content}
    if kind in _SETS:
        return {kind: sorted(content)}
    if kind == "B":
        return {kind: base64.b64encode(bytes(content)).decode()}
    if kind == "BS":
        return {kind: sorted(base64.b64encode(bytes(each)).decode() for each in content)}
    if kind == "L":
        return {kind: [_shown(each) for each in content]}
    if kind == "M":
        return {kind: {name: _shown(each) for name, each in content.items()}}
    raise ValueError(f"no type of DynamoDB's: {kind!r}")


def _value(shown: object) -> dict[str, Any]:
    if not isinstance(shown, dict) or len(shown) != 1:
        raise ValueError("a value that is not of exactly one type")
    ((kind, content),) = shown.items()
    return {kind: _content(kind, content)}


def _content(kind: str, content: Any) -> Any:  # noqa: ANN401 - whatever the type has
    is_text, are_texts = isinstance(content, str), _are_texts(content)
    if (kind in _TEXTS and is_text) or (kind in _FLAGS and isinstance(content, bool)):
        return content
    if kind in _SETS and are_texts:
        return list(content)
    if kind == "B" and is_text:
        return _bytes(content)
    if kind == "BS" and are_texts:
        return [_bytes(each) for each in content]
    if kind == "L" and isinstance(content, list):
        return [_value(each) for each in content]
    if kind == "M" and isinstance(content, dict):
        return {name: _value(each) for name, each in content.items()}
    raise ValueError(f"a value of type {str(kind)[:20]!r} that cannot be one")


def _are_texts(content: object) -> bool:
    return isinstance(content, list) and all(isinstance(each, str) for each in content)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("a binary value that is no base64") from None
