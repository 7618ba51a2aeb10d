"""What a settling is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handler.core.source import Source
    from handler.flows.ports import Files, SettlementRecord
    from handler.payloads.result import Document


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered.

    Attributes:
        document: the result.
        record: what is remembered; ``None`` for a dry run.
        replayed: whether it had been recorded before this call.
    """

    document: Document
    record: SettlementRecord | None
    replayed: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks of a settling, besides the file.

    Attributes:
        profile: whose books; found from the file's marketplaces where empty.
        settlement_id: which settlement, of a file that holds several.
        exchange_rate: handed on to NetSuite; see :func:`~handler.settlement.settle.settle`.
        dry_run: go the same way, record nothing.
        idempotency_key: the caller's own key for this call.
        repost: correct a proven settlement whose content or mapping changed, by the difference.
    """

    profile: str = ""
    settlement_id: str = ""
    exchange_rate: str = ""
    dry_run: bool = False
    idempotency_key: str = ""
    repost: bool = False


@dataclass(frozen=True, slots=True)
class RawFile:
    """A raw file to settle.

    Attributes:
        key: where it lies in the bucket, or will lie.
        source: its content.
        posted: the bytes, where they came with the call: they are put at ``key`` when there is
            something to record, so that neither a dry run nor a refusal leaves them there.
    """

    key: str
    source: Source
    posted: bytes | None = None

    def keep(self, files: Files) -> None:
        """Put a posted file where it belongs; one from the bucket lies there already."""
        if self.posted is not None:
            files.keep(self.key, self.posted, "application/octet-stream")
