"""What the schedule calls each minute: a run of delivery, and a line in the log for each target."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import structlog

from handler.flows.app import App
from handler.flows.deliver import Limits, deliver

log = structlog.get_logger()

_SECONDS: Final = 60  # where the caller does not say how long it has


def handle(app: App, context: Any = None) -> dict[str, int]:  # noqa: ANN401 - Lambda's own object
    """Send what waits, within the time Lambda gives.

    Args:
        app: the ports.
        context: as Lambda hands it over.

    Returns:
        How many messages were taken, acknowledged and not taken, over all targets.

    Raises:
        OutsideFailure: the targets could not be read; the next minute is another try.
    """
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=str(getattr(context, "aws_request_id", "")))
    left = getattr(context, "get_remaining_time_in_millis", None)
    time_left = timedelta(milliseconds=left()) if left else timedelta(seconds=_SECONDS)
    runs = deliver(app, Limits(app.now() + time_left))
    for run in runs:
        write = log.warning if run.failed or run.why else log.info
        write(
            "delivery",
            target=run.target,
            taken=run.taken,
            acknowledged=run.acknowledged,
            failed=run.failed,
            given_back=run.given_back,
            code=run.code,
            reason=run.why,
        )
    return {
        "taken": sum(run.taken for run in runs),
        "acknowledged": sum(run.acknowledged for run in runs),
        "failed": sum(run.failed for run in runs),
    }
