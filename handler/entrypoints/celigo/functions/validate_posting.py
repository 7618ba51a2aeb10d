"""``validatePosting``, a postMap hook: what NetSuite would refuse, said before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from handler.core.errors import RefusedRequest
from handler.entrypoints.celigo.functions.page_answer import Document, fault_of
from handler.entrypoints.celigo.functions.settings_given import GivenSettings
from handler.payloads.netsuite_rules import faults_of_payload

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App
    from handler.payloads.netsuite_reading import Fault

_MOST_NAMED: Final = 20  # errors of one record; whoever mends them asks again


def validate_posting(_: App, options: Options, __: CallContext) -> list[Document]:
    """Let well formed records go on, and say of the others what is wrong, field by field."""
    GivenSettings(options, ())
    return [_checked(record) for record in options["postMapData"]]


def _checked(record: object) -> Document:
    is_message = isinstance(record, Mapping) and isinstance(record.get("payload"), Mapping)
    payload = record["payload"] if is_message and isinstance(record, Mapping) else record
    faults = faults_of_payload(payload)
    if not faults:
        return {"data": record}
    return {"data": record, "errors": [fault_of(_error(fault)) for fault in faults[:_MOST_NAMED]]}


def _error(fault: Fault) -> RefusedRequest:
    return RefusedRequest(
        "NETSUITE_WOULD_REFUSE",
        f"{fault}.",
        "Mend the mapping of the import, or the rule that the value comes from.",
    )
