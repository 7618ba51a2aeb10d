"""Who changed what: entries of the audit, made here and written beside what they are about."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from handler.flows.key_ports import AuditEntry

if TYPE_CHECKING:
    from handler.flows.app import App
    from handler.flows.ports import Page


def entry(app: App, by: str, action: str, subject: str, change: Mapping[str, object]) -> AuditEntry:
    """Return that somebody changes something now.

    To the microsecond, so that entries of one command stand in the order in which they came.

    Args:
        by: who: "cli:<user>" or "key:<name>".
        action: what, as "key.create".
        subject: to what: a name, never a secret.
        change: what is different, as plain values; never a secret.
    """
    at = app.now().isoformat(timespec="microseconds")
    return AuditEntry(at, by, action, subject, change, secrets.token_hex(8))


def listing(app: App, limit: int, cursor: str = "") -> Page[AuditEntry]:
    """Return who changed what, the latest first.

    Raises:
        RefusedRequest: ``BAD_CURSOR``.
    """
    return app.keys.audit(limit, cursor)
