"""Findings as exceptions of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handler.flows.exception_ports import ExceptionState, RegisteredException

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from handler.core.finding import Finding
    from handler.flows.app import App

# A DynamoDB transaction takes 100 items; a file this broken is repaired in rounds anyway. The
# document names every finding.
MOST_REGISTERED: Final = 80


def registered(
    app: App,
    scope: str,
    findings: Collection[Finding],
    state: ExceptionState = ExceptionState.OPEN,
) -> Sequence[RegisteredException]:
    """Return findings as exceptions of a scope. Notices are for reading, not for handling."""
    at = app.now().isoformat(timespec="seconds")
    found: dict[str, RegisteredException] = {}
    for finding in findings:
        if finding.entry.severity == "notice":
            continue
        fingerprint = finding.fingerprint(scope)
        found[fingerprint] = RegisteredException(
            scope=scope,
            fingerprint=fingerprint,
            finding=finding.as_dict(),
            state=state,
            count=1,
            first_seen=at,
            last_seen=at,
        )
    return list(found.values())[:MOST_REGISTERED]


def refused(
    app: App, scope: str, finding: Finding, state: ExceptionState = ExceptionState.OPEN
) -> None:
    """Register why a file could not be settled at all, for the person who sent it."""
    app.settlements.register(registered(app, scope, [finding], state))
