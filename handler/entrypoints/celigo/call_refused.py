"""What a call is answered with instead of a result, in the words integrator.io knows.

The codes and messages are those of Celigo's own extension server, its spelling included: flows and
people search for them as they are. Only the last few are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

Fault = Mapping[str, str]


class CallRefused(Exception):
    """A call that has no result.

    Attributes:
        faults: what is wrong, each with ``code`` and ``message``; never empty.
        status: the HTTP status; 422 for whatever is wrong with a call that was understood.
    """

    def __init__(self, *faults: Fault, status: int = 422) -> None:
        super().__init__(*(fault["message"] for fault in faults))
        self.faults: Sequence[Fault] = faults
        self.status = status


NO_CONNECTOR_NOR_DIY: Final[Fault] = {
    "code": "missing_required_field",
    "message": "Need to set either the diy or _connectorId field in extension options.",
}
UNKNOWN_CONNECTOR: Final[Fault] = {
    "code": "invalid_field",
    "message": "The _connectorId set in the extension options does't match any of the "
    "_connectorId's present in extension configuration.",
}
NO_FUNCTION: Final[Fault] = {
    "code": "missing_required_field",
    "message": "Missing required field function in the extension options.",
}
FUNCTION_NOT_TEXT: Final[Fault] = {
    "code": "invalid_field",
    "message": "The function field in the extension options must be of type string.",
}
NO_OPTIONS: Final[Fault] = {
    "code": "missing_required_field",
    "message": "Function options haven't been provided.",
}
# The order of the names within a fault is kept: a Lambda stack sends it as text.
UNKNOWN_FUNCTION: Final[Fault] = {
    "message": "The function passed in the extension options doesn't map to a function.",
    "code": "invalid_function",
}
NOT_SERIALIZABLE: Final[Fault] = {
    "message": "Extension response is not serializable.",
    "code": "invalid_extension_response",
}
BAD_TOKEN: Final[Fault] = {"code": "unauthorized", "message": "Invalid system token."}

# Ours: Celigo's server has no words for these, or fails over them.
TYPE_NOT_TEXT: Final[Fault] = {
    "code": "invalid_field",
    "message": "The type field in the extension options must be of type string.",
}
OPTIONS_NOT_OBJECT: Final[Fault] = {
    "code": "invalid_field",
    "message": "The options field in the extension options must be of type object.",
}
BAD_JSON: Final[Fault] = {
    "code": "invalid_json",
    "message": "The body is not JSON in UTF-8 with an object or a list at its top.",
}
UNFORESEEN: Final[Fault] = {
    "message": "The plugin failed in a way nobody foresaw. Repeat the call; if it stays so, look "
    "for it in the plugin's logs.",
    "code": "INTERNAL",
}


def unknown_type(name: str) -> Fault:
    """Return the fault of a ``type`` that no function stands under."""
    return {
        "message": f"The object {name} doesn't exist in the module.",
        "code": "object_not_found",
    }


def too_large(most: object) -> Fault:
    """Return the fault of a result larger than ``most`` bytes."""
    return {
        "message": f"response stream exceeded limit of {most} bytes.",
        "code": "response_size_exceeded",
    }
