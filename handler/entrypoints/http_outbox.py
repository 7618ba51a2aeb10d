"""The HTTP steps of the outbox: take what is to be posted, and say what became of it.

Batches are answered in the order asked, one answer for each record; a bad record fails alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, g, request

from handler.core.errors import PluginError, RefusedRequest
from handler.entrypoints.http_answers import SOURCE, success
from handler.entrypoints.http_auth import needs
from handler.entrypoints.http_plugin import plugin
from handler.flows import outbox
from handler.flows.api_keys import OUTBOX_DELIVER, OUTBOX_READ

if TYPE_CHECKING:
    from handler.entrypoints.http_schemas import Strict

    R = TypeVar("R", bound=Strict)

# The schemas (pydantic) are imported where a request needs them, as in http_settlement.


Document = dict[str, Any]


@needs(OUTBOX_DELIVER)
def lease() -> Response:
    """Hand out what is to be posted next, to this caller alone until the lease is over.

    A GET that changes something: the exports of middleware that fetch records from an address can
    only do this. What a repeated call costs is bounded: records of a lost answer are handed out
    again when its lease is over, and no answer may be kept on the way (no-store).
    """
    from handler.entrypoints import http_outbox_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415

    asked = query(schemas.LeaseQuery, request.args)
    if request.method == "HEAD":  # Flask sends it here too, and nobody would get the records
        return success([])
    leased = outbox.lease(
        plugin(),
        outbox.Asked(
            holder=g.caller.name,
            dialect=asked.format,
            profiles=(asked.profile,) if asked.profile else (),
            kinds=(asked.kind,) if asked.kind else (),
            limit=asked.limit,
            seconds=asked.lease_seconds,
        ),
    )
    return success(
        leased.messages, lease_id=leased.lease_id, leased_until=leased.until, more=leased.more
    )


@needs(OUTBOX_DELIVER)
def acknowledge() -> Response:
    """Keep NetSuite's internal ids of messages."""
    from handler.entrypoints import http_outbox_schemas as schemas  # noqa: PLC0415

    sent, checked, good = _records(schemas.AcknowledgedMessage)
    done = outbox.acknowledge(plugin(), [record.posted() for _, record in good])
    return _in_order("message_id", sent, checked, good, done)


@needs(OUTBOX_DELIVER)
def give_back() -> Response:
    """Take messages back that were not posted."""
    from handler.entrypoints import http_outbox_schemas as schemas  # noqa: PLC0415

    sent, checked, good = _records(schemas.ReturnedMessage)
    done = outbox.give_back(plugin(), [record.returned() for _, record in good])
    return _in_order("message_id", sent, checked, good, done)


@needs(OUTBOX_DELIVER)
def release() -> Response:
    """Let parked parcels go out again."""
    from handler.entrypoints import http_outbox_schemas as schemas  # noqa: PLC0415

    sent, checked, good = _records(schemas.ReleasedParcel)
    done = outbox.release(plugin(), [record.parcel_id for _, record in good])
    return _in_order("parcel_id", sent, checked, good, done)


@needs(OUTBOX_READ)
def parcels() -> Response:
    """List what is on its way, or parked."""
    from handler.entrypoints import http_outbox_schemas as schemas  # noqa: PLC0415
    from handler.entrypoints.http_schemas import query  # noqa: PLC0415

    asked = query(schemas.ParcelsQuery, request.args)
    page = outbox.parcels(plugin(), asked.state, asked.limit, asked.cursor)
    return success(page.items, next_cursor=page.cursor)


def _records(
    model: type[R],
) -> tuple[Sequence[Any], Sequence[R | RefusedRequest], Sequence[tuple[int, R]]]:
    """Return a batch's records as sent, as checked, and the good ones with their places."""
    from handler.entrypoints import http_inventory_schemas as batches  # noqa: PLC0415
    from handler.entrypoints.http_schemas import NoQuery, body, query  # noqa: PLC0415

    query(NoQuery, request.args)
    sent = body(batches.Batch, request.get_data()).data
    records = batches.Records(model, sent)
    return sent, records.checked, records.good()


def _in_order(
    name: str,
    sent: Sequence[Any],
    checked: Sequence[R | RefusedRequest],
    good: Sequence[tuple[int, R]],
    done: Sequence[Document | PluginError],
) -> Response:
    """Return an answer for each record: what became of it, or why it could not be read."""
    answers: dict[int, Document | PluginError] = {
        place: one for place, one in enumerate(checked) if isinstance(one, RefusedRequest)
    }
    answers |= {place: one for (place, _), one in zip(good, done, strict=True)}
    return success([_answer(name, record, answers[place]) for place, record in enumerate(sent)])


def _answer(name: str, record: object, found: Document | PluginError) -> Document:
    told = record.get(name) if isinstance(record, Mapping) else None
    named = {name: told if isinstance(told, str) else ""}
    if not isinstance(found, PluginError):
        return {**named, **found, "success": True, "errors": []}
    fault = {
        "code": found.code,
        "message": found.message,
        "source": SOURCE,
        "repair": found.repair,
        "retryable": found.retryable,
    }
    return {**named, "success": False, "state": "", "errors": [fault]}
