"""Records that a call hands out itself, as the outbox knows them: so they can be acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from handler.flows.outbox_names import message_id
from handler.flows.outbox_settled import truth

if TYPE_CHECKING:
    from handler.flows.app import App


class RecordedMessages(NamedTuple):
    """A group's records.

    Attributes:
        ids: external id -> message id.
        acknowledged: external id -> NetSuite's internal id, of those NetSuite has.
    """

    ids: Mapping[str, str]
    acknowledged: Mapping[str, str]


def recorded_messages(app: App, group: str) -> RecordedMessages:
    """Return what the outbox calls the records of a group, and which of them NetSuite has.

    Args:
        app: the ports.
        group: "settlement:<id>" or "run:<id>".

    Raises:
        OutsideFailure: a store did not answer.
    """
    parcels = app.outbox.group(group)
    ids = {name: message_id(parcel, name) for parcel in parcels for name in parcel.external_ids}
    return RecordedMessages(ids, truth(app, parcels[0]) if parcels else {})
