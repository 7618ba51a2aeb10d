"""The HTTP steps of settlements that take many records: settle, look up, classify, acknowledge.

Batches are answered in the order asked, one answer for each record; a bad record fails alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar, cast

import structlog
from flask import Response, g, request

from handler.core.errors import OutsideFailure, PluginError, RefusedRequest
from handler.entrypoints.http_answers import SOURCE, success
from handler.entrypoints.http_auth import needs
from handler.entrypoints.http_plugin import plugin
from handler.flows.api_keys import SETTLEMENTS_READ, SETTLEMENTS_WRITE
from handler.payloads import json_text

# The schemas (pydantic) and the flows are imported where a request needs them.


Document = dict[str, Any]
T = TypeVar("T")

# API Gateway ends a call at 30 s. A file begun is finished; one not begun is sent again.
_SECONDS: Final = 15
# An answer ends at 6 MB, and the headers and the JSON around are in it.
MOST_ANSWERED: Final = 4_500_000


@needs(SETTLEMENTS_WRITE)
def settle_batch() -> Response:
    """Settle files of the bucket, each for itself."""
    from handler.entrypoints import http_settlement_batch_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_inventory_schemas import Records  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415

    query(NoQuery, request.args)
    told = body(schemas.FilesBody, request.get_data())
    checked = Records(schemas.FileRecord, told.data).checked
    return success(_each(checked, _settled))


@needs(SETTLEMENTS_READ)
def journals() -> Response:
    """Give the records of settlements that are ready for NetSuite: a flow's look-up step."""
    from handler.entrypoints import http_settlement_batch_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_inventory_schemas import Records  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415
    from handler.flows.journal_records import journal_records  # noqa: PLC0415

    query(NoQuery, request.args)
    told = body(schemas.JournalsBody, request.get_data())
    room = MOST_ANSWERED

    def given(record: schemas.JournalRecord) -> Document:
        nonlocal room
        found = journal_records(plugin(), record.settlement_id, record.format, record.version)
        size = len(json_text.dumps(found).encode())
        if size > room:
            raise _too_large(record.settlement_id, room)
        room -= size
        return found

    if told.settlement_id is not None:  # one alone is refused as a whole, as its flow expects
        only = schemas.JournalRecord(
            settlement_id=told.settlement_id, format=told.format, version=told.version
        )
        return success([_good(given(only))])
    return success(_each(Records(schemas.JournalRecord, told.data or ()).checked, given))


@needs(SETTLEMENTS_READ)
def classify() -> Response:
    """Say where rows belong in the books, as settling them would."""
    from handler.entrypoints import http_settlement_batch_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_inventory_schemas import Records  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415
    from handler.flows.classify_rows import ClassifiedRow, classify_rows  # noqa: PLC0415

    query(NoQuery, request.args)
    told = body(schemas.RowsBody, request.get_data())
    records = Records(schemas.RowRecord, told.data)
    good = records.good()
    found = classify_rows(plugin(), told.profile, [record.row() for _, record in good])
    answers: dict[int, ClassifiedRow | PluginError] = {
        place: one for (place, _), one in zip(good, found, strict=True)
    }
    data: list[Document] = []
    for place, checked in enumerate(records.checked):
        answer = checked if isinstance(checked, RefusedRequest) else answers[place]
        data.append(_classified(answer))
    return success(data)


@needs(SETTLEMENTS_WRITE)
def posted() -> Response:
    """Keep NetSuite's internal ids of the entries of many settlements."""
    from handler.entrypoints import http_settlement_batch_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_inventory_schemas import Records  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415
    from handler.flows.acknowledge_each import acknowledge_each  # noqa: PLC0415

    query(NoQuery, request.args)
    told = body(schemas.PostedBody, request.get_data())
    records = Records(schemas.PostedRecord, told.data)
    good = records.good()
    kept = acknowledge_each(plugin(), [record.entry() for _, record in good])
    answers = dict(zip((place for place, _ in good), kept, strict=True))
    data: list[Document] = []
    for place, checked in enumerate(records.checked):
        if isinstance(checked, RefusedRequest):
            data.append(_failed(checked))
            continue
        answer = answers[place]
        shown = _failed(answer) if isinstance(answer, PluginError) else _good(_stands(answer))
        names = {"settlement_id": checked.settlement_id, "external_id": checked.external_id}
        data.append({**shown, "id": checked.settlement_id, **names})
    return success(data)


