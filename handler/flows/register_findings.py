"""Findings of reconciliation in the register: what is found is open, what is gone is resolved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from handler.flows.ports import ExceptionState, RegisteredException
from handler.flows.registered import registered

if TYPE_CHECKING:
    from handler.core.finding import Finding
    from handler.flows.app import App


def register_findings(
    app: App, scope: str, findings: Collection[Finding], looked_at: Collection[str]
) -> int:
    """Register findings, and resolve those of the scope that were looked at and are gone.

    Notices are not registered. Of very many findings only the first are: the answer names all.

    Args:
        app: the ports.
        scope: "bank:<profile>", ...
        findings: as they are now.
        looked_at: subjects ("settlement 123", "bank line 7") this call judged.

    Returns:
        How many were registered.

    Raises:
        OutsideFailure: the store did not answer.
    """
    met = registered(app, scope, findings)
    seen = set(looked_at)
    gone = _gone(
        app,
        scope,
        findings,
        lambda old: seen.issuperset(str(old.get("subject", "")).split(", ")),
    )
    if met or gone:
        app.settlements.register([*met, *gone])
    return len(met)


def resolve_gone(
    app: App,
    scope: str,
    findings: Collection[Finding],
    looked_at: Callable[[Mapping[str, object]], bool],
) -> None:
    """Resolve what is open of a scope, was looked at, and is not among ``findings``.

    Args:
        app: the ports.
        scope: "ledger:<profile>", ...
        findings: as they are now; registered already.
        looked_at: tells of a registered finding whether it would be found again if it still stood.

    Raises:
        OutsideFailure: the store did not answer.
    """
    gone = _gone(app, scope, findings, looked_at)
    if gone:
        app.settlements.register(gone)


def _gone(
    app: App,
    scope: str,
    findings: Collection[Finding],
    looked_at: Callable[[Mapping[str, object]], bool],
) -> list[RegisteredException]:
    now = {finding.fingerprint(scope) for finding in findings}
    at = app.now().isoformat(timespec="seconds")
    return [
        replace(old, state=ExceptionState.RESOLVED, count=0, last_seen=at)
        for old in app.settlements.exceptions_of(scope)
        if old.fingerprint not in now and looked_at(old.finding)
    ]
