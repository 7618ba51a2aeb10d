"""Bearer keys, their calls and the audit in memory, for dry runs and tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from handler.adapters.audited import check_keys
from handler.adapters.memory_page import page
from handler.adapters.moments import sortable

if TYPE_CHECKING:
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

    def put(self, keys: Sequence[ApiKey], audit: AuditEntry) -> bool:
        """Add keys, or change them, with the audit of it; see the port.

        Raises:
            ValueError: more than 90 keys, or one of them twice.
        """
        check_keys(keys)
        with self._lock:
            if not all(self._may_stand(key) for key in keys):
                return False
            self.note(audit)
            self._keys |= {key.key_hash: key for key in keys}
            return True

    def _may_stand(self, key: ApiKey) -> bool:
        there = self._keys.get(key.key_hash)
        if there is None or key.revoked:
            return True
        same = (there.created_at, there.name, there.scopes) == (
            key.created_at,
            key.name,
            key.scopes,
        )
        return same and not there.revoked

    def keys(self) -> Sequence[ApiKey]:
        """Return every key, by name."""
        return sorted(self._keys.copy().values(), key=lambda key: (key.name, key.key_hash))

    def count_call(self, key_hash: str, minute: int) -> int:
        """Count a call of a key within a minute; return how many there were."""
        with self._lock:
            self._calls = {
                key: count
                for key, count in self._calls.items()
                if key[0] != key_hash or key[1] >= minute
            }
            count = self._calls.get((key_hash, minute), 0) + 1
            self._calls[key_hash, minute] = count
            return count

    def calls(self, key_hash: str, minute: int) -> int:
        """Return how many calls of a key were counted within a minute; this counts none."""
        return self._calls.get((key_hash, minute), 0)

    def note(self, audit: AuditEntry) -> None:
        """Keep that somebody changed something.

        Raises:
            ValueError: ``at`` is no moment.
        """
        # As plain values, and a copy: what any other store would give back.
        plain = json.loads(json.dumps(dict(audit.change), default=str))
        with self._lock:
            self._audit[sortable(audit.at), audit.entry_id] = replace(audit, change=plain)

    def audit(self, limit: int, cursor: str = "") -> Page[AuditEntry]:
        """Return who changed what, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        with self._lock:
            return page(dict(self._audit), "audit", limit, cursor)
