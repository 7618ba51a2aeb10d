"""Which function a call names, and whether it says all a call must say.

Framework 1 addresses a function by `type` and `function` ("hook", "settlePage"), framework 2 by
`function` alone. The two name spaces do not meet: a function stands in each it can be called by.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from handler.entrypoints.celigo import call_refused
from handler.entrypoints.celigo.call_refused import CallRefused, Fault

Options = Mapping[str, Any]


class Kind(StrEnum):
    """Where a function stands; the values are the names Celigo gives these places."""

    HOOK = "hooks"
    WRAPPER = "wrappers"
    MODULE = ""  # framework 2: no type


# The type a call gives, where it is not the name of the place itself.
_PLACES: Final = {"hook": "hooks", "wrapper": "wrappers"}


class Address(NamedTuple):
    """What a call names.

    Attributes:
        type: as the call gives it; empty for framework 2.
        function: the name of the function.
    """

    type: str
    function: str

    @property
    def place(self) -> str:
        """Return the value of the :class:`Kind` that is meant, or what is none of them."""
        return _PLACES.get(self.type, self.type)


def read_call(fields: Mapping[str, object], options: object) -> tuple[Address, Options]:
    """Return which function is called, and with which options.

    Args:
        fields: ``diy``, ``_connectorId``, ``type`` and ``function``, as integrator.io sent them.
        options: what the function is to work on.

    Raises:
        CallRefused: everything that is missing or of a wrong kind, at once.
    """
    name = fields.get("function")
    kind = fields.get("type")
    found = (
        _owner_fault(fields),
        _function_fault(name),
        None if isinstance(kind, str) or not _given(kind) else call_refused.TYPE_NOT_TEXT,
        _options_fault(options),
    )
    faults = [fault for fault in found if fault is not None]
    if faults or not (isinstance(name, str) and isinstance(options, Mapping)):
        raise CallRefused(*faults)
    return Address(kind if isinstance(kind, str) else "", name), options


def _owner_fault(fields: Mapping[str, object]) -> Fault | None:
    if _given(fields.get("diy")):
        return None
    if _given(fields.get("_connectorId")):
        return call_refused.UNKNOWN_CONNECTOR  # the plugin is nobody's published connector
    return call_refused.NO_CONNECTOR_NOR_DIY


def _function_fault(name: object) -> Fault | None:
    if not _given(name):
        return call_refused.NO_FUNCTION
    return None if isinstance(name, str) else call_refused.FUNCTION_NOT_TEXT


def _options_fault(options: object) -> Fault | None:
    if not _given(options):
        return call_refused.NO_OPTIONS
    return None if isinstance(options, Mapping) else call_refused.OPTIONS_NOT_OBJECT


def _given(value: object) -> bool:
    """Return whether JavaScript takes the value for true, as Celigo's server asks it to."""
    return isinstance(value, list | Mapping) or bool(value)
