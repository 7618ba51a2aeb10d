"""What every store asks of keys that are written with the audit of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from handler.flows.key_ports import ApiKey

MOST_KEYS: Final = 90  # at once; a transaction has a hundred actions


def check_keys(keys: Sequence[ApiKey]) -> None:
    """Return if these can be written at once.

    Raises:
        ValueError: they are too many, or one stands there twice.
    """
    if len(keys) > MOST_KEYS:
        raise ValueError(f"{len(keys)} keys are to be written at once; {MOST_KEYS} can be")
    if len({key.key_hash for key in keys}) < len(keys):
        raise ValueError("a key is to be written twice")
