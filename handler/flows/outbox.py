"""The outbox: what waits to be posted to NetSuite is handed out, acknowledged or given back.

Delivery is at least once and in order: whoever takes a record has it for a while; acknowledged it
is done, returned or not answered for it is handed out again. What keeps failing is parked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handler.core.errors import RefusedRequest
from handler.flows.outbox_acknowledge import Posted, acknowledge
from handler.flows.outbox_asked import Asked
from handler.flows.outbox_lease import Leased, lease
from handler.flows.outbox_names import parcel_id
from handler.flows.outbox_parking import MOST_ATTEMPTS, release
from handler.flows.outbox_return import Returned, give_back
from handler.flows.parcel import Parcel, ParcelKind
from handler.flows.ports import Page

if TYPE_CHECKING:
    from handler.flows.app import App

__all__ = [
    "MOST_ATTEMPTS",
    "STATES",
    "Asked",
    "Leased",
    "Posted",
    "Returned",
    "acknowledge",
    "give_back",
    "lease",
    "parcels",
    "release",
]

Document = dict[str, Any]
STATES = ("waiting", "parked")


def parcels(app: App, state: str, limit: int, cursor: str = "") -> Page[Document]:
    """Return what is on its way, the earliest ready first, or what is parked, the latest first.

    Args:
        app: the ports.
        state: "waiting" (leased and delivered ones too) or "parked".
        limit: how many, at least 1.
        cursor: of the page before, or empty.

    Raises:
        RefusedRequest: ``BAD_CURSOR``, ``BAD_PARAMETER``.
        OutsideFailure: the store did not answer.
    """
    if state not in STATES:
        raise RefusedRequest(
            "BAD_PARAMETER",
            f"There is no list of parcels that are {state!r}.",
            f"Use one of: {', '.join(STATES)}.",
        )
    listed = app.outbox.parked if state == "parked" else app.outbox.coming
    page = listed(limit, cursor)
    return Page([_shown(parcel) for parcel in page.items], page.cursor)


def _shown(parcel: Parcel) -> Document:
    is_stock = parcel.kind is ParcelKind.STOCK
    return {
        "parcel_id": parcel_id(parcel),
        "state": str(parcel.state),
        "kind": str(parcel.kind),
        "profile": parcel.profile,
        "settlement_id": "" if is_stock else parcel.subject,
        "run_id": parcel.subject if is_stock else "",
        "place": parcel.place,
        "external_ids": list(parcel.external_ids),
        "leased": list(parcel.leased),
        "accepted": list(parcel.accepted),
        "holder": parcel.holder,
        "attempts": parcel.attempts,
        "ready_at": parcel.ready_at,
        "created_at": parcel.created_at,
        "last_error": parcel.last_error,
    }
