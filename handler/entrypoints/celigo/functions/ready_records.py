"""Records for NetSuite as a page hands them on: ready to be imported, and to be acknowledged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from handler.flows.recorded_messages import recorded_messages

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.payloads.netsuite_records import NetsuiteRecord

Document = dict[str, Any]


def ready_records(
    app: App, records: Sequence[NetsuiteRecord], group: str, beside: Mapping[str, str]
) -> list[Document]:
    """Return records with what the outbox calls them, without those NetSuite has acknowledged.

    Args:
        app: the ports.
        records: of one settlement or run.
        group: in the outbox; empty where nothing was recorded.
        beside: fields that all of them get.

    Raises:
        OutsideFailure: a store did not answer.
    """
    known = recorded_messages(app, group) if group else None
    return [
        {
            "external_id": record.external_id,
            "kind": record.kind,
            **beside,
            "message_id": known.ids.get(record.external_id, "") if known else "",
            "payload": record.payload,
        }
        for record in records
        if not (known and record.external_id in known.acknowledged)
    ]
