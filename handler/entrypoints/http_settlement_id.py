"""The settlement that an address names."""

from __future__ import annotations

import re
from typing import Final

import structlog

from handler.flows.kept_result import missing

_SETTLEMENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def settlement_of_address(settlement_id: str) -> str:
    """Return the id as the address has it, and let the log know of it.

    Raises:
        RefusedRequest: ``SETTLEMENT_NOT_FOUND``: no settlement has an id of that form.
    """
    if not _SETTLEMENT_ID.fullmatch(settlement_id):
        raise missing(settlement_id[:64])
    structlog.contextvars.bind_contextvars(settlement_id=settlement_id)
    return settlement_id
