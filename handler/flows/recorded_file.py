"""The raw file of a recorded settlement, as long as it is still the one that was settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handler.core.errors import Conflict
from handler.core.source import Source, content_hash, unpacked

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord


def recorded_file(app: App, record: SettlementRecord) -> Source:
    """Return a recorded settlement's raw file, unpacked.

    An upload can put another file in its place; that one was refused, or settled as what it is, and
    must not be taken for what is in the books.

    Raises:
        Conflict: ``RAW_FILE_CHANGED``.
        RefusedRequest: ``FILE_NOT_FOUND``.
        UnusableFile: it is packed and damaged.
        OutsideFailure: the bucket did not answer.
    """
    source = unpacked(app.files.source(record.raw_key))
    if content_hash(source) != record.content_hash:
        raise Conflict(
            "RAW_FILE_CHANGED",
            f"The file at {record.raw_key} is not the one that was settled.",
            "Restore the earlier version of the file in the bucket. To correct the settlement by "
            "the new file, send that with POST /v1/settlements/{id}/repost.",
            {"raw_key": record.raw_key, "content_hash": record.content_hash},
        )
    return source
