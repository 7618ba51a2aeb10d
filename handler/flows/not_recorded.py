"""Why a settlement was not recorded: other content is in the books, or too many came at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handler.core.errors import Conflict, OutsideFailure

if TYPE_CHECKING:
    from handler.flows.ports import SettlementRecord

# Long enough for a mapping version with its exchange rate; of a hash the beginning will do.
_WHOLE, _BEGINNING = 48, 16


def conflict(known: SettlementRecord, identity: tuple[str, str, str]) -> Conflict:
    """Return the refusal of a proven settlement that would come out otherwise now."""
    what = [
        f"{name} {_short(had)} before, {_short(has)} now"
        for name, had, has in zip(
            ("profile", "content", "mapping version"), known.identity, identity, strict=True
        )
        if had != has
    ]
    return Conflict(
        "SETTLEMENT_CONFLICT",
        f"Settlement {known.settlement_id} is proven already and may be in the books: "
        f"{'; '.join(what)}.",
        "Nothing was changed. POST /v1/settlements/{id}/repost?dry_run=true shows the difference, "
        "and without dry_run posts it.",
        {"settlement_id": known.settlement_id, "differs": what},
    )


def busy(settlement_id: str) -> OutsideFailure:
    """Return the failure of a call that others kept coming before."""
    return OutsideFailure(
        "BUSY",
        f"Settlement {settlement_id} is being settled by several calls at once.",
        "Try again in a few seconds.",
    )


def _short(text: str) -> str:
    return text if len(text) <= _WHOLE else text[:_BEGINNING]
