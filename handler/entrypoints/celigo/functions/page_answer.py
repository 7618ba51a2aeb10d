"""A page as a preSavePage hook answers it: what goes on, what failed, and what may be tried again.

A page too large is not refused by integrator.io's limit but handed out as far as it fits: whatever
was recorded waits in the outbox as well, so nothing is lost with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from handler.core.errors import PluginError, RefusedRequest
from handler.entrypoints.celigo.answer_size import Room, room_for

if TYPE_CHECKING:
    from handler.entrypoints.celigo.addressing import Options

Document = dict[str, Any]
SOURCE: Final = "settlement-plugin"
_SHELL: Final = 400  # bytes of the page around its parts


@dataclass(frozen=True, slots=True)
class PagePart:
    """What became of one file, settlement or report of the page.

    Attributes:
        data: records that go on.
        error: why it failed; ``None`` where it did not.
        retry: what is to be sent to this function again once the cause is mended; ``None`` where
            sending it again would be no help, or wrong.
        recorded: whether what is in ``data`` is in the outbox as well.
    """

    data: Sequence[Document] = ()
    error: PluginError | None = None
    retry: object = None
    recorded: bool = False


def fault_of(error: PluginError) -> Document:
    """Return an error as integrator.io shows it: what was found, and what to do, in one text."""
    return {
        "code": error.code or type(error).__name__,
        "message": str(error),
        "source": SOURCE,
    }


def page_of(parts: Sequence[PagePart], options: Options, most_bytes: int) -> Document:
    """Return the page that ``parts`` make, as much of it as ``most_bytes`` can hold.

    Errors that came with the page go back with it: integrator.io would drop them otherwise.
    """
    data: list[Document] = []
    errors: list[object] = list(_errors_before(options))
    again: list[Document] = []
    room = room_for(most_bytes).without(errors, _SHELL)
    for part in parts:
        if part.error is not None:
            fault = fault_of(part.error)
            retry = {"retryData": part.retry, "errors": [fault]}
            if part.retry is not None and room.holds([retry]):
                room = room.without([retry])
                again.append(retry)
            else:
                room = room.without([fault])
                errors.append(fault)
        elif room.holds(part.data):
            room = room.without(part.data)
            data.extend(part.data)
        else:
            fault = fault_of(_too_large(part, room))
            room = room.without([fault])
            errors.append(fault)
    return {"data": data, "errors": errors, "abort": False, "newErrorsAndRetryData": again}


def _errors_before(options: Options) -> Sequence[object]:
    found = options.get("errors")
    return found if isinstance(found, list) else []


def _too_large(part: PagePart, room: Room) -> PluginError:
    first: Mapping[str, Any] = part.data[0]
    name = first.get("settlement_id") or first.get("run_id") or "this part"
    where = (
        "They are recorded and wait in the outbox: fetch them with fetchOutbox."
        if part.recorded
        else "Nothing is recorded."
    )
    return RefusedRequest(
        "PAGE_TOO_LARGE",
        f"The {len(part.data)} record(s) of {name} do not fit into the answer, which has "
        f"{room.left} bytes left. {where}",
        'Or set {"answer": "summary"}, and a smaller page size of the export.',
    )
