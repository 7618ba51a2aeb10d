"""The circuit of a webhook's target: whether it is spared for a while, as it keeps failing.

Closed, everything goes through. Five failures in a row open it for a minute, and each one after for
twice as long, up to an hour. Then one message is let through: taken, it closes the circuit. A
target that asks for time (Retry-After) gets it in the same way, whatever failed before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from handler.core.finding import Finding
from handler.flows.delivery_ports import Circuit
from handler.flows.registered import registered

if TYPE_CHECKING:
    from handler.flows.app import App

FAILURES: Final = 5
SHORTEST: Final = 60
LONGEST: Final = 3_600
_TRIES: Final = 5  # against other writers


class Gate(StrEnum):
    """What a circuit lets through now."""

    CLOSED = "closed"  # everything
    HALF_OPEN = "half_open"  # one message
    OPEN = "open"  # nothing


def ask(app: App, target: str) -> Gate:
    """Say what is let through to a target now.

    Half open is said to one run: another one that asks meanwhile finds the circuit open.
    """
    circuit = app.targets.circuit(target)
    if not circuit.open_until:
        return Gate.CLOSED
    now = app.now()
    if now < datetime.fromisoformat(circuit.open_until):
        return Gate.OPEN
    claimed = _open_for(circuit, now, SHORTEST)
    return Gate.HALF_OPEN if app.targets.put_circuit(claimed) else Gate.OPEN


def failed(app: App, target: str, why: str, wait: int = 0) -> bool:
    """Count a failure of a target; return whether nothing more may go there now.

    Args:
        app: the ports.
        target: its name.
        why: what it answered, for a person; no address in full, and no secret.
        wait: seconds it asks for; 0 where it does not ask.

    Raises:
        OutsideFailure: the store did not answer.
    """
    for _ in range(_TRIES):
        known = app.targets.circuit(target)
        failures = known.failures + 1
        seconds = max(wait, _spared(failures))
        counted = replace(known, failures=failures, revision=known.revision + 1)
        if seconds:
            counted = replace(_open_for(known, app.now(), seconds), failures=failures)
        if app.targets.put_circuit(counted):
            if failures >= FAILURES:
                # Said at each failure while it lasts: it counts up, and one that was resolved by
                # hand comes back.
                finding = _finding(target, failures, counted.open_until, why)
                app.settlements.register(registered(app, scope(target), [finding]))
            return bool(seconds)
    return False  # others write it all the time: they count for this one too


def succeeded(app: App, target: str) -> None:
    """Close a target's circuit, as it took a message.

    Raises:
        OutsideFailure: the store did not answer.
    """
    for _ in range(_TRIES):
        known = app.targets.circuit(target)
        if not known.failures and not known.open_until:
            return
        if app.targets.put_circuit(Circuit(target, revision=known.revision + 1)):
            if known.failures >= FAILURES:
                app.settlements.resolve(scope(target), app.now().isoformat(timespec="seconds"))
            return


def state_of(app: App, target: str) -> str:
    """Return how a target stands, for a list: "active", "failed 2x", "spared until <moment>"."""
    circuit = app.targets.circuit(target)
    if circuit.open_until:
        return f"spared until {circuit.open_until}"
    return f"failed {circuit.failures}x" if circuit.failures else "active"


def scope(target: str) -> str:
    """Return what a target's exceptions are registered under."""
    return f"webhook:{target}"


def _spared(failures: int) -> int:
    if failures < FAILURES:
        return 0
    return int(min(SHORTEST * 2 ** min(failures - FAILURES, 16), LONGEST))


def _open_for(circuit: Circuit, now: datetime, seconds: int) -> Circuit:
    until = (now + timedelta(seconds=seconds)).isoformat(timespec="seconds")
    return replace(circuit, open_until=until, revision=circuit.revision + 1)


def _finding(target: str, failures: int, until: str, why: str) -> Finding:
    return Finding(
        "WEBHOOK_TARGET_FAILING",
        f"webhook {target}",
        f"{target} failed {failures} times in a row, and is spared until {until}: {why}",
        {"target": target, "failures": failures, "open_until": until, "last_error": why},
    )
