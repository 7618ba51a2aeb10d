"""The functions integrator.io may call, each with its shape and the scope it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from handler.entrypoints.celigo.addressing import Address, Kind, Options
from handler.entrypoints.celigo.call_refused import UNKNOWN_FUNCTION, CallRefused, unknown_type

if TYPE_CHECKING:
    from handler.entrypoints.celigo.answer_shapes import Shape
    from handler.flows.key_ports import ApiKey


@dataclass(frozen=True, slots=True)
class CallContext:
    """What a function may know of its call besides the options.

    Attributes:
        caller: whose key or token the call carried.
        function: the name it was called by.
        most_bytes: how large its result may be, as :mod:`answer_size` counts.
    """

    caller: ApiKey
    function: str
    most_bytes: int


ANY_KEY: Final = ""
Function = Callable[[Options, CallContext], object]


@dataclass(frozen=True, slots=True)
class Registered:
    """A function and what holds for its calls.

    Attributes:
        call: gets the options and the context; returns what is to be answered.
        shape: what integrator.io sends to such a function and takes from it.
        scope: what the caller's key must allow; :data:`ANY_KEY` where it only has to be valid.
    """

    call: Function
    shape: Shape
    scope: str


class FunctionRegistry:
    """Functions by where they stand and what they are called."""

    def __init__(self) -> None:
        self._functions: dict[Kind, dict[str, Registered]] = {}

    def add(self, kind: Kind, name: str, function: Function, *, shape: Shape, scope: str) -> None:
        """Let a function be called.

        Raises:
            ValueError: another one is called the same.
        """
        place = self._functions.setdefault(kind, {})
        if name in place:
            raise ValueError(f"two functions are called {kind.name} {name!r}")
        place[name] = Registered(function, shape, scope)

    def find(self, address: Address) -> Registered:
        """Return the function at an address.

        Raises:
            CallRefused: nothing of this type is there, or no function of this name.
        """
        place = next((kind for kind in Kind if kind.value == address.place), None)
        if place is None or (place is not Kind.MODULE and place not in self._functions):
            raise CallRefused(unknown_type(address.type))
        found = self._functions.get(place, {}).get(address.function)
        if found is None:
            raise CallRefused(UNKNOWN_FUNCTION)
        return found
