"""The work on a file of the bucket, whoever set it off: settled, or read for what it says of stock.

Both can be done again without harm, and both say in a few words what they brought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from handler.flows.file_attempt import Outcome
from handler.flows.posted import file_scope
from handler.flows.settle_call import RawFile, Wish
from handler.payloads import json_text

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.stock_files import ReportWish

# A job is one item of the store, at most 400 KB; what says more is read where it lies.
_LARGEST_TOLD: Final = 100_000
_SHORT: Final = ("run_id", "profile", "kind", "status", "rows", "first_day", "last_day")


def settle_upload(app: App, key: str, wish: Wish) -> Outcome:
    """Settle a file of the bucket.

    Raises:
        RefusedRequest: ``FILE_NOT_FOUND``, and as
            :func:`~handler.flows.settle_file.settle_raw`.
        UnusableFile, UnusableMapping, Conflict, OutsideFailure: likewise.
    """
    from handler.flows.settle_file import settle_raw  # noqa: PLC0415 - not for reports of stock

    answer = settle_raw(app, RawFile(key, app.files.source(key)), wish)
    app.settlements.resolve(file_scope(key), app.now().isoformat(timespec="seconds"))
    settled = answer.document
    status: Literal["proven", "held"] = "held" if settled["status"] == "held" else "proven"
    settlement_id = str(settled["settlement_id"])
    brought = {"settlement_id": settlement_id, "settlement_status": status}
    if answer.record is not None:
        brought |= settlement_brought(answer.record.version, answer.record.external_ids)
    return Outcome(status, settlement_id, replayed=answer.replayed, brought=brought)


def settlement_brought(version: int, external_ids: Sequence[str]) -> dict[str, Any]:
    """Return what a job says of a version that is recorded."""
    return {"version": version, "external_ids": list(external_ids)}


def read_upload(app: App, key: str, wish: ReportWish) -> Outcome:
    """Read a report about stock.

    Raises:
        RefusedRequest: ``FILE_NOT_FOUND``, and as
            :func:`~handler.flows.read_stock_report.read_raw`.
        UnusableFile, UnusableMapping, OutsideFailure: likewise.
    """
    from handler.flows.read_stock_report import read_raw  # noqa: PLC0415 - not to settle

    documents = read_raw(app, RawFile(key, app.files.source(key)), wish)
    is_held = any(document["status"] == "held" for document in documents)
    return Outcome("held" if is_held else "read", brought={"documents": _told(documents)})


def in_words(wish: ReportWish) -> dict[str, str]:
    """Return what a caller says of a report, in the words of its job; :func:`wished` reads them."""
    return {
        "marketplace": wish.marketplace,
        "made_at": wish.made_at.isoformat() if wish.made_at else "",
        "first_day": wish.first_day.isoformat() if wish.first_day else "",
        "last_day": wish.last_day.isoformat() if wish.last_day else "",
    }


def wished(wish: ReportWish, said: Mapping[str, str]) -> ReportWish:
    """Return a wish with what the caller of its job said, in the job's words."""
    made, first, last = (said.get(name, "") for name in ("made_at", "first_day", "last_day"))
    return replace(
        wish,
        marketplace=said.get("marketplace", "") or wish.marketplace,
        made_at=datetime.fromisoformat(made) if made else wish.made_at,
        first_day=date.fromisoformat(first) if first else wish.first_day,
        last_day=date.fromisoformat(last) if last else wish.last_day,
    )


def _told(documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the documents as the HTTP step answers them; of large ones the heads."""
    from handler.payloads.ledger_run import in_brief  # noqa: PLC0415 - not to settle

    shown = [in_brief(document) for document in documents]
    if len(json_text.dumps(shown)) <= _LARGEST_TOLD:
        return shown
    return [
        {name: document[name] for name in _SHORT if name in document} | {"shortened": True}
        for document in shown
    ]
