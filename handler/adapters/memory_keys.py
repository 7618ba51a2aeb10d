"""Bearer keys, their calls and the audit in memory, for dry runs and tests."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from handler.adapters.memory import page
from handler.flows.key_ports import ApiKey, AuditEntry
from handler.flows.ports import Page


class MemoryKeys:
    """A :class:`~handler.flows.key_ports.KeyStore` of this process, thread-safe."""

    def __init__(self, keys: Sequence[ApiKey] = ()) -> None:
        """Start with ``keys``."""
        self._lock = threading.RLock()
        self._keys = {key.key_hash: key for key in keys}
        self._calls: dict[tuple[str, int], int] = {}
        self._audit: dict[tuple[str, str], AuditEntry] = {}

    def find(self, key_hash: str) -> ApiKey | None:
        """Return the key with this hash."""
        return self._keys.get(key_hash)

    def put(self, keys: Sequence[ApiKey], audit: AuditEntry) -> None:
        """Add keys, or change them, with the audit of it."""
        with self._lock:
            self._keys |= {key.key_hash: key for key in keys}
            self.note(audit)

    def keys(self) -> Sequence[ApiKey]:
        """Return every key, by name."""
        return sorted(self._keys.copy().values(), key=lambda key: (key.name, key.key_hash))

    def count_call(self, key_hash: str, minute: int) -> int:
        """Count a call of a key within a minute; return how many there were."""
        with self._lock:
            self._calls = {key: count for key, count in self._calls.items() if key[1] >= minute}
            count = self._calls.get((key_hash, minute), 0) + 1
            self._calls[key_hash, minute] = count
            return count

    def note(self, audit: AuditEntry) -> None:
        """Keep that somebody changed something."""
        with self._lock:
            self._audit[audit.at, audit.entry_id] = audit

    def audit(self, limit: int, cursor: str = "") -> Page[AuditEntry]:
        """Return who changed what, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        with self._lock:
            return page(dict(self._audit), "audit", limit, cursor)
