"""What the schedule calls each minute: a run of delivery, then one of the alerts, and log lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from handler import metrics
from handler.flows.alerts import run_alerts
from handler.flows.deliver import Limits, deliver

if TYPE_CHECKING:
    from handler.flows.app import App

_SECONDS: Final = 60  # where the caller does not say how long it has
_FOR_ALERTS: Final = timedelta(seconds=20)  # of the time, where there is plenty
_PLENTY: Final = timedelta(seconds=60)
_LAST: Final = timedelta(seconds=20)  # of the time, to end a call that was begun


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
    with metrics.call("deliver", str(getattr(context, "aws_request_id", ""))):
        return _delivered(app, context)


def _delivered(app: App, context: Any) -> dict[str, int]:  # noqa: ANN401
    left = getattr(context, "get_remaining_time_in_millis", None)
    time_left = timedelta(milliseconds=left()) if left else timedelta(seconds=_SECONDS)
    ends_at = app.now() + time_left
    try:
        runs = deliver(
            app, Limits(ends_at - (_FOR_ALERTS if time_left >= _PLENTY else timedelta()))
        )
    finally:
        _alert(app, ends_at)
    for run in runs:
        metrics.count("DeliveriesFailed", run.failed, code=run.code)
        metrics.tell(
            "warning" if run.failed or run.why else "info",
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


def _alert(app: App, ends_at: datetime) -> None:
    """Tell what is to be told; whatever goes wrong there is no fault of the deliveries."""
    try:
        found = run_alerts(app, ends_at - _LAST)
    except Exception as error:  # noqa: BLE001 - what was delivered must be told all the same
        metrics.tell("error", "alerts", reason=type(error).__name__)
        return
    if found.new or found.failed or found.sent or found.errors:
        metrics.tell(
            "warning" if found.failed or found.errors else "info",
            "alerts",
            new=found.new,
            sent=found.sent,
            failed=found.failed,
            code=", ".join(found.errors),
        )
