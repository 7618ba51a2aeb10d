"""Alerts: what is told to people outside, as values and protocols. adapters/ implements them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from handler.flows.exception_ports import RegisteredException

MOST_ATTEMPTS: Final = 5


class AlertState(StrEnum):
    """Where an alert stands; the last two are the end."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to be told once, and to every channel.

    Attributes:
        alert_id: the same for the same matter, in any run; receivers drop a second one by it.
        state: where it stands.
        ready_at: ISO 8601 in UTC: when it may be sent (again); who sends it puts it ahead, so that
            nobody else does meanwhile.
        created_at: ISO 8601 in UTC.
        expires_at: seconds since 1970; then it is forgotten.
        message: what is told: "title", "text", and the same in parts.
        accepted: the channels that have it.
        attempts: how often it was tried.
        last_error: why it was not taken, for a reader.
        revision: 1, 2, ...: a writer that read an older one must read again.
    """

    alert_id: str
    state: AlertState
    ready_at: str
    created_at: str
    expires_at: int
    message: Mapping[str, Any]
    accepted: tuple[str, ...] = ()
    attempts: int = 0
    last_error: str = ""
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the runs have come; all that it guards may be done twice.

    Attributes:
        position: "<last seen>#<fingerprint>": open exceptions after it are still to be looked at.
        feeds_at: ISO 8601 in UTC: when the feeds were last looked at.
        digested: ISO 8601 in UTC: what the last digest tells of ends there.
        revision: 1, 2, ...; 0: nothing is stored yet.
    """

    position: str = ""
    feeds_at: str = ""
    digested: str = ""
    revision: int = 0


class AlertStore(Protocol):
    """The alerts, beside the register they tell of."""

    def met(self, position: str, limit: int) -> Sequence[RegisteredException]:
        """Return open exceptions after a position, by when they were last seen, the earliest first.

        The position is not empty. May miss what was written just now.
        """

    def mark(self) -> Mark:
        """Return how far the runs have come; reads what was last written."""

    def put_mark(self, mark: Mark) -> bool:
        """Write it over its revision less one; False where another writer came first."""

    def alert(self, alert_id: str) -> Alert | None:
        """Return an alert, or ``None``; reads what was last written."""

    def put(self, alert: Alert) -> bool:
        """Write an alert over its revision less one (0: it is not there).

        Returns:
            False where another writer came first: nothing was written.
        """

    def waiting(self, limit: int) -> Sequence[Alert]:
        """Return alerts that wait, the earliest ``ready_at`` first, ready or not.

        May miss what was written just now.
        """


class AlertTopic(Protocol):
    """Where people subscribe."""

    def publish(self, alert_id: str, subject: str, text: str) -> None:
        """Hand a text over.

        Raises:
            OutsideFailure: ``ALERT_TOPIC_FAILED``; it may be handed over all the same.
        """


@dataclass(frozen=True, slots=True)
class Alerting:
    """What an installation wants to hear.

    Attributes:
        dashboard: address of the plugin, for links to its pages; empty for none.
        digest: "waiting" (a digest is sent where anything waits), "always" or "never".
        digest_hour: of the day in UTC at which a digest is due.
        stale_days: profile -> days without a settlement; "" for all others.
        stock_days: days without a report of a kind that came before.
        uncleared_days: how old a settlement is that should be cleared.
    """

    dashboard: str = ""
    digest: str = "waiting"
    digest_hour: int = 7
    stale_days: Mapping[str, int] = field(default_factory=lambda: {"": 16})
    stock_days: int = 3
    uncleared_days: int = 10
