"""What Lambda calls: one function for each trigger, built at its first call and kept."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

# Before anything large: what is imported stays, and Python would search all of it for garbage again
# and again as it grows, a sixth of a cold start. What is no circle is freed at once as ever.
gc.set_threshold(200_000)

from handler import metrics, wiring  # noqa: E402
from handler.adapters.counted import counted  # noqa: E402
from handler.entrypoints.celigo.client_context import keep_client_context  # noqa: E402
from handler.settings import read_settings  # noqa: E402

if TYPE_CHECKING:
    from handler.flows.app import App

Event = dict[str, Any]

# Lambda has loaded it before it loads this; nowhere else is it there.
if "awslambdaric.lambda_context" in sys.modules:
    keep_client_context(sys.modules["awslambdaric.lambda_context"])


def http_handler(event: Event, context: Any) -> Event:  # noqa: ANN401 - Lambda's own object
    """Answer an API Gateway request (HTTP API, payload version 2)."""
    return _http()(event, context)


def upload_handler(event: Event, context: Any) -> Event | None:  # noqa: ANN401
    """Process S3's news of uploads, by any of the ways it comes."""
    from handler.entrypoints.s3_events import handle  # noqa: PLC0415 - not for http_handler

    return handle(_app(), event, context)


def dead_letters_handler(event: Event, context: Any) -> Event:  # noqa: ANN401
    """Register what the queue gave up."""
    from handler.entrypoints.dead_letters import handle  # noqa: PLC0415 - not for the others

    return handle(_app(), event, context)


def backfill_handler(event: Event, context: Any) -> Event:  # noqa: ANN401
    """Receive some of the files that a backfill's state machine lists."""
    from handler.entrypoints.backfill import handle  # noqa: PLC0415 - not for the others

    return handle(_app(), event, context)


def celigo_handler(event: Event, context: Any) -> object:  # noqa: ANN401
    """Call the function of the Celigo extension that integrator.io names in the client context."""
    return _celigo()(event, context)


def deliver_handler(event: Event, context: Any) -> dict[str, int]:  # noqa: ANN401, ARG001
    """Send what waits to the webhooks' targets; EventBridge calls it each minute."""
    from handler.entrypoints.delivery_schedule import handle  # noqa: PLC0415 - not for the others

    # The emulator says of every call that 6 s are left, whatever serverless.yml gives it.
    is_emulated = read_settings().stage == "local"
    return handle(_app(), None if is_emulated else context)


@cache
def _app() -> App:
    settings = read_settings()
    metrics.configure(settings.stage)
    return counted(wiring.build(settings))


@cache
def _http() -> Callable[[Event, Any], Event]:
    from apig_wsgi import make_lambda_handler  # noqa: PLC0415 - not for upload_handler

    from handler.entrypoints.http_app import create_app  # noqa: PLC0415
    from handler.entrypoints.http_event import with_plain_address  # noqa: PLC0415

    made: Callable[[Event, Any], Event] = make_lambda_handler(create_app(_app()))
    return lambda event, context: made(with_plain_address(event), context)


@cache
def _celigo() -> Callable[[Event, Any], object]:
    from handler.entrypoints.celigo.extension import Extension  # noqa: PLC0415
    from handler.entrypoints.celigo.functions.catalogue import product_functions  # noqa: PLC0415
    from handler.entrypoints.celigo.lambda_stack import handle, stack_caller  # noqa: PLC0415

    caller = stack_caller(read_settings().celigo_scopes)
    extension = Extension(product_functions(_app()), lambda _: None)  # nobody comes with a token
    return lambda event, context: handle(extension, caller, event, context)
