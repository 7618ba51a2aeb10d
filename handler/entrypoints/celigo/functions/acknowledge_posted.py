"""``acknowledgePosted``, a postSubmit hook of the import into NetSuite: what NetSuite said.

What NetSuite took is acknowledged in the outbox with its internal id, what it refused goes back to
be sent again later. The response of each record goes on as it came; an acknowledgement that cannot
be kept makes it an error, as otherwise nobody would know that the record will be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from handler.core.errors import PluginError, RefusedRequest
from handler.entrypoints.celigo.functions.page_answer import Document, fault_of
from handler.entrypoints.celigo.functions.settings_given import GivenSettings
from handler.entrypoints.celigo.functions.tell_outbox import internal_id, tell, text_of
from handler.flows.outbox import Posted, Returned

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options
    from handler.entrypoints.celigo.registry import CallContext
    from handler.flows.app import App


def acknowledge_posted(app: App, options: Options, _: CallContext) -> list[object]:
    """Acknowledge what was posted, and give back what was refused, record by record."""
    GivenSettings(options, ())
    responses: list[object] = list(options["responseData"])
    if options.get("testMode") is True:
        return responses
    told = [
        _told(response, _Message.of(options, place)) for place, response in enumerate(responses)
    ]
    outcomes = tell(app, told)
    return [
        _with_error(response, outcome) if isinstance(outcome, PluginError) else response
        for response, outcome in zip(responses, outcomes, strict=True)
    ]


class _Message(NamedTuple):
    """Which message a record of the page is; empty where it names none."""

    message_id: str
    lease_id: str

    @classmethod
    def of(cls, options: Options, place: int) -> _Message:
        """Return what a record says, before mapping or after it."""
        for name in ("preMapData", "postMapData"):
            records = options.get(name)
            record = records[place] if isinstance(records, list) and place < len(records) else None
            if isinstance(record, Mapping) and text_of(record.get("message_id")):
                return cls(text_of(record["message_id"]), text_of(record.get("lease_id")))
        return cls("", "")


def _told(response: object, message: _Message) -> Posted | Returned | RefusedRequest | None:
    """Return what a response says to the outbox; ``None`` where it says nothing."""
    if not isinstance(response, Mapping):
        return None
    status = response.get("statusCode")
    if not isinstance(status, int) or isinstance(status, bool):
        return None
    is_well = 200 <= status < 300
    if not message.message_id:
        return _no_message() if is_well else None
    if not is_well:
        code, text = _first_error(response.get("errors"))
        return Returned(message.message_id, code or str(status), text, lease_id=message.lease_id)
    found = internal_id(response.get("id"))
    return Posted(message.message_id, found) if found else _no_internal_id(response)


def _first_error(errors: object) -> tuple[str, str]:
    first: Any = errors[0] if isinstance(errors, list) and errors else {}
    if not isinstance(first, Mapping):
        return "", ""
    code = first.get("code")
    shown = str(code) if isinstance(code, str | int) and not isinstance(code, bool) else ""
    return shown, text_of(first.get("message"))


def _with_error(response: object, error: PluginError) -> Document:
    given: Mapping[str, Any] = response if isinstance(response, Mapping) else {}
    before: Sequence[object] = given["errors"] if isinstance(given.get("errors"), list) else []
    status = given.get("statusCode", 422)
    return {
        **given,
        "statusCode": 422 if status < 400 else status,
        "errors": [*before, fault_of(error)],
    }


def _no_message() -> RefusedRequest:
    return RefusedRequest(
        "MESSAGE_ID_MISSING",
        "NetSuite took the record, but it names no message_id, so the outbox cannot be told.",
        "Keep message_id in the record on its way from fetchOutbox or settlePage to this import.",
    )


def _no_internal_id(response: Mapping[str, Any]) -> RefusedRequest:
    ignored = response.get("ignored") is True
    what = "The import ignored the record and named" if ignored else "The import's answer names"
    return RefusedRequest(
        "NO_INTERNAL_ID",
        f"{what} no internal id of NetSuite, so the outbox cannot be told what it became.",
        "Let the import add or update by external id, so that NetSuite's id is in its response.",
    )
