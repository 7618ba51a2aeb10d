"""A decision on a listing's quantity as the answer shows it, with the call to make for it."""

from __future__ import annotations

from typing import Final

from handler.inventory.decision import Action, Decision
from handler.payloads.listing_patch import listing_patch

_SOURCE: Final = "inventory-plugin"
# Hashing an enum costs more than looking at three.
_FAILED: Final = (Action.REFUSED, Action.QUARANTINED, Action.PARKED)


def decision_document(decision: Decision) -> dict[str, object]:
    """Return a decision in plain values; ``patch`` is ``None`` where nothing is to be sent.

    Raises:
        Conflict: ``WRONG_POOL``: a quantity was decided for a listing of Amazon's stock.
    """
    failed = decision.action in _FAILED
    patch = None
    if (
        decision.action is Action.PUBLISH
        and decision.listing is not None
        and decision.quantity is not None
    ):
        patch = listing_patch(decision.listing, decision.quantity)
    return {
        "marketplace": decision.key.marketplace,
        "sku": decision.key.sku,
        "success": not failed,
        "action": decision.action.value,
        "reason": decision.reason,
        "message": decision.message,
        "quantity": decision.quantity,
        "previous": decision.previous,
        "decision": decision.number,
        "patch": patch,
        "trace": decision.trace,
        "errors": [{"code": decision.reason, "message": decision.message, "source": _SOURCE}]
        if failed
        else [],
    }
