"""The days of the ledger as they stand: the table says where each lies in the bucket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from handler.core.errors import OutsideFailure
from handler.payloads import packed
from handler.payloads.ledger_documents import day_of

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.inventory_ports import LedgerDayRecord
    from handler.inventory.ledger_day import LedgerDay


def stored_days(app: App, profile: str, first: date, last: date) -> dict[date, LedgerDay]:
    """Return the days known from ``first`` to ``last``.

    Raises:
        OutsideFailure: a store did not answer, or a day's file is not what the table says.
    """
    records = app.inventory.ledger_days(profile, first, last)
    files = {record.result_key for record in records}
    documents = {key: packed.unpack(app.files.read(key)) for key in sorted(files)}
    return {record.day: _day(record, documents[record.result_key]["days"]) for record in records}


def _day(record: LedgerDayRecord, days: Sequence[dict[str, Any]]) -> LedgerDay:
    for document in days:
        if document["day"] == record.day.isoformat():
            state = day_of(document)
            if state.revision == record.revision:
                return state
    raise OutsideFailure(
        "LEDGER_FILE_DIFFERS",
        f"{record.result_key} does not hold revision {record.revision} of {record.day}.",
        "Restore that version of the file in the bucket; nothing was posted.",
    )
