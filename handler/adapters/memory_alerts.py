"""Alerts in memory, for dry runs and tests: the same rules, nothing kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from handler.flows.alert_ports import Alert, AlertState, Mark

if TYPE_CHECKING:
    from handler.flows.exception_ports import ExceptionRegister, RegisteredException


class MemoryAlerts:
    """An :class:`~handler.flows.alert_ports.AlertStore` of this process, thread-safe."""

    def __init__(self, register: ExceptionRegister) -> None:
        """Start empty.

        Args:
            register: the exceptions that are told of.
        """
        self._lock = threading.RLock()
        self._register = register
        self._alerts: dict[str, Alert] = {}
        self._mark = Mark()

    def met(self, position: str, limit: int) -> Sequence[RegisteredException]:
        """Return open exceptions after a position, the earliest first."""
        found: dict[str, RegisteredException] = {}
        cursor = ""
        while True:
            page = self._register.exceptions(200, cursor)
            found |= {f"{one.last_seen}#{one.fingerprint}": one for one in page.items}
            cursor = page.cursor
            if not cursor:
                break
        return [found[place] for place in sorted(found) if place > position][:limit]

    def mark(self) -> Mark:
        """Return how far the runs have come."""
        return self._mark

    def put_mark(self, mark: Mark) -> bool:
        """Write it over its revision less one."""
        with self._lock:
            if self._mark.revision != mark.revision - 1:
                return False
            self._mark = mark
            return True

    def alert(self, alert_id: str) -> Alert | None:
        """Return an alert, or ``None``."""
        return self._alerts.get(alert_id)

    def put(self, alert: Alert) -> bool:
        """Write an alert over its revision less one."""
        with self._lock:
            known = self._alerts.get(alert.alert_id)
            if (known.revision if known else 0) != alert.revision - 1:
                return False
            self._alerts[alert.alert_id] = alert
            return True

    def waiting(self, limit: int) -> Sequence[Alert]:
        """Return alerts that wait, the earliest first."""
        with self._lock:
            found = [one for one in self._alerts.values() if one.state is AlertState.WAITING]
        return sorted(found, key=lambda one: (one.ready_at, one.alert_id))[:limit]
