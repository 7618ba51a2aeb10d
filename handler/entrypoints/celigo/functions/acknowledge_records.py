"""Records that name a message and NetSuite's id of it, acknowledged.

``acknowledge`` is a postResponseMap hook: each record goes on with ``success``, ``state`` and
``errors``. ``importPosted`` is a wrapper import: each record is answered as an import answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from handler.core.errors import PluginError, RefusedRequest
from handler.entrypoints.celigo.functions.page_answer import Document, fault_of
from handler.entrypoints.celigo.functions.settings_given import GivenSettings
from handler.entrypoints.celigo.functions.tell_outbox import Outcome, internal_id, tell, text_of
from handler.flows.outbox import Posted

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App


def acknowledge(app: App, options: Options, _: CallContext) -> list[Document]:
    """Acknowledge ``{message_id, internal_id}`` records, and say beside each how it went."""
    GivenSettings(options, ())
    records: list[object] = list(options["postResponseMapData"])
    outcomes = _acknowledged(app, records, options)
    return [_answered(record, one) for record, one in zip(records, outcomes, strict=True)]


def import_posted(app: App, options: Options, _: CallContext) -> list[Document]:
    """Import ``{message_id, internal_id}`` records into the outbox."""
    GivenSettings(options, ())
    records: list[object] = list(options["postMapData"])
    outcomes = _acknowledged(app, records, options)
    return [_imported(record, one) for record, one in zip(records, outcomes, strict=True)]


def _acknowledged(app: App, records: Sequence[object], options: Options) -> list[Outcome]:
    told = [_posted(record) for record in records]
    if options.get("testMode") is True:
        return [one if isinstance(one, PluginError) else None for one in told]
    return tell(app, told)


def _posted(record: object) -> Posted | RefusedRequest:
    given = record if isinstance(record, Mapping) else {}
    message, internal = text_of(given.get("message_id")), internal_id(given.get("internal_id"))
    if message and internal:
        return Posted(message, internal)
    return RefusedRequest(
        "BAD_RECORD",
        "The record names not both: message_id and internal_id.",
        "Send message_id as it came with the message, and NetSuite's internal id.",
    )


def _answered(record: object, outcome: Outcome) -> Document:
    given = record if isinstance(record, Mapping) else {}
    if isinstance(outcome, PluginError):
        return {**given, "success": False, "state": "", "errors": [fault_of(outcome)]}
    state = str(outcome["state"]) if outcome else ""
    return {**given, "success": True, "state": state, "errors": []}


def _imported(record: object, outcome: Outcome) -> Document:
    if isinstance(outcome, PluginError):
        return {"statusCode": 422, "ignored": False, "errors": [fault_of(outcome)]}
    given = record if isinstance(record, Mapping) else {}
    # Nothing is recorded in a test run, which is said by its being ignored.
    ignored = outcome is None
    return {
        "statusCode": 200,
        "id": internal_id(given.get("internal_id")),
        "ignored": ignored,
        "errors": [],
    }
