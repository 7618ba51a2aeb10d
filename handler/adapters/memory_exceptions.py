"""The register of exceptions in memory."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from handler.adapters.memory_page import page
from handler.flows.exception_ports import (
    CLOSED_STATES,
    OPEN,
    ExceptionList,
    ExceptionState,
    RegisteredException,
    opening,
)

if TYPE_CHECKING:
    from handler.flows.page import Page


class MemoryExceptions:
    """The part of :class:`~handler.adapters.memory.MemorySettlements` about exceptions."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.RLock()
        self._exceptions: dict[tuple[str, str], RegisteredException] = {}

    def register(self, exceptions: Sequence[RegisteredException]) -> None:
        """Add exceptions; known ones count up, and are open again unless somebody ignored them."""
        with self._lock:
            for met in exceptions:
                key = (met.scope, met.fingerprint)
                self._exceptions[key] = _met(met, self._exceptions.get(key))

    def exceptions(
        self, limit: int, cursor: str = "", listed: ExceptionList = OPEN
    ) -> Page[RegisteredException]:
        """Return exceptions of a list, the latest first.

        Raises:
            RefusedRequest: ``BAD_CURSOR``.
        """
        with self._lock:
            known = list(self._exceptions.values())
        found = {(place, one.fingerprint): one for one in known if (place := _place(one, listed))}
        return page(found, f"exceptions#{listed.kind}#{listed.value}", limit, cursor)

    def exception(self, scope: str, fingerprint: str) -> RegisteredException | None:
        """Return an exception, or ``None``."""
        with self._lock:
            return self._exceptions.get((scope, fingerprint))

    def exceptions_of(self, scope: str) -> Sequence[RegisteredException]:
        """Return every open, retrying or parked exception of a scope."""
        with self._lock:
            known = list(self._exceptions.values())
        return [one for one in known if one.scope == scope and one.state not in CLOSED_STATES]

    def change(self, after: RegisteredException, before: RegisteredException) -> bool:
        """Put ``after`` in the place of ``before``; see the port."""
        key = (before.scope, before.fingerprint)
        with self._lock:
            if self._exceptions.get(key) != before:
                return False
            changed = opening(after, before)
            if changed.state in CLOSED_STATES:
                changed = replace(changed, opened_at="")
            self._exceptions[key] = replace(changed, revision=before.revision + 1)
            return True

    def opened(self, severity: str, most: int) -> Sequence[str]:
        """Return when the open exceptions of a severity were first seen, the latest first."""
        page = self.exceptions(most, "", ExceptionList("severity", severity))
        return [one.first_seen for one in page.items]

    def resolve(self, scope: str, at: str) -> None:
        """Resolve every open exception of ``scope``."""
        with self._lock:
            self._close(scope, (), at)

    def _close(self, scope: str, keep: Collection[tuple[str, str]], at: str) -> None:
        for key, known in self._exceptions.items():
            if key[0] == scope and key not in keep and known.state not in CLOSED_STATES:
                resolved = replace(
                    known, state=ExceptionState.RESOLVED, resolved_at=at, opened_at=""
                )
                self._exceptions[key] = resolved


def _met(met: RegisteredException, known: RegisteredException | None) -> RegisteredException:
    # As plain values, and a copy: what any other store would give back.
    plain = json.loads(json.dumps(dict(met.finding), default=str))
    if known is None:
        first = replace(met, finding=plain)
        if met.state is ExceptionState.RESOLVED:
            return replace(first, resolved_at=met.last_seen)
        return replace(first, opened_at=met.last_seen)
    state = known.state if known.state is ExceptionState.IGNORED else met.state
    return replace(
        known,
        finding=plain,
        count=met.count + known.count,
        last_seen=met.last_seen,
        state=state,
        resolved_at=met.last_seen if state is ExceptionState.RESOLVED else "",
        opened_at="" if state in CLOSED_STATES else known.opened_at or met.last_seen,
    )


def _place(one: RegisteredException, listed: ExceptionList) -> str:
    """Return where an exception stands in a list; "" where it does not."""
    match listed.kind:
        case "resolved" | "ignored":
            return one.resolved_at or one.last_seen if one.state == listed.kind else ""
        case "code":
            wanted, place = one.code, one.last_seen
        case "severity":
            wanted, place = one.severity, one.first_seen
        case _:
            wanted, place = listed.value, one.last_seen
    return place if wanted == listed.value and one.state not in CLOSED_STATES else ""
