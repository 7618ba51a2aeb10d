"""What the outbox would hand out, to look at: nobody gets a lease of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handler.core.errors import OutsideFailure, PluginError
from handler.flows.outbox_messages import may_hold, message, records

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.outbox_asked import Asked
    from handler.flows.parcel import Parcel

Document = dict[str, Any]


def sample(app: App, asked: Asked) -> list[Document]:
    """Return messages as :func:`~handler.flows.outbox_lease.lease` would show them.

    Args:
        app: the ports.
        asked: as for a lease; how long is of no matter.

    Raises:
        OutsideFailure: a store did not answer.
    """
    found: list[Document] = []
    for parcel in app.outbox.coming(asked.limit).items:
        if asked.profiles and parcel.profile not in asked.profiles:
            continue
        if may_hold(parcel, asked.kinds):
            found += _messages(app, parcel, asked)
    return found[: asked.limit]


def _messages(app: App, parcel: Parcel, asked: Asked) -> list[Document]:
    try:
        references = app.references.load(parcel.profile)
        made = records(app, parcel, asked.dialect, references)
    except OutsideFailure:
        raise
    except PluginError:
        return []  # the lease parks it, and says why
    return [
        message(parcel, record, asked.dialect)
        for record in made.values()
        if not asked.kinds or record.kind in asked.kinds
    ]
