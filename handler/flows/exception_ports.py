"""The register of exceptions, as values and a protocol. adapters/ implements it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from handler.flows.page import Page


class ExceptionState(StrEnum):
    """Where a registered exception stands."""

    OPEN = "open"
    RETRYING = "retrying"
    PARKED = "parked"
    RESOLVED = "resolved"
    IGNORED = "ignored"


# What is history; all else waits for somebody.
CLOSED_STATES: Final = frozenset({ExceptionState.RESOLVED, ExceptionState.IGNORED})


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What somebody did about an exception, or what a retry brought.

    Attributes:
        at: ISO 8601 in UTC.
        by: who: "key:<name>", "cli:<user>"; "plugin" for what came of a retry.
        action: "assigned", "noted", "retried", "failed", "parked", "ignored", "reopened",
            "resolved".
        note: what they said, or what the retry met; may be empty.
    """

    at: str
    by: str
    action: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RegisteredException:
    """A finding someone must handle.

    Attributes:
        scope: what it belongs to: "settlement:<id>", "file:<key>", or what reconciling a profile
            found: "bank:<profile>", "orders:<profile>", "clearing:<profile>".
        fingerprint: the same for the same fault in the same scope; it counts up, never doubles.
        finding: the finding as :meth:`Finding.as_dict` gives it.
        state: where it stands.
        count: how often it was met.
        first_seen: ISO 8601 in UTC.
        last_seen: ISO 8601 in UTC.
        owner: who sees to it; empty for nobody.
        attempts: how often it was retried since it was last opened by somebody.
        retry_until: ISO 8601 in UTC: until then a retry is under way; another may begin after it.
        resolved_at: ISO 8601 in UTC; empty while it is not.
        history: what was done about it, the first first; of very much only the latest.
        revision: grows with each :meth:`ExceptionRegister.change`.
        opened_at: ISO 8601 in UTC: when it came, or came anew after it had been closed; the store
            says so, and an empty one where it is closed.
    """

    scope: str
    fingerprint: str
    finding: Mapping[str, object]
    state: ExceptionState
    count: int
    first_seen: str
    last_seen: str
    owner: str = ""
    attempts: int = 0
    retry_until: str = ""
    resolved_at: str = ""
    history: tuple[HistoryEntry, ...] = ()
    revision: int = 0
    opened_at: str = field(default="", compare=False)

    @property
    def code(self) -> str:
        """The finding's code."""
        return str(self.finding.get("code", ""))

    @property
    def severity(self) -> str:
        """The finding's severity."""
        return str(self.finding.get("severity", ""))


def opening(after: RegisteredException, before: RegisteredException) -> RegisteredException:
    """Return what a change makes of an exception, with the moment it was opened by it."""
    if after.state in CLOSED_STATES or before.state not in CLOSED_STATES:
        return after
    return replace(after, opened_at=after.history[-1].at if after.history else after.last_seen)


@dataclass(frozen=True, slots=True)
class ExceptionList:
    """Which exceptions to list, the latest first: each list is an index of its own.

    Attributes:
        kind: "open" (open, retrying or parked, by when last seen), "code" and "severity" (open
            ones of it; the latter by when first seen), "resolved", "ignored" (by when they were).
        value: the code or severity; empty for the others.
    """

    kind: str = "open"
    value: str = ""


OPEN = ExceptionList()


class ExceptionRegister(Protocol):
    """What somebody must handle, and what was done about it."""

    def register(self, exceptions: Sequence[RegisteredException]) -> None:
        """Add exceptions that belong to no recorded settlement.

        Known ones count up and take the state given, unless somebody ignored them; what was done
        about them stays.
        """

    def exceptions(
        self, limit: int, cursor: str = "", listed: ExceptionList = OPEN
    ) -> Page[RegisteredException]:
        """Return exceptions of a list, by default those not resolved or ignored, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """

    def exception(self, scope: str, fingerprint: str) -> RegisteredException | None:
        """Return an exception, or ``None``; reads what was last written."""

    def exceptions_of(self, scope: str) -> Sequence[RegisteredException]:
        """Return every open, retrying or parked exception of a scope; reads the last write."""

    def change(self, after: RegisteredException, before: RegisteredException) -> bool:
        """Put ``after`` in the place of ``before``, with ``revision`` one higher.

        Its finding, count and moments of being seen stay as they are.

        Returns:
            False where it was changed or met again since: nothing was written; read again.
        """

    def opened(self, severity: str, most: int) -> Sequence[str]:
        """Return when the open exceptions of a severity were first seen, the latest first.

        Args:
            severity: "error" or "warning".
            most: how many at most; cheap, for counting by age.
        """

    def resolve(self, scope: str, at: str) -> None:
        """Resolve every exception of ``scope`` that is open, retrying or parked."""
