"""What requests to the outbox may say. Imported when a request is read: pydantic is heavy."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from handler.entrypoints.http_schemas import Cursor, InternalId, Profile, Strict
from handler.flows.outbox import Posted, Returned

_MessageId = Annotated[str, Field(min_length=1, max_length=2_000)]
_Text = Annotated[str, Field(max_length=20_000)]  # cut to 500 where it is kept
_Number = Annotated[int, Field(strict=True, ge=0, lt=10**18)]


class LeaseQuery(Strict):
    """GET /v1/outbox."""

    profile: Profile | None = None
    kind: (
        Literal[
            "journal_entry",
            "deposit",
            "inventory_adjustment",
            "inventory_transfer",
            "item_receipt",
        ]
        | None
    ) = None
    format: Literal["celigo", "netsuite"] = "celigo"
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    lease_seconds: Annotated[int, Field(ge=30, le=3600)] = 300


class ParcelsQuery(Strict):
    """GET /v1/outbox/parcels."""

    state: Literal["waiting", "parked"] = "waiting"
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Cursor = ""


class AcknowledgedMessage(Strict):
    """A message whose record is in NetSuite, with NetSuite's internal id."""

    message_id: _MessageId
    internal_id: InternalId | _Number  # middleware passes NetSuite's ids on as either

    def posted(self) -> Posted:
        """Return it as a value."""
        return Posted(self.message_id, str(self.internal_id))


class ReturnedMessage(Strict):
    """A message that comes back, with what went wrong."""

    message_id: _MessageId
    code: _Text | _Number = ""
    message: _Text = ""
    failed: Annotated[bool, Field(strict=True)] = True
    lease_id: Annotated[str, Field(max_length=100)] = ""

    def returned(self) -> Returned:
        """Return it as a value."""
        return Returned(self.message_id, str(self.code), self.message, self.failed, self.lease_id)


class ReleasedParcel(Strict):
    """A parked parcel to be let go again."""

    parcel_id: _MessageId
