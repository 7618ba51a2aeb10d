"""What delivering results needs of the outside, as protocols. adapters/ implements them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from handler.flows.key_ports import AuditEntry
    from handler.flows.parcel import Parcel
    from handler.flows.ports import Page


class OutboxStore(Protocol):
    """The parcels on their way.

    New ones come with what they are made from, in one transaction: by ``record`` and ``move`` of
    the settlements, and by ``post_ledger`` of the stock.
    """

    def coming(self, limit: int, cursor: str = "") -> Page[Parcel]:
        """Return parcels that time makes ready, the earliest ``ready_at`` first, ready or not.

        May miss what was written just now.
        """

    def parked(self, limit: int, cursor: str = "") -> Page[Parcel]:
        """Return parked parcels, the latest first. May miss what was written just now."""

    def group(self, group: str) -> Sequence[Parcel]:
        """Return every parcel of a group in the order of places; reads what was last written."""

    def put(self, parcel: Parcel) -> bool:
        """Write a parcel over its revision less one (0: it is not there).

        Returns:
            False where another writer came first: nothing was written; read again.
        """


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """Where results are sent.

    Attributes:
        name: letters, digits and "-"; names it everywhere.
        url: https; on the machine itself http is allowed. Empty for one that was removed.
        profiles: whose results it gets; empty for all.
        dialect: "celigo" or "netsuite": the form of the records.
        secret: name of the parameter that holds its signing keys, newest first.
        active: whether anything is sent.
        created_at: ISO 8601 in UTC.
        revision: 1, 2, ...
        event: "results" or "alert": which of the two it gets.
    """

    name: str
    url: str
    profiles: tuple[str, ...]
    dialect: str
    secret: str
    active: bool
    created_at: str
    revision: int = 1
    event: str = "results"


@dataclass(frozen=True, slots=True)
class Circuit:
    """Whether a target is spared for a while, as it failed several times in a row.

    Attributes:
        target: its name.
        failures: in a row.
        open_until: ISO 8601 in UTC; empty where nothing keeps from sending.
        revision: 1, 2, ...; 0: nothing is stored yet.
    """

    target: str
    failures: int = 0
    open_until: str = ""
    revision: int = 0


class TargetStore(Protocol):
    """The webhooks' targets and their circuits."""

    def targets(self) -> Sequence[WebhookTarget]:
        """Return every target by name; reads what was last written."""

    def put_target(self, target: WebhookTarget, audit: AuditEntry) -> bool:
        """Write a target over its revision less one, with the audit of it, in one transaction.

        Returns:
            False where another writer came first: nothing was written; read again.
        """

    def circuit(self, target: str) -> Circuit:
        """Return the circuit of a target; closed where nothing is stored."""

    def put_circuit(self, circuit: Circuit) -> bool:
        """Write a circuit over its revision less one; False where another writer came first."""


class Secrets(Protocol):
    """Texts that open doors: kept encrypted, named in the open, never logged."""

    def read(self, name: str) -> str:
        """Return a secret.

        Raises:
            RefusedRequest: ``SECRET_NOT_FOUND``.
            OutsideFailure: the store did not answer.
        """

    def write(self, name: str, text: str) -> None:
        """Keep a secret under a name, over what was there.

        Raises:
            OutsideFailure: the store did not answer, or does not allow it.
        """


@dataclass(frozen=True, slots=True)
class Sent:
    """What a target answered.

    Attributes:
        status: HTTP status.
        retry_after: seconds it asks to wait; 0 where it does not say.
        body: at most its first 64 KB.
    """

    status: int
    retry_after: int
    body: bytes


class Sender(Protocol):
    """Sends to addresses outside."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Send a body, and follow no redirect.

        Raises:
            RefusedRequest: ``FORBIDDEN_ADDRESS``: the address leads to the inside of a network.
            OutsideFailure: ``NO_ANSWER``: no connection, or no answer in time.
        """
