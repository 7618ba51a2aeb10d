"""The result of a settlement, as it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handler.core.errors import RefusedRequest

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import SettlementRecord
    from handler.payloads.stored import StoredResult


def read_result(app: App, record: SettlementRecord) -> StoredResult:
    """Return the stored result of a settlement."""
    from handler.payloads import stored  # noqa: PLC0415 - who only looks for the record needs none

    return stored.unpack(app.files.read(record.result_key))


def missing(settlement_id: str) -> RefusedRequest:
    """Return the refusal of a settlement nobody sent."""
    return RefusedRequest(
        "SETTLEMENT_NOT_FOUND",
        f"Settlement {settlement_id!r} is not recorded.",
        "Send its file first, or look at GET /v1/settlements.",
    )
