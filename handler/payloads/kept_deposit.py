"""How a settlement's deposit was matched, as it is kept beside the settlement's result."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handler.payloads.recorded import posted_entries

if TYPE_CHECKING:
    from handler.payloads.result import Document
    from handler.settlement.journal import JournalEntry


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A bank line of a kept match; ``amount`` in minor units of ``currency``."""

    id: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class KeptDeposit:
    """A settlement's part of a recorded match.

    Attributes:
        settlement_id: whose.
        total: its declared total when it was matched, in minor units.
        kind: of the match.
        settlement_ids: of the whole match.
        lines: of the bank.
        entries: the settlement's deposit entries, as documents.
    """

    settlement_id: str
    total: int
    kind: str
    settlement_ids: tuple[str, ...]
    lines: tuple[KeptLine, ...]
    entries: tuple[Mapping[str, Any], ...]

    def journal(self) -> tuple[JournalEntry, ...]:
        """Return the deposit entries as values."""
        found: list[JournalEntry] = []
        for entry in self.entries:
            alone: Document = {
                "currency": entry["currency"],
                "journal_entries": [entry],
                "deposit_entry": None,
            }
            found += posted_entries(alone)
        return tuple(found)


def pack(kept: KeptDeposit) -> bytes:
    """Return the bytes of a kept deposit; the same one gives the same bytes."""
    content = {
        "schema": 1,
        "settlement_id": kept.settlement_id,
        "total": kept.total,
        "kind": kept.kind,
        "settlement_ids": list(kept.settlement_ids),
        "lines": [[line.id, line.amount, line.currency] for line in kept.lines],
        "entries": list(kept.entries),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def unpack(packed: bytes) -> KeptDeposit:
    """Return the deposit that :func:`pack` packed."""
    content = json.loads(gzip.decompress(packed))
    return KeptDeposit(
        settlement_id=content["settlement_id"],
        total=content["total"],
        kind=content["kind"],
        settlement_ids=tuple(content["settlement_ids"]),
        lines=tuple(KeptLine(*line) for line in content["lines"]),
        entries=tuple(content["entries"]),
    )
