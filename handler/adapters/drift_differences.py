"""The differences of a comparison as few bytes: an item of DynamoDB may have 400 KB in all.

Twenty thousand take some 150 KB. Where there are more than fit, the smallest are left out; the
run's document in the bucket has them all.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Final

Differences = Mapping[tuple[str, str, str], tuple[int, int]]

MOST_BYTES: Final = 350_000


def pack(differences: Differences) -> tuple[bytes, int]:
    """Return differences in at most :data:`MOST_BYTES`, and how many had to be left out."""
    # By size, then by name: what is left out does not depend on the order they came in.
    ranked = sorted(differences.items(), key=lambda pair: (-abs(pair[1][0] - pair[1][1]), pair[0]))
    kept = len(ranked)
    while True:
        packed = _packed(dict(ranked[:kept]))
        if len(packed) <= MOST_BYTES:
            return packed, len(ranked) - kept
        kept = kept * MOST_BYTES * 9 // (len(packed) * 10)


def unpack(packed: bytes) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return the differences :func:`pack` kept."""
    columns = json.loads(zlib.decompress(packed))
    return {
        (item, location, measure): (amazon, netsuite)
        for item, location, measure, amazon, netsuite in zip(*columns, strict=True)
    }


def _packed(differences: Differences) -> bytes:
    # Column by column, sorted: like stands beside like, and compresses to little.
    rows = [(*key, *counts) for key, counts in sorted(differences.items())]
    columns = list(zip(*rows, strict=True)) or [()] * 5
    return zlib.compress(json.dumps(columns, separators=(",", ":")).encode(), level=9)
