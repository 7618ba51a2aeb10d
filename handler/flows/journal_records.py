"""A settlement's journal as records that are ready for NetSuite, for a flow's look-up step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handler.flows.read_settlement import journal
from handler.payloads.dialects import postable
from handler.payloads.netsuite_names import record_of
from handler.payloads.netsuite_records import entry_records

if TYPE_CHECKING:
    from handler.flows.app import App

Document = dict[str, Any]


def journal_records(app: App, settlement_id: str, form: str = "json", version: int = 0) -> Document:
    """Return what is to be posted of a settlement.

    Args:
        app: the ports.
        settlement_id: Amazon's number.
        form: "json" for the entries as they are, "netsuite" or "celigo" for records.
        version: an earlier one; 0 for the latest.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``, ``SETTLEMENT_HELD``, ``NO_SUCH_VERSION``, and as
            :func:`~handler.payloads.netsuite_records.entry_records`.
        UnusableMapping: the file of NetSuite's ids is wrong.
        OutsideFailure: a store did not answer.
    """
    document = journal(app, settlement_id, version)
    if form == "json":
        entries = [
            {"external_id": entry["external_id"], "kind": record_of(entry), "payload": entry}
            for entry in postable(document)
        ]
    else:
        references = app.references.load(str(document["profile"]))
        entries = [
            {"external_id": one.external_id, "kind": one.kind, "payload": one.payload}
            for one in entry_records(document, form, references)
        ]
    names = [str(entry["external_id"]) for entry in entries]
    return {
        "settlement_id": settlement_id,
        "profile": document["profile"],
        "status": document["status"],
        "currency": document["currency"],
        "format": form,
        "external_id": names[0] if names else "",
        "external_ids": names,
        "entries": entries,
    }
