"""A stored result: the document, and the trace that finds its rows in the raw file again."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from handler.settlement.group import Kind
from handler.settlement.grouping import Grouping
from handler.settlement.trace import Trace, TraceKey

if TYPE_CHECKING:
    from handler.payloads.result import Document


@dataclass(frozen=True, slots=True)
class StoredResult:
    """What lies in the bucket beside a settlement's state."""

    document: Document
    trace: Trace


def pack(stored: StoredResult) -> bytes:
    """Return the bytes of a result; the same result gives the same bytes."""
    grouping = stored.trace.grouping
    content = {
        "schema": 1,
        "document": stored.document,
        "trace": {
            "default_zone": str(grouping.default_zone),
            "zones": {name: str(zone) for name, zone in sorted(grouping.zones.items())},
            "sku_groups": dict(sorted(grouping.sku_groups.items())),
            "by_order": grouping.by_order,
            "by_day": grouping.by_day,
            "settlement_id": grouping.settlement_id,
            "lines": {
                str(number): [list(key) for key in sorted(keys)]
                for number, keys in stored.trace.lines.items()
            },
        },
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def unpack(packed: bytes) -> StoredResult:
    """Return the result that :func:`pack` packed."""
    content = json.loads(gzip.decompress(packed))
    trace = content["trace"]
    grouping = Grouping(
        default_zone=ZoneInfo(trace["default_zone"]),
        zones={name: ZoneInfo(zone) for name, zone in trace["zones"].items()},
        sku_groups=trace["sku_groups"],
        by_order=trace["by_order"],
        by_day=trace["by_day"],
        settlement_id=trace["settlement_id"],
    )
    lines = {
        int(number): frozenset(TraceKey(when, Kind(*kind), *rest) for when, kind, *rest in keys)
        for number, keys in trace["lines"].items()
    }
    return StoredResult(content["document"], Trace(grouping, lines))
