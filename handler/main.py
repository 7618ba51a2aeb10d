"""What Lambda calls: one function for each trigger, built at its first call and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from handler import wiring
from handler.flows.app import App
from handler.settings import read_settings

Event = dict[str, Any]


def http_handler(event: Event, context: Any) -> Event:  # noqa: ANN401 - Lambda's own object
    """Answer an API Gateway request (HTTP API, payload version 2)."""
    return _http()(event, context)


def upload_handler(event: Event, context: Any) -> Event | None:  # noqa: ANN401
    """Process S3's news of uploads, by any of the ways it comes."""
    from handler.entrypoints.s3_events import handle  # noqa: PLC0415 - not for http_handler

    return handle(_app(), event, context)


@cache
def _app() -> App:
    return wiring.build(read_settings())


@cache
def _http() -> Callable[[Event, Any], Event]:
    from apig_wsgi import make_lambda_handler  # noqa: PLC0415 - not for upload_handler

    from handler.entrypoints.http_app import create_app  # noqa: PLC0415

    made: Callable[[Event, Any], Event] = make_lambda_handler(create_app(_app()))
    return made
