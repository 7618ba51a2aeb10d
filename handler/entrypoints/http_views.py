"""Views that are imported when they are first called, as a cold start answers with one of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from flask.typing import ResponseReturnValue

View = Callable[..., ResponseReturnValue]


def at_first_call(module: str, name: str) -> View:
    """Return a view that imports the one it stands for when it is called.

    Args:
        module: by its full name.
        name: of the function there.
    """

    def view(**address: Any) -> ResponseReturnValue:  # noqa: ANN401 - parts of the address
        return _view(module, name)(**address)

    return view


@cache
def _view(module: str, name: str) -> View:
    found: View = getattr(import_module(module), name)
    return found
