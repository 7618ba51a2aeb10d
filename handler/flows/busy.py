"""The failure of a call that others kept coming before."""

from __future__ import annotations

from handler.core.errors import OutsideFailure


def busy(what: str) -> OutsideFailure:
    """Return the failure of writing ``what``, which kept changing under other calls."""
    return OutsideFailure(
        "BUSY", f"{what} is being written by several calls at once.", "Try again in a few seconds."
    )
