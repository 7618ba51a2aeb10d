"""Sending what waits to the webhooks' targets: one run, within its time.

Everything is sent at least once and in order within its group; what was sent twice carries the same
id. Leases are conditional writes, so runs at the same time, and flows that fetch, share the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from handler.core.errors import OutsideFailure, PluginError

if TYPE_CHECKING:
    from handler.flows.app import App

_RESERVE: Final = timedelta(seconds=15)  # of the time, to end what was begun


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one run may do.

    Attributes:
        ends_at: when the process is stopped; nothing is begun in the last 15 s before.
        messages: how many are sent to one target at most.
    """

    ends_at: datetime
    messages: int = 500


@dataclass(slots=True)
class TargetRun:
    """What became of one target's run.

    Attributes:
        target: its name.
        taken: how many messages it took.
        acknowledged: how many of them its answers acknowledged at once.
        failed: how many it did not take.
        given_back: how many were leased and not sent.
        why: why nothing (more) was sent; empty where all was, or the time was over.
        code: of the last failure; empty where there was none.
    """

    target: str
    taken: int = 0
    acknowledged: int = 0
    failed: int = 0
    given_back: int = 0
    why: str = ""
    code: str = ""

    @property
    def sent(self) -> int:
        """How many messages were sent, taken or not."""
        return self.taken + self.failed


def deliver(app: App, limits: Limits) -> list[TargetRun]:
    """Send what waits to every active target that is not spared.

    Each gets an even part of the time that is left: one that is slow takes nothing from the others.

    Args:
        app: the ports.
        limits: how much may be done.

    Returns:
        What became of each active target.

    Raises:
        OutsideFailure: the targets could not be read.
    """
    targets = [
        target
        for target in app.targets.targets()
        if target.active and target.url and target.event == "results"
    ]
    if not targets:
        return []
    # Most runs of most installations end before this: the outbox is half of the plugin.
    from handler.flows.deliver_target import count_failure, to_target  # noqa: PLC0415

    runs: list[TargetRun] = []
    for number, target in enumerate(targets):
        now = app.now()
        share = (limits.ends_at - _RESERVE - now) / (len(targets) - number)
        run = TargetRun(target.name)
        runs.append(run)
        try:
            to_target(app, target, now + share, limits.messages, run)
        except PluginError as error:
            run.why, run.code = error.message, error.code
            if not isinstance(error, OutsideFailure):
                # As a profile that is gone: somebody must mend it, so somebody must hear of it.
                count_failure(app, target, error)
    return runs