def _settled(record: Any) -> Document:  # noqa: ANN401 - a FileRecord, which is imported late
    from handler.flows.posted import settle_kept  # noqa: PLC0415
    from handler.flows.settle_call import Wish  # noqa: PLC0415

    if time.monotonic() - g.started > _SECONDS:
        raise OutsideFailure(
            "NO_TIME_LEFT",
            "The files before took so long that this one was not begun.",
            "Send it again, with fewer files in a batch; or as a job: POST /v1/jobs.",
        )
    wish = Wish(record.profile or "", record.settlement_id, record.exchange_rate, record.dry_run)
    answer = settle_kept(plugin(), record.bucket, record.key, wish)
    document = answer.document
    entries = cast("list[Document]", document["journal_entries"])
    held = document["status"] == "held"
    found = cast("list[Document]", document["exceptions"])
    return {
        "settlement_id": document["settlement_id"],
        "status": document["status"],
        "external_ids": [] if held else [str(entry["external_id"]) for entry in entries],
        "replayed": answer.replayed,
        "exceptions": sorted({str(finding["code"]) for finding in found}),
    }


def _each(checked: Iterable[T | RefusedRequest], answer: Callable[[T], Document]) -> list[Document]:
    """Return an answer for each record: what became of it, or why it was refused."""
    data = []
    for record in checked:
        if isinstance(record, RefusedRequest):
            data.append(_failed(record))
            continue
        # Not until the end of a block: what nobody foresaw is logged after it.
        structlog.contextvars.bind_contextvars(settlement_id=getattr(record, "settlement_id", ""))
        try:
            data.append(_good(answer(record)))
        except PluginError as error:
            data.append(_failed(error))
    structlog.contextvars.unbind_contextvars("settlement_id")  # the call is of many
    return data


def _good(document: Document) -> Document:
    named = {"id": document["settlement_id"]} if "settlement_id" in document else {}
    return {"success": True, **named, **document, "errors": []}


def _failed(error: PluginError) -> Document:
    fault = {
        "code": error.code,
        "message": error.message,
        "source": SOURCE,
        "repair": error.repair,
        "retryable": error.retryable,
    }
    return {"success": False, "id": None, "errors": [fault]}


def _classified(found: Any) -> Document:  # noqa: ANN401 - a ClassifiedRow or an error
    if isinstance(found, PluginError):
        told = ("proposed_class", "proposed_from", "account")
        return {
            **_failed(found),
            **{name: str(found.details[name]) for name in told if name in found.details},
        }
    return {
        "success": True,
        "accounting_class": found.accounting_class,
        "account": found.account,
        "rule": found.rule,
        "rule_line": found.rule_line,
        "dimensions": dict(found.dimensions),
        "entity": found.entity,
        "subsidiary": found.subsidiary,
        "errors": [],
    }


def _stands(kept: Document) -> Document:
    missing = cast("Sequence[str]", kept["missing"])
    return {"settlement_id": kept["settlement_id"], "state": kept["state"], "missing": missing}


def _too_large(settlement_id: str, room: int) -> RefusedRequest:
    return RefusedRequest(
        "ANSWER_TOO_LARGE",
        f"The records of settlement {settlement_id} do not fit into the {room:,} bytes that are "
        "left of the answer.",
        "Ask for fewer in one call; what is too large alone goes as CSV: "
        f"/v1/settlements/{settlement_id}/journal?format=csv.",
    )
