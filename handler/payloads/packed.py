"""A document packed for the bucket: JSON in gzip. The same document gives the same bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any


def pack(document: Mapping[str, Any]) -> bytes:
    """Return the bytes of a document of plain values."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def unpack(content: bytes) -> dict[str, Any]:
    """Return the document that :func:`pack` packed."""
    document: dict[str, Any] = json.loads(gzip.decompress(content))
    return document
