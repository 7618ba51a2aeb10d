"""Who may call, and who changed it: bearer keys and the audit, as values and a protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from handler.flows.ports import Page


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A bearer key, without the key itself.

    Attributes:
        key_hash: SHA-256 of the key, hexadecimal.
        name: whose it is.
        scopes: what it may do.
        created_at: ISO 8601 in UTC.
        revoked: whether it is refused.
        expires_at: ISO 8601 in UTC: refused from then on; empty where it does not expire.
        per_minute: how many calls a minute it may make; 0 for as many as the installation allows.
        imported: whether somebody else generated it: only they can make its successor.
    """

    key_hash: str
    name: str
    scopes: frozenset[str]
    created_at: str
    revoked: bool = False
    expires_at: str = ""
    per_minute: int = 0
    imported: bool = False


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """That somebody changed who may do what, or where results go.

    Attributes:
        at: ISO 8601 in UTC.
        by: who: "cli:<user>" or "key:<name>".
        action: what: "key.create", "key.rotate", "key.revoke", "webhook.put" ...
        subject: to what: a name, never a secret.
        change: what is different, as plain values; never a secret.
        entry_id: unique; entries of one moment are in its order.
    """

    at: str
    by: str
    action: str
    subject: str
    change: Mapping[str, object]
    entry_id: str


class KeyStore(Protocol):
    """The bearer keys."""

    def find(self, key_hash: str) -> ApiKey | None:
        """Return the key with this hash."""

    def put(self, keys: Sequence[ApiKey], audit: AuditEntry) -> bool:
        """Add keys, or change them, with the audit of it: all or nothing, at most 90 of them.

        A key that is revoked stays so, and one that is there is never another's.

        Returns:
            False where a key to be accepted is revoked, or there with another name, other scopes
            or another time it was made: nothing was written; read again.
        """

    def keys(self) -> Sequence[ApiKey]:
        """Return every key."""

    def count_call(self, key_hash: str, minute: int) -> int:
        """Count a call of a key within a minute; return how many there were, this one included.

        Args:
            key_hash: of the key.
            minute: since 1970; counts of minutes gone by are forgotten.
        """

    def calls(self, key_hash: str, minute: int) -> int:
        """Return how many calls of a key were counted within a minute; this counts none."""

    def audit(self, limit: int, cursor: str = "") -> Page[AuditEntry]:
        """Return who changed what, the latest first; may miss what was written just now."""
