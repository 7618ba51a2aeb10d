"""The Flask app: what holds for every request, whatever it asks."""

from __future__ import annotations

import time
import uuid
from functools import cache
from typing import TYPE_CHECKING, Final

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.wrappers import Response as AnyResponse

from handler import __version__, logs, metrics
from handler.core.errors import PluginError
from handler.dashboard.pages import all_pages
from handler.dashboard.safe_address import covers
from handler.entrypoints import http_plugin
from handler.entrypoints.celigo import http_function
from handler.entrypoints.http_answers import (
    of_http,
    refusal,
    retry_after,
    status_of,
    success,
    unexpected,
)
from handler.entrypoints.http_auth import admit, authenticate
from handler.entrypoints.http_routes import LateRule, add_routes
from handler.flows.key_lookup import key_id

if TYPE_CHECKING:
    from handler.entrypoints.celigo.extension import Answer, Extension, Request
    from handler.flows.app import App

# A Lambda event ends at 6 MB, and the headers and the JSON around the body are in it. Binary bodies
# come in base64, a third longer: from 4.4 MB on API Gateway refuses them before they are here.
MOST_BYTES: Final = 5_500_000

# What only some requests need, the pages above all, is imported where it is needed: what stands
# here is imported in every cold start.

log = structlog.get_logger()


def create_app(app: App) -> Flask:
    """Return the HTTP front of the plugin."""
    flask = Flask("plugin", static_folder=None)
    flask.url_rule_class = LateRule
    flask.extensions[http_plugin.EXTENSION] = app
    flask.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    flask.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    flask.url_map.merge_slashes = False  # no redirects: middleware takes them for answers
    _watch(flask)
    add_routes(flask)
    flask.register_blueprint(http_function.blueprint)
    flask.register_blueprint(all_pages())
    flask.extensions[http_function.EXTENSION] = _Extension(app)
    open_to_all = http_function.AUTHENTICATE_THEMSELVES | {"health"}

    @flask.before_request
    def only_with_a_key() -> AnyResponse | None:
        # Before routing's own refusals: nobody learns without a key which addresses there are.
        try:
            if isinstance(request.routing_exception, BadRequest):
                raise request.routing_exception  # of no host: no page could name its own address
            if covers(request.path):
                from handler.dashboard import gate  # noqa: PLC0415

                return gate.enter()
            if request.endpoint not in open_to_all:
                authenticate(app)
            return None
        finally:  # also of one that is refused
            _name_caller()

    @flask.get("/health")
    def health() -> Response:
        """Say that the code runs. No store is asked: a store's fault would be taken for ours."""
        return success([{"status": "ok", "version": __version__}])

    @flask.errorhandler(Exception)
    def fail(error: Exception) -> Response:
        if isinstance(error, PluginError):
            return _refused(error)
        if isinstance(error, HTTPException):
            response = _refused(of_http(error, app.files, MOST_BYTES))
            response.headers.extend(
                {name: value for name, value in error.get_headers() if name == "Allow"}
            )
            return response
        log.error("unexpected", exc_info=error)
        return _refused(unexpected())

    return flask


class _Extension:
    """The Celigo extension, made when it is first called: its functions are most of the plugin."""

    def __init__(self, app: App) -> None:
        self._made = cache(lambda: _extension(app))

    def answer(self, call: Request) -> Answer:
        """Return the answer to a call."""
        return self._made().answer(call)


def _extension(app: App) -> Extension:
    from handler.entrypoints.celigo.extension import Extension  # noqa: PLC0415
    from handler.entrypoints.celigo.functions.catalogue import product_functions  # noqa: PLC0415

    return Extension(product_functions(app), lambda token: admit(app, token))


def _watch(flask: Flask) -> None:
    flask.before_request(_begin)
    flask.after_request(_end)
    flask.teardown_request(_over)


def _name_caller() -> None:
    if "caller" in g:
        structlog.contextvars.bind_contextvars(caller=g.caller.name)


def _over(_: BaseException | None) -> None:
    metrics.end()


def _refused(error: PluginError) -> Response:
    g.code = error.code
    is_page = covers(request.path) and not isinstance(request.routing_exception, BadRequest)
    if is_page:  # people read it, not middleware
        from handler.dashboard import shell  # noqa: PLC0415

        return shell.error_page(error, status_of(error), retry_after(error))
    return refusal(error)


def _begin() -> None:
    g.started = time.monotonic()
    given = request.headers.get("X-Request-Id", "")
    gateway = request.environ.get("apig_wsgi.request_context", {}).get("requestId", "")
    g.request_id = logs.given_id(given) or logs.given_id(gateway) or uuid.uuid4().hex
    metrics.begin("http", g.request_id, logs.given_id(request.headers.get("X-Flow-Id")))


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if covers(request.path):
        from handler.dashboard import shell  # noqa: PLC0415

        shell.finish(response)
    rule = request.url_rule
    metrics.answered(response.status_code, g.get("code", ""))
    metrics.tell(
        "info",
        "request",
        method=request.method,
        route=rule.rule if rule else "",  # not the path: what people type into it is theirs
        status=response.status_code,
        code=g.get("code", ""),
        caller=g.caller.name if "caller" in g else "",
        key_id=key_id(g.caller) if "caller" in g else "",
        milliseconds=round((time.monotonic() - g.started) * 1000),
    )
    return response
